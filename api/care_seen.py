"""Visits and what is due, as one request may see them; what is not seen is not there."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

from fastapi import Depends, Request

from api.parts import parts_of
from api.principal import Principal
from api.problems import Problem, shown
from api.who import person_of
from liftwatch.access.sight import Grant, Place, Sight
from liftwatch.care.answer import Answer
from liftwatch.care.inspection import Inspection
from liftwatch.care.regime import Regime
from liftwatch.care.visit import Visit, tokens_of
from liftwatch.care.visit_store import VisitFilter
from liftwatch.care.witness import ItemAfter, Witness, items_after, kinds_after, witness
from liftwatch.clock import DAY_MS
from liftwatch.handlers.care_plans import Planned, plans
from liftwatch.handlers.care_visits import CONTRADICTED, NoSuchVisit
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, IncidentFilter, LiftRow, TelemetryQuery, TelemetryStore
from liftwatch.said import Said

PAGE, PAGES_MAX = 500, 40
"""So many lifts are looked at; more than a county has."""


def no_visit(id: str) -> Problem:
    """The problem of a visit that is not there, or not seen."""
    return Problem("not-found", Said("there is no visit %(id)s", id=shown(id)))


@contextmanager
def visit_problems() -> Iterator[None]:
    """What is not there becomes a problem; what rules refuse is one already (`AccessError`)."""
    try:
        yield
    except NoSuchVisit as error:
        raise no_visit(str(error)) from error


class SeenCare:
    """Reads of maintenance, each bounded by what may be seen."""

    def __init__(self, books: Books, sight: Sight) -> None:
        self._books, self.sight = books, sight

    def visit(self, id: str) -> Visit:
        """One visit; the problem `not-found` for one that is not seen."""
        found = self._books.visit(id, sight=self.sight)
        if found is None:
            raise no_visit(id)
        return found

    def visits(
        self, where: VisitFilter, *, after: tuple[int, str] | None = None, limit: int = 50
    ) -> list[Visit]:
        """Visits, the newest first."""
        return self._books.visits(where, after=after, limit=limit, sight=self.sight)

    def lift(self, lift: str) -> LiftRow:
        """A lift; the problem `not-found` for one that is not seen."""
        found = self._books.lift(lift, sight=self.sight)
        if found is None:
            raise Problem("not-found", Said("there is no lift %(lift)s", lift=shown(lift)))
        return found

    def lifts(self, *, estate: str | None = None) -> list[LiftRow]:
        """All lifts that are seen."""
        found: list[LiftRow] = []
        after = None
        for _ in range(PAGES_MAX):
            rows = self._books.lifts(estate=estate, after=after, limit=PAGE, sight=self.sight)
            found += rows
            if len(rows) < PAGE:
                break
            after = rows[-1].lift
        return found

    def lift_of_tag(self, text: str) -> LiftRow | None:
        """The lift that a code in the car names: by its name, equipment or rescue code."""
        words = tokens_of(text)
        for word in words:
            if 4 <= len(word) <= 32 and (row := self._books.lift(word, sight=self.sight)):
                return row
        codes = set(words)
        for row in self.lifts() if words else ():
            if {row.facts.equipment_code, row.facts.rescue_code} & codes:
                return row
        return None

    def plans(self, rows: Sequence[LiftRow], *, now_ms: int) -> list[Planned]:
        """How lifts that are seen are kept, and what is due of them."""
        return plans(self._books, rows, now_ms=now_ms)

    def regime(self, lift: str) -> Regime:
        """How a lift that is seen is kept."""
        return self._books.regimes([lift]).get(lift) or Regime(lift=lift)

    def inspections(self, lift: str) -> list[Inspection]:
        """The certificates of a lift that is seen."""
        return self._books.inspections(self.lift(lift).lift)

    def contradictions(self, *, exercise: bool, limit: int = 200) -> list[Incident]:
        """Contradictions that are seen, the newest first: exercises where this is one, else the
        real ones."""
        where = IncidentFilter(kind=(CONTRADICTED,))
        page = self._books.incidents(where, limit=limit, sight=self.sight)
        return [one for one in page.items if one.lift is not None and one.exercise == exercise]

    def contradiction(self, incident: str) -> Incident:
        """One of them; the problem `not-found` for another."""
        found = self._books.incident(incident, sight=self.sight)
        if found is None or found.kind != CONTRADICTED or found.lift is None:
            text = Said("there is no contradiction %(id)s", id=shown(incident))
            raise Problem("not-found", text)
        return found

    def answers(self, incidents: Collection[str]) -> dict[str, Answer]:
        """How contradictions that are seen stand."""
        return self._books.answers(incidents)

    def visit_of(self, incident: Incident) -> Visit | None:
        """The visit that a contradiction is of: the lift's last one that had ended by then."""
        where = VisitFilter(lift=incident.lift, to_ms=incident.raised_ms + 1)
        found = self._books.visits(where, limit=10)
        return next((one for one in found if one.out_ms and one.out_ms <= incident.raised_ms), None)

    def after(self, visit: Visit, *, now_ms: int) -> list[ItemAfter]:
        """What became of what a visit's items bear on."""
        kinds = kinds_after(visit)
        if not kinds or visit.out_ms is None:
            return []
        where = IncidentFilter(lift=visit.lift, kind=kinds, to_ms=visit.out_ms + DAY_MS + 1)
        return items_after(visit, self._books.incidents(where, limit=500).items, now_ms=now_ms)


def witness_of(store: TelemetryStore, visit: Visit, *, now_ms: int) -> Witness:
    """What the lift said during a visit; raises StoreUnavailable."""
    until_ms = now_ms if visit.out_ms is None else visit.out_ms

    def read(kind: str, *signals: str) -> list[tuple[int, dict[str, object]]]:
        query = TelemetryQuery(
            lift=visit.lift,
            kind=kind,
            from_ms=visit.in_ms,
            to_ms=until_ms + 1,
            signals=signals,
        )
        return [(row.at_ms, row.values) for row in store.read(query)]

    modes = [(at_ms, one.get("service_mode")) for at_ms, one in read("state", "service_mode")]
    inside = [one.get("occupied") for _, one in read("ride", "occupied", "duration_s")]
    return witness(
        [(at_ms, str(mode) if mode is not None else None) for at_ms, mode in modes],
        doors=len(read("door", "open_s", "result")),
        rides=[one if isinstance(one, bool) else None for one in inside],
        tests=[str(one.get("phase")) for _, one in read("emergency_call", "phase")],
        until_ms=until_ms,
    )


def acting(principal: Principal, role: str, place: Place | None = None) -> Grant | None:
    """The grant by which somebody acts in a role, of a place where one is told; None without."""
    person_of(principal)
    own = [one for one in principal.grants if one.role == role]
    if place is not None:
        own = [one for one in own if Sight(places=one.places).reaches(place)]
    return own[0] if own else None


async def _care(request: Request) -> SeenCare:
    """What the principal may see by the action its route declares (`api.principal.Allow`)."""
    return SeenCare((await parts_of(request)).books, request.state.sight)


TheCare = Annotated[SeenCare, Depends(_care)]
