"""One visit, told by two: by the lift's terminal and by a person in the console.

It is judged once. From when a person has checked in, theirs is the word that counts, for it comes
with the list and a name; what the terminal tells of the same visit is passed over, also its end
when that comes after the person's.
"""

from detectors.known import VISIT_MS_MAX
from detectors.view import View
from liftwatch.care.phases import CONSOLE
from liftwatch.telemetry.messages import Maintenance, Message


def is_told_already(message: Message, view: View) -> bool:
    """Whether a message of a visit says nothing new; asked once of each, before it is taken."""
    body = message.body
    if not isinstance(body, Maintenance) or body.phase is None:
        return False
    if message.source == CONSOLE:
        return _told_by_person(body, message.at_ms, view)
    return _told_by_terminal(body, message.at_ms, view)


def _told_by_person(body: Maintenance, at_ms: int, view: View) -> bool:
    if body.phase == "out":
        view.visit_by = None
        return False
    joins = _is_open(view, at_ms) and view.visit_by is None
    view.visit_by, view.joined_ms = CONSOLE, view.visit_ms if joins else None
    if joins:
        view.visit_work = body.work or view.visit_work
    return joins


def _told_by_terminal(body: Maintenance, at_ms: int, view: View) -> bool:
    ours = view.visit_by == CONSOLE and _is_open(view, at_ms)
    if body.phase == "in":
        view.joined_ms = at_ms if ours else None
        return ours
    joined_ms, view.joined_ms = view.joined_ms, None
    return ours or (joined_ms is not None and at_ms - joined_ms <= VISIT_MS_MAX)


def _is_open(view: View, at_ms: int) -> bool:
    return view.visit_ms is not None and at_ms - view.visit_ms <= VISIT_MS_MAX
