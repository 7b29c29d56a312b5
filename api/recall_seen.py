"""Recalls as one request may see them, and which lifts meet a criterion of those that are seen."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Request

from api.instruction_seen import own
from api.parts import Parts, parts_of
from api.principal import Principal
from api.problems import Problem, shown
from liftwatch.access.sight import Place, Sight
from liftwatch.care.commonalities import By, Counts, Group, Looked, groups
from liftwatch.care.recalls import Criterion, Hit, Recall, order
from liftwatch.handlers.care_recalls import all_rows, counted, matching
from liftwatch.ports import Books, LiftRow
from liftwatch.said import Said

READ = "recalls.read"


class SeenRecalls:
    """Reads of recalls, bounded by what may be seen, and by whose instructions they are."""

    def __init__(
        self, books: Books, sight: Sight, *, organisations: Sequence[str], exercise: bool
    ) -> None:
        self._books, self.sight, self.organisations = books, sight, organisations
        self.exercise = exercise

    def one(self, id: str) -> Recall:
        """One; the problem `not-found` where none of it is seen."""
        found = self._books.recall(id, sight=self.sight, organisations=self.organisations)
        if found is None:
            raise no_recall(id)
        return found

    def list(
        self, *, open_only: bool, limit: int, after: tuple[int, str] | None = None
    ) -> list[Recall]:
        """Those of which something is seen, the newest first."""
        return self._books.recalls(
            open_only=open_only,
            limit=limit,
            after=after,
            sight=self.sight,
            organisations=self.organisations,
        )

    def hits(self, some: Sequence[Recall]) -> dict[str, Sequence[Hit]]:
        """By recall its lifts that are seen, open ones first; all of one that one's own
        organisation issued."""
        found: dict[str, Sequence[Hit]] = {}
        for one in some:
            whole = one.issuer in self.organisations
            rows = self._books.recall_hits(
                [one.id],
                sight=Sight(everything=True) if whole else self.sight,
                organisations=self.organisations,
            )
            found[one.id] = order(rows)
        return found

    def matching(self, where: Criterion, *, now_ms: int) -> Sequence[LiftRow]:
        """The lifts that are seen and meet a criterion."""
        return matching(self._books, where, sight=self.sight, exercise=self.exercise, now_ms=now_ms)

    def within(self, places: tuple[Place, ...]) -> "SeenRecalls":
        """What is seen of some places: those of the authority that recalls."""
        sight = Sight(places=places)
        return SeenRecalls(
            self._books, sight, organisations=self.organisations, exercise=self.exercise
        )

    def rows(self) -> Sequence[LiftRow]:
        """All lifts that are seen."""
        return tuple(all_rows(self._books, sight=self.sight, exercise=self.exercise))

    def groups(
        self, where: Criterion, *, by: By, rows: Sequence[LiftRow], now_ms: int
    ) -> tuple[Counts, Sequence[Group]]:
        """How often lifts had the fault of a criterion, and what of them stands out."""
        fault = where.fault
        assert fault is not None, "the caller has asked for one"
        counts = counted(
            self._books, where, fault, sight=self.sight, exercise=self.exercise, now_ms=now_ms
        )
        looked = [Looked(row.facts, counts.get(row.lift, 0)) for row in rows]
        to_ms = now_ms if where.to_ms is None else min(where.to_ms, now_ms)
        return counts, groups(looked, by=by, from_ms=where.from_ms or 0, to_ms=to_ms)


def no_recall(id: str) -> Problem:
    """The problem of a recall that is not there, or not for whoever asks."""
    return Problem("not-found", Said("there is no recall %(id)s", id=shown(id)))


def recalls_seen(part: Parts, principal: Principal, sight: Sight) -> SeenRecalls:
    """What somebody sees by a sight."""
    mine = own(principal, READ)
    return SeenRecalls(part.books, sight, organisations=mine, exercise=part.exercise)


async def _recalls(request: Request) -> SeenRecalls:
    part, principal = await parts_of(request), request.state.principal
    return recalls_seen(part, principal, request.state.sight)


TheRecalls = Annotated[SeenRecalls, Depends(_recalls)]
