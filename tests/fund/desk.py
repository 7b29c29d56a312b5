"""A desk at which a case is worked on: people, papers, and books that refuse what no books hold.

The books here are a dict. They know only that an entry sums to zero, names an account once, and
that no account goes below nothing on its own side.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from liftwatch.clock import DAY_MS, estate_day, parse_ms
from liftwatch.fund.allocation import Balance
from liftwatch.fund.ballots import Outcome
from liftwatch.fund.case import By, Case, Known, Told
from liftwatch.fund.compared import Compared, held_by
from liftwatch.fund.documents import Document
from liftwatch.fund.eligibility import Claim, Contract
from liftwatch.fund.moves import move, open_case
from liftwatch.fund.plans import Item, Plan
from liftwatch.fund.posted import Entry, Posting
from liftwatch.fund.reserved import Effect
from liftwatch.fund.scope import Household, Scope
from liftwatch.fund.votes import Choice, heads_of, tally

MONDAY_MS = parse_ms("2026-03-02T09:00:00+08:00")
PLACE = ("320583", "garden", "7")

PEOPLE = {
    "li": By(person="li", organisation="Lakeside Property", role="property"),
    "he": By(person="he", organisation="Owners of Garden", role="committee"),
    "hu": By(person="hu", organisation="Owners of Garden", role="committee"),
    "bo": By(person="bo", organisation="Housing Bureau", role="bureau"),
    "su": By(person="su", organisation="Yushan Sub-district", role="street"),
    "in": By(person="in", organisation="Inspection Institute", role="inspector"),
    "au": By(person="au", organisation="Clear Audit", role="auditor"),
    "cu": By(person="cu", organisation="Fund Centre", role="custodian"),
    "ow": By(person="ow", organisation="Owners of 7", role="owner"),
}
ENGINE = By()

FLATS = tuple(
    Household(id=f"7-{floor}0{door}", area_dm2=area)
    for floor in (1, 2, 3)
    for door, area in ((1, 8950), (2, 12110))
)
CLAIM = Claim(
    common_part=True,
    cause="wear",
    fault_day=20_000,
    warranty_until=18_000,
    tortfeasor=False,
    of_building=True,
    contract=Contract(covers=frozenset({"lamp"})),
)
DEBIT = {"bank", "receivable"}
"""Kinds of accounts whose balance is what debits are more than credits."""


def plan_of(amount_fen: int = 800_000, **given: Any) -> Plan:
    """A plan of one line: new brakes, for all flats."""
    items = (Item(code="brake", what="new brakes", amount_fen=amount_fen),)
    return Plan(
        **({"act": "use", "items": items, "scope": Scope(households=FLATS), "claim": CLAIM} | given)
    )


def outcome_of(case: Case, choice: Choice = "for", /, *, at_ms: int, **given: Any) -> Outcome:
    """How a vote on the plan of a case ended in which everybody chose the same."""
    plan = case.plan
    assert plan is not None
    roll = plan.scope.households
    told = {
        "vote": "v-1",
        "case": case.id,
        "plan": plan.digest,
        "scope": plan.scope.digest,
        "opens_ms": case.published_ms,
        "closed_ms": at_ms,
        "tally": tally(roll, dict.fromkeys(heads_of(roll), choice), plan.act),
    }
    return Outcome(**(told | given))


class Books:
    """Balances by account, on the account's own side."""

    def __init__(self, balances: Mapping[str, Balance], *, subsidy_fen: int = 0) -> None:
        self.held: dict[str, int] = {}
        for household, balance in balances.items():
            self.held[self.name("principal", household)] = balance.principal_fen
            self.held[self.name("interest", household)] = balance.interest_fen
        self.held[self.name("subsidy", "bond")] = subsidy_fen
        self.held[self.name("bank", "ccb")] = sum(self.held.values())

    @staticmethod
    def name(kind: str, of: str) -> str:
        """The name of an account of our building."""
        return f"{kind}/320583/garden/7/{of}"

    def of(self, kind: str, of: str | None = None) -> int:
        """What an account holds, or all of a kind together."""
        if of is not None:
            return self.held.get(self.name(kind, of), 0)
        return sum(fen for account, fen in self.held.items() if account.startswith(f"{kind}/"))

    def balances(self, households: Iterable[Household]) -> dict[str, Balance]:
        """The sub-accounts as a case may draw on them."""
        return {
            one.id: Balance(self.of("interest", one.id), self.of("principal", one.id))
            for one in households
        }

    def book(self, effect: Effect) -> None:
        """Book an entry, or fail."""
        assert len(effect.legs) >= 2
        assert sum(leg.amount for leg in effect.legs) == 0
        assert len({leg.account for leg in effect.legs}) == len(effect.legs)
        for leg in effect.legs:
            assert leg.amount != 0
            side = 1 if leg.account.split("/")[0] in DEBIT else -1
            after = self.held.get(leg.account, 0) + side * leg.amount
            assert after >= 0, (effect.kind, leg, after)
            self.held[leg.account] = after
        assert self.of("bank") + self.of("receivable") == sum(
            self.of(kind) for kind in ("principal", "interest", "clearing", "subsidy", "insurer")
        )


