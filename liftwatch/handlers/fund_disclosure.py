"""A building's disclosure, read together: its journal, its cases, its owners, its lifts."""

from collections.abc import Iterable

from liftwatch.access.sight import Place, Sight
from liftwatch.access.store import PeopleReads
from liftwatch.fund.accounts import account_of
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import Case
from liftwatch.fund.disclosure_report import Report, Seen, report
from liftwatch.fund.disclosure_year import building_year
from liftwatch.fund.kept import CaseFilter
from liftwatch.fund.posted import Entry
from liftwatch.handlers.fund_aftermath import Seen as Became
from liftwatch.handlers.fund_aftermath import case_aftermath
from liftwatch.ports import Books

PAGE = 500
BuildingPlace = tuple[str, str, str]


def owners_of(reads: PeopleReads, place: BuildingPlace) -> dict[str, str]:
    """The whole names of a building's owners by household; whoever shows them masks them."""
    found: dict[str, list[str]] = {}
    for dwelling, name in reads.owners(place):
        found.setdefault(dwelling.household, []).append(name)
    return {household: "、".join(names) for household, names in found.items()}


def own_of(reads: PeopleReads, person: str, place: BuildingPlace) -> frozenset[str]:
    """The households of a building that somebody has now."""
    return frozenset(
        one.household
        for one in reads.dwellings(person)
        if one.until_ms is None and one.place == place
    )


def disclosure_of(
    books: Books,
    place: BuildingPlace,
    year: int,
    *,
    entries: Iterable[Entry],
    names: dict[str, str],
    own: frozenset[str],
    now_ms: int,
) -> Report:
    """The disclosure of a year, of `entries` that are the building's. Raises Untold, Unreadable."""
    area, estate, building = place
    cases = cases_of(books, place)
    seen = Seen(
        names=names,
        own=own,
        first=books.fund_first_deposits(place),
        aftermaths={
            one.id: became.found
            for one in cases
            if (became := aftermath_in(books, one, now_ms=now_ms)) is not None
        },
    )
    return report(
        building_year(entries, year),
        cases,
        seen,
        closed=any(one.year >= year for one in books.fund_closed()),
        now_ms=now_ms,
        area=area,
        estate=estate,
        building=building,
    )


def aftermath_in(books: Books, case: Case, *, now_ms: int) -> Became | None:
    """What became of a repair, of a lift of the case's own estate: of another's nothing is told."""
    if books.lift(case.lift, sight=Sight(places=(Place(case.area, case.estate),))) is None:
        return None
    return case_aftermath(books, case, now_ms=now_ms)


def cases_of(books: Books, place: BuildingPlace) -> list[Case]:
    """All cases of a building, in order of their ids."""
    area, estate, building = place
    where = CaseFilter(area=area, estate=estate, building=building)
    found: list[Case] = []
    while page := books.fund_cases(where, after=found[-1].id if found else "", limit=PAGE):
        found += page
    return found


def buildings_of(
    books: Books, sight: Sight, *, after: str = "", limit: int = PAGE
) -> tuple[list[BuildingPlace], str | None]:
    """Buildings that have books and are seen, in order, and where the next ones begin."""
    places: dict[BuildingPlace, None] = {}
    while True:
        page = books.fund_held(AccountFilter(kind="bank"), after=after, limit=PAGE, sight=sight)
        for one in page:
            place = account_of(one.account).place
            if len(places) == limit and place not in places:
                return list(places), after
            places[place] = None
            after = one.account
        if len(page) < PAGE:
            return list(places), None
