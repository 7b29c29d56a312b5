"""Clocks of cases, drafts from the lift, what became of a repair, and what is disclosed."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.access.roles import ROLES
from liftwatch.clock import DAY_MS, HOUR_MS, day_text, estate_day, parse_ms
from liftwatch.fund.aftermath import SPAN_MS, aftermath
from liftwatch.fund.allocation import Balance
from liftwatch.fund.case import Path
from liftwatch.fund.deadlines import days_after, deadlines, months_after
from liftwatch.fund.disclosure import (
    Year,
    allocation,
    expenditure,
    holdings,
    masked,
    reconciled,
    totals,
)
from liftwatch.fund.documents import FILED_BY, KINDS, ORDER, PATHS, PROOFS
from liftwatch.fund.drafts import POINTERS, WORKS, Fault, draft_of, suggest
from liftwatch.fund.moves import moves_from
from liftwatch.fund.refusals import Untold
from liftwatch.fund.scope import Household, Scope
from liftwatch.fund.steps import HANDS, OF_PATH, STEPS
from liftwatch.incidents.kinds import BY_NAME
from tests.fund.desk import ENGINE, FLATS, MONDAY_MS, PLACE, Desk, plan_of


def test_an_emergency_is_published_within_a_month_of_its_payment() -> None:
    """The clock runs from the last payment; the committee has a week from the application."""
    desk = Desk("emergency").until("applied")
    assert [(one.name, one.met_ms) for one in deadlines(desk.case)] == [("decision", None)]
    applied_ms = desk.case.done[-1].at_ms
    due = deadlines(desk.case)[0]
    assert due.due_ms == days_after(applied_ms, 7)
    assert not due.is_missed(now_ms=due.due_ms - 1)
    assert due.is_missed(now_ms=due.due_ms)
    done = Desk("emergency").until("audited")
    done.do("pay", "cu", "payment_voucher", "invoice", amount_fen=800_000)
    paid_ms = done.now_ms
    done.do("settle", "cu", "allocation_table")
    done.wait(40)
    found = {one.name: one for one in deadlines(done.case)}
    assert found["publication"].due_ms == months_after(paid_ms, 1)
    assert found["publication"].is_missed(now_ms=done.now_ms)
    done.do("disclose", "li", "publication")
    late = {one.name: one for one in deadlines(done.case)}["publication"]
    assert late.met_ms is not None
    assert late.is_missed(now_ms=0)
    assert not found["reservation"].is_missed(now_ms=done.now_ms)


def test_an_insurers_inspector_comes_within_a_day() -> None:
    """From the opening of the case."""
    desk = Desk("insurance_advance")
    (due,) = deadlines(desk.case)
    assert (due.name, due.due_ms) == ("inspector", MONDAY_MS + 24 * HOUR_MS)
    assert due.is_missed(now_ms=due.due_ms)
    desk.do("file", "li", "insurer_report")
    assert not deadlines(desk.case)[0].is_missed(now_ms=due.due_ms)
    assert deadlines(Desk().case) == ()


@given(st.integers(0, 40_000 * DAY_MS), st.integers(0, 36))
def test_months_end_where_the_calendar_says(ms: int, months: int) -> None:
    """On the day of the same number, or the last day of a month that has none."""
    begun, end = (day_text(estate_day(at)) for at in (ms, months_after(ms, months) - 1))
    year, month, day = (int(part) for part in begun.split("-"))
    count = year * 12 + month - 1 + months
    assert end.startswith(f"{count // 12:04d}-{count % 12 + 1:02d}-")
    assert end.endswith(begun[-2:]) or (
        int(end[-2:]) < day and day_text(estate_day(months_after(ms, months)))[-2:] == "01"
    )


@pytest.mark.parametrize("kind", sorted(POINTERS))
def test_a_fault_opens_a_draft_and_moves_no_money(kind: str) -> None:
    """Whatever it is: nobody's move but the engine's is none, and nothing is reserved."""
    fault = Fault(id="i-1", kind=kind, lift="L-7", raised_ms=MONDAY_MS)
    paper = Desk().paper("fault_history")
    case, found = draft_of(
        fault,
        id="c1",
        place=PLACE,
        custody="committee",
        bank="ccb",
        evidence=(paper,),
        now_ms=MONDAY_MS,
    )
    assert (case.stage, case.path, case.incident) == ("draft", "ordinary", "i-1")
    assert case.purse.cash_fen == case.purse.owed_fen == 0
    assert [one.kind for one in case.papers] == ["fault_history"]
    assert moves_from(case, by=ENGINE, now_ms=MONDAY_MS + 9_999 * DAY_MS) == ()
    assert 0 < found.low_fen <= found.high_fen


def test_a_draft_takes_evidence_of_the_lift_and_nobodys_word() -> None:
    """No approval by a machine, no document of another case, no blocked door."""
    fault = Fault(id="i-1", kind="brake_wear", lift="L-7", raised_ms=MONDAY_MS)
    given = {"id": "c1", "place": PLACE, "custody": "committee", "bank": "ccb"}
    for kind in sorted({*PROOFS, "approval", "plan", "payment_voucher"}):
        with pytest.raises(Untold, match="no evidence"):
            draft_of(fault, evidence=(Desk().paper(kind),), now_ms=MONDAY_MS, **given)  # type: ignore[arg-type]
    paper = Desk().paper("photo")
    with pytest.raises(Untold, match="case c0"):
        draft_of(fault, evidence=(paper,), used={paper.sha256: "c0"}, now_ms=MONDAY_MS, **given)  # type: ignore[arg-type]
    with pytest.raises(Untold, match="no work of the fund"):
        draft_of(structs.replace(fault, kind="door_blocked"), now_ms=MONDAY_MS, **given)  # type: ignore[arg-type]


def test_tables_name_only_what_there_is() -> None:
    """Kinds of incidents, works, roles, documents, paths."""
    assert set(POINTERS) <= set(BY_NAME)
    assert all(set(row.works) <= set(WORKS) for row in POINTERS.values())
    assert all(row.low_fen <= row.high_fen for row in WORKS.values())
    named = {kind for step in STEPS.values() for kind in step.papers + step.brings}
    named |= {kind for kinds in OF_PATH.values() for kind in kinds} | set(FILED_BY)
    named |= {kind for row in ORDER for kind in (row.first, row.then)}
    assert named <= set(KINDS)
    roles = {role for step in STEPS.values() for role in step.roles}
    assert roles | {role for some in FILED_BY.values() for role in some} <= set(ROLES)
    assert set(HANDS) <= set(STEPS)
    assert set(PATHS) == set(get_args(Path))
    assert all(row.paths <= set(PATHS) for row in (*STEPS.values(), *ORDER))


def test_the_most_urgent_costs_what_its_works_cost() -> None:
    """From the cheapest to the dearest of them (domain 6.4); a renewal is major."""
    found = suggest("unintended_movement")
    assert found is not None
    assert (found.low_fen, found.high_fen, found.urgent) == (500_000, 2_500_000, True)
    renewal = suggest("ageing")
    assert renewal is not None
    assert renewal.major
    assert suggest("mains_lost") is suggest("nonsense") is None


DONE_MS = 1_000 * DAY_MS
BRAKES = frozenset({"brake_wear"})


def faults_at(*moments: int, kind: str = "brake_wear", lift: str = "L") -> list[Fault]:
    """Faults of a lift."""
    return [Fault(id=str(ms), kind=kind, lift=lift, raised_ms=ms) for ms in moments]


@pytest.mark.parametrize(
    ("moments", "now_ms", "blind_ms", "verdict"),
    [
        ((DONE_MS,), DONE_MS + 5, 0, "came_back"),
        ((DONE_MS + SPAN_MS - 1,), DONE_MS + SPAN_MS, SPAN_MS, "came_back"),
        ((DONE_MS + SPAN_MS,), DONE_MS + SPAN_MS, 0, "stayed_away"),
        ((DONE_MS - 1,), DONE_MS + SPAN_MS, 0, "stayed_away"),
        ((), DONE_MS + SPAN_MS - 1, 0, "too_early"),
        ((), DONE_MS + SPAN_MS, 9 * DAY_MS, "stayed_away"),
        ((), DONE_MS + SPAN_MS, 9 * DAY_MS + 1, "cannot_tell"),
    ],
)
def test_a_fault_came_back_within_90_days_or_not(
    moments: tuple[int, ...], now_ms: int, blind_ms: int, verdict: str
) -> None:
    """To the millisecond; what was not heard proves nothing."""
    noise = faults_at(DONE_MS + 5, kind="door_fault") + faults_at(DONE_MS + 5, lift="M")
    seen = aftermath(
        [*faults_at(*moments), *noise],
        lift="L",
        kinds=BRAKES,
        done_ms=DONE_MS,
        now_ms=now_ms,
        blind_ms=blind_ms,
    )
    assert seen.verdict == verdict
    assert seen.first_ms == (moments[0] if verdict == "came_back" else None)
    assert seen.before == sum(ms < DONE_MS for ms in moments)


def settled() -> Desk:
    """A settled case, one unit of it unsold."""
    flats = (*FLATS, Household(id="7-401", area_dm2=9_000, developer="Lake Homes"))
    desk = Desk(households=flats).until("audited", plan=plan_of(scope=Scope(households=flats)))
    free = desk.case.purse.free_fen
    desk.do("pay", "cu", "payment_voucher", "invoice", amount_fen=free)
    desk.do("settle", "cu", "allocation_table")
    return desk


def test_owners_see_their_own_line_whole_and_of_others_no_name() -> None:
    """Shares and debts of all, the parts of one's own; a firm is no person."""
    case = settled().case
    names = {one.id: f"王{one.id}明" for one in FLATS}
    rows = allocation(case, names, own={"7-101"})
    assert totals(rows) == (7, 800_000, case.purse.owed_fen)
    mine, *others = rows
    assert (mine.owner, mine.principal_fen) == ("王7-101明", mine.share_fen)
    assert {one.owner for one in others} == {"王**", "Lake Homes"}
    assert all(one.principal_fen is None for one in others)
    row = expenditure(case)
    assert row.budget_fen == row.audited_fen == 800_000
    assert row.paid_fen + row.owed_fen == 800_000
    assert (row.voted_heads, row.voted_for_heads) == (7, 7)
    assert {"contract", "audit_report"} <= {kind for kind, _ in row.documents}
    held = holdings({"2": Balance(5, 25, 100), "1": Balance(0, 29, 100)}, {"1": "李"})
    assert [(one.household, one.owner, one.must_top_up) for one in held] == [
        ("1", "李**", True),
        ("2", "**", False),
    ]


def test_nothing_is_published_before_it_is_settled() -> None:
    """Nor a year that does not add up."""
    case = Desk().until("audited").case
    for look in (lambda: expenditure(case), lambda: allocation(case, {})):
        with pytest.raises(Untold, match="once it is settled"):
            look()
    year = Year(2026, 100, {"deposit": 50}, {"pay": 30}, 120)
    assert sum(row.amount_fen for row in reconciled(year)[:-1]) == reconciled(year)[-1].amount_fen
    with pytest.raises(Untold, match="120 fen by what came and went, 121 held"):
        reconciled(year._replace(closing_fen=121))


@given(st.text(max_size=40))
def test_a_masked_name_tells_one_letter_and_no_length(name: str) -> None:
    """Whatever stands in it; and no cell of a table begins with a formula."""
    shown = masked(name)
    assert shown.endswith("**")
    assert len(shown) <= 3
    assert all(letter.isalpha() and letter in name for letter in shown[:-2])


def test_days_end_at_midnight_of_the_estates() -> None:
    """However late on the first day it began."""
    late = parse_ms("2026-03-02T23:59:59+08:00")
    assert days_after(late, 7) == parse_ms("2026-03-10T00:00:00+08:00")
