"""From what was judged to figures: a Score, whose JSON is what `evaluate --json` writes.

Its shape is stable: fields may be added; none is removed, renamed or given another meaning.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct, field

from liftwatch.clock import rfc3339
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.score.files import FOREVER_MS
from liftwatch.score.intervals import Figure, monthly, quantile, share
from liftwatch.score.matching import Judged, JudgedIncident, JudgedTruth


class Figures(Struct, kw_only=True):
    """Of one kind, or of all. `matching` says what each count means.

    `truths` = `found` + `late` + `missed`; `incidents` = `findings` + `same` + `beside` + `false`.
    `amending` of the incidents only amended history. `recall` is `found` of `truths`, `precision`
    `findings` of `findings` and `false`, each with a Clopper-Pearson interval; `false_per_month` is
    a lift and month of 30.44 days. Delays are seconds from `from` to `raised_at` of found truths,
    ascending; their quantiles have an interval between two of them. A figure of nothing is null.
    """

    truths: int
    found: int
    late: int
    missed: int
    incidents: int
    findings: int
    same: int
    beside: int
    false: int
    amending: int
    violations: int
    recall: Figure | None
    precision: Figure | None
    false_per_month: Figure | None
    delay_median_s: Figure | None
    delay_p95_s: Figure | None
    delays_s: list[float]


class Confused(Struct):
    """How often two kinds met; `other` null: the first stood alone."""

    kind: str
    other: str | None
    count: int


class Unfound(Struct, kw_only=True):
    """A truth that was not found in time. `to` null: to the end of the file.

    `line` is that of the truth file. `raised_at` is of the finding that came late, else null;
    `instead` are other kinds raised there while it lasted.
    """

    case: str
    line: int
    lift: str | None
    scope: str | None
    kind: str
    begin: str = field(name="from")
    to: str | None
    raised_at: str | None
    instead: list[str]


class Wrong(Struct, kw_only=True):
    """An incident that was false, or raised in a quiet window, or both.

    `line` is that of the incident file; `open` are the kinds of truth that held there then.
    """

    case: str
    line: int
    lift: str | None
    scope: str | None
    kind: str
    raised_at: str
    false: bool
    violation: bool
    open: list[str]
    evidence: msgspec.Raw


class Confusion(Struct):
    """What was raised instead of missed truths, and what was going on when false ones were.

    A truth or an incident that met several kinds counts once with each.
    """

    missed: list[Confused]
    false: list[Confused]


class Score(Struct, kw_only=True):
    """Figures of all kinds together and of each, and what they leave to look at.

    `lift_days` is the exposure, null where unknown; `quiet_broken` of the `quiet_windows` hold a
    violation, and the share of the others is `quiet_kept`; `unfound` and `wrong` are whole, in the
    order of time within each case.
    """

    lift_days: float | None
    all: Figures
    kinds: dict[str, Figures]
    quiet_windows: int
    quiet_broken: int
    quiet_kept: Figure | None
    confusion: Confusion
    unfound: list[Unfound]
    wrong: list[Wrong]


def tally(cases: Iterable[Judged], *, lift_days: float | None = None) -> Score:
    """Count what was judged, over one or several pairs of files.

    `lift_days` are days times lifts watched, of all cases together; None when unknown.
    """
    truths: dict[str, list[JudgedTruth]] = defaultdict(list)
    incidents: dict[str, list[JudgedIncident]] = defaultdict(list)
    missed: Counter[tuple[str, str | None]] = Counter()
    false: Counter[tuple[str, str | None]] = Counter()
    unfound: list[Unfound] = []
    wrong: list[Wrong] = []
    quiet, broken = 0, 0
    for case in cases:
        quiet, broken = quiet + case.quiet, broken + case.quiet_broken
        for truth in case.truths:
            truths[truth.truth.kind].append(truth)
            if truth.verdict == "missed":
                missed.update((truth.truth.kind, other) for other in truth.instead or (None,))
            if truth.verdict != "found":
                unfound.append(_unfound(truth, case.case))
        for one in case.incidents:
            incidents[one.incident.kind].append(one)
            if one.verdict == "false":
                false.update((one.incident.kind, other) for other in one.open or (None,))
            if one.verdict == "false" or one.violation:
                wrong.append(_wrong(one, case.case))

    def figures(names: Sequence[str]) -> Figures:
        return _figures(
            [truth for name in names for truth in truths.get(name, ())],
            [incident for name in names for incident in incidents.get(name, ())],
            lift_days=lift_days,
        )

    names = sorted(truths.keys() | incidents.keys(), key=_place_of)
    return Score(
        lift_days=lift_days,
        all=figures(names),
        kinds={name: figures([name]) for name in names},
        quiet_windows=quiet,
        quiet_broken=broken,
        quiet_kept=share(quiet - broken, quiet),
        confusion=Confusion(_confused(missed), _confused(false)),
        unfound=unfound,
        wrong=wrong,
    )


def _figures(
    truths: Sequence[JudgedTruth], incidents: Sequence[JudgedIncident], *, lift_days: float | None
) -> Figures:
    became = Counter(one.verdict for one in truths)
    were = Counter(one.verdict for one in incidents)
    found = (one.delay_s for one in truths if one.verdict == "found")
    delays_s = sorted(delay_s for delay_s in found if delay_s is not None)
    return Figures(
        truths=len(truths),
        found=became["found"],
        late=became["late"],
        missed=became["missed"],
        incidents=len(incidents),
        findings=were["finding"],
        same=were["same"],
        beside=were["beside"],
        false=were["false"],
        amending=sum(one.incident.late for one in incidents),
        violations=sum(one.violation for one in incidents),
        recall=share(became["found"], len(truths)),
        precision=share(were["finding"], were["finding"] + were["false"]),
        false_per_month=monthly(were["false"], lift_days),
        delay_median_s=quantile(delays_s, 0.5),
        delay_p95_s=quantile(delays_s, 0.95),
        delays_s=delays_s,
    )


def _place_of(kind: str) -> tuple[int, str]:
    """In the order of the contract's table; kinds it does not know come last."""
    return (_ORDER.get(kind, len(_ORDER)), kind)


_ORDER = {name: number for number, name in enumerate(BY_NAME)}


def _confused(counts: Counter[tuple[str, str | None]]) -> list[Confused]:
    """In the order of the kinds; what stood alone comes last."""
    rows = [Confused(kind, other, count) for (kind, other), count in counts.items()]
    last = (len(_ORDER) + 1, "")
    rows.sort(key=lambda row: (_place_of(row.kind), _place_of(row.other) if row.other else last))
    return rows


def _unfound(judged: JudgedTruth, case: str) -> Unfound:
    truth, incident = judged.truth, judged.incident
    return Unfound(
        case=case,
        line=truth.line,
        lift=truth.lift,
        scope=truth.scope,
        kind=truth.kind,
        begin=rfc3339(truth.from_ms),
        to=None if truth.to_ms == FOREVER_MS else rfc3339(int(truth.to_ms)),
        raised_at=None if incident is None else rfc3339(incident.raised_ms),
        instead=list(judged.instead),
    )


def _wrong(judged: JudgedIncident, case: str) -> Wrong:
    incident = judged.incident
    return Wrong(
        case=case,
        line=incident.line,
        lift=incident.lift,
        scope=incident.scope,
        kind=incident.kind,
        raised_at=rfc3339(incident.raised_ms),
        false=judged.verdict == "false",
        violation=judged.violation,
        open=list(judged.open),
        evidence=msgspec.Raw(incident.evidence),
    )
