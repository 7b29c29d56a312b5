"""The rules of maintenance without I/O: lists, regimes, plans, inspections, marks, both sides."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from detectors.known import CARE
from detectors.rules.maintenance_contradicted import KINDS_OF_ITEM
from liftwatch.care.answer import Answer, reply, rule
from liftwatch.care.checklist import BY_CODE, CARES, ITEMS, includes, items_of
from liftwatch.care.inspection import (
    YEARS,
    Inspection,
    anniversary,
    check_certificate,
    due_by_age,
    needs_assessment,
    standing,
)
from liftwatch.care.marks import marks
from liftwatch.care.parts import OF_ITEM, PARTS
from liftwatch.care.regime import Known, Regime, check_regime, conditions, interval_days, plan
from liftwatch.care.visit import (
    COST_FEN_MAX,
    CannotVisit,
    Part,
    Signature,
    Visit,
    add_part,
    digest_of,
    fill,
    is_whole,
    lacking,
    leave,
    sign,
)
from liftwatch.care.witness import items_after
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.register.facts import Facts

AT_MS = 1_772_439_240_000
TODAY = date(2026, 11, 30)


def visit(**more: Any) -> Visit:
    """A visit that begins."""
    fields: dict[str, Any] = {"work": "half_month"} | more
    return Visit(
        id="v",
        lift="L-0001",
        area="320583",
        estate="garden",
        organisation="firm",
        technician="wu",
        method="qr",
        in_ms=AT_MS,
        **fields,
    )


def left(took_ms: int, *, filled_ms: int, **found: tuple[str, str]) -> Visit:
    """A visit with its whole list."""
    told = {item.code: ("ok", "") for item in items_of("half_month")}
    told |= {code.replace("_", "-"): one for code, one in found.items()}
    filled = fill(visit(), told, now_ms=AT_MS + filled_ms)
    return leave(filled, remark="", broken_off="", now_ms=AT_MS + took_ms)


def test_the_lists_have_the_items_of_the_annex() -> None:
    """31, 13, 15, 17 with codes that count up; both languages; each kind is one of ours."""
    for care, count in zip(CARES, (31, 13, 15, 17), strict=True):
        codes = [item.code for item in ITEMS if item.code.startswith(f"{care.table}-")]
        assert codes == [f"{care.table}-{n:02d}" for n in range(1, count + 1)]
    assert {kind for item in ITEMS for kind in item.kinds} <= BY_NAME.keys()
    for item in ITEMS:
        assert item.en.isascii()
        assert any("\u4e00" <= one <= "\u9fff" for one in item.zh)
    assert [item.code for item in ITEMS if item.key] == [
        *("A-1-06", "A-4-04", "A-4-05", "A-4-06", "A-4-07", "A-4-08")
    ]


def test_what_is_judged_is_what_detectors_judge() -> None:
    """The contract's five items, with the same kinds; and the same works count as care."""
    judged = {item.code: item.kinds for item in ITEMS if item.judged}
    assert judged == KINDS_OF_ITEM
    assert {care.work for care in CARES} == CARE


def test_each_line_is_of_one_part() -> None:
    """The fault history speaks of parts where the lists speak of lines."""
    told = [item for part in PARTS for item in part.items]
    assert sorted(told) == sorted(BY_CODE)
    assert OF_ITEM["A-2-07"] == "guides"


def test_a_list_that_is_filled_in_seconds_is_marked_and_not_refused() -> None:
    """Twenty seconds for 31 items are a fact that supervision sees; three minutes are none."""
    quick = left(20 * MINUTE_MS, filled_ms=20 * SECOND_MS)
    assert [(m.mark, m.figure) for m in marks(quick)] == [("hasty", 20), ("no_photo", 1)]
    calm = left(30 * MINUTE_MS, filled_ms=25 * MINUTE_MS)
    assert [m.mark for m in marks(calm)] == ["no_photo"]
    short = left(14 * MINUTE_MS, filled_ms=10 * MINUTE_MS, A_1_05=("replaced", ""))
    assert [(m.mark, m.figure) for m in marks(short)] == [
        ("short", 14),
        ("no_photo", 1),
        ("no_part", 1),
    ]


