"""Interest is spread to the fen, over buildings and within them, and by two ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liftwatch.fund.accounts import Account
from liftwatch.fund.interest import WAYS, Home, spread
from liftwatch.fund.journal import CannotBook, wrong_legs

HOMES = st.lists(
    st.tuples(
        st.sampled_from("789"),
        st.integers(1, 40),
        st.integers(0, 10**9) | st.just(0),
        st.integers(1, 30_000),
    ),
    min_size=1,
    max_size=30,
    unique_by=lambda one: one[:2],
)


def homes_of(told: list[tuple[str, int, int, int]]) -> list[Home]:
    """Sub-accounts of some buildings."""
    return [
        Home(Account("principal", "320583", "garden", building, str(number)), held, area)
        for building, number, held, area in told
    ]


@given(HOMES, st.integers(1, 10**12), st.sampled_from(WAYS))
def test_it_is_all_given_and_no_more(
    told: list[tuple[str, int, int, int]], fen: int, by: str
) -> None:
    """Every fen, within each building by what its bank's part gets; none is a fen off its part."""
    homes = homes_of(told)
    if not any(one.held_fen for one in homes):
        with pytest.raises(CannotBook, match="no household holds"):
            spread(fen, homes, by=by, bank="ccb")  # type: ignore[arg-type]
        return
    legs = spread(fen, homes, by=by, bank="ccb")  # type: ignore[arg-type]
    assert wrong_legs(legs, kind="interest", case=None) is None
    got = {leg.account: leg.amount for leg in legs}
    assert sum(amount for name, amount in got.items() if name.startswith("bank/")) == fen
    assert all(amount < 0 for name, amount in got.items() if name.startswith("interest/"))
    held = sum(one.held_fen for one in homes)
    for building in {one.account.building for one in homes}:
        here = [one for one in homes if one.account.building == building]
        whole = got.get(f"bank/320583/garden/{building}/ccb", 0)
        assert abs(whole * held - fen * sum(one.held_fen for one in here)) < held
        weights = [one.held_fen if by == "balance" else one.area_dm2 or 0 for one in here]
        for one, weight in zip(here, weights, strict=True):
            share = -got.get(one.account.beside("interest").id, 0)
            assert abs(share * sum(weights) - whole * weight) < max(1, sum(weights))


@given(HOMES, st.randoms())
def test_the_order_decides_nothing(
    told: list[tuple[str, int, int, int]], dice: "st.DataObject"
) -> None:
    """In which they were read."""
    homes = homes_of(told) + homes_of([("7", 99, 5, 9_000)])
    shuffled = list(homes)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    for by in WAYS:
        assert spread(101, homes, by=by, bank="b") == spread(101, shuffled, by=by, bank="b")


@pytest.mark.parametrize("fen", [0, -1, 0.5, True, 2**53])
def test_what_is_no_amount_is_refused(fen: int) -> None:
    """As everywhere."""
    with pytest.raises(CannotBook):
        spread(fen, homes_of([("7", 1, 5, 9_000)]), by="balance", bank="ccb")


def test_who_has_no_area_gets_none_by_area() -> None:
    """It is named, and nothing is guessed."""
    home = homes_of([("7", 1, 5, 9_000)])[0]._replace(area_dm2=None)
    with pytest.raises(CannotBook, match="household 1 has no area on record"):
        spread(10, [home], by="area", bank="ccb")
    assert len(spread(10, [home], by="balance", bank="ccb")) == 2
