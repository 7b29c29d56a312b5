"""The learned models: the same scores as scikit-learn, files that can be trusted, pasts that last."""

import io
import random
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest

from detectors.models import shelf as shelves
from detectors.models.baseline import (
    CLIP,
    MEMORY,
    WARM,
    compare_and_learn,
    packed_bytes,
)
from detectors.models.features import DOOR, RIDE, Feature, Values
from detectors.models.files import (
    HEADER,
    BadModel,
    Models,
    from_bytes,
    to_bytes,
)
from detectors.models.forest import Array, Nodes, grow, inputs_of, odds, scores
from detectors.models.shelf import DEFAULT, Shelf, family_of
from detectors.training.forests import fit, flatten, floor32
from liftwatch.register.facts import Facts

PAIR = (Feature("a", "a", "", 0.1), Feature("b", "b", "", 0.1, against="distance"))


def healthy(count: int, width: int = len(DOOR), *, seed: int = 1) -> Array:
    """Spreads of rows in which nothing is odd."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, width)).astype(np.float32)


@pytest.fixture(scope="module")
def default() -> bytes:
    """The file that comes with the package."""
    return DEFAULT.read_bytes()


def models_of(data: bytes) -> Models:
    """The models of a sound file."""
    models = from_bytes(data)
    assert isinstance(models, Models), models
    return models


@pytest.mark.parametrize("width", [len(DOOR), len(RIDE)])
def test_scores_are_those_of_scikit_learn(width: int) -> None:
    """Within 1e-9, one row or many, inside and far outside of what was trained on."""
    forest = fit(healthy(3_000, width), seed=3)
    flat = grow(flatten(forest))
    rng = np.random.default_rng(5)
    rows = (rng.normal(size=(2_000, width)) * rng.choice((0.1, 1, 6), (2_000, 1))).astype("f4")
    theirs = forest.predict_proba(inputs_of(rows))[:, 1]
    assert np.abs(scores(flat, inputs_of(rows)) - theirs).max() < 1e-9
    ours = [odds(flat, row) for row in rows[:200]]
    assert np.abs(np.array(ours) - theirs[:200]).max() < 1e-9


def test_a_row_on_a_threshold_goes_where_scikit_learn_sends_it() -> None:
    """The thresholds are 64-bit there and 32-bit here."""
    forest = fit(healthy(2_000), seed=4)
    flat = grow(flatten(forest))
    cuts = np.concatenate([one.tree_.threshold for one in forest.estimators_])
    for near in (np.float32(cuts[:300]), np.nextafter(np.float32(cuts[:300]), np.float32(9))):
        rows = np.tile(near[:, None], (1, len(DOOR)))
        theirs = forest.predict_proba(inputs_of(rows))[:, 1]
        assert np.abs(scores(flat, inputs_of(rows)) - theirs).max() < 1e-9


@pytest.mark.parametrize("threshold", [0.1, -0.1, 1e-30, 3.0, 1.0000000001])
def test_a_narrow_threshold_decides_as_the_wide_one(threshold: float) -> None:
    """For every 32-bit value next to it."""
    narrow = np.float32(floor32(threshold))
    for value in (
        narrow,
        np.nextafter(narrow, np.float32(9)),
        np.nextafter(narrow, np.float32(-9)),
    ):
        assert (value <= narrow) == (float(value) <= threshold)


def test_the_default_is_sound_and_small(default: bytes) -> None:
    """Every part has a forest for any lift, and the header says what it was made of."""
    models = models_of(default)
    assert len(default) < 300_000
    assert {("ride", "any"), ("door", "any")} <= set(models.fitted)
    assert "seeds 11 12" in models.header.source
    assert models.header.from_ms < models.header.to_ms
    assert all(card.lifts >= 5 and card.rows >= 5_000 for card in models.header.forests)


def test_a_file_read_and_written_is_the_same(default: bytes) -> None:
    """Nothing in it depends on when it was written."""
    models = models_of(default)
    with np.load(io.BytesIO(default), allow_pickle=False) as loaded:
        forests = [
            Nodes(**{name: loaded[f"{n}.{name}"] for name in Nodes._fields})
            for n in range(len(models.header.forests))
        ]
    assert to_bytes(models.header, forests) == default


def test_a_torn_or_scratched_file_is_a_reason_and_nothing_else(default: bytes) -> None:
    """Cut anywhere, any byte turned: it is read as it was, or not at all."""
    rng, sound = random.Random(1), models_of(default)
    for _ in range(60):
        cut = rng.randrange(len(default))
        assert isinstance(from_bytes(default[:cut]), BadModel)
        scratched = bytearray(default)
        scratched[cut] ^= 1 << rng.randrange(8)
        read = from_bytes(bytes(scratched))
        assert isinstance(read, BadModel) or read.header == sound.header
    for nonsense in (b"", b"\x80\x04", b"PK\x03\x04" * 9, b"x" * 10_000):
        assert isinstance(from_bytes(nonsense), BadModel)


def changed(default: bytes, name: str, change: object) -> bytes:
    """The default with one array of its first forest changed, signed anew."""
    models = models_of(default)
    with np.load(io.BytesIO(default), allow_pickle=False) as loaded:
        forests = [
            {field: loaded[f"{n}.{field}"].copy() for field in Nodes._fields}
            for n in range(len(models.header.forests))
        ]
    place, value = change if isinstance(change, tuple) else (0, change)
    forests[0][name][place] = value
    return to_bytes(models.header, [Nodes(**one) for one in forests])


@pytest.mark.parametrize(
    ("name", "change", "reason"),
    [
        ("feature", 120, "a feature that does not exist"),
        ("feature", -7, "a feature that does not exist"),
        ("threshold", np.nan, "not finite"),
        ("threshold", np.inf, "not finite"),
        ("right", 0, "outside its tree"),
        ("right", 30_000, "outside its tree"),
        ("right", -5, "outside its tree"),
        ("right", 3, "parent"),
        ("roots", (1, 0), "overlap"),
        ("roots", (1, 2_000_000), "overlap"),
        ("roots", 1, "trees"),
        ("odd", -1, "a share"),
        ("odd", 2_000_000, "a share"),
    ],
)
def test_a_hostile_forest_is_refused(
    default: bytes, name: str, change: object, reason: str
) -> None:
    """Though its check sum is right: no index leads out of it and no descent round in it."""
    read = from_bytes(changed(default, name, change))
    assert isinstance(read, BadModel)
    assert reason in read.reason


def test_a_header_that_lies_is_refused(default: bytes) -> None:
    """Of another format, without the features we read, or not what was signed."""
    models = models_of(default)
    for change in (
        {"format": 2},
        {"forests": ()},
        {
            "forests": tuple(
                msgspec.structs.replace(one, features=("x",)) for one in models[0].forests
            )
        },
        {"version": "another"},
    ):
        header = msgspec.structs.replace(models.header, **change)
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(default)) as old, zipfile.ZipFile(out, "w") as new:
            for entry in old.infolist():
                if entry.filename != f"{HEADER}.npy":
                    new.writestr(entry.filename, old.read(entry))
            content = io.BytesIO()
            np.save(content, np.frombuffer(msgspec.json.encode(header), dtype=np.uint8))
            new.writestr(f"{HEADER}.npy", content.getvalue())
        assert isinstance(from_bytes(out.getvalue()), BadModel), change


def test_what_would_need_pickle_is_refused() -> None:
    """An array of objects could run anything when it is read."""
    out = io.BytesIO()
    np.savez(out, header=np.array([{"a": 1}], dtype=object))
    read = from_bytes(out.getvalue())
    assert isinstance(read, BadModel)
    assert "pickle" in read.reason


def test_a_bomb_is_not_unpacked() -> None:
    """A small file of many zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.npy", bytes(64 * 2**20))
    read = from_bytes(out.getvalue())
    assert isinstance(read, BadModel)
    assert "unpacks to more" in read.reason


