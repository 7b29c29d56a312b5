"""`/v1/stream`: server-sent events; every incident's change in order, and the lifts as they are.

A connection begins with the changes after the number it names and the board as it stands, then
goes on live. The event `reset` says that what lies between is no longer kept: read anew.
"""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Annotated, NamedTuple

import anyio.to_thread
import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.feed import READ, Feed, Shown, incident_event
from api.parameters import LiftQuery, Words, estates, known_words, lift_filter
from api.parts import Parts, ThePart
from api.principal import Principal, allow, sight_again
from api.problems import DOCUMENTED, BadParameter, shown, unavailable
from liftwatch.access.sight import NOTHING, Sight
from liftwatch.clock import monotonic_s, now_ms, rfc3339
from liftwatch.ports import Books, StoreUnavailable, StreamEvent
from liftwatch.said import Said

ACTION = "stream.read"
router = APIRouter(tags=["stream"], dependencies=[Depends(allow(ACTION))], responses=DOCUMENTED)
NAMES = ("incident", "lift", "message")
HEARTBEAT_S = 15.0
RETRY_MS = 2_000
NameQuery = Annotated[
    str | None,
    Query(
        description="Of the event `lift` only lifts whose name lies after, or up to, this one.",
        json_schema_extra={"pattern": "^[0-9A-Za-z-]{4,32}$"},
    ),
]
_NUMBER = re.compile(r"[0-9]{1,15}")


class Wanted(NamedTuple):
    """What one follower asked for."""

    events: frozenset[str]
    estates: frozenset[str]
    lift: str | None
    alive: bool
    lifts_after: str = ""
    lifts_until: str | None = None

    def has_change(self, event: StreamEvent) -> bool:
        """Whether a change is for this follower."""
        data = event.data
        about = {data.get("lift"), *(data.get("lifts") or ())}
        return (
            event.name in self.events
            and (not self.estates or data.get("estate") in self.estates)
            and (self.lift is None or self.lift in about)
        )

    def has_lift(self, row: Shown) -> bool:
        """Whether a lift is for this follower."""
        name = row.lift.lift
        return (
            (not self.estates or row.lift.estate in self.estates)
            and (self.lift is None or name == self.lift)
            and self.lifts_after < name
            and (self.lifts_until is None or name <= self.lifts_until)
        )


def wanted(
    *,
    event: Words,
    estate: Words,
    lift: LiftQuery = None,
    alive: Annotated[
        bool, Query(description="Also an event `alive` with every heartbeat.")
    ] = False,
    lifts_after: NameQuery = None,
    lifts_until: NameQuery = None,
) -> Wanted:
    """The filters of the query parameters."""
    names = known_words("event", event, NAMES)
    chosen = frozenset(estates(estate))
    return Wanted(
        frozenset(names or NAMES),
        chosen,
        lift_filter(lift),
        alive,
        lift_filter(lifts_after) or "",
        lift_filter(lifts_until),
    )


