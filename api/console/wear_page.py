"""What wears on a lift, over weeks: charts with what is usual, the limits and the forecast.

It is read from daily sums, so that 400 days are as light as one. What a detector claims (since
when, how fast, until when) is told by its incident; without one there is no trend to tell of.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from api.console.language import Language
from api.console.render import language_of, render
from api.console.values import number, with_unit
from api.console.wear_charts import (
    BASE_DAYS,
    CHARTS,
    TOLD_BY,
    Chart,
    Day,
    Replaced,
    Usual,
    days_of,
    limits_of,
    replaced_of,
    signals_by_kind,
    usual_of,
)
from api.parameters import lift_path, no_lift
from api.parts import TheBooks, TheStore
from api.principal import allow
from api.seen import SeenBooks
from detectors.rules import levelling_drift
from liftwatch.clock import DAY_MS, begin_ms, estate_day, now_ms
from liftwatch.incidents.incident import Incident
from liftwatch.ports import IncidentFilter, TelemetryQuery, TelemetryRow, TelemetryStore
from liftwatch.telemetry.retention import LONG

router = APIRouter(include_in_schema=False, dependencies=[Depends(allow("telemetry.read"))])
SHOWN_MS, LEAST_MS = LONG.ms, 28 * DAY_MS
AHEAD_MS_MIN = 30 * DAY_MS
FLOORS = Query(ge=-9, le=150)
TREND_MAX = 50
ROOM = {"level": levelling_drift.STEP_MM}
"""What an axis shows at least on either side of nothing: limits of a step lie there."""


class Trend(NamedTuple):
    """What an incident tells of growing wear, in the unit of its evidence."""

    part: str
    unit: str
    now: float | None
    since: str
    per_day: float | None
    reaches: float | None
    on: str
    incident: str


class View(NamedTuple):
    """A chart: its words, and `data` as the script draws it (None: nothing was told)."""

    name: str
    title: str
    unit: str
    told: list[str]
    grave: bool
    incident: str
    data: dict[str, Any] | None


@router.get("/console/lifts/{lift}/wear")
def wear_piece(
    *,
    request: Request,
    books: TheBooks,
    store: TheStore,
    lift: str,
    floor: Annotated[int | None, FLOORS] = None,
) -> Response:
    """The charts of a lift's wear, of all landings together or of one."""
    values = wear_part(books, store, language_of(request), lift=lift_path(lift), floor=floor)
    return render(request, "_wear.html", values)


def wear_part(
    books: SeenBooks,
    store: TelemetryStore,
    language: Language,
    *,
    lift: str,
    floor: int | None,
) -> dict[str, Any]:
    """What the piece shows."""
    row, now = books.lift(lift), now_ms()
    if row is None:
        raise no_lift(lift)
    facts = row.facts
    rows = _rows(store, lift, floor, now_ms=now)
    visits = store.read(
        TelemetryQuery(lift=lift, kind="maintenance", from_ms=now - SHOWN_MS, to_ms=now)
    )
    trends = _trends(books, lift)
    pen = _Pen(language, now_ms=now)
    views = [
        pen.view(
            chart,
            days_of(chart, rows[chart.kind, chart.landings], roping=facts.roping),
            replaced=replaced_of(chart, visits),
            trends=[one for kind, one in trends if kind == chart.told_by],
        )
        for chart in CHARTS
    ]
    return {
        "lift": lift,
        "charts": [view for view in views if view.data],
        "untold": [view.title for view in views if not view.data],
        "floors": [(one.index, one.label or str(one.index)) for one in facts.floors or ()],
        "floor": floor,
    }


def _rows(
    store: TelemetryStore, lift: str, floor: int | None, *, now_ms: int
) -> Mapping[tuple[str, bool], Sequence[TelemetryRow]]:
    """Daily sums by kind, and of the charts that are of a landing those of the landing."""
    found = {}
    for landings in (False, True):
        charts = [chart for chart in CHARTS if chart.landings is landings]
        for kind, signals in signals_by_kind(charts).items():
            found[kind, landings] = store.read(
                TelemetryQuery(
                    lift=lift,
                    kind=kind,
                    from_ms=now_ms - SHOWN_MS,
                    to_ms=now_ms,
                    signals=signals,
                    step_ms=DAY_MS,
                    floor=floor if landings else None,
                    light=True,
                )
            )
    return found


def _trends(books: SeenBooks, lift: str) -> list[tuple[str, Trend]]:
    """What open incidents tell, by their kind; a step that is no drift is no trend."""
    asked = IncidentFilter(open_only=True, lift=lift, kind=TOLD_BY)
    found = books.incidents(asked, limit=TREND_MAX).items
    return [(one.kind, _trend(one)) for one in found if "since" in one.evidence or _is_wear(one)]


def _is_wear(incident: Incident) -> bool:
    return "part" in incident.evidence and "usual" in incident.evidence


def _trend(incident: Incident) -> Trend:
    told = incident.evidence
    level = incident.kind == "levelling_error"
    return Trend(
        part=str(told.get("part", "")),
        unit="mm" if level else str(told.get("unit", "")),
        now=told.get("level_error_mm" if level else "now"),
        since=str(told.get("since", "")),
        per_day=told.get("mm_per_day" if level else "per_day"),
        reaches=told.get("reaches_mm" if level else "reaches"),
        on=str(told.get("reaches_on", "")),
        incident=incident.id,
    )