def posted(effect: Effect) -> Entry:
    """An effect as the entry it becomes, as far as cases are compared with it."""
    none = dict.fromkeys(("organisation", "second", "source", "document", "reverses"))
    legs = tuple(Posting(leg.account, leg.amount, 0) for leg in effect.legs)
    rest = {"person": "", "memo": "", "key": "", "request": "", "day": 0, "at_ms": 0}
    return Entry(kind=effect.kind, case=effect.case, legs=len(legs), postings=legs, **none, **rest)  # type: ignore[arg-type]


class Desk:
    """A case, the books, the time; a move that fails leaves all three as they were."""

    def __init__(
        self,
        path: str = "ordinary",
        *,
        custody: str = "committee",
        each_fen: int = 1_000_000,
        subsidy_fen: int = 0,
        households: Iterable[Household] = FLATS,
    ) -> None:
        self.now_ms = MONDAY_MS
        self.households = tuple(households)
        own = {one.id: Balance(0, each_fen) for one in self.households if one.developer is None}
        self.books = Books(own, subsidy_fen=subsidy_fen)
        self.effects: list[Effect] = []
        self.compared = Compared(())
        self.papers = 0
        self.used: dict[str, str] = {}
        self.case = open_case(
            "c1",
            place=PLACE,
            lift="L-7",
            path=path,
            custody=custody,
            bank="ccb",  # type: ignore[arg-type]
            programme="bond" if path == "bond_subsidy" else "",
            now_ms=self.now_ms,
        )

    def paper(self, kind: str, *, days_ago: int = 0) -> Document:
        """A document nobody has seen yet."""
        self.papers += 1
        return Document(
            kind=kind, sha256=f"{self.papers:064x}", dated=estate_day(self.now_ms) - days_ago
        )

    def do(self, name: str, who: str | By, *kinds: str, **told: Any) -> list[str]:
        """Make a move with these new papers; the kinds of the entries that were booked."""
        outcome = told.pop("outcome", None)
        documents = told.pop("documents", tuple(self.paper(kind) for kind in kinds))
        by = PEOPLE[who] if isinstance(who, str) else who
        known = Known(
            used=self.used,
            balances=self.books.balances(self.households),
            subsidy_fen=self.books.of("subsidy", "bond"),
            outcome=outcome,
        )
        self.case, effects = move(
            self.case,
            name,
            told=Told(documents=documents, **told),
            known=known,
            by=by,
            now_ms=self.now_ms,
        )
        for effect in effects:
            self.books.book(effect)
            self.compared.take(posted(effect))
        self.effects += effects
        booked = self.compared.sums["320583/garden/7/c1"]
        assert {what: fen for what, fen in booked.items() if fen} == held_by(self.case.purse)
        return [effect.kind for effect in effects]

    def wait(self, days: float) -> None:
        """Let time pass."""
        self.now_ms += int(days * DAY_MS)

    def vote(self, choice: Choice = "for", **given: Any) -> None:
        """A week later the vote is over."""
        self.wait(8)
        self.do(
            "vote",
            "li",
            "result_notice",
            outcome=outcome_of(self.case, choice, at_ms=self.now_ms, **given),
        )

    def until(self, stage: str, **given: Any) -> "Desk":
        """Go on until the case stands where a test begins.

        `given` may name a `plan`, a `contract_fen` and an `audited_fen`.
        """
        plan = given.get("plan", plan_of())
        path = self.case.path
        allows = "he" if self.case.custody == "committee" else "bo"
        firm, contract_fen = "Swift Lifts", given.get("contract_fen", plan.budget_fen)
        audited_fen = given.get("audited_fen", plan.budget_fen)
        extra = {"insurance_advance": ("insurer_report",)}.get(path, ())
        steps = (
            ("draft", lambda: self.do("revise", "li", plan=plan)),
            (
                "published",
                lambda: self.do("publish", "li", "plan", "area_list", "quote", "notice", *extra),
            ),
            (
                "authorised",
                lambda: (
                    self.do("prove", "in", "technical_review")
                    if path in ("emergency", "insurance_advance")
                    else self.vote()
                ),
            ),
            (
                "contracted",
                lambda: self.do(
                    "contract",
                    "li",
                    "contract",
                    "contractor_licence",
                    contractor=firm,
                    amount_fen=contract_fen,
                ),
            ),
            (
                "applied",
                lambda: self.do(
                    "apply",
                    "li",
                    "application",
                    *(("subsidy_grant",) if path == "bond_subsidy" else ()),
                ),
            ),
            ("approved", lambda: self.do("approve", allows, "approval")),
            ("filed", lambda: self.do("file", "bo", "filing_receipt") if allows == "he" else None),
            ("accepted", lambda: self.accept(*(("inspection_certificate",) if plan.major else ()))),
            ("audited", lambda: self.do("audit", "au", "audit_report", amount_fen=audited_fen)),
        )
        for name, step in steps:
            step()
            self.wait(1)
            if name == stage:
                return self
        raise AssertionError(f"no such stage: {stage}")

    def accept(self, *kinds: str) -> None:
        """All who must sign that the work is done."""
        self.do("accept", "li", "acceptance_sheet", *kinds)
        self.do("accept", "hu" if self.case.custody == "committee" else "ow")
        if self.case.path == "emergency":
            self.do("accept", "su")