def test_what_was_signed_shows_when_it_is_changed_behind_our_back() -> None:
    """The digest is of the content, not of the state."""
    one = left(HOUR_MS, filled_ms=HOUR_MS)
    by = Signature(person="wu", organisation="firm", role="maintenance", at_ms=AT_MS, digest="")
    signed = sign(one, by)
    assert signed.signatures[0].digest == digest_of(one)
    assert is_whole(signed)
    forged = structs.replace(signed, parts=(Part(name="rope", cost_fen=1),))
    assert marks(forged)[0].mark == "altered"
    for other in (
        structs.replace(by, role="property"),
        structs.replace(by, role="property", person="li"),
        by,
    ):
        with pytest.raises(CannotVisit):
            sign(signed, other)


def test_a_defect_and_what_does_not_apply_need_a_word() -> None:
    """Saved without it is kept; checked out without it is refused."""
    one = fill(visit(), {"A-1-01": ("defect", ""), "A-1-02": ("ok", "")}, now_ms=AT_MS)
    assert lacking(one)[:1] == ["A-1-01"]
    assert "A-1-02" not in lacking(one)
    for bad in ({"A-9-01": ("ok", "")}, {"A-1-01": ("fine", "")}, {"A-1-01": ("ok", "x" * 501)}):
        with pytest.raises(CannotVisit):
            fill(visit(), bad, now_ms=AT_MS)
    with pytest.raises(CannotVisit, match="say what was done"):
        leave(visit(work="repair"), remark=" ", broken_off="", now_ms=AT_MS)
    for part in (
        Part(name=" "),
        Part(name="x", cost_fen=-1),
        Part(name="x", cost_fen=COST_FEN_MAX + 1),
        Part(name="x", code="A-1-99"),
    ):
        with pytest.raises(CannotVisit):
            add_part(visit(), part)


ON_DEMAND = Regime(
    lift="L-0001",
    kind="on_demand",
    interval_days=30,
    filing_no="KS-1",
    insurance_policy="P-1",
    insured_until=TODAY,
    unit_class="A",
    declared=True,
)
GOOD = Known("Yushan Property", date(2027, 1, 1), 0.99)


def test_on_demand_holds_with_all_its_conditions_only() -> None:
    """Each one that is not met brings back the fifteen days, and says why."""
    held = conditions(ON_DEMAND, GOOD, today=TODAY)
    assert (len(held), interval_days(ON_DEMAND, held)) == (7, 30)
    breaks = [
        (structs.replace(ON_DEMAND, insured_until=date(2026, 11, 29)), GOOD, "insurance"),
        (structs.replace(ON_DEMAND, insurance_policy=""), GOOD, "insurance"),
        (structs.replace(ON_DEMAND, unit_class="C"), GOOD, "unit"),
        (structs.replace(ON_DEMAND, declared=False), GOOD, "declared"),
        (ON_DEMAND, GOOD._replace(use_unit=None), "use_unit"),
        (ON_DEMAND, GOOD._replace(next_inspection_on=TODAY), "inspected"),
        (ON_DEMAND, GOOD._replace(online_ratio=0.94), "monitored"),
        (ON_DEMAND, GOOD._replace(online_ratio=None), "monitored"),
    ]
    for regime, known, name in breaks:
        held = conditions(regime, known, today=TODAY)
        assert [one.name for one in held if not one.met] == [name]
        assert interval_days(regime, held) == 15
    for bad in (
        structs.replace(ON_DEMAND, filing_no=" "),
        structs.replace(ON_DEMAND, interval_days=91),
        Regime(lift="L-0001", interval_days=16),
    ):
        with pytest.raises(CannotVisit):
            check_regime(bad)
    assert conditions(Regime(lift="L-0001"), GOOD, today=TODAY) == []


@given(
    st.dictionaries(
        st.sampled_from([care.work for care in CARES]), st.integers(0, 10**13), max_size=4
    ),
    st.integers(0, 10**13),
)
def test_a_longer_list_is_never_due_later_for_a_visit_that_did_less(
    last: dict[str, int], since_ms: int
) -> None:
    """Every list counts from a visit that held it, and one more visit puts nothing forward."""
    dues = plan(last, since_ms=since_ms, interval=15)
    for due in dues:
        times = [ms for work, ms in last.items() if includes(work, due.work)]
        assert due.last_ms == max(times, default=None)
    later = plan(last | {"year": 2 * 10**13}, since_ms=since_ms, interval=15)
    assert all(after.due_ms > before.due_ms for before, after in zip(dues, later, strict=True))


