"""A button that stays pressed, or that registers by itself again and again."""

from collections.abc import Iterable

from msgspec import Struct

from detectors.contract import Claim, Detector, soonest
from detectors.rules.button_dead import BUTTONS_MAX, name_of
from detectors.view import DISORDER_MS, GATHERED_MS, View
from liftwatch.clock import SECOND_MS, to_ms
from liftwatch.telemetry.messages import Button, Edge, Message

PRESSED_MS = 30 * SECOND_MS  # contract, section 2
AGAIN_MS = 1 * SECOND_MS  # contract, section 2
AGAIN_TIMES = 5  # contract, section 2
GOOD_TIMES = 3  # to clear (domain, section 11: rule 20)


class Pressed(Struct, gc=False, omit_defaults=True):
    """One button: pressed since when, for how long its release may be under way; put out when,
    registrations right after, good uses since."""

    since_ms: int | None = None
    wait_ms: int = 0
    cancelled_ms: int | None = None
    again_ms: tuple[int, ...] = ()
    good: int = 0
    stuck: bool = False


class ButtonStuck(Detector):
    """Pressed for 30 s, or 5 registrations each within 1 s of its cancelling.

    A button pressed anew was released in between, told or not; and until a lift has told a first
    release nobody knows whether it tells any. It clears when every stuck button was used three
    times as it should be.
    """

    name = "button_stuck"
    kinds = ("button_stuck",)
    hears = ("button",)
    needs = ("edges",)

    buttons: dict[str, Pressed] = {}
    tells_releases: bool = False
    raised: bool = False

    def hear(self, message: Message, view: View) -> Iterable[Claim]:
        """Take the edges in their order, judging what had lasted before each."""
        body = message.body
        if not isinstance(body, Button) or "button" in view.faulty:
            return ()
        edges = [edge for edge in body.edges or () if edge.at is not None]
        claims: list[Claim] = []
        for edge in sorted(edges, key=lambda edge: to_ms(edge.at) if edge.at else 0):
            claims += self._take(edge, lag_ms=message.received_ms - message.at_ms)
        return [*claims, *self.tick(message.at_ms, view), *self._clear(message.at_ms)]

    def forget(self) -> None:
        """Begin with every button anew; whether a lift tells releases does not change."""
        self.buttons, self.raised = {}, False

    def tick(self, now_ms: int, view: View) -> Iterable[Claim]:
        """See which button stays pressed, once a release would have been told."""
        if "button" in view.faulty or not self.tells_releases:
            return ()
        claims: list[Claim] = []
        for key, pressed in self.buttons.items():
            told_ms = _told_ms(pressed)
            if pressed.since_ms is None or told_ms is None or told_ms > now_ms:
                continue
            if pressed.since_ms < view.boot_ms:
                pressed.since_ms = None  # what a terminal had gathered is lost when it starts anew
            else:
                claims += self._held(key, pressed, pressed.since_ms + PRESSED_MS)
        return claims

    def due_ms(self, after_ms: int) -> int | None:
        """When the next button will have been pressed for too long."""
        if not self.tells_releases:
            return None
        held = (_told_ms(pressed) for pressed in self.buttons.values())
        return soonest(held, after_ms=after_ms)

    def _take(self, edge: Edge, *, lag_ms: int) -> Iterable[Claim]:
        key = name_of(edge)
        if edge.at is None or (key not in self.buttons and len(self.buttons) >= BUTTONS_MAX):
            return []
        pressed, at_ms = self.buttons.setdefault(key, Pressed()), to_ms(edge.at)
        if edge.edge == "press":
            pressed.since_ms = at_ms
            pressed.wait_ms = 2 * lag_ms if lag_ms > DISORDER_MS else 0
        elif edge.edge == "release":
            self.tells_releases = True
            return self._release(key, pressed, at_ms)
        elif edge.edge == "cancelled":
            pressed.cancelled_ms = at_ms
        elif edge.edge == "registered":
            return self._register(key, pressed, at_ms)
        return []

    def _release(self, key: str, pressed: Pressed, at_ms: int) -> list[Claim]:
        since_ms, pressed.since_ms = pressed.since_ms, None
        if since_ms is None or at_ms - since_ms < PRESSED_MS:
            pressed.good += since_ms is not None
            return []
        return self._held(key, pressed, since_ms + PRESSED_MS)

    def _held(self, key: str, pressed: Pressed, at_ms: int) -> list[Claim]:
        evidence = {"button": key, "pressed_s": PRESSED_MS // 1000, "limit_s": PRESSED_MS // 1000}
        return self._raise(pressed, at_ms - PRESSED_MS, at_ms, evidence=evidence)

    def _register(self, key: str, pressed: Pressed, at_ms: int) -> list[Claim]:
        cancelled_ms, pressed.cancelled_ms = pressed.cancelled_ms, None
        if cancelled_ms is None:
            return []
        if not 0 <= at_ms - cancelled_ms <= AGAIN_MS:
            pressed.again_ms = ()
            pressed.good += 1
            return []
        pressed.again_ms = (*pressed.again_ms, at_ms)[-AGAIN_TIMES:]
        pressed.good = 0
        if len(pressed.again_ms) < AGAIN_TIMES:
            return []
        evidence = {"button": key, "registrations": AGAIN_TIMES, "limit_s": AGAIN_MS // 1000}
        return self._raise(pressed, pressed.again_ms[0], at_ms, evidence=evidence)

    def _raise(
        self, pressed: Pressed, opened_ms: int, at_ms: int, *, evidence: dict[str, object]
    ) -> list[Claim]:
        pressed.good = 0
        if pressed.stuck:
            return []
        pressed.stuck = True
        if self.raised:
            return []
        self.raised = True
        return [
            Claim(
                kind="button_stuck",
                edge="raised",
                at_ms=at_ms,
                opened_ms=opened_ms,
                evidence=evidence,
            )
        ]

    def _clear(self, at_ms: int) -> list[Claim]:
        for pressed in self.buttons.values():
            if pressed.stuck and pressed.good >= GOOD_TIMES:
                pressed.stuck, pressed.again_ms = False, ()
        if not self.raised or any(pressed.stuck for pressed in self.buttons.values()):
            return []
        self.raised = False
        return [Claim(kind="button_stuck", edge="cleared", at_ms=at_ms)]


def _told_ms(pressed: Pressed) -> int | None:
    """Until when a release would have been told of a button not known to be stuck: one whose press
    was told late as late as that, and by a clock that is perhaps fast by as much."""
    if pressed.since_ms is None or pressed.stuck:
        return None
    return pressed.since_ms + PRESSED_MS + GATHERED_MS + pressed.wait_ms
