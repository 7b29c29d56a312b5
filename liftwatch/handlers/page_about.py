"""Wakes people where the rescue platform does not help: by name, and by the alarm's webhook.

The notice tells whoever learns of the incident, and the nearest station. The webhook, if there is
one, is the way round that stays proven: the engine's job that empties the outbox looks every few
seconds.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import structlog

from liftwatch.clock import now_ms, rfc3339
from liftwatch.handlers.notices import summon_instead
from liftwatch.ids import new_id
from liftwatch.incidents.course import SAID
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Promise, Work
from liftwatch.said import Said, kept

log = structlog.get_logger()

Sort = Literal["rescue.dead-letter", "rescue.fall-back", "rescue.refused"]
WHY: Mapping[Sort, str] = {
    "rescue.dead-letter": "rescue-dead",
    "rescue.fall-back": "rescue-fallback",
    "rescue.refused": "rescue-refused",
}
CHANNEL = "alarm"
"""The channel of `liftwatch.engine.watch`; a test holds the two together."""


def page_about(
    work: Work,
    text: Said,
    *,
    incident: Incident,
    sort: Sort,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Promise, in this transaction, that somebody learns of it; the id of the webhook's promise.

    `text` is one sentence for whoever is woken, told in English and as data; `sort` is the type of
    the message.
    """
    at_ms = now_ms()
    said = {
        "type": sort,
        "timestamp": rfc3339(at_ms),
        "exercise": incident.exercise,
        "data": {
            "text": str(text),
            SAID: kept(text),
            "incident": incident.id,
            **(data or {}),
        },
    }
    body = msgspec.json.encode(said).decode()
    promise = Promise(id=new_id(), channel=CHANNEL, body=body, made_ms=at_ms, due_ms=at_ms)
    work.promise(promise)
    summon_instead(work, incident, WHY[sort], now_ms=at_ms)
    log.warning("somebody is told", sort=sort, text=str(text), promise=promise.id)
    return promise.id
