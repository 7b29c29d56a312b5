"""The loop of prevention, whole: what a resident tells comes back as what was done about it.

Complaint, hazard, instruction, a visit on paper, its contradiction, a second visit, verified by a
person and by thirty days of signals, the score card, the notice in the car.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.console import resident_page
from api.console.notice_texts import WORDINGS
from detectors.rules.door_fault import GOOD_CYCLES
from liftwatch.account import AccountRow
from liftwatch.care.checklist import items_of
from liftwatch.clock import DAY_MS, MINUTE_MS, estate_day, rfc3339
from tests.api.test_residents import send as tell
from tests.ingest.test_care_visits import CONTRADICTED
from tests.ingest.test_entries import LIFT
from tests.stories.estate import Estate, estate

FULL = [{"code": item.code, "result": "ok"} for item in items_of("half_month")]
DOORS = "A-1-22"
PROOF = {"documents": [{"name": "visit.pdf", "sha256": "ab" * 32}]}


@pytest.fixture
def garden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Estate]:
    """The estate."""
    monkeypatch.setattr(resident_page, "TYPED_MS_MIN", 0)
    with estate(tmp_path, monkeypatch) as made:
        yield made


def door_fails(garden: Estate) -> None:
    """It does not close in time, then does."""
    garden.say("door", floor=1, close_s=31.0, result="timeout_closing")
    for _ in range(GOOD_CYCLES):
        garden.say("door", floor=1, open_s=2.0, close_s=3.0, result="closed")


def risk(garden: Estate) -> Any:
    """The lift's row among the riskiest."""
    (row,) = garden.get("qian", "/v1/hazards")["items"]
    return row


def visit(garden: Estate, *, minutes: int, really: bool) -> Any:
    """Routine care by the technician, signed by nobody yet: on paper, or at the lift."""
    asked = {"tag": LIFT, "method": "qr", "work": "half_month"}
    one = garden.done("wu", "/v1/visits", asked)
    path = f"/v1/visits/{one['id']}"
    garden.look()
    if really:
        garden.work(minutes)
        garden.say("emergency_call", id=one["id"], phase="test_ok")
    else:
        for _ in range(3):
            garden.say("state", service_mode="normal", car_door="closed", doors_closed=True)
        garden.now_ms += minutes * MINUTE_MS
    told = [
        row | {"result": "replaced", "note": "new hanger rollers"}
        if really and row["code"] == DOORS
        else row
        for row in FULL
    ]
    one = garden.done("wu", f"{path}/items", {"items": told}, of=one)
    if really:
        part = {"name": "hanger rollers", "code": DOORS, "life_months": 36, "cost_fen": 64_000}
        one = garden.done("wu", f"{path}/parts", part, of=one)
        photo = {"sha256": "cd" * 32, "code": DOORS}
        one = garden.done("wu", f"{path}/photos", photo, of=one)
    one = garden.done("wu", f"{path}/out", {"remark": "rollers" if really else ""}, of=one)
    garden.look()
    return one


def heard_for(garden: Estate, days: int) -> None:
    """What the journals hold of the lift's days (`ingest.account` counts it)."""
    first = estate_day(garden.now_ms) + 1
    rows = [
        AccountRow(
            source="j-1",
            area="320583",
            estate="garden",
            terminal="T",
            lift=LIFT,
            day=first + n,
            received=1_440,
        )
        for n in range(days)
    ]
    with garden.books.begin() as work:
        work.put_account(rows)


def card(garden: Estate) -> dict[str, Any]:
    """The measures of the unit's score card."""
    found = garden.get("qian", f"/v1/scorecards/unit/{garden.units['wu']}")
    return {one["measure"]: one for one in found["lines"]}


def test_the_loop_is_closed(garden: Estate) -> None:
    """Each step stands on the one before, and is seen by those whom it concerns."""
    code = garden.done("li", f"/v1/lifts/{LIFT}/code")["path"].rpartition("/")[2]
    complaint, followed = a_resident_complains(garden, code)
    hazard = it_is_a_hazard(garden)
    one = supervision_instructs(garden, hazard)
    one = a_visit_on_paper(garden, one)
    one = a_visit_in_truth(garden, one)
    the_signals_agree(garden, one)
    the_card_tells(garden)
    the_resident_is_answered(garden, complaint, followed=followed)
    the_notice_hangs(garden, code)


def a_resident_complains(garden: Estate, code: str) -> tuple[Any, str]:
    """A resident is pinched, and says so behind the code in the car."""
    door_fails(garden)
    before = risk(garden)
    sent = tell(garden.client, code, topic="doors", words="关门夹人")
    assert sent.status_code == 303, sent.text
    (complaint,) = garden.get("li", "/v1/complaints")["items"]
    assert (complaint["topic"], complaint["lift"]) == ("doors", LIFT)
    assert risk(garden)["score"] > before["score"]
    return complaint, sent.headers["location"].partition("?")[0]


def it_is_a_hazard(garden: Estate) -> Any:
    """It comes again, and is a hazard: seen by all three."""
    for _ in range(2):
        garden.pass_time(2)
        door_fails(garden)
    for who in ("li", "wu", "qian"):
        (hazard,) = garden.get(who, f"/v1/lifts/{LIFT}/hazards")["items"]
        assert (hazard["source"], hazard["kind"]) == ("repeated", "door_fault")
    return hazard


