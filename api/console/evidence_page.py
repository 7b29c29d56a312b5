"""What the page of an incident shows as its evidence: signals as drawings, and grounds in words."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from babel.dates import format_datetime

from api.console.language import Language, local
from api.console.signals import SOURCES
from api.console.traces import Shapes, Span, draw, is_number, nearest, ticks
from api.console.values import label, value
from api.evidence import confidence, kept_first
from api.incidents import find_incident
from api.seen import SeenBooks
from liftwatch.clock import MINUTE_MS, SECOND_MS, now_ms
from liftwatch.incidents.evidence import BACK_MS_MAX, Confidence, EvidenceWindow, Series, Value
from liftwatch.incidents.grounds import ground_of, limits_of
from liftwatch.incidents.incident import Incident

BURST_APART_MS = 2 * SECOND_MS
LASTING = frozenset({"state", "burst"})
"""Kinds whose values hold until the next; those of others are of their moment."""
EDGE = 7.0
BURST, NEAR, FAR = "burst", "near", "far"


class Row(NamedTuple):
    """A signal's values in words, at the moments that matter; empty where nothing was told."""

    before: str
    opened: str
    raised: str
    lowest: str
    highest: str
    after: str


class Trace(NamedTuple):
    """One signal of a window."""

    label: str
    name: str
    shapes: Shapes
    row: Row
    thinned: str


class Moment(NamedTuple):
    """A place on the axis; at its very ends there is no room for a text."""

    x: float
    text: str


class Group(NamedTuple):
    """Traces over one axis; `opened` and `raised` are places on it, None when beyond its ends."""

    name: str
    traces: list[Trace]
    folded: list[Trace]
    ticks: list[Moment]
    opened: float | None
    raised: float | None
    shade: tuple[float, float] | None


class WindowView(NamedTuple):
    """One window: what to say of it, and its drawings."""

    n: int
    opened: str
    raised: str
    state: str
    groups: list[Group]


def evidence_part(books: SeenBooks, language: Language, id: str) -> dict[str, Any]:
    """The evidence of an incident for its page."""
    incident = find_incident(books, id)
    windows = books.evidence_of(incident.id)
    first, ground = kept_first(windows), ground_of(incident.kind)
    threshold = first.kept.threshold if first else ground.threshold
    source = first.kept.source if first else ground.source
    return {
        "id": incident.id,
        "threshold": language.say(threshold) if threshold else "",
        "source": language.say(source) if source else "",
        "confidence": _sure(language, confidence(incident, windows)),
        "windows": [_window(language, incident, one) for one in windows],
        "waiting": any(one.kept_ms is None and one.due_ms is not None for one in windows),
        "of_several": incident.lift is None,
    }


def _sure(language: Language, sure: Confidence | None) -> list[str]:
    """How sure it is, in sentences."""
    if sure is None:
        return []
    told = []
    if sure.reported:
        told.append(language.say("The controller or the terminal itself has reported it."))
    if sure.needed and not sure.missing:
        told.append(language.say("Every signal that it rests on was there."))
    elif sure.needed:
        told.append(
            language.say(
                "Of %(needed)s signals that it rests on, %(present)s were there.",
                needed=sure.needed,
                present=sure.present,
            )
        )
    if sure.missing:
        missing = ", ".join(" / ".join(_names(language, one)) for one in sure.missing)
        told.append(language.say("Not told: %(signals)s.", signals=missing))
    if sure.sources:
        kinds = ", ".join(language.say(SOURCES.get(one, one)) for one in sure.sources)
        told.append(language.say("Told by: %(sources)s.", sources=kinds))
    return told


def _names(language: Language, alternatives: str) -> list[str]:
    return [label(language, one.split(".")[1]) for one in alternatives.split("|")]


def _window(language: Language, incident: Incident, window: EvidenceWindow) -> WindowView:
    now = now_ms()
    return WindowView(
        n=window.n,
        opened=language.moment(window.opened_ms, now_ms=now),
        raised=language.moment(window.raised_ms, now_ms=now),
        state=_state(language, window),
        groups=list(_groups(language, incident, window)),
    )


def _state(language: Language, window: EvidenceWindow) -> str:
    """What is to be said of how much there is."""
    if window.kept_ms is None and window.due_ms is not None:
        return language.say("The signals are being gathered; they appear here in a minute or two.")
    if not window.kept.series:
        return language.say("The lift told nothing in this time, or it is no longer there.")
    if window.complete:
        return ""
    if window.due_ms is not None:
        return language.say("Nothing later has come of this lift yet: more may still be added.")
    return language.say("Nothing later has come of this lift: something may be missing here.")


