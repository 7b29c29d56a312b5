"""Trains a file of models, and judges it against another on lifts that neither was trained on.

Lifts are held back whole: a fifth to set the thresholds, a fifth to judge by.
"""

import hashlib
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import sklearn

from detectors.models.baseline import LIMIT
from detectors.models.features import FEATURES, PARTS, Part
from detectors.models.files import (
    ANY,
    QUANTILES,
    BadModel,
    Card,
    Header,
    Models,
    from_bytes,
    to_bytes,
)
from detectors.models.forest import Array, Nodes, grow, inputs_of, scores
from detectors.training.forests import fit, flatten
from detectors.training.rows import Gathered
from liftwatch.clock import rfc3339

FOLDS = 5
LIFTS_MIN, ROWS_MIN = 10, 5_000
"""Of one family, below which it has no forest of its own: one that knows two lifts knows nothing
of a third [our choice]."""
ODD_SHARE = 0.001
"""Of held-back healthy rows above the threshold; with 4 of 8 that is below one false alarm in a
thousand lift-months, and still below 0.01 for a lift five times as odd as the others."""
THRESHOLD_MIN = 0.5
"""Nothing is odd that the forest does not take rather for odd than for healthy."""
MOVES: tuple[tuple[int, float], ...] = ((1, 4.0), (1, 6.0), (2, 4.0), (4, 3.0))
"""Trials of held-back rows: so many features moved by exactly so many spreads [our choice]."""
JUDGED_ROWS_MAX = 400  # of one lift, evenly taken
ODD_SHARE_MAX = 3 * ODD_SHARE  # among held-back lifts at its own threshold, to be kept
NOISE = 0.01
"""Of what is found: with some thousand moved rows chance makes as much of a difference."""


class NotEnough(Exception):
    """There is too little to train on; one line."""


class Folds(NamedTuple):
    """Lifts to train on, to set thresholds by, and to judge by."""

    train: list[Gathered]
    set: list[Gathered]
    judge: list[Gathered]


class Verdict(NamedTuple):
    """How models of one part do on held-back lifts: the share of moved rows found with one
    healthy row in 1 000 taken for odd, and the share of healthy rows above their own thresholds."""

    found: float
    odd_share: float


def folds_of(gathered: Sequence[Gathered]) -> Folds:
    """The lifts in three, whole, by their names and not by their order."""
    names = sorted({one.lift for one in gathered}, key=lambda name: _digest(name.encode()))
    fold = {name: place % FOLDS for place, name in enumerate(names)}
    folds = Folds([], [], [])
    for one in gathered:
        (folds.judge, folds.set, folds.train)[min(fold[one.lift], 2)].append(one)
    return folds


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def train(
    folds: Folds, *, seed: int, source: str, from_ms: int, to_ms: int
) -> tuple[bytes, Models]:
    """A file of models for every part and family with enough lifts. Raises NotEnough.

    The same rows and seed give the same file.
    """
    cards: list[Card] = []
    forests: list[Nodes] = []
    for part in PARTS:
        families = sorted({one.family for one in folds.train if one.part == part} - {ANY})
        for family in (ANY, *families):
            if (trained := _train_one(folds, part, family, seed=seed)) is not None:
                cards.append(trained[0])
                forests.append(trained[1])
        if not any((card.part, card.family) == (part, ANY) for card in cards):
            raise NotEnough(f"{part}s of fewer than {LIFTS_MIN} lifts, or fewer than {ROWS_MIN}")
    header = Header(
        version=f"{rfc3339(to_ms)[:10]}.{_digest(_content(folds.train))[:8]}",
        source=source,
        from_ms=from_ms,
        to_ms=to_ms,
        scikit_learn=sklearn.__version__,
        forests=tuple(cards),
    )
    data = to_bytes(header, forests)
    models = from_bytes(data)
    if isinstance(models, BadModel):
        raise NotEnough(f"what was trained cannot be read: {models.reason}")
    return data, models


