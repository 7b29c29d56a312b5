"""What may be done with people and organisations: each is one change, in the caller's transaction.

All raise AccessError for what cannot be, Stale or Conflict when somebody else was there first.
"""

from typing import Any

from msgspec.structs import replace

from liftwatch.access.passwords import hash_password
from liftwatch.access.people import (
    PHONE_MAX,
    AccessError,
    Contract,
    Membership,
    Organisation,
    Person,
    check_credit_code,
    check_email,
    check_kind,
    check_login,
    check_password,
    check_places,
    check_role,
    check_text,
)
from liftwatch.access.store import PeopleWork
from liftwatch.ids import new_id
from liftwatch.ports import Stale
from liftwatch.said import Said
from liftwatch.telemetry.topics import is_lift

MEMBERSHIPS_MAX = 50  # of one person


def make_person(
    work: PeopleWork,
    *,
    login: str,
    name: str,
    now_ms: int,
    phone: str | None = None,
    email: str | None = None,
    password: str | None = None,
) -> Person:
    """Somebody new; without a password they can come in by a link only."""
    login = check_login(login)
    if work.person_of_login(login) is not None:
        raise AccessError(Said("%(login)s exists already", login=login))
    person = Person(
        id=new_id(),
        login=login,
        name=check_text(Said("name"), name),
        phone=_phone(phone),
        email=check_email(email) if email else None,
        password=None if password is None else hash_password(check_password(password, login=login)),
        made_ms=now_ms,
    )
    work.add_person(person)
    return person


def change_person(
    work: PeopleWork, id: str, *, version: int, now_ms: int, **changes: Any
) -> Person:
    """Another `name`, `phone`, `email` or `disabled`; a disabled person's sign-ins all end."""
    person = _person(work, id, version)
    if "name" in changes:
        person = replace(person, name=check_text(Said("name"), changes["name"]))
    if "phone" in changes:
        person = replace(person, phone=_phone(changes["phone"]))
    if "email" in changes:
        email = changes["email"]
        person = replace(person, email=check_email(email) if email else None)
    if "disabled" in changes:
        disabled_ms = now_ms if changes["disabled"] else None
        person = replace(person, disabled_ms=disabled_ms)
    person = _put(work, person, now_ms=now_ms, ends=bool(changes.get("disabled")))
    if person.disabled_ms is not None:
        _keep_an_admin(work)
    return person


def set_password(
    work: PeopleWork, id: str, password: str, *, now_ms: int, version: int | None = None
) -> Person:
    """Another password: whatever was signed in before is over."""
    person = _person(work, id, version)
    kept = hash_password(check_password(password, login=person.login))
    person = replace(person, password=kept, failed=0, locked_until_ms=None)
    work.note_sign_in(person)
    return _put(work, person, now_ms=now_ms, ends=True)


def erase(work: PeopleWork, person: Person) -> str | None:
    """Forget somebody: their row, roles and secrets, and who their pseudonym is; the pseudonym.

    What they did stays in the trail, by a pseudonym that nobody can resolve any more.
    """
    pseudonym = work.erase_person(person.id)
    work.delete_person(person.id)
    _keep_an_admin(work)
    return pseudonym


def grant(
    work: PeopleWork,
    id: str,
    role: str,
    *,
    organisation: str | None,
    now_ms: int,
    lead: bool = False,
) -> Membership:
    """Give a person a role from now on; the same twice is once, and leads as was said last."""
    check_role(role, organisation)
    if work.person(id) is None:
        raise AccessError(Said("there is no such person"))
    if organisation is not None and work.organisation(organisation) is None:
        raise AccessError(Said("there is no such organisation"))
    held = [one for one in work.memberships([id]) if one.until_ms is None]
    if lead and organisation is None:
        raise AccessError(Said("who leads leads an organisation: say which"))
    for one in held:
        if (one.role, one.organisation) == (role, organisation):
            if one.lead == lead:
                return one
            work.end_membership(one.id, until_ms=now_ms)
    if len(held) >= MEMBERSHIPS_MAX:
        raise AccessError(Said("a person has at most %(most)s roles", most=MEMBERSHIPS_MAX))
    made = Membership(
        id=new_id(), person=id, role=role, organisation=organisation, from_ms=now_ms, lead=lead
    )
    work.add_membership(made)
    return made


def withdraw(work: PeopleWork, person: str, membership: str, *, now_ms: int) -> None:
    """Take a role away; the last administrator keeps theirs."""
    held = [one for one in work.memberships([person]) if one.until_ms is None]
    found = next((one for one in held if one.id == membership), None)
    if found is None:
        raise AccessError(Said("this person has no such role"))
    work.end_membership(membership, until_ms=now_ms)
    _keep_an_admin(work)