def resume_from(
    after: Annotated[str | None, Query(description="A stream's number; the header wins.")] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> int | None:
    """The number after which to go on; None is from now."""
    for name, text in (("Last-Event-ID", last_event_id), ("after", after)):
        if text:
            if not _NUMBER.fullmatch(text):
                raise BadParameter(
                    name, Said("%(text)s is not a number of the stream", text=shown(text))
                )
            return int(text)
    return None


class Start(NamedTuple):
    """Where a connection begins; `lost` is the number that cannot be resumed from."""

    n: int
    lost: int | None


def start_of(books: Books, after: int | None) -> Start:
    """Where to begin, having looked whether all after that number is still kept."""
    head = books.stream_head()
    if after is None:
        return Start(head, None)
    first = books.stream_after(after, 1)
    kept = first[0].n == after + 1 if first else after >= head
    # A number we have not reached is of another life of this stream: the books began anew.
    return Start(after, None) if kept and after <= head else Start(head, after)


class Seeing:
    """What one follower may see, looked up again with every heartbeat.

    What is seen by a place is told by the change itself; what is seen by contracts is asked for.
    """

    def __init__(self, parts: Parts, principal: Principal, sight: Sight) -> None:
        self._parts, self._principal, self._sight = parts, principal, sight
        self._lifts: frozenset[str] = frozenset()
        self.over = False

    def look_again(self) -> None:
        """Find out who is still signed in, and which lifts are under contract now."""
        sight = sight_again(self._parts.gate, self._principal, ACTION)
        self.over = sight is None
        self._sight = sight or NOTHING
        if self._sight.contracts_of and not self._sight.everything:
            under = Sight(contracts_of=self._sight.contracts_of)
            self._lifts = frozenset(_all_lifts(self._parts.books, under))

    async def sees_change(self, event: StreamEvent) -> bool:
        """Whether a change may be seen."""
        data, sight = event.data, self._sight
        if sight.covers(data.get("area", ""), data.get("estate", "")):
            return True
        if not sight.contracts_of or event.name != "incident":
            return data.get("lift") in self._lifts
        read = partial(self._parts.books.incident, str(data.get("id")), sight=sight)
        return await anyio.to_thread.run_sync(read) is not None

    def sees_lift(self, row: Shown) -> bool:
        """Whether a lift may be seen."""
        return row.lift.lift in self._lifts or self._sight.covers(row.lift.area, row.lift.estate)


def _all_lifts(books: Books, sight: Sight) -> Iterator[str]:
    after = None
    while True:
        rows = books.lifts(after=after, limit=READ, sight=sight)
        yield from (row.lift for row in rows)
        if len(rows) < READ:
            return
        after = rows[-1].lift


class Following(NamedTuple):
    """One connection: the feed, its name in it, where it begins, what it wants and may see."""

    feed: Feed
    name: int
    start: Start
    wanted: Wanted
    seeing: Seeing


async def following(
    *,
    parts: ThePart,
    request: Request,
    wanted: Annotated[Wanted, Depends(wanted)],
    after: Annotated[int | None, Depends(resume_from)],
) -> AsyncIterator[Following]:
    """Join before the first byte, so that refusals are problems; leave with the connection."""
    seeing = Seeing(parts, request.state.principal, request.state.sight)
    await anyio.to_thread.run_sync(seeing.look_again)
    start = await anyio.to_thread.run_sync(start_of, parts.books, after)
    name = await parts.feed.join()
    if name is None:
        raise unavailable(Said("too many follow the stream, or it is being shut down"))
    try:
        yield Following(parts.feed, name, start, wanted, seeing)
    finally:
        parts.feed.leave(name)


@router.get(
    "/v1/stream",
    response_class=EventSourceResponse,
    responses={200: {"description": "Events `incident`, `lift`, `message`, `reset`"}},
)
async def stream(
    connection: Annotated[Following, Depends(following)],
) -> AsyncIterator[ServerSentEvent]:
    """Changes as they happen; `Last-Event-ID` or `after` resumes without a gap."""
    n, lost = connection.start
    yield ServerSentEvent(comment="liftwatch", retry=RETRY_MS)
    if lost is not None:
        text = msgspec.json.encode({"after": lost, "head": n}).decode()
        yield ServerSentEvent(event="reset", id=str(n), raw_data=text)
    feed, turn, alive_s, looked_s = connection.feed, 0, monotonic_s(), monotonic_s()
    seeing = connection.seeing
    while feed.follows(connection.name):
        if monotonic_s() - looked_s >= HEARTBEAT_S:
            looked_s = monotonic_s()
            with contextlib.suppress(StoreUnavailable):  # the feed meets the same and ends this
                await anyio.to_thread.run_sync(seeing.look_again)
        if seeing.over:
            return
        for event in await changes_after(feed, n):
            n = event.n
            if connection.wanted.has_change(event) and await seeing.sees_change(event):
                yield incident_event(event)
        told, turn = turn, feed.board.turn
        for row in lifts_since(connection, told):
            yield ServerSentEvent(event="lift", id=str(n), raw_data=row.text)
        if connection.wanted.alive and monotonic_s() - alive_s >= HEARTBEAT_S:
            alive_s = monotonic_s()
            yield ServerSentEvent(event="alive", raw_data=f'{{"at":"{rfc3339(now_ms())}"}}')
        await feed.news(after=n, turn=turn, within_s=HEARTBEAT_S)


async def changes_after(feed: Feed, n: int) -> list[StreamEvent]:
    """The next changes in order, from the ring or, for who is far behind, from the books."""
    events = feed.after(n)
    if events is None:
        with contextlib.suppress(StoreUnavailable):  # the feed meets the same and ends this
            return await anyio.to_thread.run_sync(feed.books.stream_after, n, READ)
        return []
    return events


def lifts_since(connection: Following, turn: int) -> list[Shown]:
    """Lifts to show to this follower."""
    if "lift" not in connection.wanted.events:
        return []
    wanted, seeing = connection.wanted, connection.seeing
    rows = connection.feed.board.since(turn)
    return [row for row in rows if wanted.has_lift(row) and seeing.sees_lift(row)]