def _content(gathered: Sequence[Gathered]) -> bytes:
    return b"".join(hashlib.sha256(one.rows.tobytes()).digest() for one in gathered)


def _of(gathered: Sequence[Gathered], part: Part, family: str) -> list[Gathered]:
    return [one for one in gathered if one.part == part and family in (ANY, one.family)]


def _train_one(folds: Folds, part: Part, family: str, *, seed: int) -> tuple[Card, Nodes] | None:
    chosen, setting = _of(folds.train, part, family), _of(folds.set, part, family)
    lifts = len(chosen) + len(setting) + len(_of(folds.judge, part, family))
    count = sum(len(one.rows) for one in chosen)
    if lifts < LIFTS_MIN or count < ROWS_MIN or not setting:
        return None
    nodes = flatten(fit(np.vstack([one.rows for one in chosen]), seed=seed))
    held_back = scores(grow(nodes), inputs_of(np.vstack([one.rows for one in setting])))
    threshold = max(THRESHOLD_MIN, float(np.quantile(held_back, 1 - ODD_SHARE)))
    card = Card(
        part=part,
        family=family,
        features=tuple(row.name for row in FEATURES[part]),
        units=tuple(row.unit for row in FEATURES[part]),
        rows=count,
        lifts=len(chosen),
        threshold=threshold,
        odd_share=float((held_back > threshold).mean()),
        quantiles=tuple(np.quantile(held_back, QUANTILES).tolist()),
    )
    return card, nodes


def judge(models: Models, held_back: Sequence[Gathered], part: Part, *, seed: int) -> Verdict:
    """How models do on lifts they have not seen, healthy and with features moved."""
    rng = np.random.default_rng(seed)
    lifts = sorted(_of(held_back, part, ANY), key=lambda one: one.family)
    healthy: list[Array] = []
    odd: list[Array] = []
    above: list[Array] = []
    for family, of_family in groupby(lifts, key=lambda one: one.family):
        rows = np.vstack([_some(one.rows) for one in of_family])
        tries = [moved_by(rows, rng, features=count, spreads=by) for count, by in MOVES]
        fitted = models.find(part, family)
        if fitted is None:
            return Verdict(0.0, 1.0)
        score = scores(fitted.forest, inputs_of(rows))
        # Beside its threshold, so that families with different ones can be put together.
        healthy.append(score - fitted.card.threshold)
        odd += [scores(fitted.forest, inputs_of(one)) - fitted.card.threshold for one in tries]
        above.append(score > fitted.card.threshold)
    if not healthy:
        raise NotEnough(f"no {part}s of held-back lifts")
    limit = np.quantile(np.concatenate(healthy), 1 - ODD_SHARE)
    found = float((np.concatenate(odd) > limit).mean())
    return Verdict(round(found, 4), round(float(np.concatenate(above).mean()), 5))


def is_no_worse(new: Verdict, old: Verdict) -> bool:
    """Whether a new model may take the place of the one in use.

    >>> is_no_worse(Verdict(0.7, 0.001), Verdict(0.7, 0.001))
    True
    >>> is_no_worse(Verdict(0.6, 0.001), Verdict(0.7, 0.001))
    False
    >>> is_no_worse(Verdict(0.9, 0.02), Verdict(0.7, 0.001))
    False
    >>> is_no_worse(Verdict(0.9, 0.02), Verdict(0.7, 0.03))
    True
    """
    return new.found >= old.found - NOISE and new.odd_share <= max(ODD_SHARE_MAX, old.odd_share)


def moved_by(rows: Array, rng: np.random.Generator, *, features: int, spreads: float) -> Array:
    """The rows, each with some features moved by so many spreads, up or down."""
    ranks = rng.random(rows.shape).argsort(axis=1).argsort(axis=1)
    by = spreads * rng.choice((-1.0, 1.0), size=rows.shape)
    out: Array = np.clip(rows + (ranks < features) * by, -LIMIT, LIMIT).astype(np.float32)
    return out


def _some(rows: Array) -> Array:
    return rows[:: max(1, len(rows) // JUDGED_ROWS_MAX)]
