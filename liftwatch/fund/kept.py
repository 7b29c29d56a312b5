"""Cases and votes as they are kept: the ports that write and read them.

A case is written as a whole with what a move has added; whatever the database refuses of it - a
version that does not follow, a document of another case, a second hand - is Conflict.
"""

from typing import Protocol

from msgspec import Struct

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.fund.ballots import Outcome, Vote
from liftwatch.fund.case import Case


class Publication(Struct, frozen=True, kw_only=True):
    """What was published of a case: its plan, or in the end cost and allocation, as JSON.

    `n` counts those of a case, `sha256` is of `data`.
    """

    case: str
    n: int
    what: str
    plan: int
    sha256: str
    data: str
    at_ms: int


class Snapshot(Struct, frozen=True, kw_only=True):
    """A document of a case whose bytes are kept here, for nobody else has them: what the lift
    knew when the case was opened. `sha256` is of `data` in UTF-8."""

    case: str
    sha256: str
    data: str
    at_ms: int


class CaseFilter(Struct, frozen=True, kw_only=True):
    """Which cases: None is no condition."""

    area: str | None = None
    estate: str | None = None
    building: str | None = None
    lift: str | None = None
    stage: str | None = None
    path: str | None = None


class CaseWork(Protocol):
    """The part of a transaction that keeps cases and votes."""

    def fund_case_locked(self, id: str) -> Case | None:
        """A case, held until the transaction ends."""

    def fund_put_case(self, case: Case, before: Case | None) -> None:
        """Insert a case that was not there, or replace `before` and add what the move added.

        Raises Conflict.
        """

    def fund_documents_used(self, hashes: tuple[str, ...]) -> dict[str, str]:
        """Of these hashes those that are known, with their case."""

    def fund_publish(self, publication: Publication) -> None:
        """Keep what was published; never changed. Raises Conflict."""

    def fund_keep_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the bytes of a document of a case; never changed. Raises Conflict."""

    def fund_published(self, case: str) -> int:
        """How many publications a case has."""

    def fund_vote_locked(self, id: str) -> tuple[Vote, Outcome | None] | None:
        """A vote and how it ended, held until the transaction ends."""

    def fund_put_vote(self, vote: Vote, before: Vote | None, outcome: Outcome | None) -> None:
        """Insert or replace, with its ballots. Raises Conflict."""

    def fund_give(self, case: str, organisation: str, *, person: str, at_ms: int) -> None:
        """Give a case to an organisation of auditors; again changes nothing."""

    def fund_outcome(self, case: str) -> Outcome | None:
        """How the newest closed vote of a case ended."""


class CaseReads(Protocol):
    """The part of the books that tells of cases and votes."""

    def fund_case(self, id: str, *, sight: Sight = EVERYTHING) -> Case | None:
        """A case of a building that is seen."""

    def fund_cases(
        self, where: CaseFilter, *, after: str = "", limit: int = 50, sight: Sight = EVERYTHING
    ) -> list[Case]:
        """Cases of buildings that are seen, in order of their ids, which is that of opening."""

    def fund_lapsed(self, at_ms: int, *, limit: int = 100) -> list[str]:
        """Ids of cases of which the time of reservation is over."""

    def fund_given(self, organisations: tuple[str, ...]) -> list[str]:
        """Ids of cases that were given to one of these organisations."""

    def fund_vote(self, id: str) -> tuple[Vote, Outcome | None] | None:
        """A vote, and how it ended."""

    def fund_votes(self, case: str) -> list[str]:
        """Ids of the votes of a case, the first one first."""

    def fund_publications(self, case: str) -> list[Publication]:
        """What was published of a case, the first one first."""

    def fund_snapshot(self, case: str, sha256: str) -> Snapshot | None:
        """A document of a case, where its bytes are kept here."""
