"""What the demo's visits were: a table, in words that technicians use. Nothing of it happened."""

from collections.abc import Mapping
from typing import NamedTuple

from liftwatch.care.checklist import Work
from liftwatch.care.inspection import Verdict
from liftwatch.care.visit import Part, State

MINUTES = 55
"""How long a visit takes where its row says nothing else."""


class Told(NamedTuple):
    """A visit of a lift, by its number: how long ago it ended, and how far it has come by now.

    `found` are items that were not just in order, with a remark; `filled` items are filled in where
    not all are; `filled_s` after check-in the list was whole, else shortly before the end.
    """

    lift: int
    days: float
    work: Work
    minutes: int = MINUTES
    state: State = "agreed"
    found: Mapping[str, tuple[str, str]] = {}
    filled: int | None = None
    filled_s: int | None = None
    part: Part | None = None
    remark: str = ""
    reply: str = ""
    broken_off: str = ""


OILED = {"A-1-13": ("adjusted", "油量偏少，已加注")}
LOOSE = {
    "A-1-22": ("adjusted", "门刀间隙偏大，已调整"),
    "A-1-25": ("adjusted", "地坎有砂石，已清理"),
}
LEVEL = {"A-1-23": ("adjusted", "二楼平层偏低 8 毫米，已调整")}
DAMP = {"A-1-30": ("defect", "底坑有渗水，已报物业")}
LAMP = {"A-1-16": ("replaced", "更换照明灯管")}
NO_PIT = {"A-1-09": ("not_applicable", "本梯没有旁路装置")}
ROLLER = Part(name="轿门挂轮组", life_months=36, cost_fen=46_800)
TUBE = Part(name="轿厢照明灯管", code="A-1-16", life_months=24, cost_fen=3_500)

NEWEST: tuple[Told, ...] = (
    Told(0, 21.0, "half_month", found=LAMP, part=TUBE),
    Told(
        *(0, 9.0, "repair", 85),
        part=ROLLER,
        remark="轿门运行有异响：更换轿门挂轮组，试运行 20 次正常",
        reply="请提前一天通知物业",
    ),
    Told(1, 17.2, "half_month", found=OILED),
    Told(2, 13.6, "half_month", found=LOOSE),
    Told(3, 1.2, "half_month", state="signed", found=LEVEL, remark="平层已调整，其余正常"),
    Told(4, 6.4, "half_month", 9, state="signed", filled_s=420),
    Told(5, 8.1, "half_month", found=DAMP),
    Told(6, 18.3, "half_month", found=NO_PIT),
    Told(
        *(6, 4.1, "half_month", 20),
        state="signed",
        filled=9,
        broken_off="机房钥匙不在值班室，无法进入机房",
    ),
    Told(7, 5.0, "half_month", found=OILED),
    Told(8, 14.2, "half_month"),
    Told(9, 10.3, "half_month", found=LEVEL),
    Told(10, 2.1, "half_month", 12, state="signed", filled_s=75),
    Told(11, 3.2, "half_month", found=LOOSE),
)
"""What was done of each lift last: two are overdue, one was broken off, two were over in no time:
their detectors contradict, and of the older one the time for an answer is over."""
OPEN = Told(2, 0.0, "half_month", 35, state="open", found=LOOSE, filled=18)
"""Somebody is there now, with half a list on a phone."""


def before_that(lift: int) -> tuple[Told, ...]:
    """What was done of a lift before: the year's list, a quarter's, half a month's.

    The days between them are those of the lists, so that nothing but `NEWEST` makes any overdue.
    """
    quarter = 38.0 + 2.5 * lift
    return (
        Told(lift, quarter + 76.0, "year", 190),
        Told(lift, quarter, "quarter", 95, found=LOOSE if lift % 3 else OILED),
        Told(lift, 28.0 + lift / 4, "half_month", 48 + lift),
    )


class Paper(NamedTuple):
    """A certificate of inspection: of which lift, how many days ago, when the next is due."""

    lift: int
    days: int
    next_days: int
    verdict: Verdict = "passed"


PAPERS = (
    Paper(0, 96, 269),
    Paper(2, 344, 21),
    Paper(5, 371, -6),
    Paper(8, 130, 235),
)
"""One is due in three weeks, and of one the time is over: it may not be used."""


class OnDemand(NamedTuple):
    """A lift kept on demand: its filing, and in how many days its insurance ends."""

    lift: int
    filing_no: str
    insured_days: int


ON_DEMAND = (OnDemand(0, "昆市监按需-0107", 190), OnDemand(1, "昆市监按需-0112", -9))
"""The second one is insured no more: every 15 days hold for it, and so it is overdue."""
