"""Fits a forest that tells what healthy lifts do from what they do not, and flattens it.

An isolation forest was tried first and does not see one feature of nineteen that is off by nine
spreads (`python -m bench.learned`). So the forest is given odd rows to tell the healthy ones from:
the same rows with some features moved (Hastie, Tibshirani, Friedman, The Elements of Statistical
Learning, 14.2.4: unsupervised as supervised learning).
"""

from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from detectors.models.baseline import LIMIT
from detectors.models.forest import Array, Nodes, inputs_of

ROWS_MAX = 40_000  # of one forest: twice as many show no better recall
TREES, LEAVES, DEPTH, LEAF_ROWS = 40, 64, 10, 10
MOVED_MAX, MOVED_MEAN = 4, 4.0
"""Up to so many features of an odd row are moved, each by so many spreads in the mean (an
exponential distribution, either way) [our choice]."""


def fit(healthy: Array, *, seed: int) -> ExtraTreesClassifier:
    """A forest over (rows, features) of spreads of healthy lifts; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(healthy))[:ROWS_MAX]
    usual = blurred(healthy[np.sort(chosen)], rng)
    rows = np.vstack((inputs_of(usual), inputs_of(moved(usual, rng))))
    classes = np.repeat((0, 1), len(usual))
    forest = ExtraTreesClassifier(
        n_estimators=TREES,
        max_leaf_nodes=LEAVES,
        max_depth=DEPTH,
        min_samples_leaf=LEAF_ROWS,
        random_state=seed,
    )
    return forest.fit(rows, classes)


def blurred(rows: Array, rng: np.random.Generator) -> Array:
    """The rows, each feature spread to at least one: else one that never changed by more than
    what anybody cares for would be a wall, and a difference below that an anomaly."""
    missing = np.sqrt(np.clip(1.0 - rows.std(axis=0) ** 2, 0.0, 1.0))
    out: Array = (rows + rng.normal(size=rows.shape) * missing).astype(np.float32)
    return out


def moved(rows: Array, rng: np.random.Generator) -> Array:
    """The rows with one to `MOVED_MAX` features each moved up or down."""
    count, width = rows.shape
    ranks = rng.random(rows.shape).argsort(axis=1).argsort(axis=1)
    which = ranks < rng.integers(1, min(MOVED_MAX, width) + 1, size=(count, 1))
    by = rng.exponential(MOVED_MEAN, size=rows.shape) * rng.choice((-1.0, 1.0), size=rows.shape)
    out: Array = np.clip(rows + which * by, -LIMIT, LIMIT).astype(np.float32)
    return out


def flatten(forest: ExtraTreesClassifier) -> Nodes:
    """The trees of a fitted forest as flat arrays, each in preorder."""
    columns: list[tuple[int, float, int, int, int]] = []
    roots: list[int] = []
    for estimator in forest.estimators_:
        roots.append(len(columns))
        columns += _preorder(estimator.tree_)
    feature, threshold, right, odd, total = zip(*columns, strict=True)
    return Nodes(
        feature=np.array(feature, dtype=np.int8),
        threshold=np.array(threshold, dtype=np.float32),
        right=np.array(right, dtype=np.int16),
        odd=np.array(odd, dtype=np.int32),
        total=np.array(total, dtype=np.int32),
        roots=np.array(roots, dtype=np.int32),
    )


def _preorder(tree: Any) -> list[tuple[int, float, int, int, int]]:
    """Feature, threshold, right child, odd and all rows of each node, a left child after its
    parent."""
    rows: list[tuple[int, float, int, int, int]] = []
    parents: list[tuple[int, int | None]] = [(0, None)]  # a node, and the place whose right it is
    while parents:
        node, right_of = parents.pop()
        if right_of is not None:
            rows[right_of] = (*rows[right_of][:2], len(rows), *rows[right_of][3:])
        if tree.children_left[node] < 0:
            total = int(tree.n_node_samples[node])
            rows.append((-1, 0.0, 0, round(float(tree.value[node][0][1]) * total), total))
            continue
        parents += [
            (int(tree.children_right[node]), len(rows)),
            (int(tree.children_left[node]), None),
        ]
        rows.append((int(tree.feature[node]), floor32(float(tree.threshold[node])), 0, 0, 0))
    return rows


def floor32(threshold: float) -> float:
    """The greatest 32-bit float not above: a 32-bit value is above one when above the other.

    >>> floor32(0.5), floor32(0.1) <= 0.1
    (0.5, True)
    """
    near = np.float32(threshold)
    return float(near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf)))
