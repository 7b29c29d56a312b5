"""The demo's maintenance fund: a building of twelve households, with its books and three cases.

All of it goes through the handlers by which people do it, at moments of the last year: an ordinary
case from draft to disclosure, an emergency that waits for its audit, and a vote that is held now.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from api.console.demo_page import LOGIN
from liftwatch.clock import DAY_MS, HOUR_MS, estate_day
from liftwatch.commands.demo_owners import furnish_owners
from liftwatch.commands.demo_people import Site
from liftwatch.fund.accounts import Account
from liftwatch.fund.case import By, Case, Told
from liftwatch.fund.documents import Document
from liftwatch.fund.eligibility import Claim, Contract
from liftwatch.fund.journal import Draft, Leg
from liftwatch.fund.moves import open_case
from liftwatch.fund.plans import Item, Plan
from liftwatch.fund.scope import Household, Scope
from liftwatch.fund.sources import Part, with_bank
from liftwatch.fund.votes import Choice, heads_of
from liftwatch.handlers import fund_cases, fund_sources
from liftwatch.handlers.fund_book import book
from liftwatch.office import Office, OfficeWork
from liftwatch.register.columns import HouseholdRow

BANK, DEVELOPER = "ccb", "玉山置业"
FIRST_FEN_PER_M2 = 10_500
"""What owners paid in first [our choice: of the order of what Kunshan asks of a building with
lifts]."""
AREAS_DM2 = (8_950, 12_110)
FLOORS = 6
LEFT_PCT = (88, 84, 91, 79, 86, 82, 24, 85, 90, 77, 83, 0)
"""What is left of each first deposit: one household must top up, and one unit is unsold."""
TWO_DOORS = ("301", "302")
"""Of one buyer, and so one head."""
VOTED: tuple[Choice, ...] = ("for", "for", "against", "for", "for", "abstain", "for")
READ_TWICE = 5


def households() -> tuple[Household, ...]:
    """The scope of all cases: six floors with two doors each."""
    made = []
    for floor in range(1, FLOORS + 1):
        for door, area in enumerate(AREAS_DM2, 1):
            id = f"{floor}0{door}"
            owner = "buyer-3" if id in TWO_DOORS else None
            sold = (floor, door) != (FLOORS, len(AREAS_DM2))
            made.append(
                Household(id=id, area_dm2=area, owner=owner, developer=None if sold else DEVELOPER)
            )
    return tuple(made)


def furnish_fund(store: Office, sites: Iterable[Site], *, now_ms: int) -> None:
    """Books and cases for the building of the first lift; nothing where there is no lift."""
    own = list(sites)
    if not own:
        return
    here = [one for one in own if one[1:] == own[0][1:]]
    with store.begin() as work:
        demo = Demo(work, here[0], now_ms=now_ms)
        demo.register()
        demo.books()
        demo.ordinary(here[0].lift)
        demo.income()
        demo.emergency(here[-1].lift)
        demo.vote_now(here[0].lift)
        furnish_owners(work, demo.place, now_ms=now_ms)


class Demo:
    """One transaction, and a clock that is set for every act."""

    def __init__(self, work: OfficeWork, site: Site, *, now_ms: int) -> None:
        self.work, self.site, self.now_ms = work, site, now_ms
        self.place = (site.area, site.estate, site.building)
        self.keys = 0
        self.at_ms = now_ms
        self.by: dict[str, By] = {}

    def days_ago(self, days: float) -> int:
        """Set the clock."""
        self.at_ms = self.now_ms - int(days * DAY_MS)
        return self.at_ms

    def who(self, role: str) -> By:
        """Whoever has a role."""
        if role not in self.by:
            person = self.work.person_of_login(LOGIN % role)
            assert person is not None, "furnished before"
            (grant,) = self.work.grants(person.id, self.now_ms)
            self.by[role] = By(person=person.id, organisation=grant.organisation, role=role)
        return self.by[role]

    def account(self, kind: str, of: str) -> Account:
        """An account of the building."""
        return Account(kind, *self.place, of)

    def draft(self, kind: str, legs: tuple[Leg, ...], **more: Any) -> Draft:
        """What the custodian asks to be booked."""
        self.keys += 1
        by = self.who("custodian")
        return Draft(
            kind=kind,
            day=estate_day(self.at_ms),
            at_ms=self.at_ms,
            person=by.person or "",
            organisation=by.organisation,
            legs=legs,
            key=f"demo:{self.keys:08d}",
            **more,
        )

    def register(self) -> None:
        """The households, as a sheet would have brought them."""
        rows = [
            HouseholdRow(
                area=self.site.area,
                estate=self.site.estate,
                building=self.site.building,
                number=one.id,
                floor_area_dm2=one.area_dm2,
                developer_owned=one.developer is not None,
            )
            for one in households()
        ]
        self.work.register.put_households(rows)

    def books(self) -> None:
        """What lay there when the fund was taken over, seen by two, and a year's interest."""
        self.days_ago(330)
        sold = [one for one in households() if one.developer is None]
        first = {one.id: one.area_dm2 * FIRST_FEN_PER_M2 // 100 for one in sold}
        custodian = self.who("custodian").person or ""
        fund_sources.tell_first_deposits(
            self.work.books, self.place, first, person=custodian, now_ms=self.at_ms
        )
        parts = [
            Part(self.account("principal", home), fen * left // 100)
            for (home, fen), left in zip(first.items(), LEFT_PCT, strict=False)
        ]
        opening = self.draft("opening", with_bank("opening", parts, bank=BANK), memo="期初余额")
        pending = fund_sources.propose(self.work.books, opening, id="demo-opening")
        fund_sources.confirm(
            self.work.books,
            pending.id,
            second=self.who("bureau").person or "",
            digest=pending.digest,
            now_ms=self.at_ms + HOUR_MS,
        )
        self.days_ago(160)
        grown = [Part(self.account("interest", part.account.of), part.fen // 100) for part in parts]
        source = f"{BANK} 20250630001"
        book(
            self.work.books,
            self.draft("interest", with_bank("interest", grown, bank=BANK), source=source),
        )

    def income(self) -> None:
        """What a screen in the lift has earned, and a proposal to share it out that waits."""
        self.days_ago(60)
        public = self.account("public", "lift-screen")
        income = with_bank("income", [Part(public, 360_000)], bank=BANK)
        book(self.work.books, self.draft("income", income, source=f"{BANK} 20251001007"))
        self.days_ago(2)
        homes = [one.id for one in households() if one.developer is None]
        each = 360_000 // len(homes)
        legs = (
            Leg(public.id, each * len(homes)),
            *(Leg(self.account("principal", home).id, -each) for home in homes),
        )
        fund_sources.propose(
            self.work.books, self.draft("share", legs, memo="电梯广告收益"), id="demo-share"
        )

    def opened(self, name: str, lift: str, path: str) -> "Moving":
        """A case, with the fault history of its lift."""
        number = int(hashlib.sha256(name.encode()).hexdigest()[:16], 16)
        case = open_case(
            f"{self.at_ms:012x}{number:020x}",
            place=self.place,
            lift=lift,
            path=path,  # type: ignore[arg-type]  # one of the table
            custody="bureau",
            bank=BANK,
            now_ms=self.at_ms,
        )
        fund_cases.open_kept(self.work.books, case)
        made = Moving(self, case)
        made.do("property", "file", "fault_history")
        return made

    def ordinary(self, lift: str) -> None:
        """New traction ropes, from draft to disclosure."""
        self.days_ago(150)
        case = self.opened("ordinary", lift, "ordinary")
        case.do("property", "revise", plan=self.plan("ropes", "更换曳引钢丝绳", 1_680_000))
        self.days_ago(148)
        case.do("property", "publish", "plan", "area_list", "quote", "notice")
        vote = self.vote(case.case.id, "demo-vote-1", days=8)
        heads = list(heads_of(households()))[:-1]
        self.days_ago(144)
        self.cast(vote, [(head, "against" if head.endswith("202") else "for") for head in heads])
        self.days_ago(139)
        held = fund_cases.locked_vote(self.work.books, vote, version=3)
        fund_cases.close(self.work.books, held, now_ms=self.at_ms)
        case.do("property", "vote", "result_notice")
        self.days_ago(135)
        firm = {"contractor": "昆山安达电梯维保有限公司", "amount_fen": 1_650_000}
        case.do("property", "contract", "contract", "contractor_licence", **firm)
        case.do("property", "apply", "application")
        self.days_ago(130)
        case.do("bureau", "approve", "approval")
        auditor, bureau = self.who("auditor"), self.who("bureau")
        self.work.books.fund_give(
            case.case.id,
            auditor.organisation or "",
            person=bureau.person or "",
            at_ms=self.at_ms,
        )
        self.days_ago(128)
        case.do("custodian", "pay", "payment_voucher", amount_fen=825_000)
        self.days_ago(115)
        case.do("property", "accept", "acceptance_sheet")
        case.do("owner", "accept")
        self.days_ago(105)
        case.do("auditor", "audit", "audit_report", amount_fen=1_612_000)
        self.days_ago(100)
        owed = [line for line in case.case.purse.lines if line.owed_fen]
        for line in owed:
            case.do("custodian", "receive", household=line.household, amount_fen=line.owed_fen)
        case.do("custodian", "pay", "payment_voucher", "invoice", amount_fen=787_000)
        self.days_ago(98)
        case.do("custodian", "settle", "allocation_table")
        case.do("property", "disclose", "publication")

    def emergency(self, lift: str) -> None:
        """A brake that the inspection institute has stopped; its cost waits for the auditor."""
        self.days_ago(40)
        case = self.opened("emergency", lift, "emergency")
        case.do("property", "revise", plan=self.plan("brake", "更换制动器", 980_000))
        case.do("property", "publish", "plan", "area_list", "quote", "notice")
        self.days_ago(39)
        case.do("inspector", "prove", "rectification_notice")
        firm = {"contractor": "苏州恒升电梯工程有限公司", "amount_fen": 960_000}
        case.do("property", "contract", "contract", "contractor_licence", **firm)
        case.do("property", "apply", "application")
        self.days_ago(37)
        case.do("bureau", "approve", "approval")
        self.days_ago(24)
        case.do("custodian", "pay", "payment_voucher", amount_fen=480_000)
        self.days_ago(12)
        case.do("property", "accept", "acceptance_sheet")
        case.do("owner", "accept")
        case.do("street", "accept")
        auditor = self.who("auditor")
        bureau = self.who("bureau").person or ""
        self.work.books.fund_give(
            case.case.id, auditor.organisation or "", person=bureau, at_ms=self.at_ms
        )

    def vote_now(self, lift: str) -> None:
        """A main board, on which the owners vote these days; some papers wait to be read again."""
        self.days_ago(4)
        case = self.opened("vote", lift, "ordinary")
        case.do("property", "revise", plan=self.plan("main_board", "更换控制主板", 1_240_000))
        self.days_ago(3)
        case.do("property", "publish", "plan", "area_list", "quote", "notice")
        vote = self.vote(case.case.id, "demo-vote-2", days=9)
        self.days_ago(1)
        heads = list(heads_of(households()))
        self.cast(vote, list(zip(heads, VOTED, strict=False)), read=READ_TWICE)

    def plan(self, code: str, what: str, fen: int) -> Plan:
        """A plan of one line, for all households by their areas."""
        claim = Claim(
            common_part=True,
            cause="wear",
            fault_day=estate_day(self.at_ms) - 5,
            warranty_until=estate_day(self.now_ms) - 2_000,
            tortfeasor=False,
            of_building=True,
            contract=Contract(covers=frozenset({"lamp", "button"}), parts_up_to_fen=20_000),
        )
        return Plan(
            act="use",
            items=(Item(code=code, what=what, amount_fen=fen),),
            scope=Scope(households=households()),
            claim=claim,
            cause="部件磨损，超过报废标准",
        )

    def vote(self, case: str, id: str, *, days: int) -> str:
        """Open a vote that ends after some days."""
        closes_ms = self.at_ms + days * DAY_MS + HOUR_MS
        fund_cases.open_vote(self.work.books, case, vote=id, closes_ms=closes_ms, now_ms=self.at_ms)
        return id

    def cast(self, vote: str, papers: list[tuple[str, Choice]], *, read: int | None = None) -> None:
        """Papers that the property manager has entered; the committee has read some of them."""
        books, made_ms = self.work.books, self.at_ms
        handed_in = [
            (head, choice, paper(vote, head, "ballot"), made_ms - HOUR_MS)
            for head, choice in papers
        ]
        first, second = self.who("property").person or "", self.who("committee").person or ""
        held = fund_cases.locked_vote(books, vote, version=1)
        fund_cases.enter(books, held, handed_in, by=first, now_ms=made_ms)
        held = fund_cases.locked_vote(books, vote, version=2)
        fund_cases.read_again(books, held, papers[:read], by=second, now_ms=made_ms)


class Moving:
    """A case that is moved by whoever has the role, with papers nobody has seen."""

    def __init__(self, demo: Demo, case: Case) -> None:
        self.demo, self.case, self.papers = demo, case, 0

    def do(self, role: str, move: str, *kinds: str, **told: Any) -> None:
        """Make a move."""
        demo = self.demo
        documents = []
        for kind in kinds:
            self.papers += 1
            documents.append(
                Document(
                    kind=kind,
                    sha256=paper(self.case.id, str(self.papers), kind),
                    dated=estate_day(demo.at_ms),
                    name=f"{kind}-{self.papers}.pdf",
                )
            )
        demo.keys += 1
        self.case, _ = fund_cases.move_case(
            demo.work.books,
            self.case.id,
            move,
            told=Told(documents=tuple(documents), **told),
            by=demo.who(role),
            key=f"demo:{demo.keys:08d}",
            version=self.case.version,
            now_ms=demo.at_ms,
        )


def paper(*of: str) -> str:
    """The hash of a paper of the demo, which nobody has."""
    return hashlib.sha256("/".join(("demo", *of)).encode()).hexdigest()


assert len(LEFT_PCT) == FLOORS * len(AREAS_DM2), "a household of which nobody knows what is left"
