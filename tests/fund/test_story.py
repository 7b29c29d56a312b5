"""From a worn brake to a disclosed repair, as the papers a household reads (`-s` prints them)."""

from collections.abc import Iterable

import pytest

from api.console.language import LANGUAGES
from liftwatch.clock import DAY_MS
from liftwatch.fund import letters
from liftwatch.fund.aftermath import aftermath, kinds_of
from liftwatch.fund.allocation import Balance, simulate
from liftwatch.fund.case import Case
from liftwatch.fund.debts import debts_of
from liftwatch.fund.disclosure import allocation
from liftwatch.fund.drafts import Fault, draft_of
from liftwatch.fund.refusals import Untold
from liftwatch.fund.scope import Scope
from liftwatch.fund.votes import Choice, heads_of, tally
from liftwatch.said import Said
from tests.fund.desk import FLATS, MONDAY_MS, PLACE, Desk, plan_of

NAMES = {one.id: "王小明" for one in FLATS} | {"7-102": "李丽"}
FAULT = Fault(id="i-7", kind="brake_wear", lift="L-7", raised_ms=MONDAY_MS - DAY_MS)


def printed(title: str, lines: Iterable[Said]) -> list[str]:
    """Print a paper in both languages; its English lines."""
    told = list(lines)
    print(f"\n== {title}")
    for line in told:
        print(f"   {line}\n   {LANGUAGES['zh'].tell(line)}")
    return [str(line) for line in told]


def begun(path: str = "ordinary", **given: int) -> Desk:
    """A desk whose case began with the worn brake of a lift."""
    desk = Desk(path, **given)
    case, found = draft_of(
        FAULT,
        id="c1",
        place=PLACE,
        custody="committee",
        bank="ccb",
        evidence=(desk.paper("fault_history"),),
        now_ms=desk.now_ms,
    )
    assert found.low_fen <= 800_000 <= found.high_fen
    desk.case = case
    if path != "ordinary":
        desk.do("choose", "li", path=path)
    return desk


def finished(desk: Desk, audited_fen: int) -> Case:
    """Paid, settled, disclosed."""
    desk.do("pay", "cu", "payment_voucher", "invoice", amount_fen=audited_fen)
    desk.do("settle", "cu", "allocation_table")
    desk.do("disclose", "li", "publication")
    return desk.case


def accepted_ms(case: Case) -> int:
    """When the work was accepted."""
    return max(one.at_ms for one in case.done if one.move == "accept")


def test_a_worn_brake_is_repaired_by_a_vote() -> None:
    """A draft with its evidence, what it would cost, how it was decided, what it came to."""
    desk = begun(each_fen=150_000)
    desk.until("published")
    balances = {
        home: balance._replace(first_deposit_fen=160_000)
        for home, balance in desk.books.balances(FLATS).items()
    }
    plan = desk.case.plan
    assert plan is not None
    row = {one.household: one for one in simulate(plan.budget_fen, plan.scope, balances)}["7-102"]
    assert printed("before the vote, 7-102", letters.proposed(desk.case, row)) == [
        "Lift L-7, building 7",
        "new brakes: 8000.00 yuan",
        "Together at most 8000.00 yuan",
        "Your part, by 121.10 of 631.80 m2: 1533.40 yuan",
        "Of your account 1500.00 yuan would be taken, and 0.00 stay",
        "33.40 yuan are not there and would be owed",
        "Your account would lie below 30 % of the first deposit: it must be topped up",
    ]
    desk.vote()
    assert desk.case.outcome is not None
    assert printed("the vote", letters.decided(desk.case.outcome.tally)) == [
        "Taking part: 631.80 of 631.80 m2, 6 of 6 heads",
        "Agreeing: 631.80 of 631.80 m2, 6 of 6 heads",
        "It is decided",
    ]
    go_on_from_vote(desk)
    assert [one.owed_fen for one in debts_of([desk.case], "7-102")] == [3_340]
    desk.do("receive", "cu", household="7-102", amount_fen=3_340)
    for home in ("7-202", "7-302"):
        desk.do("receive", "cu", household=home, amount_fen=debts_of([desk.case], home)[0].owed_fen)
    case = finished(desk, 780_000)
    seen = aftermath(
        [FAULT],
        lift="L-7",
        kinds=kinds_of(["brake"]),
        done_ms=accepted_ms(case),
        now_ms=accepted_ms(case) + 90 * DAY_MS,
    )
    assert (seen.before, seen.after) == (1, 0)
    rows = {one.household: one for one in allocation(case, NAMES, own={"7-102"})}
    mine = printed("settled, 7-102", letters.settled(case, rows["7-102"], seen))
    assert mine[1:] == [
        "It cost 7800.00 yuan by the audit; 8000.00 had been allowed",
        "Paid so far: 7800.00 yuan",
        "7-102, 李丽: 1495.06 yuan",
        "Of your interest 0.00, of your principal 1495.06, paid in 0.00 yuan",
        "The fault has not come back within 90 days",
    ]
    others = printed("settled, a neighbour", letters.settled(case, rows["7-101"]))
    assert "7-101, 王**: 1104.94 yuan" in others
    assert "小明" not in " ".join(others)


