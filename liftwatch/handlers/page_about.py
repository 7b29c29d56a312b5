"""Wakes somebody about ourselves: the seam to whoever pages people.

Until people are paged by name, what is said leaves by the alarm's webhook, if there is one: the
engine's job that empties the outbox looks every few seconds.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog

from liftwatch.clock import now_ms, rfc3339
from liftwatch.ids import new_id
from liftwatch.ports import Promise, Work

log = structlog.get_logger()

CHANNEL = "alarm"
"""The channel of `liftwatch.engine.watch`; a test holds the two together."""


def page_about(
    work: Work,
    text: str,
    *,
    sort: str = "rescue.trouble",
    exercise: bool = False,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Promise, in this transaction, that somebody learns of it; the promise's id.

    `text` is one sentence for whoever is woken, `sort` the type of the message.
    """
    at_ms = now_ms()
    said = {
        "type": sort,
        "timestamp": rfc3339(at_ms),
        "exercise": exercise,
        "data": {"text": text, **(data or {})},
    }
    body = msgspec.json.encode(said).decode()
    promise = Promise(id=new_id(), channel=CHANNEL, body=body, made_ms=at_ms, due_ms=at_ms)
    work.promise(promise)
    log.warning("somebody is told", sort=sort, text=text, promise=promise.id)
    return promise.id
