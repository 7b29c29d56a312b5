"""Which counts of one boot of a terminal have come: what is missing, and what came again.

Everything has a limit: whatever a terminal counts, a stream remembers so many gaps and no more.
"""

from bisect import bisect_right
from typing import NamedTuple

from msgspec import Struct

MISSING_MAX = 64  # remembered gaps: earlier ones stay counted, and can no longer be filled
AHEAD_MAX = 8  # remembered runs of retained messages that came before their predecessors
WILLS_MAX = 8  # counts reserved for wills that have not come
JUMP = 100_000  # what is farther away is no loss: 14 h of a lift that never stands still

Gap = tuple[int, int, int]
"""First and last missing count, and the day that misses them."""


class Outcome(NamedTuple):
    """What one message changes: whether it is new, and how many more each day misses."""

    is_new: bool
    missing: tuple[tuple[int, int], ...] = ()
    jumps: int = 0


SEEN, NEW = Outcome(is_new=False), Outcome(is_new=True)


class Stream(Struct):
    """Counts below `floor` are not judged: nobody knows what came of them.

    `next_seq` is the first count of which nothing is known, -1 while the stream has not begun.
    `missing` and `ahead` lie in order and apart.
    """

    next_seq: int = -1
    floor: int = 0
    missing: list[Gap] = []
    ahead: list[tuple[int, int]] = []
    wills: list[int] = []

    def begin(self, seq: int) -> None:
        """Judge from this count on; what came before is neither here nor there."""
        self.next_seq = self.floor = seq
        self.missing = []
        self.wills = [will for will in self.wills if will >= seq]
        self._pass_ahead()

    def joined(self, seq: int) -> bool:
        """Before it has begun: whether this one followed the last and has been put to its run."""
        if self.next_seq >= 0 or not self.ahead or self.wills or self.ahead[-1][1] != seq - 1:
            return False
        self.ahead[-1] = (self.ahead[-1][0], seq)
        return True

    def hear(self, seq: int, day: int, *, shy: bool = False, kept: bool = False) -> Outcome:
        """One message. A `shy` one makes no gap by itself; a `kept` one may be handed out again.

        >>> stream = Stream(next_seq=0)
        >>> [stream.hear(seq, 7).missing for seq in (0, 3, 1)]
        [(), ((7, 2),), ((7, -1),)]
        >>> stream.missing
        [(2, 2, 7)]
        """
        if 0 <= seq < self.next_seq:
            return self._hear_old(seq, kept=kept)
        if any(first <= seq <= last for first, last in self.ahead):
            return SEEN
        if seq in self.wills:
            self.wills.remove(seq)
        if self.next_seq < 0:
            self._keep_ahead(seq)
            del self.ahead[:-AHEAD_MAX]
            return NEW
        if shy and self._holes(seq):
            self._keep_ahead(seq)
            full = len(self.ahead) > AHEAD_MAX
            return self._advance(self.ahead[0][0], day) if full else NEW
        return self._advance(seq, day)

    def excuse(self, seq: int) -> Outcome:
        """This count is reserved for a will: it may come, and is not missing until then."""
        place = self._gap_of(seq)
        known = seq < self.next_seq or any(first <= seq <= last for first, last in self.ahead)
        if seq < 0 or seq in self.wills or (known and place is None):
            return SEEN
        self.wills = [*self.wills[1 - WILLS_MAX :], seq]
        return SEEN if place is None else Outcome(False, self._fill(place, seq))

    def _hear_old(self, seq: int, *, kept: bool) -> Outcome:
        if seq in self.wills:
            self.wills.remove(seq)
            return NEW
        place = self._gap_of(seq)
        if place is not None:
            return Outcome(True, self._fill(place, seq))
        if seq >= self.floor or kept:
            return SEEN
        if self.floor - seq <= JUMP:
            return NEW
        self.ahead = []
        self.begin(seq)
        self.next_seq = seq + 1
        return Outcome(True, jumps=1)

    def _advance(self, seq: int, day: int) -> Outcome:
        """Everything up to `seq` has come or is missing."""
        jumped = seq - self.next_seq > JUMP
        holes = [] if jumped else self._holes(seq)
        if jumped:
            self.begin(seq)
        self.missing += [(first, last, day) for first, last in holes]
        self._forget_gaps()
        self.next_seq = seq + 1
        self._pass_ahead()
        lost = sum(last - first + 1 for first, last in holes)
        return Outcome(True, ((day, lost),) if lost else (), jumps=int(jumped))

    def _holes(self, until: int) -> list[tuple[int, int]]:
        """What lies before a count and has neither come nor is reserved for a will."""
        holes, first = [], self.next_seq
        for begin, end in sorted([*self.ahead, *((will, will) for will in self.wills)]):
            if end < first:
                continue
            if begin >= until:
                break
            if begin > first:
                holes.append((first, begin - 1))
            first = end + 1
        return [*holes, (first, until - 1)] if first < until else holes

    def _keep_ahead(self, seq: int) -> None:
        """Put a count into the runs, joined to its neighbours."""
        before = [run for run in self.ahead if run[1] < seq - 1]
        after = [run for run in self.ahead if run[0] > seq + 1]
        joined = self.ahead[len(before) : len(self.ahead) - len(after)]
        first = min([seq, *(run[0] for run in joined)])
        last = max([seq, *(run[1] for run in joined)])
        self.ahead = [*before, (first, last), *after]

    def _pass_ahead(self) -> None:
        """Go on after the runs that follow at once."""
        while self.ahead and self.ahead[0][0] <= self.next_seq:
            self.next_seq = max(self.next_seq, self.ahead.pop(0)[1] + 1)

    def _gap_of(self, seq: int) -> int | None:
        """The place of the gap that holds this count."""
        place = bisect_right(self.missing, seq, key=lambda gap: gap[0]) - 1
        return place if place >= 0 and seq <= self.missing[place][1] else None

    def _fill(self, place: int, seq: int) -> tuple[tuple[int, int], ...]:
        first, last, day = self.missing[place]
        parts = ((first, seq - 1, day), (seq + 1, last, day))
        self.missing[place : place + 1] = [part for part in parts if part[0] <= part[1]]
        self._forget_gaps()
        return ((day, -1),)

    def _forget_gaps(self) -> None:
        """The earliest ones stay counted; what comes of them now cannot be told from a repeat."""
        while len(self.missing) > MISSING_MAX:
            self.floor = max(self.floor, self.missing.pop(0)[1] + 1)
