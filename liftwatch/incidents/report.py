"""The form on which an accident in law is reported, in both languages, to be printed.

Its fields are those of the first report of an accident of special equipment (SAMR order 50/2022,
as far as domain 4.1 knows it: whoever uses the form compares it with the order in force). What the
books know is filled in; what they do not is left as a line to be written on.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import NamedTuple

from liftwatch.clock import rfc3339
from liftwatch.incidents.clock_rules import ACCIDENT_MS
from liftwatch.incidents.course import Course, Line
from liftwatch.incidents.incident import Incident
from liftwatch.register.facts import Facts

BLANK = "________________________"


class Field(NamedTuple):
    """A field: its name, what it is called in Chinese and in English."""

    name: str
    zh: str
    en: str


FIELDS: tuple[Field, ...] = (
    Field("unit", "事故发生单位", "Unit in which it happened"),
    Field("at", "事故发生时间", "When it happened"),
    Field("place", "事故发生地点", "Where it happened"),
    Field("equipment", "特种设备种类", "Sort of special equipment"),
    Field("code", "设备代码", "Code of the equipment"),
    Field("maker", "制造单位", "Manufacturer"),
    Field("maintenance", "维护保养单位", "Maintenance unit"),
    Field("course", "事故简要经过", "What happened, in brief"),
    Field("people", "伤亡和涉险人数", "People hurt, dead and at risk"),
    Field("loss", "初步估计的直接经济损失", "Direct loss, first estimate"),
    Field("grade", "初步确定的事故等级", "Grade of the accident, first view"),
    Field("cause", "初步判断的事故原因", "Cause, first view"),
    Field("measures", "已经采取的措施", "What was done"),
    Field("reporter", "报告人、联系电话", "Who reports, telephone"),
    Field("reported", "报告时间、编号", "When reported, number"),
    Field("else", "其他情况", "Anything else"),
)
CAUSES_ZH = {
    "human": "人为",
    "external": "外部",
    "door": "门系统",
    "control": "电气控制",
    "traction": "曳引",
    "level": "平层",
    "other": "其他",
}


def report(incident: Incident, course: Course, lines: list[Line], *, facts: Facts | None) -> str:
    """The form of one incident as a page of HTML without anything from elsewhere."""
    known = values(incident, course, lines, facts=facts)
    rows = "".join(
        f"<tr><th scope='row'>{field.zh}<br>{field.en}</th>"
        f"<td>{_cell(known.get(field.name))}</td></tr>\n"
        for field in FIELDS
    )
    mark = "<p><strong>演练 · EXERCISE</strong></p>\n" if incident.exercise else ""
    return (
        "<!doctype html>\n<html lang='zh'>\n<head><meta charset='utf-8'>"
        f"<title>特种设备事故报告 {escape(incident.id)}</title></head>\n<body>\n"
        f"<h1>特种设备事故报告 · Report of an accident of special equipment</h1>\n{mark}"
        f"<table border='1' cellpadding='6' cellspacing='0'>\n{rows}</table>\n"
        f"<p>Liftwatch {escape(incident.id)}</p>\n</body>\n</html>\n"
    )


def values(
    incident: Incident, course: Course, lines: list[Line], *, facts: Facts | None
) -> Mapping[str, str]:
    """What the books know of a field; others are left to be written on."""
    facts = facts or Facts()
    found: dict[str, str | None] = {
        "unit": facts.use_unit,
        "at": rfc3339(incident.opened_ms),
        "place": " ".join(filter(None, (facts.address, facts.building, facts.unit))) or None,
        "equipment": "电梯 · lift",
        "code": facts.equipment_code or incident.lift,
        "maker": facts.manufacturer,
        "maintenance": facts.maintenance_unit,
        "course": "\n".join(_story(incident, lines)),
        "people": _people(course),
        "grade": _grade(incident, course),
        "cause": _cause(course),
        "measures": course.inspection,
        "reported": None if course.reported_ms is None else rfc3339(course.reported_ms),
    }
    return {name: value for name, value in found.items() if value}


def _story(incident: Incident, lines: list[Line]) -> Iterator[str]:
    yield f"{rfc3339(incident.opened_ms)} {incident.kind}"
    for line in lines:
        if line.what not in ("comment", "hidden"):
            yield f"{rfc3339(line.at_ms)} {line.what} {line.text or ''}".rstrip()


def _people(course: Course) -> str | None:
    if course.trapped is None:
        return None
    return f"涉险 at risk {course.trapped}, 受伤 hurt {course.injured or 0}"


def _grade(incident: Incident, course: Course) -> str | None:
    """Two hours in a car make it an accident of the least grade (art. 64)."""
    if course.released_ms is None or course.released_ms - incident.opened_ms < ACCIDENT_MS:
        return None
    return "一般事故 · ordinary accident (被困 2 h 以上)"


def _cause(course: Course) -> str | None:
    return course.cause and f"{CAUSES_ZH.get(course.cause, '')} · {course.cause}"


def _cell(text: str | None) -> str:
    return BLANK if text is None else escape(text).replace("\n", "<br>")