def go_on_from_vote(desk: Desk) -> None:
    """Contract to audit, 20 000 fen below the budget."""
    desk.do("contract", "li", "contract", "contractor_licence", contractor="S", amount_fen=790_000)
    desk.do("apply", "li", "application")
    desk.do("approve", "he", "approval")
    desk.do("file", "bo", "filing_receipt")
    desk.wait(10)
    desk.accept()
    desk.do("audit", "au", "audit_report", amount_fen=780_000)


def test_a_failed_brake_is_repaired_at_once_and_published_after() -> None:
    """No vote; the proof stands in what is published."""
    desk = begun("emergency").until("audited")
    case = finished(desk, 800_000)
    (why,) = printed("why there was no vote", letters.proven(case))
    assert why == "There was no vote, for it could not wait: technical_review of 2026-03-04"
    rows = allocation(case, NAMES)
    assert sum(row.share_fen for row in rows) == 800_000
    told = printed("settled, all", [letters.settled(case, row)[3] for row in rows])
    assert told[0] == "7-101, 王**: 1133.27 yuan"


@pytest.mark.parametrize(
    ("choice", "end"),
    [("abstain", "Too few agreed: it is not decided"), (None, "Too few took part: it is not")],
)
def test_why_it_was_not_decided(choice: Choice | None, end: str) -> None:
    """Too few took part, or too few agreed."""
    choices: dict[str, Choice] = dict.fromkeys(heads_of(FLATS), choice) if choice else {}
    assert letters.decided(tally(FLATS, choices, "use"))[-1].startswith(end)


def test_other_papers() -> None:
    """An agreed split, a subsidy, a debt that stands; and no paper without a plan."""
    desk = Desk("bond_subsidy", subsidy_fen=700_000)
    with pytest.raises(Untold, match="no plan"):
        letters.proposed(desk.case, simulate(5, plan_of().scope, {})[0])
    weights = {"7-101": 1, "7-302": 1}
    scope = Scope(households=FLATS, weights=weights, agreement="ab" * 32)
    plan = plan_of(scope=scope, subsidy_fen=700_000)
    desk.do("revise", "li", plan=plan)
    row = simulate(800_000, scope, {"7-101": Balance(0, 500_000)}, subsidy_fen=700_000)[0]
    told = printed("a subsidy", letters.proposed(desk.case, row))
    assert told[3:] == [
        "A subsidy bears 7000.00 yuan of it",
        "Your part, as agreed: 500.00 yuan",
        "Of your account 500.00 yuan would be taken, and 4500.00 stay",
    ]
    short = Desk(each_fen=0).until("audited")
    short.do("settle", "cu", "allocation_table")
    rows = allocation(short.case, {})
    assert str(letters.settled(short.case, rows[0])[-1]) == "Still owed: 1133.27 yuan"