class _Pen:
    """Makes charts in one language, at one moment."""

    def __init__(self, language: Language, *, now_ms: int) -> None:
        self._language, self._now_ms = language, now_ms

    def view(
        self,
        chart: Chart,
        days: Sequence[Day],
        *,
        replaced: Sequence[Replaced],
        trends: Sequence[Trend],
    ) -> View:
        """One chart; without a day there is nothing to draw, but what is claimed is told."""
        mine = [one for one in trends if one.part == chart.part or _at_landing(one, chart)]
        anew_ms = max((one.at_ms for one in replaced), default=0)
        usual = usual_of(days, since_ms=anew_ms)
        told = [self._trend(one) for one in mine] or self._calm(chart, days, usual)
        if replaced:
            at = self._language.day(estate_day(anew_ms))
            told.append(
                self._language.say(
                    "Replaced on %(day)s (%(code)s).", day=at, code=replaced[-1].code or "–"
                )
            )
        data = self._data(chart, days, usual=usual.value, replaced=replaced, trends=mine)
        return View(
            name=chart.name,
            title=self._language.say(chart.title),
            unit=chart.unit,
            told=told,
            grave=bool(mine),
            incident=mine[0].incident if mine else "",
            data=data if days or mine else None,
        )

    def _say(self, value: float, unit: str) -> str:
        if unit == "share of the way":
            return with_unit(number(100.0 * value), "%")
        if unit == "times usual":
            return self._language.say("%(times)s times usual", times=number(float(value)))
        return with_unit(number(float(value)), unit)

    def _calm(self, chart: Chart, days: Sequence[Day], usual: Usual) -> list[str]:
        """What there is to say where nothing is claimed."""
        say = self._language.say
        if not days:
            return []
        if usual.value is None:
            return [
                say(
                    "Cannot tell yet: what is usual takes %(need)s days with values, and there are"
                    " %(have)s.",
                    need=BASE_DAYS,
                    have=usual.days,
                )
            ]
        unit = chart.unit
        return [
            say(
                "No trend is open. Last day %(now)s, usually %(usual)s.",
                now=with_unit(number(days[-1].mean * chart.scale), unit),
                usual=with_unit(number(usual.value * chart.scale), unit),
            )
        ]

    def _trend(self, one: Trend) -> str:
        say, told = self._language.say, []
        if one.now is not None:
            told.append(say("Worn: now %(now)s.", now=self._say(one.now, one.unit)))
        if one.since:
            told.append(say("It began on %(day)s.", day=self._day(one.since)))
        if one.per_day is None:
            told.append(say("How fast it goes cannot be told yet."))
        else:
            told.append(say("%(much)s a day.", much=self._say(one.per_day, one.unit)))
        if one.on and one.reaches is not None:
            what, day = self._say(one.reaches, one.unit), self._day(one.on)
            told.append(say("If it goes on so, %(what)s on %(day)s.", what=what, day=day))
        else:
            told.append(say("There is no forecast."))
        return " ".join(told)

    def _day(self, text: str) -> str:
        try:
            return self._language.day((date.fromisoformat(text) - date(1970, 1, 1)).days)
        except ValueError:
            return text

    def _data(
        self,
        chart: Chart,
        days: Sequence[Day],
        *,
        usual: float | None,
        replaced: Sequence[Replaced],
        trends: Sequence[Trend],
    ) -> dict[str, Any]:
        """What is drawn, in the chart's unit; times in seconds."""
        say, scale = self._language.say, chart.scale
        first_ms = days[0].at_ms if days else self._now_ms
        from_ms = min(first_ms, self._now_ms - LEAST_MS)
        forecast = self._forecast(days, trends=trends, usual=usual)
        until_ms = max([self._now_ms, *(at for at, _ in forecast[1:])])
        ahead_ms = max(AHEAD_MS_MIN, self._now_ms - from_ms)
        return {
            "from": from_ms / 1000,
            "to": min(until_ms, self._now_ms + ahead_ms) / 1000,
            "at": [day.at_ms / 1000 for day in days],
            "mean": [round(day.mean * scale, 4) for day in days],
            "low": [None if day.low is None else round(day.low * scale, 4) for day in days],
            "high": [None if day.high is None else round(day.high * scale, 4) for day in days],
            "room": ROOM.get(chart.name),
            "usual": None if usual is None else round(usual * scale, 4),
            "limits": [
                {"at": round(value * scale, 4), "grave": limit.severity < 4}
                for value, limit in limits_of(chart, usual).items()
            ],
            "replaced": [
                {"from": one.at_ms / 1000, "label": say("replaced %(code)s", code=one.code)}
                for one in replaced
            ],
            "since": [
                {"from": begin_ms(date.fromisoformat(one.since)) / 1000, "label": say("it began")}
                for one in trends
                if one.since
            ],
            "forecast": [[at_ms / 1000, round(value * scale, 4)] for at_ms, value in forecast],
        }

    def _forecast(
        self, days: Sequence[Day], *, trends: Sequence[Trend], usual: float | None
    ) -> list[tuple[int, float]]:
        """From the last day to the gravest limit on the day of the forecast, where there is one."""
        one = next((trend for trend in trends if trend.on and trend.reaches), None)
        if one is None or one.reaches is None or not days:
            return []
        last, reaches = days[-1], one.reaches
        if one.unit == "times usual":
            if usual is None:
                return []
            reaches *= usual
        at_ms = begin_ms(date.fromisoformat(one.on))
        side = -1.0 if last.mean < 0 else 1.0
        return [(last.at_ms, last.mean), (at_ms, side * reaches)] if at_ms > last.at_ms else []


def _at_landing(trend: Trend, chart: Chart) -> bool:
    return chart.landings and bool(chart.part) and trend.part.startswith(f"{chart.part} at ")