def make_organisation(work: PeopleWork, *, name: str, now_ms: int, **more: Any) -> Organisation:
    """A new one: `credit_code`, `phone`, `places` and `kind` are optional."""
    made = Organisation(
        id=new_id(),
        name=check_text(Said("name"), name),
        credit_code=check_credit_code(more.get("credit_code")),
        phone=_phone(more.get("phone")),
        places=check_places(tuple(more.get("places", ()))),
        kind=check_kind(more.get("kind")),
        made_ms=now_ms,
    )
    work.add_organisation(made)
    return made


def change_organisation(
    work: PeopleWork, id: str, *, version: int, now_ms: int, **changes: Any
) -> Organisation:
    """Another `name`, `phone`, `credit_code`, `places`, `kind` or `closed`."""
    found = work.organisation(id)
    if found is None:
        raise AccessError(Said("there is no such organisation"))
    if found.version != version:
        raise Stale(Said("somebody else has changed it"))
    if "name" in changes:
        found = replace(found, name=check_text(Said("name"), changes["name"]))
    if "phone" in changes:
        found = replace(found, phone=_phone(changes["phone"]))
    if "credit_code" in changes:
        found = replace(found, credit_code=check_credit_code(changes["credit_code"]))
    if "places" in changes:
        found = replace(found, places=check_places(tuple(changes["places"])))
    if "kind" in changes:
        found = replace(found, kind=check_kind(changes["kind"]))
    if "closed" in changes:
        found = replace(found, closed_ms=now_ms if changes["closed"] else None)
    found = replace(found, version=version + 1)
    work.update_organisation(found)
    return found


def make_contract(
    work: PeopleWork, *, lift: str, organisation: str, from_ms: int, until_ms: int | None
) -> Contract:
    """Maintenance of a lift; two contracts of one lift may not overlap."""
    if not is_lift(lift):
        raise AccessError(
            Said("%(lift)s is no lift: 4 to 32 of letters, digits and '-'", lift=repr(lift[:64]))
        )
    if until_ms is not None and until_ms <= from_ms:
        raise AccessError(Said("the contract ends before it begins"))
    if work.organisation(organisation) is None:
        raise AccessError(Said("there is no such organisation"))
    made = Contract(
        id=new_id(), lift=lift, organisation=organisation, from_ms=from_ms, until_ms=until_ms
    )
    _check_alone(work, made)
    work.add_contract(made)
    return made


def end_contract(
    work: PeopleWork, contract: Contract, *, version: int, until_ms: int | None
) -> Contract:
    """Another end, earlier or later, or none."""
    if contract.version != version:
        raise Stale(Said("somebody else has changed it"))
    if until_ms is not None and until_ms <= contract.from_ms:
        raise AccessError(
            Said("the contract ends before it begins: if it is a mistake, withdraw it")
        )
    made = replace(contract, until_ms=until_ms, version=version + 1)
    _check_alone(work, made)
    work.update_contract(made)
    return made


def _check_alone(work: PeopleWork, made: Contract) -> None:
    for other in work.contracts(lift=made.lift):
        begins_later = made.until_ms is not None and other.from_ms >= made.until_ms
        ended_before = other.until_ms is not None and other.until_ms <= made.from_ms
        if not (begins_later or ended_before or other.id == made.id):
            raise AccessError(
                Said("%(lift)s has a contract in that time already: end that first", lift=made.lift)
            )


def _person(work: PeopleWork, id: str, version: int | None) -> Person:
    person = work.person(id)
    if person is None:
        raise AccessError(Said("there is no such person"))
    if version is not None and person.version != version:
        raise Stale(Said("somebody else has changed it"))
    return person


def _put(work: PeopleWork, person: Person, *, now_ms: int, ends: bool) -> Person:
    """Keep a change; `ends` ends whatever they are signed in by."""
    epoch = person.epoch + 1 if ends else person.epoch
    person = replace(person, version=person.version + 1, epoch=epoch)
    work.update_person(person)
    if ends:
        work.end_credentials(now_ms=now_ms, of=person.id)
    return person


def _keep_an_admin(work: PeopleWork) -> None:
    if not work.has_admin():
        raise AccessError(Said("nobody would be an administrator any more"))


def _phone(phone: str | None) -> str | None:
    return check_text(Said("phone"), phone, length_max=PHONE_MAX) if phone else None