def test_a_bad_model_leaves_the_one_in_use(default: bytes) -> None:
    """And without any there is a reason and no forest."""
    shelf = Shelf()
    assert not shelf.put(BadModel("torn"))
    assert shelf.trouble == "torn"
    assert shelf.find("ride", Facts()) is None
    assert shelf.put(from_bytes(default))
    assert not shelf.put(BadModel("torn"))
    assert shelf.trouble is None
    assert shelf.find("ride", Facts()) is not None


def test_a_family_without_a_forest_has_that_of_any(default: bytes) -> None:
    """A lift of which the register says nothing, and a fast one."""
    shelf = Shelf()
    shelf.put(from_bytes(default))
    for facts in (Facts(), Facts(roping=1, rated_speed_mps=6.0)):
        fitted = shelf.find("ride", facts)
        assert fitted is not None
        assert fitted.card.family == "any"
    own = shelf.find("ride", Facts(roping=2, rated_speed_mps=1.75))
    assert own is not None
    assert own.card.family == family_of(Facts(roping=2, rated_speed_mps=1.5))


def test_drift_is_seen_and_its_end(default: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fleet whose scores lie higher, or all lower, than in training."""
    monkeypatch.setattr(shelves, "WATCHED", 100)
    shelf = Shelf()
    shelf.put(from_bytes(default))
    fitted = shelf.find("ride", Facts())
    assert fitted is not None
    for share, drifts in ((0.1, False), (0.5, True), (0.0, True), (0.1, False)):
        for n in range(100):
            shelf.watch(fitted, 0.99 if n < share * 100 else 0.0)
        assert list(shelf.drifting()) == ([("ride", "any")] if drifts else [])


def feed(packed: bytes, rows: list[tuple[float, float]]) -> bytes:
    """A baseline of two features after some rows: a value, and one that goes with a distance."""
    for a, distance in rows:
        values = Values((a, 3.0 + 2.0 * distance), (None, distance))
        packed, _ = compare_and_learn(PAIR, packed, values)
    return packed


def usual_rows(count: int, seed: int = 1) -> list[tuple[float, float]]:
    """A value about 10, spread 1, and a distance."""
    rng = random.Random(seed)
    return [(rng.gauss(10, 1), rng.choice((3.0, 6.0, 30.0))) for _ in range(count)]


def test_nothing_is_compared_while_warming_up() -> None:
    """Cannot tell is None, until there are fifty."""
    packed = b""
    for n, (a, distance) in enumerate(usual_rows(WARM + 1)):
        packed, compared = compare_and_learn(PAIR, packed, Values((a, 1.0), (None, distance)))
        assert (compared.spreads[0] is None) == (n < WARM)
        assert (compared.spreads[1] is None) == (n < WARM)


def test_a_value_is_compared_with_what_goes_with_its_distance() -> None:
    """A long ride takes longer, and that is nothing."""
    packed = feed(b"", usual_rows(500))
    far = Values((10.0, 3.0 + 2.0 * 60.0), (None, 60.0))
    _, compared = compare_and_learn(PAIR, packed, far)
    assert compared.spreads[1] == pytest.approx(0.0, abs=2.0)
    _, compared = compare_and_learn(PAIR, packed, Values((10.0, 70.0), (None, 30.0)))
    assert compared.spreads[1] is not None
    assert compared.spreads[1] > 8
    assert compared.usual[1] == pytest.approx(63.0, abs=0.2)


def test_odd_values_do_not_poison_the_past() -> None:
    """One in twenty is absurd: centre and spread stay what the others say."""
    rows = [
        (1e8 if n % 20 == 0 and n > WARM else a, d) for n, (a, d) in enumerate(usual_rows(4_000))
    ]
    packed = feed(b"", rows)
    _, compared = compare_and_learn(PAIR, packed, Values((12.0, 1.0), (None, 3.0)))
    assert compared.usual[0] == pytest.approx(10.0, abs=0.4)
    assert compared.spreads[0] == pytest.approx(2.0, abs=0.6)


def test_a_lasting_shift_is_learned_over_thousands() -> None:
    """Two days of a fault do not make it usual; a lift that was adjusted is usual again in time."""
    packed, values = feed(b"", usual_rows(2_000)), Values((19.0, 9.0), (None, 3.0))
    found = []
    for n in range(6 * MEMORY):
        packed, compared = compare_and_learn(PAIR, packed, values)
        assert compared.spreads[0] is not None
        if n in (0, 800, 6 * MEMORY - 1):
            found.append(compared.spreads[0])
    assert found[0] > 8
    assert found[1] > 5
    assert found[2] < CLIP


def test_the_past_of_a_lift_is_small() -> None:
    """Four courses of rides, and doors: below 3 kB [our choice]."""
    assert 4 * packed_bytes(RIDE) + packed_bytes(DOOR) < 1_500


def test_a_saved_past_of_another_version_begins_afresh() -> None:
    """A table of features that has grown."""
    values = Values((10.0, 9.0), (None, 3.0))
    assert compare_and_learn(PAIR, b"abc", values) == compare_and_learn(PAIR, b"", values)


def test_what_no_lift_can_say_is_unknown() -> None:
    """A number beyond all meaning, and a value without what it goes with."""
    packed = feed(b"", usual_rows(100))
    _, compared = compare_and_learn(PAIR, packed, Values((1e300, 9.0), (None, None)))
    assert compared.spreads == (None, None)


def test_the_default_lies_beside_its_module() -> None:
    """So that it travels in the wheel."""
    assert DEFAULT.parent == Path(shelves.__file__).parent
