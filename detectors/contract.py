"""What a detector is: it hears one lift's messages in order, is told the time, and makes claims.

A detector is a Struct, so that its whole state can be saved and restored. It never asks the
clock, never raises for a missing signal, and says nothing when it cannot tell.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from msgspec import Struct, structs

from detectors.view import View
from liftwatch.telemetry.messages import Message


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """One claim about one kind: the alarm is raised, or its condition has gone.

    `opened_ms` is when the condition began, `at_ms` when the claim became certain; `source`
    tells claims of one kind apart, so that an alarm clears only when its last source has.
    """

    kind: str
    edge: Literal["raised", "cleared"]
    at_ms: int
    opened_ms: int = 0
    severity: int | None = None
    source: str = "rule"
    evidence: dict[str, Any] = {}


def soonest(moments: Iterable[int | None], *, after_ms: int) -> int | None:
    """The first of some moments that lies after another.

    >>> soonest([3, None, 9, 7], after_ms=3)
    7
    """
    return min((m for m in moments if m is not None and m > after_ms), default=None)


class Detector(Struct, gc=False):
    """Base of all detectors: what it hears and claims as class attributes, its state as fields."""

    name: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    hears: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]] = ()
    """Signals without which it cannot tell; a fault of their sensor makes them unknown."""

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Take one message of a kind in `hears`; `view` already includes it."""
        del message, view
        return ()

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """Take note that nothing else was heard until `now_ms`, in event time."""
        del now_ms, view
        return ()

    def due_ms(self, after_ms: int) -> int | None:
        """The next moment after `after_ms` at which `tick` could have something to say."""
        del after_ms
        return None

    def witness(self, claim: Claim, view: View) -> Iterable[Claim]:
        """Told of an alarm that has just been raised on this lift, by whichever rule."""
        del claim, view
        return ()

    def silenced(self, kind: str) -> None:
        """Told that a claim of this kind was not raised, for the lift is being worked on."""
        del kind
        self.forget()

    def forget(self) -> None:
        """Go back to the state of the beginning, as after a silence or a repair."""
        fresh = type(self)()
        for name in structs.fields(self):
            setattr(self, name.name, getattr(fresh, name.name))


class Listener(Detector):
    """Base of detectors that live by the time of reception, not of what happened.

    When the lift was last heard stands in the view; a listener is told of `online`, and of
    whatever else is received only while it is `stirred`. Its deadlines are moments of
    `Listening`, the clock that stands still while we are deaf.
    """

    hears = ("online",)

    @property
    def stirred(self) -> bool:
        """Whether the next message, of whatever kind, matters to it."""
        return False

    def receive(self, message: Message, listened_ms: int) -> Iterable[Claim]:
        """Take note that a message was received, at this moment of the listening clock."""
        del message, listened_ms
        return ()

    def listen(self, now_ms: int, view: View, *, deaf_ms: int) -> Iterable[Claim]:
        """Judge the silence until `now_ms`, which was received `deaf_ms` later."""
        del now_ms, view, deaf_ms
        return ()

    def silent_until_ms(self, view: View) -> int | None:
        """The moment at which `listen` could have something to say, if nothing is received."""
        del view
        return None


class Calendared(Detector):
    """Base of detectors that live by the calendar: by dates, and by the newest time of reception.

    They are told whenever something dated was heard, and when one of their moments has come.
    """

    hears = ()

    def consult(self, now_ms: int, view: View, *, told_ms: int) -> Iterable[Claim]:
        """See what is due at `now_ms`; what was due before is certain since `told_ms`."""
        del now_ms, view, told_ms
        return ()

    def calendar_ms(self, now_ms: int, view: View) -> int | None:
        """The next moment after `now_ms` at which `consult` could have something to say."""
        del now_ms, view
        return None
