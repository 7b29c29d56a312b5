"""What the forms of maintenance do with a refusal: the reason stands above what was typed."""

from collections.abc import Callable

from fastapi import Response

from api.problems import Problem
from liftwatch.access.people import AccessError
from liftwatch.ports import Conflict
from liftwatch.said import Said, said_by

TOLD = frozenset({"unusable", "bad-parameter", "conflict", "stale"})
"""Problems a form answers by itself: whoever typed goes on from there."""


def attempt(do: Callable[[], Response]) -> Response | Said:
    """What came of it, or why it cannot be; other problems have pages of their own."""
    try:
        return do()
    except (AccessError, Conflict) as error:
        return said_by(error)
    except Problem as problem:
        if problem.row.name not in TOLD:
            raise
        return problem.detail
