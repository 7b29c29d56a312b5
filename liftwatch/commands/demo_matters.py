"""What people of the demo work on: complaints, notices, instructions, a hazard, codes in the cars.

All of it goes through the handlers by which people do it, at moments of the last weeks. It is an
exercise, and whom an instruction would have told counts as told: nothing of it leaves.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from api.console.notice_texts import WORDINGS
from liftwatch.care.complaints import Complaint, Party
from liftwatch.care.hazards import Hazard
from liftwatch.care.instruction_clocks import steps_due
from liftwatch.care.instructions import Evidence, Instruction, Side, Told
from liftwatch.care.notices import Notice
from liftwatch.care.renewal import Estimate, Remedy
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, begin_ms, date_of, estate_day
from liftwatch.commands.demo_fund import Demo
from liftwatch.commands.demo_people import Site
from liftwatch.handlers import (
    care_complaints,
    care_hazards,
    care_instructions,
    care_notices,
    care_renewals,
)
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor
from liftwatch.office import Office
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts

OUTAGE = (9 * HOUR_MS, 11 * HOUR_MS + 30 * MINUTE_MS)
"""Of tomorrow, by the estates' clock."""
SIDES: Mapping[str, Side] = {
    "supervision": "supervision",
    "property": "responsible",
    "maintenance": "responsible",
}


def furnish_matters(store: Office, sites: Iterable[Site], *, now_ms: int) -> None:
    """Matters of the estate of the first lift; nothing where there is no lift."""
    own = list(sites)
    if not own:
        return
    here = [one for one in own if one[1:3] == own[0][1:3]]
    doors, others, noisy = here[0], here[1 % len(here)], here[2 % len(here)]
    with store.begin() as work:
        matters = Matters(Demo(work, own[0], now_ms=now_ms))
        matters.codes(here)
        matters.answered(doors)
        matters.at_work(noisy)
        matters.overdue(doors)
        matters.notices(doors, others)
        matters.hazards(doors, noisy)
        matters.estimates(doors, others)
        matters.verified(doors)
        matters.running(noisy)
        matters.late(doors)


