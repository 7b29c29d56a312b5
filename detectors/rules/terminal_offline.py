"""We are blind for a lift: its terminal said good-bye, or nothing was heard of it."""

from collections.abc import Iterable

from detectors.agenda import NEVER_MS
from detectors.contract import Claim, Listener, soonest
from detectors.view import View, is_goodbye
from liftwatch.clock import MINUTE_MS, rfc3339
from liftwatch.telemetry.messages import Message

WILL_MS = 3 * MINUTE_MS  # contract, section 2
SILENCE_MS = 10 * MINUTE_MS  # contract, section 2; an idle lift tells its state every 60 s


class TerminalOffline(Listener):
    """3 min after the last will, or 10 min of silence, by the time of reception.

    It is of one lift: what its gateway says of others is no sign of it, and a gateway's will
    speaks for its lifts as all it says does, by a batch with an `online` for each. Anything heard
    of the lift ends it, late messages too, for they come now; only a will is no sign of life. One
    handed out again changes nothing: the first counts until something is heard. While we are deaf
    ourselves nothing is counted. No visit and no mode silences it.
    """

    name = "terminal_offline"
    kinds = ("terminal_offline",)

    will_ms: int | None = None
    will_listened_ms: int | None = None
    raised: bool = False

    @property
    def stirred(self) -> bool:
        """Whether it waits for the lift to come back."""
        return self.raised or self.will_ms is not None

    def receive(self, message: Message, listened_ms: int) -> Iterable[Claim]:
        """Count from a will, and end with any other word."""
        if is_goodbye(message):
            if self.will_ms is None:
                self.will_ms, self.will_listened_ms = message.received_ms, listened_ms
            return ()
        if self.will_listened_ms is not None and listened_ms < self.will_listened_ms:
            return ()  # it had to wait for its turn: no word from after the will
        self.will_ms = self.will_listened_ms = None
        if not self.raised:
            return ()
        self.raised = False
        return (Claim(kind="terminal_offline", edge="cleared", at_ms=message.received_ms),)

    def listen(self, now_ms: int, view: View, *, deaf_ms: int) -> Iterable[Claim]:
        """See whether either has lasted."""
        due_ms = self.silent_until_ms(view)
        if due_ms is None or due_ms > now_ms:
            return ()
        self.raised = True
        by_will = due_ms == self._will_until_ms()
        opened_ms = self.will_ms if by_will else view.received_ms
        evidence: dict[str, object] = {
            "by": "will" if by_will else "silence",
            "limit_s": (WILL_MS if by_will else SILENCE_MS) // 1000,
        }
        if view.received_ms is not None:
            evidence["heard_at"] = rfc3339(view.received_ms)
        return (
            Claim(
                kind="terminal_offline",
                edge="raised",
                at_ms=due_ms + deaf_ms,
                opened_ms=opened_ms or 0,
                evidence=evidence,
            ),
        )

    def silent_until_ms(self, view: View) -> int | None:
        """When the first of the two will have lasted."""
        if self.raised:
            return None
        silence = None if view.listened_ms is None else view.listened_ms + SILENCE_MS
        return soonest((silence, self._will_until_ms()), after_ms=NEVER_MS)

    def _will_until_ms(self) -> int | None:
        return None if self.will_listened_ms is None else self.will_listened_ms + WILL_MS
