"""The credit list of the demo: one entry in force, one announced, one still a draft.

All of it goes through the handlers by which people do it, at moments of the last weeks, and rests
on what `demo_matters` has put in the books. Whom it would have told counts as told.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from msgspec import structs

from liftwatch.access.sight import Place, Sight
from liftwatch.care.instruction_store import InstructionFilter
from liftwatch.care.sanctions import Entry, Fact, Kind, Side
from liftwatch.clock import DAY_MS
from liftwatch.commands.demo_fund import Demo
from liftwatch.commands.demo_matters import Matters
from liftwatch.commands.demo_people import Site
from liftwatch.handlers.care_credit import Facts, make_move, write
from liftwatch.ids import new_id
from liftwatch.office import Office
from liftwatch.ports import Books


def furnish_credit(books: Books, store: Office, sites: Iterable[Site], *, now_ms: int) -> None:
    """Entries about the manager and the unit of the first lift; nothing where there is no lift."""
    own = list(sites)
    if not own:
        return
    with store.begin() as work:
        Desk(books, Matters(Demo(work, own[0], now_ms=now_ms)), own[0]).fill()


class Desk:
    """The desk of the authority."""

    def __init__(self, books: Books, matters: Matters, site: Site) -> None:
        self.books, self.matters, self.site, self.work = books, matters, site, matters.work
        sight = Sight(places=(Place(site.area),))
        now_ms = matters.demo.now_ms
        self.facts = Facts(books, self.work, sight, exercise=True, now_ms=now_ms)

    def fill(self) -> None:
        """Each at another step."""
        self.in_force()
        self.announced()
        self.draft()

    def in_force(self) -> None:
        """The unit was warned after levels that came back, has answered, and it counts."""
        one = self.written(
            *("maintenance", "warning", (22, 10.2)),
            what="平层误差重复出现，责令整改前未按期调整平层装置和制动器。",
            article="TSG T5002 第6条",
            decision="市监特设〔2026〕信 017 号",
            hear_days=10,
            days=180,
        )
        one = self.move(one, "announce", (22, 15.4))
        reply = "已更换制动器间隙测量工具，增加每月一次平层抽查，附整改记录。"
        one = self.move(one, "answer", (17, 9.3), role="maintenance", text=reply)
        self.move(one, "enforce", (11, 9.1))

    def announced(self) -> None:
        """The manager has not done what it took on, and may answer."""
        one = self.written(
            *("property", "rectification", (2, 14.1)),
            what="未按期补齐轿厢安全注意事项和应急救援标识，日管控、周排查、月调度记录缺失。",
            article="市场监管总局令第74号",
            decision="市监特设〔2026〕信 023 号",
            hear_days=15,
            days=365,
        )
        self.move(one, "announce", (1, 10.6))

    def draft(self) -> None:
        """The unit is to be praised for how it answered residents."""
        self.written(
            *("maintenance", "praise", (1, 16.2)),
            complaint=True,
            what="投诉次日即更换光幕并把关门力调到标准以内，居民评价满分。",
            article="通报表扬（演示）",
            decision="市监特设〔2026〕信 024 号（拟）",
            hear_days=10,
            days=365,
        )

    def written(
        self,
        role: str,
        kind: Kind,
        at: tuple[int, float],
        *,
        hear_days: int,
        days: int,
        complaint: bool = False,
        **words: Any,
    ) -> Entry:
        """A draft of a day and hour about whoever has a role."""
        at_ms, by = self.matters.at(*at), self.matters.actor("supervision")
        organisation = self.matters.actor(role).organisation or ""
        one = Entry(
            id=new_id(),
            area=self.site.area,
            organisation=organisation,
            kind=kind,
            facts=(self.complaint(organisation) if complaint else self.asked(organisation),),
            paper=hashlib.sha256(words["decision"].encode()).hexdigest(),
            issuer=by.organisation or "",
            issued_by=by.person or "",
            issued_ms=at_ms,
            hear_by_ms=at_ms + hear_days * DAY_MS,
            from_ms=at_ms + hear_days * DAY_MS,
            until_ms=at_ms + days * DAY_MS,
            exercise=True,
            **words,
        )
        return write(self.work.books, one, facts=self.facts, by=by, now_ms=at_ms)

    def asked(self, organisation: str) -> Fact:
        """The first instruction that an organisation was given."""
        some = self.books.instructions(InstructionFilter(responsible=organisation))
        first = min(some, key=lambda one: one.issued_ms)
        return Fact(kind="instruction", id=first.id)

    def complaint(self, organisation: str) -> Fact:
        """The matter of the doors, which was answered."""
        some = self.facts.about(organisation, self.site.area, since_ms=0)
        told = [one for one in some if one.fact.kind == "complaint" and one.fact.word == "doors"]
        return told[-1].fact

    def move(
        self,
        one: Entry,
        name: str,
        at: tuple[int, float],
        *,
        role: str = "supervision",
        **more: Any,
    ) -> Entry:
        """A move of whoever has a role; it is told to nobody."""
        side: Side = "supervision" if role == "supervision" else "organisation"
        made = make_move(
            self.work.books,
            one.id,
            name,
            by=self.matters.actor(role),
            side=side,
            version=one.version,
            now_ms=self.matters.at(*at),
            **more,
        )
        made = structs.replace(made, told=made.state)
        self.work.books.note_credit_told(made)
        return made
