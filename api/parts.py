"""What the routes need of the service, given to `create_app` once and reached by type."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from api.feed import Feed
from api.gate import Gate
from api.problems import Problem
from api.seen import SeenBooks
from api.verifying import Verifier
from liftwatch.access.hosts import Host
from liftwatch.fund.anchors import AnchorPlace
from liftwatch.incidents.pages import NO_WAYS, Ways
from liftwatch.ports import Books, TelemetryStore
from liftwatch.said import Said

Readiness = Callable[[], dict[str, str | None]]
Metrics = Callable[[], bytes] | CollectorRegistry


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The books, the store, the feed of changes, and what is told about the service itself.

    `gate` recognises people; None is a service without any, for this machine alone. `hosts` are the
    names others know us by; without any nobody else is served. `ways` are the channels of pages;
    `times` those of clocks that a setting says; `anchors` where those of the fund are kept, and
    `verifier` verifies its books. `hotline_key` signs what the
    city's hot line sends, if it sends anything.
    """

    books: Books
    store: TelemetryStore
    feed: Feed
    readiness: Readiness
    metrics: Metrics
    exercise: bool
    demo: bool
    gate: Gate | None = None
    hosts: tuple[Host, ...] = ()
    ways: Ways = NO_WAYS
    times: Mapping[str, int] = field(default_factory=dict)
    anchors: AnchorPlace | None = None
    hotline_key: bytes | None = None
    verifier: Verifier


async def parts_of(request: Request) -> Parts:
    """The parts of the application a request came to."""
    parts: Parts = request.app.state.parts
    return parts


async def _books(request: Request) -> SeenBooks:
    """What the principal may see by the action its route declares (`api.principal.Allow`)."""
    part = await parts_of(request)
    return SeenBooks(part.books, request.state.sight, exercise=part.exercise)


async def _gate(request: Request) -> Gate:
    gate = (await parts_of(request)).gate
    if gate is None:
        raise Problem("not-found", Said("nobody signs in here"))
    return gate


async def _store(request: Request) -> TelemetryStore:
    return (await parts_of(request)).store


ThePart = Annotated[Parts, Depends(parts_of)]
TheBooks = Annotated[SeenBooks, Depends(_books)]
TheGate = Annotated[Gate, Depends(_gate)]
TheStore = Annotated[TelemetryStore, Depends(_store)]