def test_inspections_by_age() -> None:
    """In the years of the table, then every year; a date on record is believed before it."""
    begun = date(2010, 6, 1)
    days, day = [], date(2010, 6, 2)
    while len(days) < 9:
        day = due_by_age(begun, day)
        days.append(day.year - begun.year)
    assert days == [*YEARS, 16, 17]
    by_age = standing(Facts(installed_on=begun), None, today=TODAY)
    assert (by_age.by, by_age.forbidden, by_age.due_on) == ("age", False, date(2027, 6, 1))
    told = standing(
        Facts(installed_on=begun, next_inspection_on=date(2026, 11, 30)), None, today=TODAY
    )
    assert (told.by, told.forbidden) == ("register", True)
    assert needs_assessment(told, today=TODAY)
    fresh = Facts(installed_on=begun, assessed_on=date(2025, 1, 1))
    assert not needs_assessment(standing(fresh, None, today=TODAY), today=TODAY)
    assert standing(Facts(), None, today=TODAY).due_on is None
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_failed_inspection_forbids_use_and_certificates_must_fit() -> None:
    """Whatever date is on record."""
    one = Inspection(
        id="i",
        lift="L-0001",
        area="320583",
        estate="garden",
        number="TJ-1",
        sha256="ab" * 32,
        verdict="failed",
        inspected_on=TODAY,
    )
    facts = Facts(next_inspection_on=date(2027, 5, 1))
    assert standing(facts, one, today=TODAY).forbidden
    assert check_certificate(one, today=TODAY) is one
    for bad in (
        {"verdict": "passed"},
        {"verdict": "passed", "next_on": TODAY},
        {"inspected_on": date(2026, 12, 1)},
        {"number": " "},
        {"sha256": "xy"},
        {"verdict": "maybe"},
    ):
        with pytest.raises(CannotVisit):
            check_certificate(structs.replace(one, **bad), today=TODAY)


def incident(kind: str, raised_ms: int, cleared_ms: int | None = None, **more: Any) -> Incident:
    """An incident of the lift."""
    return Incident(
        id=f"{kind}-{raised_ms}",
        kind=kind,
        severity=3,
        severity_max=3,
        opened_ms=raised_ms,
        raised_ms=raised_ms,
        cleared_ms=cleared_ms,
        area="320583",
        estate="garden",
        lift="L-0001",
        **more,
    )


def test_whether_what_was_reported_really_got_better() -> None:
    """A day after: better, quiet, again or still; before the day is over nobody says so."""
    out_ms, later = AT_MS + HOUR_MS, AT_MS + 3 * DAY_MS
    one = left(HOUR_MS, filled_ms=HOUR_MS)
    found = [
        incident("door_fault", AT_MS - DAY_MS, out_ms + 1),
        incident("levelling_error", AT_MS - DAY_MS),
        incident("button_dead", out_ms + HOUR_MS, evidence={"button": "landing/3"}),
    ]
    after = {a.code: a.after for a in items_after(one, found, now_ms=later)}
    assert after == {
        "A-1-18": "quiet",
        "A-1-19": "quiet",
        "A-1-22": "better",
        "A-1-23": "still",
        "A-1-24": "again",
    }
    soon = {a.code: a.after for a in items_after(one, found[:2], now_ms=out_ms + HOUR_MS)}
    assert set(soon.values()) == {"too_early"}
    assert BY_CODE["A-1-23"].kinds == ("levelling_error",)


def test_the_unit_is_heard_before_it_counts() -> None:
    """Once, in time, with a reason; silence ends with its time."""
    asked = Answer(
        incident="i",
        lift="L-0001",
        area="320583",
        estate="garden",
        organisation="firm",
        asked_ms=AT_MS,
        due_ms=AT_MS + DAY_MS,
    )

    def ruled(one: Answer, now_ms: int) -> Answer:
        return rule(one, counts=True, text="as shown", person="qian", now_ms=now_ms)

    with pytest.raises(CannotVisit, match="its time is not over"):
        ruled(asked, AT_MS)
    assert ruled(asked, AT_MS + DAY_MS).state == "counts"
    told = reply(asked, "broken switch", person="wu", now_ms=AT_MS)
    assert ruled(told, AT_MS).state == "counts"
    for late in (
        lambda: reply(asked, "x", person="wu", now_ms=AT_MS + DAY_MS),
        lambda: reply(told, "x", person="wu", now_ms=AT_MS),
        lambda: reply(asked, " ", person="wu", now_ms=AT_MS),
        lambda: ruled(ruled(told, AT_MS), AT_MS),
    ):
        with pytest.raises(CannotVisit):
            late()
