"""Reads that take a few milliseconds, on few threads of their own.

Many threads that all want the interpreter stand in each other's way: each time one has waited for
the database it takes turns with all the others. What may take long, or waits for another's commit,
goes on the many threads of the framework and holds nobody up here.
"""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar

THREADS = 2
"""As `python -m bench.api` found on two cores: with one a slow list holds all others up, with
three they are slower (docs/operations.md)."""

P = ParamSpec("P")
T = TypeVar("T")
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="quick")


async def quickly(call: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Call on one of the few threads."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_POOL, partial(call, *args, **named))


def quick(route: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A route that only looks something up."""

    @wraps(route)
    async def looked_up(*args: P.args, **named: P.kwargs) -> T:
        return await quickly(route, *args, **named)

    return looked_up
