"""The table of moves: what may be done from where, by whom, and what must be told."""

import pytest

from liftwatch.care.instruction_bases import BASES
from liftwatch.care.instruction_clocks import MOVE_TELLS, STEPS, next_ms, steps_due
from liftwatch.care.instruction_texts import WHY
from liftwatch.care.instructions import (
    BY_PEOPLE,
    MOVES,
    OPEN,
    OVER,
    STATES,
    Evidence,
    Told,
    checked,
    moves_from,
)
from liftwatch.clock import DAY_MS
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.ports import Stale
from tests.care.instruct import PROOF, WORDS, Houses, houses_in_memory
from tests.contracts.test_books import MONDAY_MS


@pytest.fixture
def houses() -> Houses:
    """Organisations over books in memory."""
    return houses_in_memory()


def test_from_the_instruction_to_its_end(houses: Houses) -> None:
    """Taken on, done with evidence, verified by the authority; the signals close it."""
    one = houses.issued()
    one = houses.moved(one, "accept")
    one = houses.moved(one, "report", at=5, told=PROOF)
    assert one.responsible == houses.ids["anda"]  # what is reported is not over
    one = houses.moved(one, "verify", at=6, who="office", told=WORDS)
    assert (one.state, one.signals) == ("verified", None)
    assert one.watched_until_ms == MONDAY_MS + 36 * DAY_MS
    with pytest.raises(CannotMove, match="still listened to"):
        houses.moved(one, "close", at=7, who="office", told=WORDS)
    lines = houses.books.instruction_lines(one.id)
    assert [row.what for row in lines] == ["issue", "accept", "report", "verify"]
    assert lines[2].facts["documents"] == [{"name": "a.jpg", "sha256": "a" * 64}]


def test_nobody_judges_their_own_work(houses: Houses) -> None:
    """Neither the person nor the organisation, nor a member of it who comes as the authority."""
    one = houses.moved(houses.moved(houses.issued(), "accept"), "report", told=PROOF)
    for who, person, also, said in (
        ("office", "p-anda", (), "whoever reported"),
        ("anda", "p-other", (), "the organisation that did"),
        ("office", "p-office", (houses.ids["anda"],), "the organisation that did"),
    ):
        for name in ("verify", "reject"):
            with pytest.raises(CannotMove, match=said):
                houses.moved(
                    one, name, who=who, side="supervision", person=person, also=also, told=WORDS
                )
    with pytest.raises(CannotMove, match="for another"):
        houses.moved(one, "verify", told=WORDS)


def test_a_hand_over_counts_when_it_is_taken(houses: Houses) -> None:
    """Until then it lies with the giver, who may go on with it."""
    anda, kone = houses.ids["anda"], houses.ids["kone"]
    one = houses.moved(houses.issued(), "offer", told=houses.to("kone"))
    assert (one.responsible, one.offered_to) == (anda, kone)
    with pytest.raises(CannotMove, match="offered already"):
        houses.moved(one, "offer", told=houses.to("garden"))
    one = houses.moved(one, "refuse", who="kone", side="offered", told=WORDS)
    assert (one.responsible, one.offered_to, one.state) == (anda, None, "issued")
    one = houses.moved(one, "offer", told=houses.to("kone"))
    one = houses.moved(one, "take", who="kone", side="offered")
    assert (one.responsible, one.offered_to, one.state) == (kone, None, "accepted")
    one = houses.moved(one, "offer", who="office", told=houses.to("garden"))
    one = houses.moved(one, "report", who="kone", told=PROOF)
    assert (one.responsible, one.offered_to) == (kone, None)


