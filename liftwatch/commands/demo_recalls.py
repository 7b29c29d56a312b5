"""A recall of the demo: the lifts of one make and model, each at another step of being put right.

All of it goes through the handlers by which people do it, at moments of the last weeks.
"""

import hashlib
from collections.abc import Iterable

from liftwatch.access.sight import Place
from liftwatch.care.recalls import Criterion, Recall, RecallLift
from liftwatch.clock import DAY_MS
from liftwatch.commands.demo_fund import Demo
from liftwatch.commands.demo_matters import Matters
from liftwatch.commands.demo_people import Site
from liftwatch.handlers import care_recalls
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor
from liftwatch.office import Office
from liftwatch.ports import LiftRow

DAYS = 25
PAPERS = ("门锁触点更换记录.pdf", "门锁电阻测量.pdf")


def furnish_recalls(store: Office, rows: Iterable[LiftRow], *, now_ms: int) -> None:
    """A recall by the make and model of the first lift; nothing where there is no lift."""
    own = list(rows)
    if not own:
        return
    first = own[0]
    make, model = first.facts.manufacturer, first.facts.model
    criterion = Criterion(make=make, model=model)
    alike = [row for row in own if row.area == first.area and criterion.fits(row.facts)]
    with store.begin() as work:
        site = Site(first.lift, first.area, first.estate, first.facts.building or "")
        matters = Matters(Demo(work, site, now_ms=now_ms))
        _begin(matters, criterion, alike)


def _begin(matters: Matters, criterion: Criterion, alike: list[LiftRow]) -> None:
    at_ms, by = matters.at(11, 9.6), matters.actor("supervision")
    one = Recall(
        id=new_id(),
        issuer=by.organisation or "",
        issued_by=by.person or "",
        issued_ms=at_ms,
        places=(Place(alike[0].area),),
        origin="maker",
        word=f"{criterion.make} 技术通报 2026-07",
        paper=hashlib.sha256(b"2026-07").hexdigest(),
        criterion=criterion,
        what=f"{criterion.make} {criterion.model}：2025 年 3 月至 8 月生产的层门门锁触点。",
        why="触点镀层过薄，接触电阻升高，电梯可能在运行中突然停住困人。",
        remedy="更换全部层门门锁触点，逐层测量门锁回路电阻并提交记录。",
        kinds=("safety_chain_open",),
        span_ms=DAYS * DAY_MS,
        deadline_ms=at_ms + DAYS * DAY_MS,
        exercise=True,
    )
    work = matters.work
    care_recalls.begin(work.books, work, one, lifts=alike, by=by, now_ms=at_ms)
    hits = work.books.held_hits(one.id)
    for hit in hits:
        matters.still(hit.row.instruction or "")
    unit = matters.actor("maintenance").organisation
    cared = [hit.row for hit in hits if hit.responsible == unit]
    for step, row in enumerate(cared[:3], 1):
        _put_right(matters, row, step)
    if len(cared) > 3:
        _except(matters, one, cared[-1], by=by)


def _put_right(matters: Matters, row: RecallLift, step: int) -> None:
    """The first is verified, the second reported, the third taken on."""
    asked = matters.work.books.locked_instruction(row.instruction or "")
    assert asked is not None, "it lies with the unit"
    matters.at(9, 8.5 + step / 4)
    asked = matters.instruct(asked, "maintenance", "accept")
    if step <= 2:
        matters.at(5, 14.0 + step / 2)
        papers = matters.papers(PAPERS)
        words = "已更换全部层门门锁触点，门锁回路电阻 0.6 Ω，逐层试验合格。"
        asked = matters.instruct(asked, "maintenance", "report", text=words, documents=papers)
    if step == 1:
        matters.at(3, 10.4)
        matters.instruct(asked, "supervision", "verify", text="现场抽查三层，触点均为新件。")


def _except(matters: Matters, one: Recall, row: RecallLift, *, by: Actor) -> None:
    at_ms = matters.at(2, 11.2)
    care_recalls.except_lift(
        matters.work.books,
        one.id,
        row.lift,
        why="该梯的层门门锁已于去年整体更换为其他型号，有发票和照片。",
        by=by,
        version=one.version,
        now_ms=at_ms,
    )
    matters.still(row.instruction or "")
