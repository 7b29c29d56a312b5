"""An entry of the credit list counts only after its organisation could be heard."""

from typing import Any

import pytest
from msgspec import structs

from liftwatch.care.sanctions import LIVING, MOVES, Entry, Fact, checked, due_ms, is_public, move
from liftwatch.incidents.moves import CannotMove, Untold

FACT = Fact(kind="incident", id="i1", organisation="unit")
ENTRY = Entry(
    id="e1", area="a", organisation="unit", kind="warning", facts=(FACT,), article="83(8)",
    decision="2026-1", from_ms=200, until_ms=300, hear_by_ms=100,
)  # fmt: skip


def test_life_by_answer_and_by_clock() -> None:
    announced = move(ENTRY, "announce", side="supervision", now_ms=1)
    answered = move(announced, "answer", side="organisation", now_ms=99, text="no")
    passed = move(announced, "pass", side="engine", now_ms=100)
    assert (answered.answer, passed.answer, due_ms(announced)) == ("no", None, 100)
    for heard in (answered, passed):
        force = move(heard, "enforce", side="supervision", now_ms=200)
        assert is_public(force, now_ms=299)
        assert not is_public(force, now_ms=300)
        assert move(force, "expire", side="engine", now_ms=300).state == "expired"


@pytest.mark.parametrize("state", sorted(LIVING | {"expired", "withdrawn"}))
def test_public_only_in_force_and_moves_only_from_their_rows(state: Any) -> None:
    entry = structs.replace(ENTRY, state=state)
    assert is_public(entry, now_ms=250) == (state == "in_force")
    for name, row in MOVES.items():
        if state not in row.begins:
            with pytest.raises(CannotMove):
                move(entry, name, side=row.sides[0], now_ms=250, text="x")


@pytest.mark.parametrize(
    ("state", "name", "side", "now_ms"),
    [
        ("announced", "pass", "engine", 99),
        ("announced", "answer", "organisation", 100),
        ("announced", "answer", "supervision", 50),
        ("heard", "enforce", "supervision", 199),
        ("heard", "enforce", "supervision", 300),
        ("in_force", "expire", "engine", 299),
    ],
)
def test_not_yet_not_by_another(state: Any, name: str, side: Any, now_ms: int) -> None:
    with pytest.raises(CannotMove):
        move(structs.replace(ENTRY, state=state), name, side=side, now_ms=now_ms, text="x")


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": ()},
        {"facts": (FACT, FACT)},
        {"organisation": "another"},
        {"article": " "},
        {"decision": ""},
        {"hear_by_ms": 1},
        {"from_ms": 99},
        {"until_ms": 200},
    ],
)
def test_bad_entries(changes: dict[str, Any]) -> None:
    assert checked(ENTRY, others=(), now_ms=1) == ENTRY
    with pytest.raises(Untold):
        checked(structs.replace(ENTRY, **changes), others=(), now_ms=1)


def test_one_living_entry_of_a_kind_for_a_fact() -> None:
    other = structs.replace(ENTRY, id="e2")
    with pytest.raises(Untold):
        checked(ENTRY, others=(other,), now_ms=1)
    gone = structs.replace(other, state="withdrawn")
    assert checked(ENTRY, others=(gone,), now_ms=1) == ENTRY
