"""An entry of the credit list counts only after its organisation could be heard."""

from typing import Any

import pytest
from msgspec import structs

from liftwatch.care.sanctions import (
    FACTS_MAX,
    LIVING,
    MOVES,
    SPAN_MS_MAX,
    STATES,
    Entry,
    Fact,
    checked,
    is_public,
    move,
    moves_from,
    whom,
)
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold

FACT, BY = Fact(kind="incident", id="i1"), Actor(person="p", organisation="office")
ENTRY = Entry(
    id="e1",
    area="320583",
    organisation="unit",
    kind="warning",
    facts=(FACT,),
    what="a lift fell",
    article="83(8)",
    decision="2026-1",
    issuer="office",
    issued_by="p",
    issued_ms=0,
    hear_by_ms=100,
    from_ms=200,
    until_ms=300,
)


def moved(entry: Entry, name: str, now_ms: int, *text: str) -> Entry:
    """A move by whoever may make it."""
    return move(
        entry, name, by=BY, side=MOVES[name].side, now_ms=now_ms, text=next(iter(text), None)
    )[0]


def test_life_by_answer_and_by_clock() -> None:
    """Both ways lead to being heard, and from there into force and out of it."""
    announced = moved(ENTRY, "announce", 1)
    answered, passed = moved(announced, "answer", 99, "no"), moved(announced, "pass", 100)
    assert (answered.answer, answered.answered_ms, passed.answer) == ("no", 99, None)
    assert (ENTRY.due_ms, announced.due_ms, answered.due_ms) == (None, 100, None)
    for heard in (answered, passed):
        force = moved(heard, "enforce", 200)
        assert force.due_ms == 300
        assert is_public(force, now_ms=299)
        assert not is_public(force, now_ms=300), "however late the clock's job is"
        over = moved(force, "expire", 300)
        assert (over.state, over.version, over.keys) == ("expired", 5, ())


@pytest.mark.parametrize("state", STATES)
def test_public_only_in_force_and_moves_only_from_their_rows(state: Any) -> None:
    """Whatever the state."""
    entry = structs.replace(ENTRY, state=state)
    assert is_public(entry, now_ms=250) == (state == "in_force")
    assert bool(entry.keys) == (state in LIVING)
    for name, row in MOVES.items():
        if state not in row.begins:
            with pytest.raises(CannotMove):
                moved(entry, name, 250, "x")


@pytest.mark.parametrize(
    ("state", "name", "side", "now_ms"),
    [
        ("announced", "pass", "engine", 99),
        ("announced", "answer", "organisation", 100),
        ("announced", "answer", "supervision", 50),
        ("announced", "pass", "supervision", 150),
        ("heard", "enforce", "supervision", 199),
        ("heard", "enforce", "supervision", 300),
        ("heard", "enforce", "organisation", 250),
        ("in_force", "expire", "engine", 299),
        ("in_force", "withdraw", "organisation", 250),
    ],
)
def test_not_yet_not_by_another(state: Any, name: str, side: Any, now_ms: int) -> None:
    """Each has its time and its side."""
    entry = structs.replace(ENTRY, state=state)
    with pytest.raises(CannotMove):
        move(entry, name, by=BY, side=side, now_ms=now_ms, text="x")


def test_what_a_side_may_do_now() -> None:
    """In order of the table."""
    announced = structs.replace(ENTRY, state="announced")
    heard = structs.replace(ENTRY, state="heard")
    assert moves_from(ENTRY, "supervision", now_ms=1) == ("announce", "withdraw")
    assert moves_from(ENTRY, "supervision", now_ms=100) == ("withdraw",)
    assert moves_from(announced, "organisation", now_ms=99) == ("answer",)
    assert moves_from(announced, "organisation", now_ms=100) == ()
    assert moves_from(heard, "supervision", now_ms=150) == ("withdraw",)
    assert moves_from(heard, "supervision", now_ms=200) == ("enforce", "withdraw")


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": ()},
        {"facts": (FACT, FACT)},
        {"facts": tuple(Fact(kind="incident", id=str(n)) for n in range(FACTS_MAX + 1))},
        {"organisation": "office"},
        {"what": "\n"},
        {"article": " "},
        {"decision": ""},
        {"decision": "x" * 121},
        {"paper": "A" * 64},
        {"paper": "a" * 63},
        {"hear_by_ms": 1},
        {"from_ms": 99},
        {"until_ms": 200},
        {"until_ms": SPAN_MS_MAX + 2},
    ],
)
def test_bad_entries(changes: dict[str, Any]) -> None:
    """None of them may be written."""
    assert checked(ENTRY, now_ms=1) == ENTRY
    with pytest.raises(Untold):
        checked(structs.replace(ENTRY, **changes), now_ms=1)


def test_a_draft_that_waited_too_long_is_not_announced() -> None:
    """Its term to be heard would be over before it began."""
    with pytest.raises(Untold):
        moved(ENTRY, "announce", 100)


@pytest.mark.parametrize("name", ["answer", "withdraw"])
def test_words_are_asked_for(name: str) -> None:
    """An answer and a withdrawal say something."""
    announced = moved(ENTRY, "announce", 1)
    for words in ((), (" ",), ("x" * 2_000,)):
        with pytest.raises(Untold):
            moved(announced, name, 2, *words)


def test_whom_it_is_told_to() -> None:
    """The organisation from the announcement, the authority when it was heard; each state once."""
    announced = moved(ENTRY, "announce", 1)
    assert whom(ENTRY) is None
    assert whom(announced) == "unit"
    assert whom(structs.replace(announced, told="announced")) is None
    assert whom(moved(announced, "answer", 50, "no")) == "office"
    assert whom(moved(ENTRY, "withdraw", 50, "a slip")) is None, "it never heard of it"
    assert whom(moved(announced, "withdraw", 50, "a slip")) == "unit"


def test_the_same_fact_twice_has_the_same_key() -> None:
    """Of one organisation and one kind; of another kind it may be held against it again."""
    assert structs.replace(ENTRY, id="e2").keys == ENTRY.keys
    assert set(structs.replace(ENTRY, kind="penalty").keys).isdisjoint(ENTRY.keys)
    assert set(structs.replace(ENTRY, organisation="other").keys).isdisjoint(ENTRY.keys)
