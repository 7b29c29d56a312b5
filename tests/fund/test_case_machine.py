"""Any sequence of moves by anybody, against a model that knows the rules in a few lines.

The model says of every move beforehand whether it may be; the books are those of the desk. After
each step: no account below nothing, nobody pays for a neighbour, every fen where it belongs.
"""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import structs

from liftwatch.fund.case import OVER
from liftwatch.fund.documents import KINDS
from liftwatch.fund.refusals import Refused
from liftwatch.fund.scope import Household, Scope
from tests.fund.desk import ENGINE, PEOPLE, Desk, outcome_of, plan_of
from tests.fund.rules_of_cases import FROM, HAND, MONEY, NEEDS_AMOUNT, PAPERS, ROLES, TO

WHO = (*PEOPLE, None)
ROLE_OF = {name: by.role for name, by in PEOPLE.items()} | {None: None}
ORG_OF = {name: by.organisation for name, by in PEOPLE.items()} | {None: None}


class Cases(RuleBasedStateMachine):
    """One case; `hands`, `signed` and `kinds` are what the model remembers of it."""

    @initialize(
        path=st.sampled_from(["ordinary", "emergency", "insurance_advance", "bond_subsidy"]),
        custody=st.sampled_from(["committee", "bureau"]),
        areas=st.lists(st.tuples(st.integers(1, 9), st.booleans()), min_size=1, max_size=5),
        each=st.integers(0, 60_000),
        subsidy=st.integers(1, 99_999),
    )
    def begin(self, *, path: str, custody: str, areas: Any, each: int, subsidy: int) -> None:
        """Some flats, some of them unsold, some with too little."""
        flats = tuple(
            Household(id=str(n), area_dm2=area, developer="Lake" if unsold else None)
            for n, (area, unsold) in enumerate(areas)
        )
        self.subsidy_fen = subsidy if path == "bond_subsidy" else 0
        self.scope = Scope(households=flats)
        self.desk = Desk(
            path, custody=custody, each_fen=each, subsidy_fen=self.subsidy_fen, households=flats
        )
        self.begun = dict(self.desk.books.held)
        self.received = dict.fromkeys((one.id for one in flats), 0)
        self.deposited = dict(self.received)
        self.done: list[tuple[str, str | None]] = []
        self.signed: list[str] = []
        self.kinds: set[str] = set()
        self.stage, self.version, self.lapses_ms = "draft", 0, None
        self.published_ms = self.contract = self.insured = self.paid = self.back = 0
        self.audited: int | None = None

    @rule(
        move=st.sampled_from(sorted(FROM)),
        who=st.sampled_from(WHO),
        amount=MONEY,
        drop=st.sampled_from([False] * 9 + [True]),
        choice=st.sampled_from(["for", "for", "against", "abstain"]),
        place=st.integers(0, 4),
    )
    def try_any(
        self, *, move: str, who: Any, amount: int, drop: bool, choice: Any, place: int
    ) -> None:
        """Anybody tries anything."""
        self.attempt(move, who, amount=amount, drop=drop, choice=choice, place=place)

    @rule(amount=MONEY, place=st.integers(0, 4), choice=st.sampled_from(["for"] * 9 + ["against"]))
    def go_on(self, amount: int, place: int, choice: Any) -> None:
        """The right person tries what comes next."""
        committee = self.desk.case.custody == "committee"
        proven = self.desk.case.path in ("emergency", "insurance_advance")
        signers = (
            {"property": "li", "committee": "hu"}
            if committee
            else {"property": "li", "owner": "ow"}
        )
        signer = next((who for role, who in signers.items() if role not in self.signed), "su")
        following = {
            "draft": ("publish" if self.version else "revise", "li"),
            "published": ("prove", "in") if proven else ("vote", "li"),
            "authorised": ("contract", "li"),
            "contracted": ("apply", "li"),
            "applied": ("approve", "he" if committee else "bo"),
            "approved": ("accept", signer),
            "accepted": ("audit", "au"),
            "audited": ("settle" if amount % 2 else "pay", "cu"),
            "settled": ("disclose", "li"),
            "refused": ("revise", "li"),
        }
        move, who = following.get(self.stage, ("receive", "cu"))
        if move in ("vote",):
            self.desk.wait(7)
        if move in ("contract", "audit"):
            amount = max(1, min(amount, 100_000))
        if move == "pay" and self.audited is not None:
            amount = max(1, min(amount, self.free(), self.audited - self.paid))
        self.attempt(move, who, amount=amount, drop=False, choice=choice, place=place)

    @rule(
        amount=MONEY,
        place=st.integers(0, 4),
        move=st.sampled_from(["pay", "receive", "insure", "give_back"]),
    )
    def move_money(self, amount: int, place: int, move: str) -> None:
        """What the custodian does between the steps."""
        self.attempt(move, "cu", amount=amount, drop=False, choice="for", place=place)

    @rule(days=st.sampled_from([1, 3, 8, 90, 366]))
    def wait(self, days: int) -> None:
        """Time passes; the engine comes sooner or later."""
        self.desk.wait(days)

    @rule()
    def engine(self) -> None:
        """It lets lapse what has lapsed."""
        self.attempt("expire", None, amount=1, drop=False, choice="for", place=0)

    @rule(who=st.sampled_from(["bo", "li"]))
    def file(self, who: str) -> None:
        """The bureau notes a committee's approval, the property that work began."""
        self.attempt("file", who, amount=1, drop=False, choice="for", place=0)

    @rule(place=st.integers(0, 4), amount=st.integers(1, 50_000))
    def deposit(self, place: int, amount: int) -> None:
        """A household pays into its sub-account."""
        household = self.household(place)
        for kind, of in (("bank", "ccb"), ("principal", household)):
            name = self.desk.books.name(kind, of)
            self.desk.books.held[name] = self.desk.books.held.get(name, 0) + amount
        self.deposited[household] += amount

    def household(self, place: int) -> str:
        """One of them."""
        return self.scope.households[place % len(self.scope.households)].id

    def free(self) -> int:
        """What may be paid with: all that is not in a sub-account or the subsidy's."""
        books = self.desk.books
        return books.of("bank") - sum(books.of(k) for k in ("principal", "interest", "subsidy"))

    def attempt(
        self, move: str, who: Any, *, amount: int, drop: bool, choice: Any, place: int
    ) -> None:
        """Make a move, and see that it is as the model says."""
        kinds = self.papers(move, drop=drop)
        if (move, who, self.stage) == ("file", "bo", "approved"):
            kinds = (*kinds, "filing_receipt")
        if (move, who, self.stage) == ("file", "li", "approved"):
            kinds = kinds if "acceptance_sheet" in self.kinds else (*kinds, "work_start")
        expected = self.allows(move, who, amount=amount, kinds=kinds, place=place)
        case, before = self.desk.case, dict(self.desk.books.held)
        plan = plan_of(
            100_000, scope=self.scope, subsidy_fen=self.subsidy_fen, version=self.version + 1
        )
        outcome = None
        if case.plan is not None and case.published_ms is not None:
            outcome = outcome_of(case, choice, at_ms=self.desk.now_ms)
        told: dict[str, Any] = {"text": "why"} if move in ("refuse", "withdraw") else {}
        told |= {"plan": plan} if move == "revise" else {}
        told |= {"contractor": "Swift Lifts"} if move == "contract" else {}
        told |= {"amount_fen": amount} if move in NEEDS_AMOUNT else {}
        told |= {"household": self.household(place)} if move == "receive" else {}
        told |= {"path": case.path, "programme": case.programme or None} if move == "choose" else {}
        by, why = PEOPLE[who] if who else ENGINE, None
        try:
            self.desk.do(move, by, *kinds, outcome=outcome, **told)
        except Refused as refused:
            why = refused
        if why is not None:
            assert not expected, (move, who, amount, why)
            assert self.desk.case is case
            assert self.desk.books.held == before
        else:
            assert expected, (move, who, amount, kinds)
            self.follow(move, who, amount=amount, kinds=kinds, choice=choice, place=place)

    def papers(self, move: str, *, drop: bool) -> tuple[str, ...]:
        """The papers a move is made with; with `drop` without one."""
        kinds = PAPERS.get(move, "").split()
        path = self.desk.case.path
        if move == "publish" and path == "insurance_advance":
            kinds.append("insurer_report")
        if move == "apply" and path == "bond_subsidy":
            kinds.append("subsidy_grant")
        if move == "pay" and self.audited is not None:
            kinds.append("invoice")
        return tuple(kinds[1:] if drop else kinds)

    def allows(
        self, move: str, who: Any, *, amount: int, kinds: tuple[str, ...], place: int
    ) -> bool:
        """What the rules say, in plain words."""
        path = self.desk.case.path
        only = {"vote": path != "emergency", "insure": path == "insurance_advance"}
        only["prove"] = path in ("emergency", "insurance_advance")
        lapsed = self.lapses_ms is not None and self.desk.now_ms >= self.lapses_ms
        lapsed = lapsed and self.stage in ("approved", "accepted", "audited")
        if not only.get(move, True) or self.stage not in FROM[move].split():
            return False
        if lapsed and move not in ("expire", "file", "receive", "give_back"):
            return False
        if move == "expire":
            return lapsed and who is None
        if not self.may(move, who):
            return False
        held = self.kinds | set(kinds)
        brought = {"insure", "pay", "give_back", "audit", "disclose", "file", "prove"}
        here = set(kinds) if move in brought else held
        if not set(PAPERS.get(move, "").split()) <= here:
            return False
        by_committee = {("approve", "he"), ("approve", "hu")} & set(self.done)
        if move == "pay" and by_committee and "filing_receipt" not in held:
            return False
        return self.allows_money(move, amount, place=place)

    def may(self, move: str, who: Any) -> bool:
        """Role, hand and signature."""
        custody = self.desk.case.custody
        owners = "committee" if custody == "committee" else "owner"
        roles = ROLES.get(move, "property committee").split()
        if HAND.get(move) == "allow":
            roles = ["bureau", *(["committee"] if custody == "committee" else [])]
        if move == "accept":
            roles = [
                "property",
                owners,
                *(["street"] if self.desk.case.path == "emergency" else []),
            ]
        if ROLE_OF[who] not in roles:
            return False
        for past, other in self.done:
            hands = {HAND.get(past), HAND.get(move)}
            if None not in hands and len(hands) == 2 and ORG_OF[other] == ORG_OF[who]:
                return False
            if "accept" in (past, move) and hands & {"allow", "audit", "pay"} and other == who:
                return False
        return move != "accept" or ROLE_OF[who] not in self.signed

    def allows_money(self, move: str, amount: int, *, place: int) -> bool:
        """Amounts and what comes with them."""
        if move in NEEDS_AMOUNT and amount < 1:
            return False
        if move == "revise":
            voted = self.desk.case.path in ("ordinary", "bond_subsidy")
            begun = {"acceptance_sheet", "work_start" if voted else "acceptance_sheet"}
            return self.paid == 0 and not begun & self.kinds
        if move == "withdraw":
            return self.paid == 0
        if move == "publish":
            return self.version > 0
        if move == "choose":
            return self.version == 0
        if move == "vote":
            return self.desk.now_ms >= self.published_ms + 7 * 86_400_000
        if move in ("contract", "audit"):
            return amount <= 100_000
        if move == "insure":
            return self.insured + amount <= self.contract
        if move == "give_back":
            return amount <= self.paid - self.back
        if move == "receive":
            return amount <= self.desk.books.of("receivable", self.household(place))
        if move == "settle":
            audited = self.audited or 0
            return self.paid <= audited and (self.paid == audited or self.free() == 0)
        if move != "pay":
            return True
        if amount > self.free():
            return False
        if self.audited is None:
            insured = self.desk.case.path == "insurance_advance"
            return not insured and self.paid + amount <= self.contract * 70 // 100
        due = min(self.insured, self.audited) - self.back
        if self.desk.case.path == "insurance_advance" and due and amount > due:
            return False
        return self.paid + amount <= self.audited

    def follow(
        self, move: str, who: Any, *, amount: int, kinds: tuple[str, ...], choice: Any, place: int
    ) -> None:
        """What the model remembers of a move."""
        self.done.append((move, who))
        self.kinds |= set(kinds)
        if move == "accept":
            self.signed.append(ROLE_OF[who] or "")
            needed = 3 if self.desk.case.path == "emergency" else 2
            self.stage = "accepted" if len(self.signed) == needed else self.stage
        else:
            self.stage = TO.get(move, self.stage)
        if move == "vote" and choice != "for":
            self.stage = "refused"
        if move == "publish":
            self.published_ms = self.desk.now_ms
        if move in ("revise", "withdraw"):
            self.version += move == "revise"
            self.kinds = {kind for kind in self.kinds if not KINDS[kind].of_plan}
            self.signed, self.lapses_ms, self.contract = [], None, 0
        if move == "approve":
            self.lapses_ms = self.desk.now_ms + 365 * 86_400_000
        self.contract = amount if move == "contract" else self.contract
        self.insured += amount if move == "insure" else 0
        if move == "audit":
            self.audited = amount
            if self.insured:
                self.lapses_ms = None
        if move == "pay":
            due = min(self.insured, self.audited or 0) - self.back
            insured = self.desk.case.path == "insurance_advance" and due > 0
            self.back += amount if insured else 0
        self.paid += {"pay": amount, "give_back": -amount}.get(move, 0)
        if move == "receive":
            self.received[self.household(place)] += amount

    @invariant()
    def stands_where_the_model_says(self) -> None:
        """Stage, version of the plan, what was paid."""
        case = self.desk.case
        assert (case.stage, case.plan_version) == (self.stage, self.version)
        assert case.purse.paid_fen == self.paid
        assert len({one.sha256 for one in case.documents}) == len(case.documents)
        assert case.version == len(self.done) + 1

    @invariant()
    def every_fen_is_where_it_belongs(self) -> None:
        """Sub-accounts, shares, debts and the clearing account agree with each other."""
        books, purse = self.desk.books, self.desk.case.purse
        held = {line.household: line for line in purse.lines}
        for one in self.scope.households:
            own = books.of("principal", one.id) + books.of("interest", one.id)
            before = self.begun.get(books.name("principal", one.id), 0)
            line = held.get(one.id)
            within = line.held_fen if line else 0
            came = self.received[one.id] + self.deposited[one.id]
            assert own + within == before + came
            assert books.of("receivable", one.id) == (line.owed_fen if line else 0)
        owed_to_insurer = books.of("insurer")
        assert books.of("clearing") + owed_to_insurer == purse.clearing_fen
        assert self.free() == purse.free_fen >= 0

    @invariant()
    def shares_are_the_cost(self) -> None:
        """The budget while it is reserved, then what was audited, or what was paid."""
        purse = self.desk.case.purse
        cost = 100_000
        if self.stage in ("settled", "disclosed"):
            cost = self.audited or 0
        if self.stage == "expired":
            cost = self.paid
        if purse.lines:
            shares = sum(line.share_fen for line in purse.lines)
            assert shares + purse.subsidy_used_fen == cost
        if self.stage in OVER and purse.owed_fen == 0 and self.stage != "disclosed":
            assert purse.clearing_fen == 0

    @invariant()
    def no_more_than_the_audit_was_paid(self) -> None:
        """Once the case is settled, and before that not above the advance."""
        if self.audited is not None and self.stage in ("settled", "disclosed"):
            assert self.paid <= self.audited


Cases.TestCase.settings = settings(max_examples=20, stateful_step_count=40)
TestCases = Cases.TestCase


def test_a_case_is_a_value() -> None:
    """A move makes another; the one before stays as it was."""
    desk = Desk().until("approved")
    before = desk.case
    copy = structs.replace(before)
    desk.do("file", "bo", "filing_receipt")
    assert before == copy != desk.case
