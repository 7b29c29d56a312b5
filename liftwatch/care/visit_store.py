"""The ports that keep visits, regimes, certificates and answers (`liftwatch.care`)."""

from collections.abc import Collection, Mapping
from typing import Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.answer import Answer
from liftwatch.care.inspection import Inspection
from liftwatch.care.phases import Phase
from liftwatch.care.regime import Regime
from liftwatch.care.visit import Visit


class VisitFilter(Struct, kw_only=True, frozen=True):
    """Which visits: None is no condition; `state` has several. `from_ms` is of the check-in."""

    lift: str | None = None
    technician: str | None = None
    organisation: str | None = None
    state: tuple[str, ...] = ()
    from_ms: int | None = None
    to_ms: int | None = None


class VisitReads(Protocol):
    """What is read. A maintenance unit sees the visits of its own, and those of its lifts now."""

    def visit(self, id: str, *, sight: Sight = EVERYTHING) -> Visit | None:
        """One visit."""

    def visits(
        self,
        where: VisitFilter,
        *,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> list[Visit]:
        """Visits, the newest check-in first, after a place (check-in, id)."""

    def last_cared(self, lifts: Collection[str]) -> dict[str, dict[str, int]]:
        """Of each of some lifts when each routine care was last finished."""

    def regimes(self, lifts: Collection[str]) -> dict[str, Regime]:
        """How some lifts are kept, as far as anybody filed it."""

    def contracts_now(self, lifts: Collection[str], now_ms: int) -> dict[str, tuple[str, int]]:
        """Of each of some lifts whose contract runs, with its first moment."""

    def phase_heads(self) -> Mapping[str, int]:
        """The newest phase of each lift."""

    def phases(self, lift: str, *, after: int, limit: int = 50) -> list[Phase]:
        """The phases of a lift after a number, in order."""

    def inspections(self, lift: str) -> list[Inspection]:
        """The certificates of a lift, the newest inspection first."""

    def newest_inspections(self, lifts: Collection[str]) -> dict[str, Inspection]:
        """Of each of some lifts the newest certificate."""

    def answer(self, incident: str) -> Answer | None:
        """How a contradiction stands."""

    def answers(self, incidents: Collection[str]) -> dict[str, Answer]:
        """How some stand."""


class VisitWork(Protocol):
    """The part of a transaction in which visits are kept."""

    def visit_locked(self, id: str) -> Visit | None:
        """A visit, held until the transaction ends."""

    def open_visits(self, *, lift: str, technician: str) -> list[Visit]:
        """What is open at a lift or of a technician, held until the transaction ends."""

    def put_visit(self, visit: Visit, before: Visit | None) -> None:
        """Insert, or replace `before`; raises Conflict where somebody else was first."""

    def tell_phase(self, visit: Visit) -> Phase:
        """Keep the phase a visit has come to as the next one of its lift."""

    def regime_locked(self, lift: str) -> Regime | None:
        """How a lift is kept, held until the transaction ends."""

    def put_regime(self, regime: Regime, before: Regime | None) -> None:
        """Insert, or replace `before`; raises Conflict."""

    def certificate_known(self, *, number: str, sha256: str) -> Inspection | None:
        """A certificate on file with this number or this hash, of whatever lift."""

    def add_inspection(self, one: Inspection) -> None:
        """Keep a certificate; raises Conflict where its number or hash is on file."""

    def answer_locked(self, incident: str) -> Answer | None:
        """How a contradiction stands, held until the transaction ends."""

    def put_answer(self, one: Answer, before: Answer | None) -> None:
        """Insert, or replace `before`; raises Conflict."""
