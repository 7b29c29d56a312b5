"""What a page says, in Chinese or English: short, where, what, since when, and where to look.

It names nobody who is in the car or on duty.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from liftwatch.clock import ESTATE_MS, SECOND_MS
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kind_names import KIND_NAMES
from liftwatch.incidents.pages import CLEARED, RAISINGS

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
TEXT_MAX = 500
"""A message by telephone stays below it, whatever a place is called."""


class Where(NamedTuple):
    """What a lift's place is called, and the six digits that rescuers ask for."""

    place: str
    rescue_code: str | None = None


class Text(NamedTuple):
    """A subject of one line, and the whole."""

    title: str
    body: str


WHY: Mapping[str, tuple[str, str]] = {
    "raised": ("报警", "alarm"),
    "again": ("再次报警", "alarm again"),
    "graver": ("报警升级", "graver"),
    CLEARED: ("报警解除", "cleared"),
    "rescue-fallback": ("救援平台无回应，请电话联系", "the rescue platform is silent: call it"),
    "rescue-dead": ("救援平台拒收", "the rescue platform will not take it"),
    "rescue-refused": ("救援平台不受理", "the rescue platform refuses it"),
    "test": ("通道测试", "test of this channel"),
    "voice": ("未与乘客通话", "nobody has spoken to the passenger"),
    "acknowledge": ("无人响应", "nobody has taken it"),
    "dispatch": ("未派出救援", "no crew is sent"),
    "arrive": ("救援未到场", "nobody is there"),
    "release": ("乘客未救出", "people are not out"),
    "accident-near": ("15 分钟后构成事故", "an accident in law in 15 minutes"),
    "accident": ("已构成事故", "an accident in law now"),
    "report": ("事故未上报", "the accident is not reported"),
    "resolve": ("未处置完毕", "not put right"),
    "tell-rescue": ("请救援平台关注", "for the rescue platform"),
    "notice": ("未张贴告示", "no notice is up"),
    "back": ("停用超时未恢复", "still out of service"),
    "fund": ("停用超时，请启动维修资金", "still out of service: the fund"),
}
"""Why somebody is told: of a raising, or what has not happened in time."""


def text_of(
    incident: Incident, why: str, *, where: Where, language: Language, link: str = "", drill: bool
) -> Text:
    """What somebody is told. `link` leads to the incident's page; `drill` stands first.

    >>> one = Incident(id="i", kind="entrapment", severity=1, severity_max=1, raised_ms=0,
    ...     opened_ms=1_772_439_247_420, area="320583", estate="garden", lift="L-1")
    >>> said = text_of(one, "raised", where=Where("花园小区 3 幢", "123456"), language="zh",
    ...     link="https://lift.example/incidents/i", drill=False)
    >>> print(said.body)
    困人：报警
    花园小区 3 幢，电梯 L-1，救援识别码 123456
    一级，自 2026-03-02 16:14
    https://lift.example/incidents/i
    """
    at = LANGUAGES.index(language)
    kind = KIND_NAMES.get(incident.kind, (incident.kind, incident.kind))[at]
    reason = WHY.get(why, (why, why))[at]
    title = f"{kind}{('：', ': ')[at]}{reason}"
    if drill:
        title = ("【演练】", "[EXERCISE] ")[at] + title
    since = _moment(incident.opened_ms)
    head = f"{title}\n{_where(incident, where, at)}\n{_since(incident.severity, since, at)}"
    return Text(_line(title), head[:TEXT_MAX] + (f"\n{link}" if link else ""))


def test_text(language: Language, *, drill: bool) -> Text:
    """What a test of a channel says.

    >>> test_text("en", drill=False).title
    'Liftwatch: a test of this channel'
    """
    at = LANGUAGES.index(language)
    title = ("电梯安全监测：通道测试", "Liftwatch: a test of this channel")[at]
    more = ("无需处理。", "Nothing is to be done.")[at]
    head = ("【演练】", "[EXERCISE] ")[at] if drill else ""
    return Text(head + title, f"{head}{title}\n{more}")


def _where(incident: Incident, where: Where, at: int) -> str:
    if incident.lift is None:
        many = len(incident.lifts)
        lift = (f"{many} 台电梯", f"{many} lifts")[at]
    else:
        lift = (f"电梯 {incident.lift}", f"lift {incident.lift}")[at]
    parts = [_line(where.place), lift]
    if where.rescue_code:
        code = _line(where.rescue_code)
        parts.append((f"救援识别码 {code}", f"rescue code {code}")[at])
    return ("，", ", ")[at].join(part for part in parts if part)


def _since(severity: int, since: str, at: int) -> str:
    figure = "一二三四"[severity - 1]
    return (f"{figure}级，自 {since}", f"severity {severity}, since {since}")[at]


def _moment(ms: int) -> str:
    """By the estates' clock."""
    told = datetime.fromtimestamp((ms + ESTATE_MS) // SECOND_MS, UTC)
    return told.strftime("%Y-%m-%d %H:%M")


def _line(text: str) -> str:
    """One line without anything that is not shown: it stands in heads of messages too."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


assert WHY.keys() >= set(RAISINGS)
