"""A forest of decision trees as flat arrays, and its score without scikit-learn.

A node's left child follows it; `right` is the other; a leaf has `feature` -1. The thresholds are
the greatest 32-bit floats that decide every 32-bit row as scikit-learn's 64-bit ones do.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

GREATEST = 3
EXTRA = GREATEST + 1
"""Inputs of a forest beyond the features themselves."""


class Nodes(NamedTuple):
    """The trees one after the other: what is stored. `odd` of the `total` rows that came to a
    leaf in training were odd ones; `right` counts from the tree's root, which lies at `roots`."""

    feature: Array
    threshold: Array
    right: Array
    odd: Array
    total: Array
    roots: Array


class Forest(NamedTuple):
    """What scores: the children of every node side by side, and the share of odd at each leaf.

    A leaf is its own child, so that all trees go down equally often.
    """

    feature: Array
    threshold: Array
    children: Array
    share: Array
    roots: Array
    depth: int


def grow(nodes: Nodes) -> Forest:
    """Make ready to score. Raises ValueError for what is no forest of binary trees."""
    size = len(nodes.feature)
    ends = [*nodes.roots[1:].tolist(), size]
    children = np.empty(2 * size, dtype=np.intp)
    depths = np.zeros(size, dtype=np.intp)
    for root, end in zip(nodes.roots.tolist(), ends, strict=True):
        _grow_tree(nodes, (root, end), children=children, depths=depths)
    leaf = nodes.feature < 0
    return Forest(
        feature=np.where(leaf, 0, nodes.feature).astype(np.intp),
        threshold=np.where(leaf, np.float32(np.inf), nodes.threshold).astype(np.float32),
        children=children,
        share=np.where(leaf, nodes.odd / np.maximum(nodes.total, 1), np.nan),
        roots=nodes.roots.astype(np.intp),
        depth=int(depths.max()),
    )


def _grow_tree(nodes: Nodes, span: tuple[int, int], *, children: Array, depths: Array) -> None:
    """Children and depths of one tree; every node but the root has exactly one parent."""
    root, end = span
    if not 0 <= root < end <= len(nodes.feature):
        raise ValueError("trees overlap")
    parents = np.zeros(end - root, dtype=np.intp)
    for node in range(root, end):
        if nodes.feature[node] < 0:
            children[2 * node] = children[2 * node + 1] = node
            continue
        left, right = node + 1, root + int(nodes.right[node])
        if not left < right < end:
            raise ValueError("a child lies outside its tree")
        children[2 * node], children[2 * node + 1] = left, right
        depths[left] = depths[right] = depths[node] + 1
        parents[[left - root, right - root]] += 1
    if parents[0] != 0 or not (parents[1:] == 1).all():
        raise ValueError("a node has not exactly one parent")


def scores(forest: Forest, rows: Array) -> Array:
    """How odd each row is, from 0 to 1: scikit-learn's `predict_proba` of the odd ones.

    `rows` is (rows, inputs) of 32-bit floats.
    """
    children, feature, threshold = forest.children, forest.feature, forest.threshold
    node = np.broadcast_to(forest.roots, (len(rows), len(forest.roots)))
    lines = np.arange(len(rows))[:, None]
    for _ in range(forest.depth):
        node = children[2 * node + (rows[lines, feature[node]] > threshold[node])]
    means: Array = forest.share[node].mean(axis=1)
    return means


def score(forest: Forest, row: Array) -> float:
    """The same of one row."""
    children, feature, threshold = forest.children, forest.feature, forest.threshold
    node = forest.roots
    for _ in range(forest.depth):
        node = children[2 * node + (row[feature[node]] > threshold[node])]
    return float(forest.share[node].sum()) / len(node)


def inputs_of(spreads: Array) -> Array:
    """What the forest looks at, of (rows, features): the spreads, the three greatest of them
    whichever they are, and their root mean square.

    >>> row = np.array([[0.0, -4.0, 3.0, 0.0]], dtype=np.float32)
    >>> inputs_of(row).tolist()
    [[0.0, -4.0, 3.0, 0.0, 4.0, 3.0, 0.0, 2.5]]
    """
    sizes = np.sort(np.abs(spreads), axis=1)[:, : -GREATEST - 1 : -1]
    mean = np.sqrt((spreads * spreads).mean(axis=1, keepdims=True))
    return np.hstack((spreads, sizes, mean)).astype(np.float32)


def odds(forest: Forest, spreads: Array) -> float:
    """How odd one ride or cycle is, by its (features,) spreads."""
    return score(forest, inputs_of(spreads[None, :])[0])
