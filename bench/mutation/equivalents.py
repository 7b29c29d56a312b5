"""Mutants that no test can tell, or that nobody needs to tell, each with its reason.

A row that matches nothing is an error.
"""

from typing import NamedTuple


class Known(NamedTuple):
    """A module, the function or constant, what its line becomes, and why that is no matter."""

    path: str
    scope: str
    line: str
    reason: str


KNOWN: tuple[Known, ...] = ()
