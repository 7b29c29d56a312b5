"""What people, organisations and contracts look like in JSON, asked and answered."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from liftwatch.access.identities import Identity
from liftwatch.access.people import (
    Contract,
    Credential,
    Membership,
    Organisation,
    Person,
)
from liftwatch.access.sight import Place
from liftwatch.clock import rfc3339
from liftwatch.register.columns import KINDS

Text = Annotated[str, Meta(max_length=200)]
Phone = Annotated[str, Meta(max_length=32)]
Id = Annotated[str, Meta(max_length=64)]
CreditCode = Annotated[str, Meta(pattern="^[0-9A-Z]{18}$")]
Kind = Annotated[str, Meta(max_length=32, pattern=f"^({'|'.join(KINDS)})$")]
Places = Annotated[list[Place], Meta(max_length=500)]
Day = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Email = Annotated[str, Meta(max_length=254)]
Secret = Annotated[str, Meta(max_length=256)]


class NewOrganisation(Struct, kw_only=True, forbid_unknown_fields=True):
    """An organisation to be made."""

    name: Text
    credit_code: CreditCode | None = None
    phone: Phone | None = None
    places: Places = []
    kind: Kind | None = None


class OrganisationChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be another; what is not named stays."""

    name: Text | UnsetType = UNSET
    credit_code: CreditCode | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    places: Places | UnsetType = UNSET
    kind: Kind | UnsetType | None = UNSET
    closed: bool | UnsetType = UNSET


class OrganisationShape(Struct, kw_only=True):
    """An organisation, and what it reaches: "" is all estates of the area, all buildings."""

    id: str
    name: str
    credit_code: str | None
    phone: str | None
    places: list[Place]
    kind: str | None
    made_at: str
    closed_at: str | None
    version: int


class OrganisationList(Struct):
    """A page of organisations."""

    items: list[OrganisationShape]
    next: str | None


class NewContract(Struct, kw_only=True, forbid_unknown_fields=True):
    """Maintenance of a lift, from the first day to the last inclusive (days of Asia/Shanghai)."""

    lift: Annotated[str, Meta(pattern="^[0-9A-Za-z-]{4,32}$")]
    first_day: Day
    last_day: Day | None = None


class ContractChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """Until when it is to last, inclusive; null is until it is ended."""

    last_day: Day | None


class ContractShape(Struct, kw_only=True):
    """A contract; `until` is exclusive."""

    id: str
    lift: str
    organisation: str
    from_at: str
    until_at: str | None
    version: int


class ContractList(Struct):
    """All contracts of an organisation, the newest first."""

    items: list[ContractShape]


class NewPerson(Struct, kw_only=True, forbid_unknown_fields=True):
    """Somebody to be let in; without a password by a link."""

    login: Annotated[str, Meta(max_length=64)]
    name: Text
    phone: Phone | None = None
    email: Email | None = None
    password: Secret | None = None


