"""Which incident found which truth, and which belongs to none (contract, section 3).

A truth has a *span*: from `from` to its `to`, or to `from` + `expect_within_s` where that is later.

- It is *found* by the first incident of its lift and kind raised between `from` and `from` +
  `expect_within_s`, both included; *late* when the first in its span comes after that; else
  *missed*.
- An incident is the *finding* of every truth that it is the first to find: the contract gives each
  truth a condition of its own, and at most one incident is open per lift and kind, so that one
  answers for all truths that overlap there. Else it is the *same* finding when it lies in the span
  of a truth of its lift and kind (a second one, a late one); else *beside* it when a truth whose
  span it lies in names its kind in `also`; else *false*. So an incident before `from` is false.
- A truth without a lift is found by the incident of its scope; incidents of its kind on its `lifts`
  are the same finding and find nothing; `also` speaks of the scope and of those lifts. Whose
  `parent` an incident has does not matter: the contract matches by lift and kind.
- An incident that is `late` (amends history) counts as any other: the contract excepts none.
- An incident in a quiet window of its kind is a *violation*, whatever else it is.

Everything is sorted once and asked by bisection: n log n, however much overlaps.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from liftwatch.score.files import ANYWHERE, Place, Quiet, Raised, Truth

TruthVerdict = Literal["found", "late", "missed"]
IncidentVerdict = Literal["finding", "same", "beside", "false"]

Key = tuple[Place, str]
"""A place and a kind."""


class JudgedTruth(NamedTuple):
    """What became of a truth; `incident` is what found it, in time or late.

    `instead` are the other kinds raised there in the span of a missed one.
    """

    truth: Truth
    verdict: TruthVerdict
    incident: Raised | None = None
    instead: tuple[str, ...] = ()

    @property
    def delay_s(self) -> float | None:
        """From `from` until the incident was raised; None where nothing was."""
        if self.incident is None:
            return None
        return (self.incident.raised_ms - self.truth.from_ms) / 1_000


class JudgedIncident(NamedTuple):
    """What an incident was; `open` are the kinds of truth that held there when a false one was."""

    incident: Raised
    verdict: IncidentVerdict
    violation: bool = False
    open: tuple[str, ...] = ()


class Judged(NamedTuple):
    """Everything of one pair of files, in the order of time. `case` names it among several."""

    case: str
    truths: tuple[JudgedTruth, ...]
    incidents: tuple[JudgedIncident, ...]
    quiet: int
    quiet_broken: int


def judge(
    incidents: Iterable[Raised],
    truths: Iterable[Truth],
    quiet: Iterable[Quiet] = (),
    *,
    case: str = "",
) -> Judged:
    """Match incidents and truths of one world; several worlds are judged one by one.

    >>> truths = [Truth(1, "L-1", "overspeed", from_ms=1_000, to_ms=9_000, within_ms=5_000)]
    >>> raised = [Raised(1, "L-1", "overspeed", 6_000), Raised(2, "L-1", "overrun", 0)]
    >>> judged = judge(raised, truths)
    >>> judged.truths[0].verdict, judged.truths[0].delay_s
    ('found', 5.0)
    >>> [one.verdict for one in judged.incidents]
    ['false', 'finding']
    """
    ordered = sorted(incidents, key=lambda one: (one.raised_ms, one.line))
    happened = sorted(truths, key=lambda one: (one.from_ms, one.line))
    windows = sorted(quiet, key=lambda one: (one.from_ms, one.line))
    log = _Log(ordered)
    outcomes = [log.outcome(truth) for truth in happened]
    judged = tuple(log.judged(*pair) for pair in zip(happened, outcomes, strict=True))
    findings = {at for verdict, at in outcomes if verdict == "found"}
    against = _Against(happened, windows)
    return Judged(
        case,
        judged,
        tuple(
            against.judged(incident, finding=number in findings)
            for number, incident in enumerate(ordered)
        ),
        len(windows),
        sum(log.breaks(window) for window in windows),
    )


class _Log:
    """The incidents by place and kind, each list in the order of time."""

    def __init__(self, ordered: Sequence[Raised]) -> None:
        self._ordered = ordered
        self._moments: dict[Key, list[int]] = defaultdict(list)
        self._numbers: dict[Key, list[int]] = defaultdict(list)
        self._kinds: dict[Place, set[str]] = defaultdict(set)
        for number, incident in enumerate(ordered):
            for place in (*incident.places(), ANYWHERE):
                self._moments[place, incident.kind].append(incident.raised_ms)
                self._numbers[place, incident.kind].append(number)
                self._kinds[place].add(incident.kind)

    def outcome(self, truth: Truth) -> tuple[TruthVerdict, int | None]:
        """What became of a truth, and the number of the first incident in its span."""
        firsts = (self._first((place, truth.kind), truth) for place in truth.places())
        number = min((one for one in firsts if one is not None), default=None)
        if number is None:
            return "missed", None
        delay_ms = self._ordered[number].raised_ms - truth.from_ms
        return "found" if delay_ms <= truth.within_ms else "late", number

    def _first(self, key: Key, truth: Truth) -> int | None:
        moments = self._moments.get(key, ())
        at = bisect_left(moments, truth.from_ms)
        if at == len(moments) or moments[at] > truth.until_ms:
            return None
        return self._numbers[key][at]

    def judged(self, truth: Truth, outcome: tuple[TruthVerdict, int | None]) -> JudgedTruth:
        """With what was raised instead, where nothing found it."""
        verdict, number = outcome
        if number is not None:
            return JudgedTruth(truth, verdict, self._ordered[number])
        instead = {
            kind
            for place in (*truth.places(), *truth.children())
            for kind in self._kinds.get(place, ())
            if kind != truth.kind and self._any((place, kind), truth.from_ms, truth.until_ms)
        }
        return JudgedTruth(truth, verdict, instead=tuple(sorted(instead)))

    def breaks(self, window: Quiet) -> bool:
        """Whether anything was raised in a quiet window."""
        keys = ((place, kind) for place in window.places() for kind in window.kinds)
        return any(self._any(key, window.from_ms, window.to_ms) for key in keys)

    def _any(self, key: Key, from_ms: float, to_ms: float) -> bool:
        moments = self._moments.get(key, ())
        at = bisect_left(moments, from_ms)
        return at < len(moments) and moments[at] <= to_ms


class _Against:
    """Truths and quiet windows, to judge an incident against."""

    def __init__(self, truths: Sequence[Truth], windows: Sequence[Quiet]) -> None:
        self._belongs, self._beside, self._quiet = _Spans(), _Spans(), _Spans()
        for truth in truths:
            for place in (*truth.places(), *truth.children()):
                self._belongs.add((place, truth.kind), truth.from_ms, truth.until_ms)
                for kind in truth.also:
                    self._beside.add((place, kind), truth.from_ms, truth.until_ms)
        for window in windows:
            for place in window.places():
                for kind in window.kinds:
                    self._quiet.add((place, kind), window.from_ms, window.to_ms)

    def judged(self, incident: Raised, *, finding: bool) -> JudgedIncident:
        """What an incident is; whether it found something is known."""
        places = incident.places()
        violation = self._quiet.hold((*places, ANYWHERE), incident)
        if finding:
            return JudgedIncident(incident, "finding", violation)
        if self._belongs.hold(places, incident):
            return JudgedIncident(incident, "same", violation)
        if self._beside.hold(places, incident):
            return JudgedIncident(incident, "beside", violation)
        over = incident.lifts if incident.lift is None else ()
        going_on = self._belongs.kinds((*places, *(("lift", lift) for lift in over)), incident)
        return JudgedIncident(incident, "false", violation, going_on)


class _Spans:
    """Spans of time by place and kind, added in the order of their begin."""

    def __init__(self) -> None:
        self._begins: dict[Key, list[int]] = defaultdict(list)
        self._ends: dict[Key, list[float]] = defaultdict(list)  # the latest so far
        self._kinds: dict[Place, set[str]] = defaultdict(set)

    def add(self, key: Key, begin_ms: int, end_ms: float) -> None:
        """One span, both ends included."""
        begins, ends = self._begins[key], self._ends[key]
        assert not begins or begins[-1] <= begin_ms
        begins.append(begin_ms)
        ends.append(max(end_ms, ends[-1]) if ends else end_ms)
        self._kinds[key[0]].add(key[1])

    def hold(self, places: Iterable[Place], incident: Raised) -> bool:
        """Whether an incident lies in a span of its kind at one of the places."""
        return any(self._holds((place, incident.kind), incident.raised_ms) for place in places)

    def kinds(self, places: Iterable[Place], incident: Raised) -> tuple[str, ...]:
        """The kinds of which a span holds its moment at one of the places."""
        found = {
            kind
            for place in places
            for kind in self._kinds.get(place, ())
            if self._holds((place, kind), incident.raised_ms)
        }
        return tuple(sorted(found))

    def _holds(self, key: Key, at_ms: int) -> bool:
        begun = bisect_right(self._begins.get(key, ()), at_ms)
        # Of those that have begun, the one that ends last is the one that may still last.
        return begun > 0 and self._ends[key][begun - 1] >= at_ms
