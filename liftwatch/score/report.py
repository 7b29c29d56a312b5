"""The report: one page of HTML that needs nothing beside it and asks nothing of a network."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from liftwatch.score import lists, plots
from liftwatch.score.intervals import Figure
from liftwatch.score.plots import Axis, Cell, Panel
from liftwatch.score.tally import Confused, Figures, Score
from liftwatch.score.words import ALL, UNKNOWN, Form, bracketed, known, percent, rate, seconds

STYLE = Path(__file__).with_name("report.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # whatever a file holds asks for nothing

RAISED_WORDS = (
    "A finding was the first in time for a truth. The same came after it, or late, or on a lift of"
    " its scope. Beside: a truth of another kind allows it. In quiet: raised in a window in which"
    " its kind is wrong, whatever else it was. Amending: changed history only."
)


class Section(NamedTuple):
    """A Score with what it is of: a title, and a sentence on how it came about."""

    title: str
    sentence: str
    score: Score


def write_report(path: Path, sections: Sequence[Section]) -> None:
    """Write the report of one or several scores, without a date in it; raises OSError."""
    # The name of a file may hold what is no text.
    path.write_text("".join(_page(sections)), encoding="utf-8", errors="backslashreplace")


def _page(sections: Sequence[Section]) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Liftwatch: what was found</title><style>{STYLE.read_text(encoding='utf-8')}"
    yield "</style></head>\n<body><h1>What was found, what was missed, what was false</h1>"
    yield '<p class="quiet">Brackets and bars are exact 95 % intervals: Clopper-Pearson for shares,'
    yield " Poisson for rates, order statistics for delays.</p>\n"
    if len(sections) > 1:
        yield from _overview(sections)
    for number, section in enumerate(sections, 1):
        yield f'<section id="part-{number}"><h2>{escape(section.title)}</h2>'
        yield f"<p>{escape(section.sentence)}</p>"
        yield from _section(section.score)
        yield "</section>\n"
    yield "</body></html>\n"


def _overview(sections: Sequence[Section]) -> Iterator[str]:
    yield '<div class="card"><table><thead><tr><th>part</th><th>truths</th><th>recall</th>'
    yield "<th>precision</th><th>false</th><th>false a lift-month</th></tr></thead><tbody>"
    for number, section in enumerate(sections, 1):
        one = section.score.all
        yield f'<tr><td><a href="#part-{number}">{escape(section.title)}</a></td>'
        yield f"<td>{one.truths}</td><td>{_small(one.recall, percent)}</td>"
        yield f"<td>{_small(one.precision, percent)}</td>"
        yield f"<td>{one.false}</td><td>{_small(one.false_per_month, rate)}</td></tr>"
    yield "</tbody></table></div>"


def _section(score: Score) -> Iterator[str]:
    yield from _tiles(score)
    names = (ALL, *score.kinds)
    rows = (score.all, *score.kinds.values())
    if score.kinds:
        yield from _card(
            "Recall and precision",
            "The dot is the value, the bar its interval. Recall is of truths found in time;"
            " precision of incidents that found something, among those and the false ones.",
            _shares(names, rows),
        )
    if score.all.found:
        yield from _card(
            "Delay of what was found in time",
            "From the beginning of the truth to the raising of the incident, on an axis of powers."
            " Box: the middle half; thick stroke: median; thin stroke: 95th percentile.",
            _delays(names, rows),
        )
    if score.all.incidents:
        yield from _card("False alarms", _false_words(score), _false(names, rows))
    yield from _heat(score)
    if score.all.truths:
        yield from _card("Truths", "What became of what happened.", _truths(names, rows))
    if score.all.incidents:
        yield from _card("Incidents", RAISED_WORDS, _incidents(names, rows))
    yield from lists.unfound(score.unfound)
    yield from lists.wrong(score.wrong)


def _card(title: str, words: str, drawn: str) -> Iterator[str]:
    told = f'<p class="quiet">{words}</p>' if words else ""
    yield f'<div class="card"><h3>{title}</h3>{told}{drawn}</div>\n'


def _tiles(score: Score) -> Iterator[str]:
    one = score.all
    judged = one.findings + one.false
    yield '<ul class="tiles">'
    yield _tile("Recall", one.recall, percent, of=f"{one.found} of {one.truths} truths")
    yield _tile("Precision", one.precision, percent, of=f"{one.findings} of {judged} incidents")
    days = "exposure not told" if score.lift_days is None else f"{score.lift_days:.4g} lift-days"
    told = f"{one.false} false, {days}"
    yield _tile("False a lift-month", one.false_per_month, rate, of=told)
    yield _tile("Delay, median", one.delay_median_s, seconds, of=f"of {one.found} found")
    yield _tile("Delay, 95 of 100", one.delay_p95_s, seconds, of=f"of {one.found} found")
    if score.quiet_windows:
        broken = f"{score.quiet_broken} of {score.quiet_windows} broken"
        yield _tile("Quiet windows kept", score.quiet_kept, percent, of=broken)
    yield "</ul>"


def _tile(name: str, figure: Figure | None, form: Form, *, of: str) -> str:
    value, bounds = UNKNOWN, "unknown"
    if figure is not None:
        value = form(figure.value)
        bounds = " to ".join(known(end, form) for end in (figure.low, figure.high))
    return (
        f'<li>{name}<b>{value}</b><span class="bounds">{bounds}</span>'
        f'<span class="of">{of}</span></li>'
    )


def _shares(names: Sequence[str], rows: Sequence[Figures]) -> str:
    recalls = [one.recall for one in rows]
    precisions = [one.precision for one in rows]
    of_truths = [f"{one.found} of {one.truths}" for one in rows]
    of_raised = [f"{one.findings} of {one.findings + one.false}" for one in rows]
    return plots.panels(
        names,
        [
            _share_panel("Recall", recalls, of_truths, tone="line-1"),
            _share_panel("Precision", precisions, of_raised, tone="line-2"),
        ],
        label="Recall and precision of each kind with their intervals",
    )


def _share_panel(
    title: str, figures: Sequence[Figure | None], counts: Sequence[str], *, tone: str
) -> Panel:
    texts = [
        f"{percent(one.value)} ({count})" if one is not None else UNKNOWN
        for one, count in zip(figures, counts, strict=True)
    ]
    return Panel(title, plots.share_axis(), plots.intervals(figures, tone=tone), texts, 140)


def _delays(names: Sequence[str], rows: Sequence[Figures]) -> str:
    shown = [(name, one) for name, one in zip(names, rows, strict=True) if one.found]
    values = [one.delays_s for _, one in shown]
    texts = [
        f"{seconds(one.delay_median_s.value)}, p95 {seconds(one.delay_p95_s.value)}"
        for _, one in shown
        if one.delay_median_s is not None and one.delay_p95_s is not None
    ]
    longest_s = max(one[-1] for one in values)
    panel = Panel("Delay", plots.span_axis(longest_s), plots.spread(values), texts, 160)
    return plots.panels([name for name, _ in shown], [panel], label="Delays of each kind")


def _false_words(score: Score) -> str:
    if score.lift_days is None:
        return "How many lifts were watched for how long was not told: counts, not rates."
    days = f"{score.lift_days:.4g}"
    return (
        f"A lift and month of 30.44 days, over {days} lift-days. Where none was raised, the bar"
        " tells how many there may be all the same."
    )


def _false(names: Sequence[str], rows: Sequence[Figures]) -> str:
    rates = [one.false_per_month for one in rows]
    counts = [Figure(float(one.false), None, None) for one in rows]
    rated = rates[0] is not None
    figures: Sequence[Figure | None] = rates if rated else counts
    tops = [one.high or one.value for one in figures if one is not None]
    axis: Axis = plots.count_axis(max(tops))
    texts = [
        f"{bracketed(figure, rate)} ({one.false} false)" if rated else str(one.false)
        for figure, one in zip(rates, rows, strict=True)
    ]
    title = "False alarms a lift-month" if rated else "False alarms"
    mark = plots.intervals(figures, tone="bad")
    return plots.panels(names, [Panel(title, axis, mark, texts, 190)], label=title)


def _heat(score: Score) -> Iterator[str]:
    met = [
        Confused(kind, kind, one.found + one.late)
        for kind, one in score.kinds.items()
        if one.found + one.late
    ]
    if score.all.truths:
        yield from _card(
            "What was raised for what happened",
            "Rows are truths, columns what was raised; each is as dark as its part of the row."
            " Green: found, late ones included; orange: missed, while another kind was raised"
            " there, or nothing. One that met several counts with each.",
            _map([*met, *score.confusion.missed], order=tuple(score.kinds), by_row=True),
        )
    if score.confusion.false:
        yield from _card(
            "What was going on when a false alarm was raised",
            "Rows are false incidents, columns the kinds of truth that held there then.",
            _map(score.confusion.false, order=tuple(score.kinds), by_row=False),
        )


def _map(met: Sequence[Confused], *, order: Sequence[str], by_row: bool) -> str:
    """As a heat map; `by_row` where a kind ought to meet itself, and a row is a whole."""
    kinds, others = {one.kind for one in met}, {one.other for one in met}
    rows = [kind for kind in order if kind in kinds]
    columns = [kind for kind in order if kind in others]
    totals: Counter[str] = Counter()
    for one in met:
        totals[one.kind] += one.count
    most = max(one.count for one in met)
    cells = [
        Cell(
            rows.index(one.kind),
            len(columns) if one.other is None else columns.index(one.other),
            one.count,
            one.count / (totals[one.kind] if by_row else most),
            good=by_row and one.kind == one.other,
        )
        for one in met
    ]
    names = [*columns, *(["(nothing)"] if None in others else ())]
    return plots.heat_map(rows, names, cells, label="Counts by kind and kind")


def _truths(names: Sequence[str], rows: Sequence[Figures]) -> str:
    heads = ("kind", "truths", "found", "late", "missed", "recall", "median delay", "p95")
    cells = (
        (
            *map(str, (one.truths, one.found, one.late, one.missed)),
            _small(one.recall, percent),
            *(_small(delay, seconds) for delay in (one.delay_median_s, one.delay_p95_s)),
        )
        for one in rows
    )
    return _table(heads, names, cells)


def _incidents(names: Sequence[str], rows: Sequence[Figures]) -> str:
    heads = ("kind", "raised", "finding", "same", "beside", "false", "in quiet", "amending")
    cells = (
        (
            *map(str, (one.incidents, one.findings, one.same, one.beside, one.false)),
            *map(str, (one.violations, one.amending)),
            _small(one.precision, percent),
            _small(one.false_per_month, rate),
        )
        for one in rows
    )
    return _table((*heads, "precision", "false a lift-month"), names, cells)


def _table(heads: Sequence[str], names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{text}</th>" for text in heads)
    lines = []
    for number, (name, cells) in enumerate(zip(names, rows, strict=True)):
        told = "".join(f"<td>{cell}</td>" for cell in cells)
        mark = "" if number else " class=all"
        lines.append(f"<tr{mark}><td>{escape(name)}</td>{told}</tr>")
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _small(figure: Figure | None, form: Form) -> str:
    """A figure, and its interval smaller beside it."""
    if figure is None:
        return UNKNOWN
    ends = " to ".join(known(end, form) for end in (figure.low, figure.high))
    return f"{form(figure.value)} <small>{ends}</small>"