def _groups(language: Language, incident: Incident, window: EvidenceWindow) -> Iterator[Group]:
    """The signals by the axis that suits them, of each first those by which the kind is judged."""
    first = list(ground_of(incident.kind).signals)
    series = window.kept.series
    for name in (NEAR, BURST, FAR):
        mine = {key: points for key, points in series.items() if _axis(key, points) == name}
        if not mine:
            continue
        shown = [key for key in first if key in mine]
        rest = [key for key in mine if key not in first and _is_told(key, mine[key])]
        if name == NEAR and not shown:
            shown, rest = rest[:4], rest[4:]
        span = _span(name, mine, window)
        pen = _Pen(language, incident, window, span)
        yield Group(
            name=name,
            traces=[pen.trace(key) for key in shown],
            folded=[pen.trace(key) for key in rest],
            ticks=_ticks(language, span, window.raised_ms),
            opened=_place(span, window.opened_ms - window.raised_ms),
            raised=_place(span, 0),
            shade=_shade(span, window.opened_ms - window.raised_ms),
        )


def _axis(key: str, points: Series) -> str:
    if key.startswith("burst.") and len(points) > 2:
        return BURST
    return FAR if points[0][0] < -BACK_MS_MAX else NEAR


def _is_told(key: str, points: Series) -> bool:
    """Whether there is anything to see: a change, or something that happened; times are not."""
    changes = len({told for _, told in points}) > 1
    happened = key.split(".", maxsplit=1)[0] not in LASTING | {"health"}
    return (changes or happened) and not key.endswith("_at")


def _span(name: str, series: dict[str, Series], window: EvidenceWindow) -> Span:
    from_ms, to_ms = window.from_ms - window.raised_ms, window.to_ms - window.raised_ms
    if name == BURST:
        moments = sorted(at_ms for points in series.values() for at_ms, _ in points)
        return nearest(moments, apart_ms=BURST_APART_MS)
    return Span(max(from_ms, -BACK_MS_MAX) if name == NEAR else from_ms, to_ms)


def _place(span: Span, at_ms: int) -> float | None:
    return span.place(at_ms) if span.holds(at_ms) else None


def _shade(span: Span, opened_ms: int) -> tuple[float, float] | None:
    """From the beginning of the condition to the raising, as far as it is shown."""
    x, end = span.place(max(opened_ms, span.from_ms)), span.place(min(0, span.to_ms))
    return (x, round(end - x, 2)) if end > x else None


def _ticks(language: Language, span: Span, raised_ms: int) -> list[Moment]:
    step_ms, moments = ticks(span, raised_ms=raised_ms)
    pattern = "HH:mm" if step_ms >= MINUTE_MS else "HH:mm:ss"
    pattern = pattern if step_ms >= SECOND_MS else "ss.SSS"
    found = []
    for at_ms in moments:
        x = span.place(at_ms)
        text = format_datetime(local(raised_ms + at_ms), pattern, locale=language.code)
        found.append(Moment(x, text if EDGE < x < 100 - EDGE else ""))
    return found


class _Pen:
    """Draws the signals of one window over one axis."""

    def __init__(
        self, language: Language, incident: Incident, window: EvidenceWindow, span: Span
    ) -> None:
        self._language, self._window, self._span = language, window, span
        self._limits = limits_of(incident.kind, incident.evidence)

    def trace(self, key: str) -> Trace:
        """One signal."""
        kind, name = key.split(".", 1)
        points, kept = self._window.kept.series[key], self._window.kept.thinned
        text = label(self._language, name)
        source = self._language.say(SOURCES.get(kind, kind))
        shapes = draw(
            points,
            self._span,
            limits=[limit for signal, limit in self._limits if signal == key],
            lasting=kind in LASTING,
            say=lambda told: self._say(name, told),
        )
        thinned = ""
        if key in kept:
            thinned = self._language.say(
                "%(shown)s of %(all)s values", shown=len(points), all=kept[key]
            )
        return Trace(
            label=text if kind in LASTING else f"{source} · {text}",
            name=key,
            shapes=shapes,
            row=self._row(name, points),
            thinned=thinned,
        )

    def _row(self, name: str, points: Series) -> Row:
        numbers = [told for _, told in points if is_number(told)]
        opened_ms = self._window.opened_ms - self._window.raised_ms
        return Row(
            before=self._say(name, points[0][1]),
            opened=self._at(name, points, opened_ms),
            raised=self._at(name, points, 0),
            lowest=self._say(name, min(numbers)) if numbers else "",
            highest=self._say(name, max(numbers)) if numbers else "",
            after=self._say(name, points[-1][1]),
        )

    def _at(self, name: str, points: Series, at_ms: int) -> str:
        before = [told for told_ms, told in points if told_ms <= at_ms]
        return self._say(name, before[-1]) if before else ""

    def _say(self, name: str, told: Value) -> str:
        return value(self._language, name, told)
