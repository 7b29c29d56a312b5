"""A message as lines of InfluxDB's line protocol, five times as fast as by influxdb-client's Point.

What is hot (a state, a ride, a door) is written by the function of its kind; anything else is
written point by point, and both give the same bytes.
"""

from liftwatch.adapters.line_text import fields_text
from liftwatch.adapters.line_writers import WRITERS, head_of
from liftwatch.telemetry.messages import Message
from liftwatch.telemetry.points import points_of


def lines_of(message: Message) -> list[bytes]:
    """The lines of all points of a message, without line ends."""
    write = WRITERS.get(message.kind)
    if write is None or not message.clock_ok:
        return lines_by_points(message)
    text = write(message)
    try:
        return [text.encode()]
    except UnicodeEncodeError:  # a lone surrogate, which no line can carry
        return [text.encode(errors="replace")]


def lines_by_points(message: Message) -> list[bytes]:
    """The same in the long way, for every kind and any clock."""
    tags = (message.area, message.estate, message.lift, message.source)
    head = head_of(message.kind, tags)
    return [
        f"{head}{fields_text(fields)} {time_ns}".encode(errors="replace")
        for time_ns, fields in points_of(message)
    ]