class Matters:
    """What is done on the desks of the demo, with its clock and its people."""

    def __init__(self, demo: Demo) -> None:
        self.demo, self.work = demo, demo.work

    def at(self, days: int, hour: float) -> int:
        """Set the clock: so many days ago, at an hour by the estates' clock."""
        day_ms = begin_ms(date_of(estate_day(self.demo.now_ms) - days))
        self.demo.at_ms = day_ms + int(hour * HOUR_MS)
        return self.demo.at_ms

    def codes(self, sites: Iterable[Site]) -> None:
        """Stickers hang in the cars, and a screen in the first hall."""
        at_ms, by = self.at(60, 10), self.demo.who("property")
        for site in sites:
            care_notices.renew_code(
                self.work, "lift", place=site[1:], lift=site.lift, person=by.person, now_ms=at_ms
            )
        care_notices.renew_code(
            self.work, "screen", place=self.demo.place, lift=None, person=by.person, now_ms=at_ms
        )

    def told(self, site: Site, topic: str, words: str | None, **more: Any) -> Complaint:
        """Somebody tells of a lift: the matter that it belongs to."""
        facts = Facts(building=site.building)
        lift = LiftRow(
            lift=site.lift, area=site.area, estate=site.estate, facts=facts, exercise=True
        )
        told = care_complaints.Told(
            topic=topic,  # type: ignore[arg-type]  # one of the table
            channel=more.pop("channel", "page"),
            words=words,
            **more,
        )
        return care_complaints.receive(self.work, lift, told, now_ms=self.demo.at_ms).matter

    def move(
        self, one: Complaint, name: str, text: str | None = None, *, party: Party = "property"
    ) -> Complaint:
        """A party moves a matter."""
        who = self.demo.who(party)
        return care_complaints.move_complaint(
            self.work,
            one.id,
            name,
            by=care_complaints.By(party, who.person, who.organisation),
            text=text,
            version=one.version,
            now_ms=self.demo.at_ms,
        )

    def answered(self, site: Site) -> None:
        """Three tell of a door; it is mended, and the one who rates the answer is content."""
        self.at(12, 7.6)
        self.told(site, "doors", "关门太快，推婴儿车进去时被门夹了一下。", phone="0512-0000-0071")
        self.at(12, 8.2)
        self.told(site, "doors", "门关得猛，老人差点被碰到。")
        one = self.told(site, "doors", None)
        self.at(12, 8.7)
        one = self.move(one, "take")
        self.at(11, 16.4)
        answer = "维保单位已更换光幕，并把关门力调到 120 N 以内；现场试验 20 次，均能及时重新打开。"
        one = self.move(one, "answer", answer)
        self.at(10, 19.1)
        care_complaints.rate(self.work, one.number, stars=5, words="第二天就修好了，谢谢。")

    def at_work(self, site: Site) -> None:
        """A noise, which the maintenance unit has taken over."""
        self.demo.days_ago(0.4)
        words = "电梯运行到 5 楼以上有持续的摩擦声，晚上尤其明显。"
        one = self.told(site, "noise", words, channel="phone", phone="0512-0000-0072")
        self.demo.days_ago(0.35)
        one = self.move(one, "take")
        one = self.move(one, "offer", "像是导靴摩擦，请检查导靴和导轨润滑。")
        self.demo.days_ago(0.3)
        self.move(one, "accept", party="maintenance")

    def overdue(self, site: Site) -> None:
        """Buttons that nobody has taken up."""
        self.at(4, 18.3)
        self.told(site, "buttons", "轿厢里 3 楼的按钮要按好几次才亮。")
        self.at(2, 8.1)
        self.told(site, "buttons", None)

    def notices(self, first: Site, second: Site) -> None:
        """One hangs everywhere, one waits for its editor, and a lift will stand still tomorrow."""
        demo = self.demo
        self.at(20, 9.5)
        everywhere = first._replace(building="")
        shown = self.notice(everywhere, "ebikes", from_ms=demo.at_ms, until_ms=self.after(40))
        self.publish(shown)
        self.at(10, 10.2)
        counted = {"complaint:doors": 3}
        from_ms = demo.now_ms
        self.notice(first, "doors", from_ms=from_ms, until_ms=self.after(30), evidence=counted)
        self.at(1, 9.3)
        day_ms = begin_ms(date_of(estate_day(demo.now_ms) + 1))
        begin, end = (day_ms + part for part in OUTAGE)
        self.publish(self.notice(second, "outage", from_ms=begin, until_ms=end, lift=second.lift))

    def after(self, days: int) -> int:
        """So many days from now."""
        return self.demo.now_ms + days * DAY_MS

    def notice(
        self,
        site: Site,
        topic: str,
        *,
        from_ms: int,
        until_ms: int,
        lift: str | None = None,
        evidence: dict[str, int] | None = None,
    ) -> Notice:
        """A draft in our wording."""
        by = self.demo.who("property")
        asked = Notice(
            id=new_id(),
            area=site.area,
            estate=site.estate,
            building=site.building,
            lift=lift,
            topic=topic,  # type: ignore[arg-type]  # one of the table
            state="draft",
            zh=WORDINGS[topic].zh,
            en=WORDINGS[topic].en,
            from_ms=from_ms,
            until_ms=until_ms,
            evidence=evidence or {},
            made_ms=self.demo.at_ms,
            person=by.person,
            organisation=by.organisation,
        )
        return care_notices.draft(self.work, asked, now_ms=self.demo.at_ms)

    def publish(self, one: Notice) -> None:
        """Residents see it from now on."""
        care_notices.publish(self.work, one.id, version=one.version, now_ms=self.demo.at_ms)

    def hazards(self, first: Site, second: Site) -> None:
        """One is open, one was mended."""
        self.at(18, 14.2)
        self.hazard(first, "机房门锁损坏，无关人员可以进入。")
        mended = self.hazard(second, "底坑有积水，缓冲器底座开始锈蚀。")
        self.at(15, 11.7)
        care_hazards.end_hazard(
            self.work.books,
            mended.id,
            "mended",
            why="已抽干积水，修补防水层，缓冲器除锈刷漆。",
            by=self.actor("maintenance"),
            version=mended.version,
            now_ms=self.demo.at_ms,
        )

    def estimates(self, first: Site, second: Site) -> None:
        """What the manager holds two lifts to need; a first guess was replaced by an offer."""
        self.at(40, 10.5)
        self.estimate(first, "major_repair", 3_200_000, why="按市场价粗估：更换曳引轮和钢丝绳。")
        self.at(9, 15.2)
        offer = "原厂报价单：更换曳引轮、钢丝绳和制动器闸瓦，含安装调试。"
        self.estimate(first, "major_repair", 3_860_000, why=offer)
        self.at(8, 9.7)
        guess = "两家报价的低者；旧井道和层门地坎可沿用。"
        self.estimate(second, "renewal", 26_800_000, why=guess)

    def estimate(self, site: Site, remedy: Remedy, fen: int, *, why: str) -> Estimate:
        """The property manager puts one on record."""
        by = self.actor("property")
        made = Estimate(
            lift=site.lift,
            area=site.area,
            estate=site.estate,
            remedy=remedy,
            fen=fen,
            why=why,
            person=by.person,
            organisation=by.organisation,
            at_ms=self.demo.at_ms,
        )
        return care_renewals.put_estimate(self.work.books, made)

    def hazard(self, site: Site, what: str) -> Hazard:
        """The maintenance unit writes one down."""
        by = self.actor("maintenance")
        made = Hazard(
            id=new_id(),
            area=site.area,
            estate=site.estate,
            lift=site.lift,
            what=what,
            made_ms=self.demo.at_ms,
            made_by=by.person,
            made_for=by.organisation,
        )
        return care_hazards.write_down(self.work.books, made)

    def verified(self, site: Site) -> None:
        """It was put right and seen to be; now the lift itself is listened to."""
        self.at(26, 9.4)
        one = self.issue(
            site,
            "平层误差多次超过 20 mm：调整平层装置和制动器，检查称重装置，并提交调整记录。",
            *("maintenance", "maintenance_quality", 20),
            source="repeated_fault",
            kinds=("levelling_error",),
        )
        self.at(25, 8.9)
        one = self.instruct(one, "maintenance", "accept")
        self.at(12, 15.3)
        papers = self.papers(("平层调整记录.pdf", "制动器间隙测量.pdf"))
        words = "已重新调整各层平层感应器，制动器间隙恢复到 0.4 mm；往返各 10 次，误差不超过 6 mm。"
        one = self.instruct(one, "maintenance", "report", text=words, documents=papers)
        self.at(9, 10.6)
        self.instruct(one, "supervision", "verify", text="现场抽查 5 个楼层，误差均在 8 mm 以内。")

    def papers(self, names: Iterable[str]) -> tuple[Evidence, ...]:
        """Documents by their names."""
        return tuple(
            Evidence(name=name, sha256=hashlib.sha256(name.encode()).hexdigest()) for name in names
        )

    def running(self, site: Site) -> None:
        """Somebody is at it, and asks for more time."""
        self.at(6, 14.8)
        one = self.issue(
            site,
            "层门门锁触点反复断开：全面检查层门和门机，更换磨损的挂轮与触点。",
            *("maintenance", "after_fault", 12),
            source="repeated_fault",
            kinds=("safety_chain_open", "door_fault"),
        )
        self.at(5, 8.6)
        one = self.instruct(one, "maintenance", "accept")
        self.at(1, 16.9)
        later_ms = one.deadline_ms + 5 * DAY_MS
        words = "门锁触点需向厂家订货，预计 8 天到货。"
        self.instruct(one, "maintenance", "ask", text=words, deadline_ms=later_ms)

    def late(self, site: Site) -> None:
        """What the property manager took on and has not done; its clocks went on."""
        self.at(20, 10.1)
        one = self.issue(
            site,
            "补齐各轿厢的安全注意事项和应急救援标识，建立日管控、周排查、月调度记录。",
            *("property", "use_unit", 16),
            whole=True,
            source="failed_duty",
        )
        self.at(19, 9.2)
        one = self.instruct(one, "property", "accept")
        for at_ms, _ in steps_due(one, self.demo.now_ms):
            care_instructions.escalate(self.work.books, one.id, now_ms=at_ms)
        self.still(one.id)

    def issue(
        self, site: Site, what: str, *about: Any, whole: bool = False, **more: Any
    ) -> Instruction:
        """The authority instructs a role (and by which basis, within so many days): about a lift,
        or the `whole` estate."""
        role, basis, days = about
        by, at_ms = self.actor("supervision"), self.demo.at_ms
        asked = Instruction(
            id=new_id(),
            area=site.area,
            estate=site.estate,
            lift=None if whole else site.lift,
            what=what,
            basis=basis,
            issuer=by.organisation or "",
            issued_by=by.person or "",
            issued_ms=at_ms,
            span_ms=days * DAY_MS,
            deadline_ms=at_ms + days * DAY_MS,
            responsible=self.demo.who(role).organisation or "",
            **more,
        )
        made = care_instructions.issue(self.work.books, asked, by=by, now_ms=at_ms)
        self.still(made.id)
        return made

    def instruct(self, one: Instruction, role: str, name: str, **told: Any) -> Instruction:
        """A move of whoever has the role."""
        made = care_instructions.make_move(
            self.work.books,
            one.id,
            name,
            told=Told(**told),
            by=self.actor(role),
            side=SIDES[role],
            version=one.version,
            now_ms=self.demo.at_ms,
        )
        self.still(one.id)
        return made

    def still(self, id: str) -> None:
        """Whom it would have told counts as told: the engine would tell of weeks ago as of now."""
        for notice in self.work.books.instruction_notices_due(id):
            told = structs.replace(notice, told_ms=notice.made_ms, held="exercise")
            self.work.books.put_instruction_notice(told)

    def actor(self, role: str) -> Actor:
        """Whoever has a role, at the console."""
        by = self.demo.who(role)
        return Actor(person=by.person, organisation=by.organisation, channel="console")
