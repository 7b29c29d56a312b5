"""What the fault history lives on, as ports: told codes, visits, signatures, and what is read."""

from collections.abc import Collection, Sequence
from typing import Literal, Protocol

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.care.faults import (
    Closing,
    Fault,
    FaultFilter,
    FaultPage,
    Fixed,
    Heard,
    Replaced,
    ToldCode,
)
from liftwatch.care.signature import Signed
from liftwatch.incidents.incident import Incident

Scope = Literal["lift", "model", "all"]


class FaultReads(Protocol):
    """What is read of the history.

    A maintenance unit sees what was raised while it held the contract, and all history of the
    lifts under its contract at `now_ms`; of the latter the facts alone (`Fault.own`).
    """

    def faults(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        after: tuple[int, str] | None = None,
        limit: int = 50,
        sight: Sight = EVERYTHING,
    ) -> FaultPage:
        """Faults, newest first."""

    def faults_of(
        self, incidents: Collection[str], *, now_ms: int, sight: Sight = EVERYTHING
    ) -> dict[str, Fault]:
        """The history of some incidents, those that are seen."""

    def signed(self, incidents: Collection[str]) -> dict[str, Signed]:
        """The signatures of incidents that are seen: ids come from what was read before."""

    def signed_like(
        self,
        asked: Signed,
        *,
        scope: Scope,
        kinds: Sequence[str],
        now_ms: int,
        limit: int,
        sight: Sight = EVERYTHING,
    ) -> list[Signed]:
        """Signatures of what was raised before, of some kinds, the newest first: on the same lift,
        on lifts of the same make and model, or on all; without what is drawn of them."""

    def fixed(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        limit: int,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Fixed]:
        """What people put right of incidents raised in between, the newest first; late history
        never, exercises only where the whole installation is one."""

    def replaced(
        self,
        where: FaultFilter,
        *,
        now_ms: int,
        limit: int,
        exercise: bool = False,
        sight: Sight = EVERYTHING,
    ) -> list[Replaced]:
        """What was replaced, the newest first; of the filter lift, estate, part and times count."""


class FaultWork(Protocol):
    """The part of a transaction that keeps the history."""

    def note_codes(self, rows: Sequence[ToldCode]) -> None:
        """Keep what was told, linked to the open incident of its lift and kind; twice is once."""

    def close_codes(self, closings: Sequence[Closing]) -> None:
        """The newest open telling of each report is over."""

    def link_codes(self, incident: Incident, *, since_ms: int) -> None:
        """What was told of an incident's lift and kind since then, and of no other, is its."""

    def note_visits(self, rows: Sequence[Heard]) -> None:
        """Keep visits and what was replaced in them; twice is once."""

    def told_between(self, lift: str, from_ms: int, to_ms: int) -> list[ToldCode]:
        """Codes told of a lift in [from, to], the first one first."""

    def kinds_between(self, lift: str, from_ms: int, to_ms: int) -> list[str]:
        """Kinds raised of a lift in [from, to)."""

    def cared_before(self, lift: str, at_ms: int) -> int | None:
        """When the last visit before a moment ended; None: none was told."""

    def make_of(self, lift: str) -> tuple[str | None, str | None]:
        """Manufacturer and model of a lift, as they are on record."""

    def put_signature(self, signed: Signed) -> None:
        """Keep the signature of an incident, in the place of an older one."""
