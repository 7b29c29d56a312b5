"""Cases and votes of the fund in memory: the measure for the real ones."""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from liftwatch.access.sight import EVERYTHING, Place, Sight
from liftwatch.fund.ballots import Outcome, Vote
from liftwatch.fund.case import Case
from liftwatch.fund.kept import CaseFilter, Publication, Snapshot
from liftwatch.fund.moves import LAPSING
from liftwatch.fund.steps import HANDS
from liftwatch.ports import Conflict
from liftwatch.said import Said


class CaseState:
    """Cases and votes by id; whose hand whose is, and which document lies where."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.documents: dict[str, str] = {}
        self.hands: dict[tuple[str, str], str] = {}
        self.published: dict[tuple[str, int], Publication] = {}
        self.snapshots: dict[str, Snapshot] = {}
        self.given: dict[tuple[str, str], int] = {}
        self.votes: dict[str, tuple[Vote, Outcome | None]] = {}


class MemoryCaseReads:
    """Fulfils `liftwatch.fund.kept.CaseReads`."""

    _cases: CaseState

    def fund_case(self, id: str, *, sight: Sight = EVERYTHING) -> Case | None:
        """A case of a building that is seen."""
        found = self._cases.cases.get(id)
        return found if found is not None and _is_seen(found, sight) else None

    def fund_cases(
        self, where: CaseFilter, *, after: str = "", limit: int = 50, sight: Sight = EVERYTHING
    ) -> list[Case]:
        """Cases of buildings that are seen, in order of their ids."""
        wanted = {k: v for k, v in structs.asdict(where).items() if v is not None}
        found = [
            one
            for id, one in sorted(self._cases.cases.items())
            if id > after
            and _is_seen(one, sight)
            and all(getattr(one, name) == value for name, value in wanted.items())
        ]
        return found[:limit]

    def fund_lapsed(self, at_ms: int, *, limit: int = 100) -> list[str]:
        """Ids of cases of which the time of reservation is over."""
        found = [
            (one.expires_ms, one.id)
            for one in self._cases.cases.values()
            if one.stage in LAPSING and one.expires_ms is not None and one.expires_ms <= at_ms
        ]
        return [id for _, id in sorted(found)][:limit]

    def fund_given(self, organisations: tuple[str, ...]) -> list[str]:
        """Ids of cases that were given to one of these organisations."""
        return sorted({case for case, whom in self._cases.given if whom in organisations})

    def fund_vote(self, id: str) -> tuple[Vote, Outcome | None] | None:
        """A vote, and how it ended."""
        return self._cases.votes.get(id)

    def fund_votes(self, case: str) -> list[str]:
        """Ids of the votes of a case, the first one first."""
        return sorted(id for id, (vote, _) in self._cases.votes.items() if vote.case == case)

    def fund_publications(self, case: str) -> list[Publication]:
        """What was published of a case, the first one first."""
        return [one for (of, _), one in sorted(self._cases.published.items()) if of == case]

    def fund_snapshot(self, case: str, sha256: str) -> Snapshot | None:
        """A document of a case, where its bytes are kept here."""
        found = self._cases.snapshots.get(sha256)
        return found if found is not None and found.case == case else None


class MemoryCaseWork:
    """Fulfils `liftwatch.fund.kept.CaseWork`; each step says how it is undone."""

    _cases: CaseState
    _put_row: Callable[[Any, Any, Any], None]

    def fund_case_locked(self, id: str) -> Case | None:
        """A case; there is one thread."""
        return self._cases.cases.get(id)

    def fund_put_case(self, case: Case, before: Case | None) -> None:
        """Insert a case that was not there, or replace `before` and add what the move added."""
        known = self._cases.cases.get(case.id)
        if (known.version if known else None) != (before.version if before else None):
            raise _conflict()
        for one in case.documents[len(before.documents) if before else 0 :]:
            self._new(self._cases.documents, one.sha256, case.id)
        for done in case.done[len(before.done) if before else 0 :]:
            hand = HANDS.get(done.move)
            for who in (done.by.person, done.by.organisation) if hand else ():
                key = (case.id, str(who))
                if self._cases.hands.get(key, hand) != hand:
                    raise _conflict()
                self._put_row(self._cases.hands, key, hand)
        self._put_row(self._cases.cases, case.id, case)

    def fund_documents_used(self, hashes: tuple[str, ...]) -> dict[str, str]:
        """Of these hashes those that are known, with their case."""
        held = self._cases.documents
        return {one: held[one] for one in hashes if one in held}

    def fund_publish(self, publication: Publication) -> None:
        """Keep what was published."""
        self._new(self._cases.published, (publication.case, publication.n), publication)

    def fund_keep_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the bytes of a document of a case."""
        if self._cases.documents.get(snapshot.sha256) != snapshot.case:
            raise _conflict()
        self._new(self._cases.snapshots, snapshot.sha256, snapshot)

    def fund_published(self, case: str) -> int:
        """How many publications a case has."""
        return sum(of == case for of, _ in self._cases.published)

    def fund_give(self, case: str, organisation: str, *, person: str, at_ms: int) -> None:
        """Give a case to an organisation of auditors."""
        del person
        self._put_row(self._cases.given, (case, organisation), at_ms)

    def fund_vote_locked(self, id: str) -> tuple[Vote, Outcome | None] | None:
        """A vote and how it ended."""
        return self._cases.votes.get(id)

    def fund_put_vote(self, vote: Vote, before: Vote | None, outcome: Outcome | None) -> None:
        """Insert or replace."""
        known = self._cases.votes.get(vote.id)
        if (known[0].version if known else None) != (before.version if before else None):
            raise _conflict()
        self._put_row(self._cases.votes, vote.id, (vote, outcome))

    def fund_outcome(self, case: str) -> Outcome | None:
        """How the newest closed vote of a case ended."""
        ended = [(id, end) for id, (vote, end) in self._cases.votes.items() if vote.case == case]
        return next((end for _, end in sorted(ended, reverse=True) if end is not None), None)

    def _new(self, rows: Any, key: Any, value: Any) -> None:
        if key in rows:
            raise _conflict()
        self._put_row(rows, key, value)


def _conflict() -> Conflict:
    return Conflict(Said("the fund's books do not allow this: it is there already"))


def _is_seen(case: Case, sight: Sight) -> bool:
    return sight.reaches(Place(case.area, case.estate, case.building))