def test_what_is_missing_or_cannot_be(houses: Houses) -> None:
    """Each is said; nothing is changed by it."""
    for more, said in (
        ({"days": -1}, "in the past"),
        ({"days": 0}, "in the past"),
        ({"days": 400}, "a year away"),
        ({"what": "  "}, "what has 1 to"),
        ({"basis": "because"}, "no basis"),
        ({"kinds": ("door_fold",)}, "no kind"),
        ({"to": "office"}, "their own organisation"),
        ({"estate": ""}, "which lift, estate or unit"),
    ):
        with pytest.raises(Untold, match=said):
            checked(houses.instruction(**more), now_ms=MONDAY_MS)
    one = houses.moved(houses.issued(), "accept")
    bad = Evidence(name="a.jpg", sha256="A" * 64)
    for name, told, said in (
        ("report", Told(text="done"), "documents is missing"),
        ("report", Told(documents=PROOF.documents), "text is missing"),
        ("report", Told(text="done", documents=(bad,)), "SHA-256"),
        ("report", Told(text="x" * 1001, documents=PROOF.documents), "text has"),
        ("offer", houses.to("anda"), "another than who has it"),
        ("offer", houses.to("office"), "another than who has it"),
        ("ask", Told(text="holiday"), "deadline is missing"),
        ("ask", Told(text="holiday", deadline_ms=MONDAY_MS), "in the past"),
    ):
        with pytest.raises(Untold, match=said):
            houses.moved(one, name, told=told)
    with pytest.raises(Stale):
        houses.moved(one, "report", told=PROOF, version=1)
    with pytest.raises(CannotMove, match="take it on: not while it is accepted"):
        houses.moved(one, "accept")


def test_more_time_is_asked_for_and_given(houses: Houses) -> None:
    """Its clocks begin anew then; denied, they go on."""
    one = houses.moved(houses.issued(), "accept")
    later = MONDAY_MS + 20 * DAY_MS
    one = houses.moved(one, "ask", told=Told(text="a part is on its way", deadline_ms=later))
    assert (one.asked_ms, one.deadline_ms) == (later, MONDAY_MS + 10 * DAY_MS)
    one = houses.moved(one, "deny", who="office", told=WORDS)
    assert one.asked_ms is None
    with pytest.raises(CannotMove, match="nobody has asked"):
        houses.moved(one, "deny", who="office", told=WORDS)
    one = houses.moved(one, "extend", who="office", told=Told(deadline_ms=later))
    assert (one.deadline_ms, next_ms(one, MONDAY_MS)) == (later, later - 2 * DAY_MS)


def test_what_is_over_stays_over(houses: Houses) -> None:
    """Nobody moves it from there."""
    one = houses.moved(houses.issued(), "withdraw", who="office", told=WORDS)
    assert one.closed_ms is not None
    for name in MOVES:
        for side in MOVES[name].sides:
            with pytest.raises(CannotMove):
                houses.moved(one, name, side=side, told=PROOF)
    assert moves_from(one, "supervision") == ()


def test_without_kinds_the_signals_are_not_asked(houses: Houses) -> None:
    """A notice that was to be put up is verified by a person alone."""
    one = houses.verified(kinds=())
    assert (one.state, one.signals) == ("closed", "not_asked")


def test_the_steps_of_the_clocks(houses: Houses) -> None:
    """Nobody accepts; it is late; each step comes once, in order."""
    one = houses.instruction()
    names = [step.name for _, step in steps_due(one, MONDAY_MS + 30 * DAY_MS)]
    assert names == ["unaccepted", "near", "overdue", "overdue_3", "overdue_7"]
    assert next_ms(one, MONDAY_MS) == MONDAY_MS + 2 * DAY_MS
    short = houses.instruction(days=1)
    assert [step.name for _, step in steps_due(short, MONDAY_MS + DAY_MS)] == [
        "unaccepted",
        "overdue",
    ]


def test_the_tables_fit_together() -> None:
    """Every move and step that tells somebody has words; every state is open or over."""
    assert {*MOVE_TELLS, *(step.name for step in STEPS)} <= WHY.keys()
    assert MOVE_TELLS.keys() - {"issue"} <= MOVES.keys()
    assert set(STATES) == OPEN | OVER
    assert all(row.law and row.law_en and row.source for row in BASES.values())
    assert set(BY_PEOPLE) == MOVES.keys() - {"settle", "relapse", "doubt"}
