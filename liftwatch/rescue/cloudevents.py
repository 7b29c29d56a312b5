"""An event as a CloudEvent 1.0 in JSON (domain 7.3): the same pulled and pushed."""

from typing import Any

import msgspec

from liftwatch.clock import rfc3339
from liftwatch.rescue.events import RescueEvent

MEDIA_TYPE = "application/cloudevents+json"
TYPE = "cn.lift.incident"


def cloud_event(event: RescueEvent) -> dict[str, Any]:
    """Its attributes, and how the incident stood in `data`.

    `sequence` is the number in the feed, `exercise` says that nothing of it is real.

    >>> event = RescueEvent(feed="320583", n=7, incident="i", lift="L-1", what="raised", at_ms=0,
    ...     data={"incident": {"kind": "entrapment", "estate": "garden", "lift": "L-1"}})
    >>> told = cloud_event(event)
    >>> told["id"], told["type"], told["source"]
    ('320583/7', 'cn.lift.incident.entrapment.raised.v1', '/estates/garden/lifts/L-1')
    """
    incident = event.data["incident"]
    about = f"/lifts/{event.lift}" if event.lift is not None else ""
    return {
        "specversion": "1.0",
        "id": event.key,
        "source": f"/estates/{incident['estate']}{about}",
        "type": f"{TYPE}.{incident['kind']}.{event.what}.v1",
        "subject": event.incident,
        "time": rfc3339(event.at_ms),
        "datacontenttype": "application/json",
        "sequence": str(event.n),
        "feed": event.feed,
        "exercise": event.exercise,
        "data": event.data,
    }


def encoded(event: RescueEvent) -> str:
    """The bytes that are sent, however often: the same each time."""
    return msgspec.json.encode(cloud_event(event)).decode()
