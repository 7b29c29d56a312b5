"""Who is deaf: canaries whose heartbeat has stopped in the database.

Lateness is judged by when the engine, by its own clock, saw a heartbeat grow. A canary is said to
be deaf once and to be back once; both stand in the database, so that no restart repeats them.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec import structs

from liftwatch.clock import DAY_MS
from liftwatch.ports import Heartbeat

FORGOTTEN_MS = 7 * DAY_MS
"""After a week without a sign an ingest process has been given up, and nobody waits for it."""

Edge = Literal["deaf", "back", "replaced", "forgotten"]


class Judged(NamedTuple):
    """A heartbeat as the engine sees it now, and what there is to tell; None is nothing."""

    heartbeat: Heartbeat
    edge: Edge | None


def judge(heartbeats: Iterable[Heartbeat], *, late_ms: int, now_ms: int) -> list[Judged]:
    """What has become of every canary.

    One that is late is `deaf`, unless all its estates are heard by others: then it was `replaced`,
    as by a process over a new folder.

    >>> one = Heartbeat(name="a", beats=3, at_ms=0, through_ms=0, seen_beats=3, seen_ms=0)
    >>> [edge for _, edge in judge([one], late_ms=60_000, now_ms=60_001)]
    ['deaf']
    """
    seen = [look(heartbeat, now_ms) for heartbeat in heartbeats]
    on_time = [one for one in seen if now_ms - one.seen_ms <= late_ms]
    return [_judge(one, on_time, now_ms) for one in seen]


def look(heartbeat: Heartbeat, now_ms: int) -> Heartbeat:
    """The heartbeat with what is seen of it now; a clock that was set back waits anew."""
    if heartbeat.beats != heartbeat.seen_beats or heartbeat.seen_ms > now_ms:
        return structs.replace(heartbeat, seen_beats=heartbeat.beats, seen_ms=now_ms)
    return heartbeat


def _judge(one: Heartbeat, on_time: list[Heartbeat], now_ms: int) -> Judged:
    if one in on_time:
        back = one.deaf_ms is not None
        return Judged(structs.replace(one, deaf_ms=None), "back" if back else None)
    if is_covered(one, on_time):
        return Judged(one, "replaced")
    if one.deaf_ms is None:
        return Judged(structs.replace(one, deaf_ms=now_ms), "deaf")
    return Judged(one, "forgotten" if now_ms - one.seen_ms > FORGOTTEN_MS else None)


def is_covered(one: Heartbeat, others: Iterable[Heartbeat]) -> bool:
    """Whether others hear every estate that this one serves; serving none by name is all.

    >>> here, all_ = (Heartbeat(name="x", serves=s, at_ms=0, through_ms=0) for s in (("a",), ()))
    >>> is_covered(here, [all_]), is_covered(all_, [here]), is_covered(here, [here])
    (True, False, True)
    """
    served = [set(other.serves) for other in others]
    if any(not estates for estates in served):
        return True
    return bool(one.serves) and set(one.serves) <= set().union(*served)


def late_line(heartbeats: Iterable[Heartbeat], *, late_ms: int, now_ms: int) -> str | None:
    """One line about canaries that are late by the times they told themselves, for `/readyz`.

    For whoever only reads the database: the API, also where no engine runs.
    """
    rows = list(heartbeats)
    on_time = [row for row in rows if now_ms - row.through_ms <= late_ms]
    late = [row for row in rows if row not in on_time and not is_covered(row, on_time)]
    late = [row for row in late if now_ms - row.through_ms <= FORGOTTEN_MS]
    if not late:
        return None
    told = (
        f"{one.name} for {(now_ms - one.through_ms) // 1000} s ({estates(one)})" for one in late
    )
    return f"nothing comes through: {', '.join(told)}"[:300]


def estates(heartbeat: Heartbeat) -> str:
    """What a process serves, in words."""
    return ", ".join(heartbeat.serves) or "all estates"
