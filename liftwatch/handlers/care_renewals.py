"""The year's list of lifts to renew, drawn up from the books; and people's estimates."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from liftwatch.care.renewal import (
    YEARS_AHEAD,
    Estimate,
    Known,
    Met,
    Proposal,
    Purse,
    Wanted,
    checked,
    meet,
    propose,
)
from liftwatch.clock import date_of, estate_day
from liftwatch.fund.allocation import Balance
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.case import OVER, Case
from liftwatch.fund.doors import Door, doors_of
from liftwatch.fund.kept import CaseFilter
from liftwatch.fund.scope import Household, Scope
from liftwatch.handlers.care_risk import Judged
from liftwatch.handlers.fund_areas import households_in
from liftwatch.ports import Books, Work

PAGE = 500
DONE = OVER | {"refused", "settled"}
"""Stages in which a case is no answer to what a lift needs now."""
PlaceKey = tuple[str, str, str]


class Listed(NamedTuple):
    """A row of the list: the lift as it is judged, how its cost is met, and its case."""

    judged: Judged
    met: Met
    estimate: Estimate | None
    case: Case | None


def year_of(at_ms: int) -> int:
    """The year of a moment, where the lifts are."""
    return date_of(estate_day(at_ms)).year


def aged_on(year: int, at_ms: int) -> date:
    """The day for which ages are reckoned: the year's last one."""
    assert year_of(at_ms) <= year <= year_of(at_ms) + YEARS_AHEAD, "a year nobody plans for"
    return date(year, 12, 31)


def draw_up(books: Books, judged: Sequence[Judged]) -> list[Listed]:
    """The lifts for which something is proposed, the riskiest first, with their money."""
    estimates = books.estimates([one.row.lift for one in judged])
    purses = _Purses(books)
    rows, kept = list[Wanted](), list[tuple[Judged, Estimate | None, Case | None]]()
    for one in judged:
        estimate = estimates.get(one.row.lift)
        proposal = propose(_known(one, estimate))
        if proposal is None:
            continue
        place = (one.row.area, one.row.estate, one.row.facts.building or "")
        case = purses.case_of(place, one.row.lift)
        own = case if case is not None and answers(case, proposal) else None
        purse = purses.of(place, unit=one.row.facts.unit, case=own)
        rows.append(Wanted(one.row.lift, place, proposal, purse))
        kept.append((one, estimate, case))
    return [
        Listed(one, met, estimate, case)
        for (one, estimate, case), met in zip(kept, meet(rows), strict=True)
    ]


def answers(case: Case, proposal: Proposal) -> bool:
    """Whether a case is of the work that is proposed: money put aside for another pays none of it.

    A repair of which nobody has told the works is answered by any case that is no renewal.
    """
    codes = {item.code for item in case.plan.items} if case.plan is not None else set()
    if not proposal.works:
        return bool(codes) and "renewal" not in codes
    return bool(codes & set(proposal.works))


def put_estimate(work: Work, one: Estimate) -> Estimate:
    """Keep an estimate; raises Untold for one that is none."""
    return work.add_estimate(checked(one))


def _known(one: Judged, estimate: Estimate | None) -> Known:
    floors = one.row.facts.floors
    return Known(
        score=round(one.risk.score, 1),
        age_years=one.known.age_years,
        life_years=one.known.design_life_years,
        assessed=one.known.assessed,
        stops=len(floors) if floors else None,
        open_kinds=one.known.open_kinds,
        estimate=estimate,
    )


class _Purses:
    """What buildings have, each read once."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._homes: dict[PlaceKey, dict[str, tuple[str, Household]]] = {}
        self._balances: dict[PlaceKey, dict[str, Balance]] = {}
        self._cases: dict[PlaceKey, list[Case]] = {}

    def case_of(self, place: PlaceKey, lift: str) -> Case | None:
        """The newest case of a lift that goes on."""
        if not place[2]:
            return None
        if place not in self._cases:
            self._cases[place] = list(_cases(self._books, place))
        own = [one for one in self._cases[place] if one.lift == lift and one.stage not in DONE]
        return max(own, key=lambda one: one.opened_ms, default=None)

    def of(self, place: PlaceKey, *, unit: str | None, case: Case | None) -> Purse | None:
        """Who would pay for a lift: the households of its unit, else of the building; None where
        none is on record. A case that has a plan says who does."""
        if not place[2]:
            return None
        if case is not None and case.plan is not None:
            scope = case.plan.scope
        else:
            homes = self._homes_of(place)
            own = [home for of, home in homes.values() if unit and of == unit]
            scope = Scope(households=tuple(own or [home for _, home in homes.values()]))
        if not scope.households:
            return None
        reserved = 0 if case is None else case.purse.cash_fen
        return Purse(scope, self._balances_of(place), reserved)

    def _homes_of(self, place: PlaceKey) -> dict[str, tuple[str, Household]]:
        if place not in self._homes:
            doors = doors_of(households_in(self._books, place))
            self._homes[place] = {
                id: (door.unit, _household(id, door)) for id, door in doors.items() if door.area_dm2
            }
        return self._homes[place]

    def _balances_of(self, place: PlaceKey) -> dict[str, Balance]:
        if place not in self._balances:
            held: dict[str, dict[str, int]] = {}
            for kind in ("interest", "principal"):
                for name, fen in _held(self._books, place, kind):
                    held.setdefault(name.rpartition("/")[2], {})[kind] = fen
            self._balances[place] = {
                home: Balance(of.get("interest", 0), of.get("principal", 0))
                for home, of in held.items()
            }
        return self._balances[place]


def _household(id: str, door: Door) -> Household:
    """Of an unsold home the developer pays (165号令, art. 21); its name is not on record."""
    developer = "developer" if door.developer else None
    return Household(id=id, area_dm2=door.area_dm2, developer=developer)


def _held(books: Books, place: PlaceKey, kind: str) -> Iterable[tuple[str, int]]:
    area, estate, building = place
    where, after = AccountFilter(area=area, estate=estate, building=building, kind=kind), ""
    while page := books.fund_held(where, after=after, limit=PAGE):
        yield from page
        after = page[-1].account


def _cases(books: Books, place: PlaceKey) -> Iterable[Case]:
    area, estate, building = place
    where, after = CaseFilter(area=area, estate=estate, building=building), ""
    while page := books.fund_cases(where, after=after, limit=PAGE):
        yield from page
        after = page[-1].id
