"""One's own organisation: whether it is, and whether one leads it. Administrators lead all."""

from api.principal import ACTIONS, Principal
from api.problems import Problem, shown
from liftwatch.access.people import Organisation
from liftwatch.access.rights import ADMIN
from liftwatch.access.store import PeopleReads
from liftwatch.clock import now_ms
from liftwatch.said import Said


def own_organisation(
    reads: PeopleReads, principal: Principal, action: str, *, id: str
) -> Organisation:
    """An organisation of which somebody is a member in a role that allows the action.

    Of any other the problem `not-found`: what is not theirs is not there.
    """
    found = reads.organisation(id)
    if found is None or not (is_admin(principal) or _roles(principal, action, id)):
        raise Problem("not-found", Said("there is no organisation %(id)s of yours", id=shown(id)))
    return found


def led_organisation(
    reads: PeopleReads, principal: Principal, action: str, *, id: str
) -> Organisation:
    """The same of one that they lead; the problem `forbidden` when others do."""
    found = own_organisation(reads, principal, action, id=id)
    if not leads(reads, principal, action, id=id):
        raise Problem(
            "forbidden",
            Said("%(name)s does not lead %(unit)s", name=principal.name, unit=shown(found.name)),
        )
    return found


def leads(reads: PeopleReads, principal: Principal, action: str, *, id: str) -> bool:
    """Whether somebody leads an organisation, in a role that allows the action."""
    if is_admin(principal):
        return True
    roles, at_ms = _roles(principal, action, id), now_ms()
    held = reads.memberships([principal.person]) if principal.person else []
    return any(
        one.lead
        and one.organisation == id
        and one.role in roles
        and (one.until_ms is None or at_ms < one.until_ms)
        for one in held
    )


def is_admin(principal: Principal) -> bool:
    """Whether every organisation is theirs to see to."""
    return not principal.roles.isdisjoint(ADMIN)


def _roles(principal: Principal, action: str, id: str) -> frozenset[str]:
    allowed = ACTIONS[action].roles
    return frozenset(
        grant.role
        for grant in principal.grants
        if grant.organisation == id and grant.role in allowed
    )
