"""The account of loss in memory: the measure for the real ones."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from liftwatch.access.sight import EVERYTHING, Sight
from liftwatch.account import AccountGap, AccountRow, Completeness, CompletenessPlace, StreamGaps


class AccountState:
    """Rows and streams by their keys; each is replaced, never changed."""

    def __init__(self) -> None:
        self.rows: dict[tuple[Any, ...], AccountRow] = {}
        self.streams: dict[tuple[str, ...], StreamGaps] = {}


class MemoryAccountReads:
    """The reads of `liftwatch.ports.Books` that belong to the account."""

    _account: AccountState

    def completeness_of(self, lift: str, from_day: int, to_day: int) -> list[Completeness]:
        """The days of a lift from one to another inclusive, the newest first."""
        rows = [one for one in self._account.rows.values() if one.lift == lift]
        found = self._sum([one for one in rows if from_day <= one.day <= to_day])
        return sorted(found, key=lambda one: (-one.day, one.area, one.estate))

    def completeness_on(
        self,
        day: int,
        *,
        estate: str | None = None,
        after: CompletenessPlace | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[Completeness]:
        """The lifts of a day, those that miss most first, after a place."""
        rows = [
            one
            for one in self._account.rows.values()
            if one.day == day and one.lift and sight.covers(one.area, one.estate)
        ]
        found = self._sum([one for one in rows if estate in (None, one.estate)])
        start = None if after is None else (-after[0], *after[1:])
        found = sorted(found, key=_place)
        return [one for one in found if start is None or _place(one) > start][:limit]

    def gaps_of(
        self,
        terminal: str,
        *,
        after: tuple[str, str, str, int] | None = None,
        limit: int = 500,
        sight: Sight = EVERYTHING,
    ) -> list[AccountGap]:
        """What is missing of a terminal, in order of area, estate, boot and first count."""
        gaps = [
            AccountGap(
                area=one.area,
                estate=one.estate,
                terminal=terminal,
                boot=one.boot,
                first_seq=first,
                last_seq=last,
                day=day,
            )
            for one in self._account.streams.values()
            if one.terminal == terminal and sight.covers(one.area, one.estate)
            for first, last, day in one.gaps
        ]
        gaps.sort(key=_gap_place)
        return [one for one in gaps if after is None or _gap_place(one) > after][:limit]

    def _sum(self, rows: Sequence[AccountRow]) -> list[Completeness]:
        """Per lift and day, with the figures of the terminals that spoke for it."""
        groups: dict[tuple[str, str, str, int], list[AccountRow]] = defaultdict(list)
        for row in rows:
            groups[row.area, row.estate, row.lift, row.day].append(row)
        return [self._completeness(own) for own in groups.values()]

    def _completeness(self, own: Sequence[AccountRow]) -> Completeness:
        keys = [(one.source, one.area, one.estate, one.terminal, "", one.day) for one in own]
        whole = [row for key in keys if (row := self._account.rows.get(key)) is not None]
        return Completeness(
            area=own[0].area,
            estate=own[0].estate,
            lift=own[0].lift,
            day=own[0].day,
            received=sum(one.received for one in own),
            late=sum(one.late for one in own),
            duplicates=sum(one.duplicates for one in own),
            ahead_ms=max((a for one in own if (a := one.ahead_ms) is not None), default=None),
            heard=sum(one.received for one in whole),
            missing=sum(one.missing for one in whole),
            jumps=sum(one.jumps for one in whole),
        )


class MemoryAccountWork:
    """The writes of `liftwatch.ports.Work` that belong to the account."""

    _account: AccountState
    _put_row: Callable[[Any, Any, Any], None]

    def put_account(self, rows: Sequence[AccountRow]) -> None:
        """Insert or replace rows."""
        for row in rows:
            key = (row.source, row.area, row.estate, row.terminal, row.lift, row.day)
            self._put_row(self._account.rows, key, row)

    def put_gaps(self, streams: Sequence[StreamGaps]) -> None:
        """Replace all gaps of these boots."""
        for one in streams:
            key = (one.source, one.area, one.estate, one.terminal, one.boot)
            self._put_row(self._account.streams, key, one)


def _place(one: Completeness) -> tuple[int, str, str, str]:
    return (-one.lost_ppm, one.area, one.estate, one.lift)


def _gap_place(gap: AccountGap) -> tuple[str, str, str, int]:
    return (gap.area, gap.estate, gap.boot, gap.first_seq)
