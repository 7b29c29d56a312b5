"""Where one can go from every page: one table, of which each sees what their roles allow."""

from collections.abc import Collection
from typing import NamedTuple

from api.console.fund_home import fund_home
from api.console.marks import N_
from liftwatch.access.rights import ACTIONS, WATCHING, may

ADMIN = frozenset({"admin"})


class Way(NamedTuple):
    """One row: the page, its words, and whose it is; `person` where only people who sign in go."""

    page: str
    words: str
    roles: frozenset[str]
    person: bool = False


WAYS = (
    Way("/unit", N_("Our lifts"), frozenset({"maintenance"})),
    Way("/room", N_("Duty room"), WATCHING),
    Way("/completeness", N_("Completeness"), WATCHING),
    Way("/faults", N_("Fault history"), WATCHING),
    Way("/statistics", N_("Statistics"), WATCHING),
    Way("/complaints", N_("Complaints"), WATCHING, person=True),
    Way("/visits", N_("Visits"), ACTIONS["visits.read"].roles, person=True),
    Way("/calendar", N_("Calendar"), ACTIONS["care.read"].roles),
    Way("/notices", N_("Notices to residents"), WATCHING, person=True),
    Way("/area", N_("My area"), ACTIONS["area.read"].roles),
    Way("/instructions", N_("Instructions"), ACTIONS["instructions.read"].roles),
    Way("/scorecards", N_("Score cards"), ACTIONS["scorecards.read"].roles),
    Way("/credit", N_("Credit list"), ACTIONS["credit.read"].roles),
    Way("/recalls", N_("Recalls"), ACTIONS["recalls.read"].roles),
    Way("/hazards", N_("Hazards"), ACTIONS["hazards.read"].roles),
    Way("/renewals", N_("Lifts to renew"), ACTIONS["renewals.read"].roles),
    Way("/reports", N_("Reports"), ACTIONS["reports.read"].roles),
    Way("/duty", N_("Duty rotas"), ACTIONS["rotas.read"].roles, person=True),
    Way("/organisations", N_("Organisations"), ADMIN),
    Way("/people", N_("People and rights"), ADMIN),
    Way("/places", N_("Places"), ADMIN),
    Way("/import", N_("Import"), ADMIN),
    Way("/channels", N_("Channels"), ADMIN),
    Way("/audit", N_("Trail"), ADMIN),
)
SIGNING, DISCLOSURE = "/fund/sign", "/fund"


def ways(roles: Collection[str], *, person: bool) -> list[tuple[str, str]]:
    """Pages and their words (not yet translated) for somebody, in order, none twice.

    >>> [page for page, _ in ways({"owner"}, person=True)]
    ['/credit', '/reports', '/fund', '/fund/sign']
    >>> [page for page, _ in ways({"supervision"}, person=True)][:3]
    ['/room', '/completeness', '/faults']
    """
    mine = frozenset(roles)
    found = {way.page: way.words for way in WAYS if mine & way.roles and (person or not way.person)}
    return list((found | fund_ways(mine)).items())


def fund_ways(roles: Collection[str]) -> dict[str, str]:
    """The fund's first pages by role.

    >>> fund_ways({"property"})
    {'/fund/cases': 'Fund', '/fund': 'Disclosure'}
    """
    found, first = {}, fund_home(roles)
    if first is not None:
        found[first] = N_("Fund")
    if may(roles, ACTIONS["fund.disclosure"]):
        found.setdefault(DISCLOSURE, N_("Disclosure"))
    if "owner" in roles:
        found.setdefault(SIGNING, N_("Work to sign for"))
    return found
