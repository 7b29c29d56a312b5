"""A Score as lines of text: the table of `liftwatch evaluate`, and what is below a minimum."""

from collections.abc import Iterator, Sequence

from liftwatch.score.intervals import Figure
from liftwatch.score.tally import Confused, Figures, Score
from liftwatch.score.words import ALL, bracketed, printable, rate

TRUTH_HEAD = ("kind", "truths", "found", "late", "missed", "recall", "delay median, s", "p95, s")
RAISED_HEAD = (
    *("kind", "raised", "finding", "same", "beside", "false", "quiet", "precision"),
    "false a lift-month",
)


def table(score: Score) -> Iterator[str]:
    """What happened, what was raised, and what was taken for what; brackets hold 95 % intervals."""
    rows = [(ALL, score.all), *score.kinds.items()]
    yield from _columns([TRUTH_HEAD, *(_truth_row(kind, one) for kind, one in rows)])
    yield ""
    yield from _columns([RAISED_HEAD, *(_raised_row(kind, one) for kind, one in rows)])
    if score.quiet_windows:
        yield ""
        kept = bracketed(score.quiet_kept, _share)
        yield f"{score.quiet_broken} of {score.quiet_windows} quiet windows broken, kept {kept}"
    yield from _confusion("missed", score.confusion.missed, alone="nothing was raised")
    yield from _confusion("false", score.confusion.false, alone="nothing was going on")


def _truth_row(kind: str, one: Figures) -> Sequence[str]:
    counts = (one.truths, one.found, one.late, one.missed)
    delays = (bracketed(figure, _second) for figure in (one.delay_median_s, one.delay_p95_s))
    return (printable(kind), *map(str, counts), bracketed(one.recall, _share), *delays)


def _raised_row(kind: str, one: Figures) -> Sequence[str]:
    counts = (one.incidents, one.findings, one.same, one.beside, one.false, one.violations)
    precision = bracketed(one.precision, _share)
    return (printable(kind), *map(str, counts), precision, bracketed(one.false_per_month, rate))


def _share(value: float) -> str:
    return f"{value:.4f}"


def _second(value: float) -> str:
    return f"{value:.1f}"


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        cells = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        yield "  ".join((first.ljust(widths[0]), *cells))


def _confusion(what: str, rows: Sequence[Confused], *, alone: str) -> Iterator[str]:
    if not rows:
        return
    yield ""
    beside = "raised meanwhile" if what == "missed" else "going on then"
    yield from _columns(
        [
            (what, beside, "count"),
            *(
                (printable(row.kind), printable(row.other or f"({alone})"), str(row.count))
                for row in rows
            ),
        ]
    )


def below(score: Score, *, min_recall: float | None, min_precision: float | None) -> Iterator[str]:
    """One line for all kinds, and one for each, whose recall or precision is below the minimum.

    The value is judged, not its interval; what is unknown (recall without a truth, precision
    without a finding or a false alarm) is not below.
    """
    for kind, one in ((ALL, score.all), *score.kinds.items()):
        judged = one.findings + one.false
        faults = [
            *_short(one.recall, min_recall, f"recall ({one.found} of {one.truths})"),
            *_short(one.precision, min_precision, f"precision ({one.findings} of {judged})"),
        ]
        if faults:
            yield f"{printable(kind)}: {'; '.join(faults)}"


def _short(figure: Figure | None, minimum: float | None, counts: str) -> Iterator[str]:
    if figure is not None and minimum is not None and figure.value < minimum:
        yield f"{counts} {bracketed(figure, _share)} is below {minimum:g}"
