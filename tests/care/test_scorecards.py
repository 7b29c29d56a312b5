"""Score cards: what the formula promises, whatever the facts."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from api.console.scorecard_texts import SAYS
from liftwatch.care.scorecard import MEASURES, SUBJECTS, Card, Tally, cards

DOCS = Path(__file__).parents[2] / "docs" / "scorecards.md"
COUNTED = [one.name for one in MEASURES if "unit" in one.subjects and not one.of_time]
tallies = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3),
    st.dictionaries(
        st.sampled_from(COUNTED),
        st.integers(0, 200).flatmap(
            lambda of: st.tuples(st.just(of), st.integers(0, of), st.integers(0, 3))
        ),
    ),
    max_size=8,
)


def made(told: dict[str, dict[str, tuple[int, int, int]]]) -> list[Card]:
    """The cards of units."""
    return cards(
        "unit",
        {
            id: {
                name: Tally(float(of), float(bad), disputed)
                for name, (of, bad, disputed) in row.items()
            }
            for id, row in told.items()
        },
    )


@given(tallies)
def test_everybody_has_a_card_and_ranks_hold_together(
    told: dict[str, dict[str, tuple[int, int, int]]],
) -> None:
    """Nobody is lost; shares and points lie within their bounds; a span of ranks is one."""
    found = made(told)
    assert {one.id for one in found} == set(told)
    for one in found:
        if one.points is None:
            assert one.rank is None
            continue
        assert one.low is not None
        assert one.high is not None
        assert 0.0 <= one.low <= one.points + 1e-9 <= one.high + 1e-6 <= 100.0 + 1e-5
        assert one.rank is not None
        assert 1 <= one.rank[0] <= one.rank[1] <= one.ranked
    for line in (line for one in found for line in one.lines):
        if line.share is not None:
            assert line.against is not None
            assert 0.0 <= line.against <= line.share <= 1.0
    ahead = [one for one in found if one.rank is not None and one.rank[0] == 1]
    assert ahead or all(one.points is None for one in found)


@given(st.integers(1, 50), st.integers(1, 50))
def test_few_facts_move_nobody_far(of: int, more: int) -> None:
    """Whoever is bad in all of few facts is believed better than who is in all of many."""
    rows = {name: Tally(100.0, 10.0) for name in ("a", "b", "c")}
    rows |= {"few": Tally(float(of), float(of)), "many": Tally(float(of + more), float(of + more))}
    found = {one.id: one for one in cards("unit", {id: {"care": t} for id, t in rows.items()})}
    believed = {
        id: next(line.believed for line in one.lines if line.measure == "care")
        for id, one in found.items()
    }
    few, many = believed["few"], believed["many"]
    assert few is not None
    assert many is not None
    assert few >= many


def test_nothing_known_is_no_points() -> None:
    """Less than half of the weight: a card with its facts, and no rank."""
    (one,) = cards("unit", {"a": {"true": Tally(10.0, 1.0)}})
    assert (one.points, one.rank) == (None, None)
    assert next(line.share for line in one.lines if line.measure == "true") == 0.9


def test_the_page_tells_the_formula() -> None:
    """Every measure with its weight, whom it is of, and what it counts, as the code has it."""
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\d+) \| (.+?) \|$", DOCS.read_text(), re.MULTILINE)
    assert rows == [
        (
            one.name,
            ", ".join(subject for subject in SUBJECTS if subject in one.subjects),
            f"{one.weight:.0f}",
            SAYS[one.name].counts,
        )
        for one in MEASURES
    ]
