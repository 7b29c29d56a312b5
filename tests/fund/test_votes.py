"""Votes by Civil Code, art. 278: every edge, in whole numbers, by area and by heads."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.fund.refusals import Untold
from liftwatch.fund.scope import Household
from liftwatch.fund.votes import ACTS, CHOICES, Choice, heads_of, tally

STRICT = {1: False, 2: False, 3: False, 4: False, 5: False, 6: True, 7: True, 8: True, 9: False}
"""Items of the first paragraph that need three quarters (second paragraph, second sentence)."""


def roll_of(*areas: int, owner: str | None = None) -> list[Household]:
    """Units of these areas, each an owner's own."""
    return [Household(id=str(n), area_dm2=area, owner=owner) for n, area in enumerate(areas)]


def count(roll: list[Household], act: str, **choices: str) -> tuple[bool, bool]:
    """Whether it is quorate and agreed; `u0="for"` is what unit 0 said."""
    told = {f"unit:{name[1:]}": choice for name, choice in choices.items()}
    counted = tally(roll, told, act)  # type: ignore[arg-type]
    return counted.is_quorate, counted.is_agreed


def test_two_thirds_that_take_part_are_enough_and_a_hair_less_is_not() -> None:
    """以上 includes the number itself (art. 1259): of area and of heads, each for itself."""
    assert count(roll_of(10, 10, 10), "use", u0="for", u1="for") == (True, True)
    assert count(roll_of(10, 10, 11), "use", u0="for", u1="for")[0] is False
    assert count(roll_of(90, 5, 5), "use", u0="for")[0] is False
    assert count(roll_of(34, 33, 33, 1), "use", u0="for", u1="for", u2="against")[0] is True


def test_half_is_not_more_than_half() -> None:
    """过半数 does not include it: half of the area, or half of the heads, is not enough."""
    assert count(roll_of(10, 10), "use", u0="for", u1="against") == (True, False)
    assert count(roll_of(11, 9), "use", u0="for", u1="against") == (True, False)
    assert count(roll_of(1, 1, 2), "use", u0="for", u1="for", u2="against") == (True, False)
    assert count(roll_of(1, 2, 2), "use", u0="for", u1="for", u2="against") == (True, True)


@pytest.mark.parametrize("act", ["raise", "rebuild", "change_use"])
def test_three_quarters_are_enough_and_include_themselves(act: str) -> None:
    """Of those who take part; of area and of heads."""
    four = roll_of(10, 10, 10, 10)
    assert count(four, act, u0="for", u1="for", u2="for", u3="against") == (True, True)
    wide = roll_of(10, 10, 10, 11)
    assert count(wide, act, u0="for", u1="for", u2="for", u3="against") == (True, False)
    assert count(four, act, u0="for", u1="for", u2="against") == (True, False)
    assert count(four, act, u0="for", u1="for", u2="for") == (True, True)


def test_whoever_abstains_takes_part_and_does_not_agree() -> None:
    """A paper that cannot be read does neither; silence is no assent."""
    three = roll_of(10, 10, 10)
    assert count(three, "use", u0="for", u1="abstain") == (True, False)
    assert count(three, "use", u0="for", u1="void") == (False, True)
    assert count(three, "use") == (False, False)


def test_one_buyer_of_many_units_is_one_head() -> None:
    """With all their area; a developer's unsold units too (SPC interpretation, art. 9)."""
    units = [
        *roll_of(10, 10, 10, owner="k1"),
        Household(id="8", area_dm2=10),
        Household(id="9", area_dm2=10, developer="Lake"),
        Household(id="10", area_dm2=10, developer="Lake", owner="k1"),
    ]
    assert heads_of(units) == {"owner:k1": 30, "unit:8": 10, "developer:Lake": 20}
    counted = tally(units, {"owner:k1": "for", "developer:Lake": "against"}, "use")
    assert (counted.heads_taking, counted.heads_all) == (2, 3)
    assert (counted.area_for, counted.area_taking, counted.area_all) == (30, 50, 60)
    assert counted.is_quorate
    assert not counted.is_agreed  # more than half of the area, and half of the heads


def test_what_nobody_knows_is_not_counted() -> None:
    """An act, a head, a choice."""
    for choices, act in (({}, "paint"), ({"unit:9": "for"}, "use"), ({"unit:0": "yes"}, "use")):
        with pytest.raises(Untold):
            tally(roll_of(10), choices, act)  # type: ignore[arg-type]


def test_the_table_is_the_article() -> None:
    """Nine items, and three of them need three quarters."""
    assert {row.item for row in ACTS.values()} == set(STRICT)
    for row in ACTS.values():
        assert (row.agreeing.numerator == 3) is STRICT[row.item]


@st.composite
def votes(draw: st.DrawFn) -> tuple[list[Household], dict[str, Choice], str]:
    """A roll with shared heads, and what some of them said."""
    roll = [
        Household(
            id=str(n),
            area_dm2=draw(st.integers(1, 20) | st.integers(1, 10_000_000)),
            owner=draw(st.sampled_from([None, None, "a", "b"])),
            developer=draw(st.sampled_from([None, None, None, "d"])),
        )
        for n in range(draw(st.integers(1, 14)))
    ]
    said = {head: draw(st.sampled_from([*CHOICES, None, "for"])) for head in heads_of(roll)}
    return (
        roll,
        {head: choice for head, choice in said.items() if choice},
        draw(st.sampled_from(sorted(ACTS))),
    )


@given(votes())
def test_a_count_is_what_exact_fractions_say(
    vote: tuple[list[Household], dict[str, Choice], str],
) -> None:
    """Counted anew, unit by unit, with rational numbers."""
    roll, choices, act = vote
    counted = tally(roll, choices, act)
    taking = {one.head for one in roll if choices.get(one.head, "void") != "void"}
    agree = {head for head in taking if choices[head] == "for"}

    def part(some: set[str], of: set[str]) -> tuple[Fraction, Fraction]:
        area = sum(one.area_dm2 for one in roll if one.head in some)
        whole = sum(one.area_dm2 for one in roll if one.head in of)
        return Fraction(area, whole), Fraction(len(some), len(of))

    quorate = all(share >= Fraction(2, 3) for share in part(taking, {one.head for one in roll}))
    assert counted.is_quorate == quorate
    if not taking:
        assert not counted.is_agreed
    elif STRICT[ACTS[act].item]:
        assert counted.is_agreed == all(x >= Fraction(3, 4) for x in part(agree, taking))
    else:
        assert counted.is_agreed == all(x > Fraction(1, 2) for x in part(agree, taking))
    assert counted.passed == (counted.is_quorate and counted.is_agreed)


@given(votes(), st.data())
def test_nobody_harms_what_they_agree_to(
    vote: tuple[list[Household], dict[str, Choice], str], data: st.DataObject
) -> None:
    """Whoever changes to `for`, or takes part to say it, never makes a vote that passed fail."""
    roll, choices, act = vote
    head = data.draw(st.sampled_from(sorted(heads_of(roll))))
    if tally(roll, choices, act).passed:
        assert tally(roll, {**choices, head: "for"}, act).passed


@given(votes())
def test_three_quarters_are_never_easier_than_a_majority(
    vote: tuple[list[Household], dict[str, Choice], str],
) -> None:
    """What raises money could be used by the same vote."""
    roll, choices, _ = vote
    assert tally(roll, choices, "use").passed >= tally(roll, choices, "raise").passed
