"""Says once that an ingest process is deaf, and once that it hears again.

What is said is promised in the transaction that notes it as said, so that an engine that dies
says it neither twice nor never.
"""

from typing import Any

import msgspec
import structlog

from liftwatch.clock import rfc3339
from liftwatch.engine.canaries import Edge, Judged, estates, judge
from liftwatch.ids import new_id
from liftwatch.ports import Books, Deadline, Heartbeat, Promise, Work

log = structlog.get_logger()

ALARM = "alarm"
"""The channel of the outbox that tells about ourselves: it needs neither broker nor store."""
WATCH = "watch-canaries"
SEND = "send-outbox"
"""Two jobs: the one that looks, and the one that empties the outbox, which what is promised makes
due."""


class Watch:
    """The job that looks at the heartbeats; `alarm` false: only the log is told."""

    def __init__(self, books: Books, *, late_ms: int, alarm: bool, exercise: bool) -> None:
        self._books, self._late_ms = books, late_ms
        self._alarm, self._exercise = alarm, exercise

    def look(self, now_ms: int) -> bool:
        """One look; there is never more to do at once. Raises StoreUnavailable."""
        with self._books.begin() as work:
            judged = self.look_in(work, now_ms)
        for one in judged:
            _say(one)
        return False

    def look_in(self, work: Work, now_ms: int) -> list[Judged]:
        """One look within a transaction: what is seen, and what is promised on its account."""
        before = work.heartbeats()
        judged = judge(before, late_ms=self._late_ms, now_ms=now_ms)
        for old, one in zip(before, judged, strict=True):
            self._keep(work, old, one, now_ms=now_ms)
        return judged

    def _keep(self, work: Work, old: Heartbeat, judged: Judged, *, now_ms: int) -> None:
        heartbeat, edge = judged
        if edge in ("replaced", "forgotten"):
            work.forget_heartbeat(heartbeat.name)
        elif heartbeat != old:
            work.put_seen(heartbeat)
        if self._alarm and is_told(edge, was_deaf=old.deaf_ms is not None):
            body = self._body(judged, old.deaf_ms, now_ms=now_ms)
            work.promise(
                Promise(id=new_id(), channel=ALARM, body=body, made_ms=now_ms, due_ms=now_ms)
            )
            work.arm(Deadline(name=SEND, what=SEND, due_ms=now_ms))

    def _body(self, judged: Judged, deaf_ms: int | None, *, now_ms: int) -> str:
        heartbeat, edge = judged
        data: dict[str, Any] = {
            "canary": heartbeat.name,
            "estates": list(heartbeat.serves),
            "came_through_at": rfc3339(heartbeat.through_ms),
            "text": text_of(heartbeat, edge),
        }
        if heartbeat.stuck is not None:
            data["where"] = heartbeat.stuck
        if deaf_ms is not None:
            data["deaf_since"] = rfc3339(deaf_ms)
        said = {
            "type": "ingest.deaf" if edge == "deaf" else "ingest.back",
            "timestamp": rfc3339(now_ms),
            "exercise": self._exercise,
            "data": data,
        }
        return msgspec.json.encode(said).decode()


def is_told(edge: Edge | None, *, was_deaf: bool) -> bool:
    """Whether the outside learns of it: the loss, and the end of a loss it was told of.

    >>> is_told("deaf", was_deaf=False), is_told("replaced", was_deaf=False)
    (True, False)
    """
    return edge in ("deaf", "back") or (edge == "replaced" and was_deaf)


def text_of(heartbeat: Heartbeat, edge: Edge | None) -> str:
    """One sentence for whoever is woken up."""
    where = estates(heartbeat)
    if edge == "deaf":
        stuck = heartbeat.stuck or "the process does not say why, it may have ended"
        since = rfc3339(heartbeat.through_ms)
        return f"Ingest is deaf: nothing from {where} comes through since {since} ({stuck})."
    if edge == "replaced":
        return f"Ingest hears {where} again, by another process."
    return f"Ingest hears {where} again."


def _say(judged: Judged) -> None:
    heartbeat, edge = judged
    facts = {"canary": heartbeat.name, "estates": estates(heartbeat)}
    if edge == "deaf":
        log.error(
            "ingest is deaf",
            since=rfc3339(heartbeat.through_ms),
            where=heartbeat.stuck,
            **facts,
        )
    elif edge == "back":
        log.info("ingest hears again", **facts)
    elif edge == "replaced":
        log.info("another ingest process has taken over", **facts)
    elif edge == "forgotten":
        log.warning("an ingest process is not waited for any more", **facts)
