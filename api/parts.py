"""What the routes need of the service, given to `create_app` once and reached by type."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from api.feed import Feed
from liftwatch.ports import Books, TelemetryStore

Readiness = Callable[[], dict[str, str | None]]
Metrics = Callable[[], bytes] | CollectorRegistry


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The books, the store, the feed of changes, and what is told about the service itself."""

    books: Books
    store: TelemetryStore
    feed: Feed
    readiness: Readiness
    metrics: Metrics
    exercise: bool
    demo: bool


async def parts_of(request: Request) -> Parts:
    """The parts of the application a request came to."""
    parts: Parts = request.app.state.parts
    return parts


async def _books(request: Request) -> Books:
    return (await parts_of(request)).books


async def _store(request: Request) -> TelemetryStore:
    return (await parts_of(request)).store


ThePart = Annotated[Parts, Depends(parts_of)]
TheBooks = Annotated[Books, Depends(_books)]
TheStore = Annotated[TelemetryStore, Depends(_store)]
