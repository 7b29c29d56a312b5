"""Training: lifts are held back whole, the same rows give the same file, and worse is not kept."""

import numpy as np
import pytest

from detectors.models.features import FEATURES, PARTS, Part
from detectors.models.files import ANY, BadModel, from_bytes
from detectors.models.forest import Array
from detectors.training.rows import Gathered
from detectors.training.trial import (
    LIFTS_MIN,
    Folds,
    NotEnough,
    folds_of,
    is_no_worse,
    judge,
    train,
)

FAMILY = "2:1 to 1.75 m/s"
SPAN = {"source": "a test", "from_ms": 0, "to_ms": 86_400_000}


def lift(number: int, part: Part, *, rows: int = 700, family: str = FAMILY) -> Gathered:
    """A healthy lift, whose features go together a little."""
    rng = np.random.default_rng(number)
    width = len(FEATURES[part])
    common = rng.normal(size=(rows, 1))
    spreads: Array = (0.9 * rng.normal(size=(rows, width)) + 0.4 * common).astype(np.float32)
    return Gathered(part, family, f"LIFT-{number:04d}", spreads)


def fleet(lifts: int = 15, **of_each: int) -> list[Gathered]:
    """Some such lifts, rides and doors."""
    return [lift(n, part, **of_each) for n in range(lifts) for part in PARTS]


@pytest.fixture(scope="module")
def trained() -> tuple[bytes, Folds]:
    """A file of models, and what it was made of."""
    folds = folds_of(fleet())
    data, _ = train(folds, seed=1, **SPAN)
    return data, folds


def test_a_lift_is_in_one_fold_with_all_it_did() -> None:
    """Else a model would be judged by what it has seen."""
    folds = folds_of(fleet())
    names = [{one.lift for one in fold} for fold in folds]
    assert [len(one) for one in names] == [9, 3, 3]
    assert len(set.union(*names)) == 15
    assert sum(len(fold) for fold in folds) == 30
    assert {one.lift for one in folds_of(fleet()[::-1]).judge} == names[2]


def test_the_same_rows_give_the_same_file(trained: tuple[bytes, Folds]) -> None:
    """Byte by byte."""
    data, folds = trained
    assert train(folds, seed=1, **SPAN)[0] == data


def test_the_header_tells_what_was_trained_on(trained: tuple[bytes, Folds]) -> None:
    """Version, span, lifts, rows and libraries."""
    models = from_bytes(trained[0])
    assert not isinstance(models, BadModel)
    assert models.header.version.startswith("1970-01-02.")
    assert (models.header.from_ms, models.header.to_ms) == (0, 86_400_000)
    assert {(card.part, card.family) for card in models.header.forests} == {
        (part, family) for part in PARTS for family in (ANY, FAMILY)
    }
    assert {(card.lifts, card.rows) for card in models.header.forests} == {(9, 6_300)}


def test_a_family_of_few_lifts_has_no_forest_of_its_own() -> None:
    """It has that of any lift."""
    rare = [lift(900 + n, "ride", family="1:1 to 2.5 m/s") for n in range(LIFTS_MIN - 1)]
    _, models = train(folds_of([*fleet(), *rare]), seed=1, **SPAN)
    assert ("ride", "1:1 to 2.5 m/s") not in models.fitted
    found = models.find("ride", "1:1 to 2.5 m/s")
    assert found is not None
    assert found.card.family == ANY


@pytest.mark.parametrize("gathered", [[], fleet(4), fleet(15, rows=60)])
def test_too_little_is_told(gathered: list[Gathered]) -> None:
    """Few lifts, or few rides."""
    with pytest.raises(NotEnough):
        train(folds_of(gathered), seed=1, **SPAN)


def test_a_model_that_has_learned_nothing_is_worse(trained: tuple[bytes, Folds]) -> None:
    """Of lifts that do anything it learns that nothing is odd, and is not kept."""
    data, folds = trained
    good = from_bytes(data)
    assert not isinstance(good, BadModel)
    wild = [one._replace(rows=one.rows * 4) for one in folds.train + folds.set]
    _, bad = train(folds_of([*wild, *folds.judge]), seed=1, **SPAN)
    for part in PARTS:
        kept, worse = (judge(one, folds.judge, part, seed=1) for one in (good, bad))
        assert kept.found > 0.5
        assert kept.odd_share < 0.01
        assert not is_no_worse(worse, kept)
        assert is_no_worse(kept, kept)
