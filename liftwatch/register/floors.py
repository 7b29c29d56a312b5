"""The landings of a lift as people write them in one cell: `-1,1-18`."""

import re
from itertools import pairwise

from liftwatch.register.cells import Given, Read, plain
from liftwatch.register.doubts import Wrong
from liftwatch.said import Said
from liftwatch.telemetry.messages import FloorOfLift

LANDINGS_MAX = 160
INDEX_MIN, INDEX_MAX = -9, 150
"""Of an index into the floors (contract, `floor` of `state`)."""

_PARTS = re.compile(r" ?[,;、] ?")
_LEVEL = re.compile(r"(?:-?[0-9]{1,3}|B[0-9]{1,2})\Z")
_RANGE = re.compile(r"(-?[0-9]{1,3}|B[0-9]{1,2}) ?[-~至到] ?(-?[0-9]{1,3}|B[0-9]{1,2})\Z")
_LABEL = re.compile(r"(?=.*[A-Z])[0-9A-Z]{1,4}\Z")
HOW = Said("write landings from the lowest, as -1,1-18")


def floors(cell: str, _given: Given) -> Read:
    """Labels and ranges of them from the lowest, as rows of `floors`; heights are not told.

    `1` has index 1, what is below it 0, -1 and so on. There is no floor 0: `-1-2` is -1, 1, 2.

    >>> [(row.index, row.label) for row in floors("B1,G,2-3", Given(year=2026))[0]]
    [(0, 'B1'), (1, 'G'), (2, '2'), (3, '3')]
    >>> floors("18", Given(year=2026))[1].text
    'a lift has two landings at least: tell which, as -1,1-18, not how many'
    """
    labels: list[str] = []
    for part in _PARTS.split(plain(cell).upper().replace("～", "~")):
        found = _labels(part)
        if found is None:
            return None, Wrong(
                Said("%(part)s is no landing: %(how)s", part=repr(part[:20]), how=HOW)
            )
        labels += found
        if len(labels) > LANDINGS_MAX:
            return None, Wrong(Said("more than %(most)s landings", most=LANDINGS_MAX))
    return _rows(labels)


def _rows(labels: list[str]) -> Read:
    if len(labels) < 2:
        return None, Wrong(
            Said("a lift has two landings at least: tell which, as -1,1-18, not how many")
        )
    if len(set(labels)) < len(labels):
        return None, Wrong(Said("a landing stands twice"))
    levels = [_level(label) for label in labels]
    known = [level for level in levels if level is not None]
    if any(low >= high for low, high in pairwise(known)):
        return None, Wrong(HOW)
    first = 1 - sum(level < 0 for level in known)
    if first < INDEX_MIN or first + len(labels) - 1 > INDEX_MAX:
        return None, Wrong(
            Said("landings go from index %(least)s to %(most)s", least=INDEX_MIN, most=INDEX_MAX)
        )
    return [FloorOfLift(index=first + n, label=label) for n, label in enumerate(labels)], None


def _labels(part: str) -> list[str] | None:
    """The labels of one part: of a range all from its first to its last."""
    if _LEVEL.match(part):
        return [part]
    found = _RANGE.match(part)
    if found is None:
        return [part] if _LABEL.match(part) else None
    low, high = _level(found[1]), _level(found[2])
    if low is None or high is None or low >= high:
        return None
    below = "B{}" if found[1].startswith("B") else "-{}"
    through = range(low, high + 1)
    return [str(n) if n >= 0 else below.format(-n) for n in through if n or 0 in (low, high)]


def _level(label: str) -> int | None:
    """How high a label says it is; None for a letter.

    >>> _level("B2"), _level("-2"), _level("18"), _level("G")
    (-2, -2, 18, None)
    """
    if not _LEVEL.match(label):
        return None
    return -int(label[1:]) if label.startswith("B") else int(label)