class PersonChange(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is to be another; what is not named stays. Who is disabled is out at once."""

    name: Text | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    disabled: bool | UnsetType = UNSET


class RoleShape(Struct, kw_only=True):
    """A role somebody has or had."""

    id: str
    role: str
    organisation: str | None
    from_at: str
    until_at: str | None
    lead: bool


class PersonShape(Struct, kw_only=True):
    """Somebody, and their roles."""

    id: str
    login: str
    name: str
    phone: str | None
    email: str | None
    made_at: str
    disabled_at: str | None
    locked_until: str | None
    roles: list[RoleShape]
    version: int


class PersonList(Struct):
    """A page of people."""

    items: list[PersonShape]
    next: str | None


class NewRole(Struct, kw_only=True, forbid_unknown_fields=True):
    """A role to be given; only `admin` is of no organisation. Who leads sees to its rotas."""

    role: Annotated[str, Meta(max_length=32)]
    organisation: Id | None = None
    lead: bool = False


class NewPassword(Struct, kw_only=True, forbid_unknown_fields=True):
    """One's own password, and the next."""

    password: Secret
    next: Secret


class NewKey(Struct, kw_only=True, forbid_unknown_fields=True):
    """A key for a machine: what it is for, which of one's roles it has (none: all), how long."""

    label: Text
    roles: Annotated[list[Annotated[str, Meta(max_length=32)]], Meta(max_length=12)] = []
    days: Annotated[int, Meta(ge=1, le=365)] = 365


class CredentialShape(Struct, kw_only=True):
    """What stands for somebody; its secret is told once, when it is made."""

    id: str
    kind: str
    label: str
    roles: list[str]
    made_at: str
    expires_at: str
    secret: str | None = None


class CredentialList(Struct):
    """What stands for somebody now, the newest first."""

    items: list[CredentialShape]


class NewIdentity(Struct, kw_only=True, forbid_unknown_fields=True):
    """The subject (`sub`) by which the installation's OpenID provider names somebody."""

    subject: Annotated[str, Meta(min_length=1, max_length=255)]


class IdentityShape(Struct, kw_only=True):
    """A sign-in elsewhere that stands for somebody."""

    id: str
    issuer: str
    subject: str
    made_at: str
    used_at: str | None


class IdentityList(Struct):
    """The sign-ins elsewhere that stand for somebody now, the newest first."""

    items: list[IdentityShape]


class AuditShape(Struct, kw_only=True):
    """One act of the trail; `who` and `about` are logins, null where nobody is known (any more)."""

    n: int
    at: str
    who: str | None
    organisation: str | None
    action: str
    target_kind: str
    target: str
    about: str | None
    outcome: str
    channel: str
    address: str | None
    why: str | None
    detail: dict[str, Any]
    private: dict[str, Any]
    hash: str


class AuditList(Struct):
    """Some acts, the newest first."""

    items: list[AuditShape]
    next: str | None


class Nothing(Struct):
    """Done, and nothing to say of it."""


DESCRIBED_PEOPLE = (
    NewIdentity,
    NewOrganisation,
    OrganisationChange,
    OrganisationShape,
    OrganisationList,
    NewContract,
    ContractChange,
    ContractShape,
    ContractList,
    NewPerson,
    PersonChange,
    PersonShape,
    PersonList,
    NewRole,
    RoleShape,
    NewPassword,
    NewKey,
    CredentialShape,
    CredentialList,
    Nothing,
    AuditShape,
    AuditList,
)


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)


def organisation_shape(one: Organisation) -> OrganisationShape:
    """An organisation as the API shows it."""
    return OrganisationShape(
        id=one.id,
        name=one.name,
        credit_code=one.credit_code,
        phone=one.phone,
        places=list(one.places),
        kind=one.kind,
        made_at=rfc3339(one.made_ms),
        closed_at=_at(one.closed_ms),
        version=one.version,
    )


def contract_shape(one: Contract) -> ContractShape:
    """A contract as the API shows it."""
    return ContractShape(
        id=one.id,
        lift=one.lift,
        organisation=one.organisation,
        from_at=rfc3339(one.from_ms),
        until_at=_at(one.until_ms),
        version=one.version,
    )


def role_shape(one: Membership) -> RoleShape:
    """A role as the API shows it."""
    return RoleShape(
        id=one.id,
        role=one.role,
        organisation=one.organisation,
        from_at=rfc3339(one.from_ms),
        until_at=_at(one.until_ms),
        lead=one.lead,
    )


def person_shape(one: Person, roles: list[Membership]) -> PersonShape:
    """Somebody as an administrator sees them."""
    return PersonShape(
        id=one.id,
        login=one.login,
        name=one.name,
        phone=one.phone,
        email=one.email,
        made_at=rfc3339(one.made_ms),
        disabled_at=_at(one.disabled_ms),
        locked_until=_at(one.locked_until_ms),
        roles=[role_shape(role) for role in roles if role.person == one.id],
        version=one.version,
    )


def credential_shape(one: Credential, *, secret: str | None = None) -> CredentialShape:
    """A credential as its owner sees it."""
    return CredentialShape(
        id=one.id,
        kind=one.kind,
        label=one.label,
        roles=list(one.roles),
        made_at=rfc3339(one.made_ms),
        expires_at=rfc3339(one.expires_ms),
        secret=secret,
    )


def told(change: Struct) -> dict[str, Any]:
    """The fields of a change that were named."""
    named = {name: getattr(change, name) for name in change.__struct_fields__}
    return {name: value for name, value in named.items() if value is not UNSET}


def identity_list(standing: list[Identity]) -> IdentityList:
    """Sign-ins elsewhere as the API shows them."""
    return IdentityList(
        [
            IdentityShape(
                id=one.id,
                issuer=one.issuer,
                subject=one.subject,
                made_at=rfc3339(one.made_ms),
                used_at=None if one.used_ms is None else rfc3339(one.used_ms),
            )
            for one in standing
        ]
    )
