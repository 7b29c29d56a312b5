"""What a message says of one part of a lift, if it is a ride or a cycle that may be compared."""

from typing import NamedTuple

from detectors.models.features import Part, Values, course_of, door_values, ride_values
from detectors.view import View
from liftwatch.telemetry.messages import Door, Maintenance, Message, Ride

MODES = ("normal", None)  # None: nobody told


class Told(NamedTuple):
    """Of which part, with which of the lift's rides or cycles it is compared, and its values."""

    part: Part
    course: str
    values: Values


def told_by(message: Message, view: View) -> Told | None:
    """What is judged and learned from; None in other than normal service and during a visit.

    Nor is a ride of unknown floors or distance, or a cycle that people have disturbed.
    """
    if view.mode not in MODES or view.is_planned(message.at_ms):
        return None
    body = message.body
    if isinstance(body, Ride):
        course = course_of(body, view.facts)
        if course is None:
            return None
        return Told("ride", course, ride_values(body, view.faulty))
    values = door_values(body, view.faulty) if isinstance(body, Door) else None
    return None if values is None else Told("door", "door", values)


def begins_anew(visit: Maintenance) -> bool:
    """Whether a part was replaced: then the past is no measure any more."""
    return any(item.result == "replaced" for item in visit.items or ())