def supervision_instructs(garden: Estate, hazard: Any) -> Any:
    """The unit accepts: it lies with nobody else."""
    asked = {
        "lift": LIFT,
        "source": "hazard",
        "cause": hazard["id"],
        "kinds": ["door_fault"],
        "what": "put the doors right",
        "basis": "after_fault",
        "deadline": rfc3339(garden.now_ms + 20 * DAY_MS),
        "responsible": garden.units["wu"],
    }
    one = garden.done("qian", "/v1/instructions", asked)
    one = garden.done("wu", f"/v1/instructions/{one['id']}/accept", of=one)
    assert one["responsible"] == garden.units["wu"]
    return one


def a_visit_on_paper(garden: Estate, one: Any) -> Any:
    """Four minutes, no door moved: the unit is heard, it counts, the report is rejected."""
    path = f"/v1/instructions/{one['id']}"
    paper = visit(garden, minutes=4, really=False)
    against = garden.open_all()[CONTRADICTED]
    one = garden.done("wu", f"{path}/report", {"text": "doors adjusted"} | PROOF, of=one)
    contradiction = f"/v1/contradictions/{against.id}"
    (row,) = garden.get("qian", "/v1/contradictions")["items"]
    assert (row["state"], row["visit"]) == ("asked", paper["id"])
    assert (card(garden)["true"]["bad"], card(garden)["true"]["disputed"]) == (0, 1)
    ruling = {"counts": True, "why": "the lift ran all the time"}
    assert garden.post("qian", f"{contradiction}/decide", ruling, version=0).status_code == 422
    garden.done("wu", f"{contradiction}/answer", {"why": "I was in a hurry"}, version=0)
    ruled = garden.done("qian", f"{contradiction}/decide", ruling, version=1)
    assert ruled["state"] == "counts"
    one = garden.done("qian", f"{path}/reject", {"text": "the visit did not happen"}, of=one)
    assert (one["state"], one["responsible"]) == ("accepted", garden.units["wu"])
    return one


def a_visit_in_truth(garden: Estate, one: Any) -> Any:
    """The doors do fail again. Then somebody comes, and changes the part; another verifies it."""
    path = f"/v1/instructions/{one['id']}"
    garden.pass_time(1)
    door_fails(garden)
    garden.pass_time(1)
    real = visit(garden, minutes=45, really=True)
    assert CONTRADICTED not in garden.open_all()
    for who in ("wu", "li"):
        real = garden.done(who, f"/v1/visits/{real['id']}/sign", of=real)
    assert real["state"] == "agreed"
    one = garden.done("wu", f"{path}/report", {"text": "rollers replaced"} | PROOF, of=one)
    assert garden.post("wu", f"{path}/verify", {"text": "fine"}, of=one).status_code == 403
    return garden.done("qian", f"{path}/verify", {"text": "seen on the spot"}, of=one)


def the_signals_agree(garden: Estate, one: Any) -> None:
    """A person has seen it; the lift itself is asked for thirty days more."""
    path = f"/v1/instructions/{one['id']}"
    heard_for(garden, 32)
    for days, states in ((29, ("verified", None)), (2, ("closed", "quiet"))):
        garden.pass_time(days)
        one = garden.get("qian", path)["instruction"]
        assert (one["state"], one["signals"]) == states


def the_card_tells(garden: Estate) -> None:
    """One record of two was not true; nothing was late; 15 days went by without a visit once."""
    found = card(garden)
    assert (found["true"]["facts"], found["true"]["bad"], found["true"]["share"]) == (2, 1, 0.5)
    assert (found["rectified"]["facts"], found["rectified"]["share"]) == (1, 1.0)
    assert (found["care"]["bad"], found["true"]["disputed"]) == (1, 0)
    assert found["heard"]["share"] > 0.95


def the_resident_is_answered(garden: Estate, complaint: Any, *, followed: str) -> None:
    """Told what was found, where they follow it."""
    path = f"/v1/complaints/{complaint['id']}"
    taken = garden.done("li", f"{path}/take", of=complaint)
    found = {"text": "门挂轮已更换"}
    garden.done("li", f"{path}/answer", found, of=taken)
    assert found["text"] in garden.page(followed)


def the_notice_hangs(garden: Estate, code: str) -> None:
    """Proposed by what happened, published by the manager, seen on the page of the lift."""
    for _ in range(4):
        garden.pass_time(0.05)
        garden.say("door", floor=1, open_s=2.0, close_s=3.0, result="closed", reopens=24)
    (asked,) = garden.get("li", "/v1/notices/proposals")["items"]
    assert asked["topic"] == "doors"
    wording = WORDINGS["doors"]
    one = garden.done(
        "li",
        "/v1/notices",
        {name: asked[name] for name in ("area", "estate", "building", "topic")}
        | {
            "zh": wording.zh,
            "en": wording.en,
            "from_at": rfc3339(garden.now_ms),
            "until_at": rfc3339(garden.now_ms + 7 * DAY_MS),
        },
    )
    assert wording.title_zh not in garden.page(f"/r/{code}")
    garden.done("li", f"/v1/notices/{one['id']}/publish", of=one)
    assert wording.title_zh in garden.page(f"/r/{code}")
