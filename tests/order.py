"""In which order files of tests are played: those that wait beside those that compute.

As they are collected the stories would come one after the other, each waiting for servers while a
core has nothing to do; and a long one begun last would be waited for alone.
"""

import hashlib
from pathlib import PurePath

LONG = ("stories", "bench", "test_axe.py")
BEGUN_BY = 0.7
"""A long file begins before this share of all has begun."""


def turn(path: PurePath) -> tuple[float, str]:
    """Where a file stands: by chance, but always the same.

    >>> turn(PurePath("tests/bench/test_table.py"))[0] < BEGUN_BY
    True
    """
    drawn = int.from_bytes(hashlib.sha256("/".join(path.parts[-3:]).encode()).digest()[:4])
    share = drawn / 2**32
    return share * (BEGUN_BY if any(part in LONG for part in path.parts) else 1.0), str(path)
