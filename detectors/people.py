"""Whether somebody is in the car: what counts as a sign, and how long it counts.

A sensor that flaps cannot empty a closed car, for nobody leaves one (contract, section 2).
"""

from msgspec import Struct

from liftwatch.clock import MINUTE_MS, SECOND_MS, to_ms
from liftwatch.telemetry.messages import Button, EmergencyCall, State

SIGN_MS = 3 * MINUTE_MS  # a car button or an emergency call (contract, section 2: Occupied)
LOADED_PCT = 5.0
"""Clearly above the empty car: 50 kg at 1000 kg, above the drift of load cells [our choice]."""
HOLD_MS = 10 * SECOND_MS
"""Presence sensors hold and flap within 10 s (domain 1.6): what one says of people who may just
have left counts only after that, unless the car moves."""


def shows_people(state: State) -> bool:
    """Tell whether this very state shows somebody inside.

    >>> base = dict(v=1, terminal="T", boot="b", seq=0, at="")
    >>> shows_people(State(**base, people=1)), shows_people(State(**base, load_pct=2.0))
    (True, False)
    """
    return bool(
        state.occupied
        or (state.people or 0) > 0
        or (state.load_pct is not None and state.load_pct >= LOADED_PCT)
    )


def shows_nobody(state: State) -> bool:
    """Tell whether this very state says that nobody is inside."""
    return not shows_people(state) and (state.occupied is False or state.people == 0)


class People(Struct, gc=False):
    """Signs of people since the doors last closed, and the last presses and calls."""

    closed_ms: int | None = None
    seen_ms: int | None = None
    shown: bool = False
    shown_ms: int = 0
    told_ms: int = 0
    nobody_ms: int | None = None
    empty: bool = False
    known: bool = False
    pressed_ms: int | None = None
    press_ms: int | None = None
    call_ms: int | None = None

    def take_state(
        self, state: State, at_ms: int, *, closed: bool | None, moving: bool | None
    ) -> None:
        """Follow the doors, and keep what was seen behind closed ones.

        What a state showed holds until the next one, for states are sent on change. It must last
        longer than a sensor flaps. Nobody enters a closed car either: where it was seen empty, a
        single sign proves nobody, also of a car that rides.
        """
        if closed is False:
            self.closed_ms = self.seen_ms = self.pressed_ms = None
            self.nobody_ms, self.shown, self.empty = None, False, False
        elif closed is True:
            begins = self.closed_ms is None
            closed_ms = at_ms if self.closed_ms is None else self.closed_ms
            shows, self.closed_ms = shows_people(state), closed_ms
            if self.nobody_ms is not None and at_ms - self.nobody_ms >= HOLD_MS:
                self.empty = True
            if self.seen_ms is None and (shows or self.shown):
                nobody_could_leave = (
                    moving or state.in_door_zone is False or (begins and not self.known)
                )
                settled = at_ms - max(self.shown_ms, closed_ms) >= HOLD_MS
                sure = nobody_could_leave and not self.empty
                if (shows and sure) or (self.shown and settled):
                    self.seen_ms = at_ms if shows else self.told_ms
            if shows and not self.shown:
                self.shown_ms = at_ms
            if not shows_nobody(state):
                self.nobody_ms = None
            elif self.nobody_ms is None:
                self.nobody_ms = at_ms
            self.shown, self.told_ms = shows, at_ms
        self.known = True

    def opened(self, at_ms: int) -> None:
        """Told late that the doors were open then: whoever was inside before could leave.

        What was seen right after may be a sensor that still holds: the next state tells.
        """
        if self.closed_ms is not None and self.closed_ms <= at_ms:
            self.closed_ms = at_ms
            if self.seen_ms is not None and self.seen_ms <= at_ms + HOLD_MS:
                self.seen_ms = None
            if self.pressed_ms is not None and self.pressed_ms <= at_ms:
                self.pressed_ms = None

    def unwatched(self) -> None:
        """Nobody has told for a while what the doors did: what was seen before counts no more.

        The next state speaks as the first of a lift does.
        """
        self.closed_ms = self.seen_ms = self.pressed_ms = self.nobody_ms = None
        self.shown = self.empty = self.known = False

    def take_button(self, body: Button, *, in_order: bool = True) -> None:
        """A press of a car button is a sign; behind closed doors it stays one.

        Of one told long after newer states nobody knows whether the doors have opened since.
        """
        for edge in body.edges or ():
            if edge.panel == "car" and edge.edge == "press" and edge.at is not None:
                press_ms = to_ms(edge.at)
                self.press_ms = max(press_ms, self.press_ms or press_ms)
                behind_doors = self.closed_ms is not None and press_ms > self.closed_ms
                if behind_doors and in_order and self.pressed_ms is None:
                    self.pressed_ms = press_ms

    def take_call(self, body: EmergencyCall, at_ms: int) -> None:
        """An emergency call is a sign."""
        if body.phase == "raised":  # an answer comes from elsewhere, perhaps when all have left
            self.call_ms = max(at_ms, self.call_ms or at_ms)

    def inside(self, state: State | None, now_ms: int) -> bool | None:
        """True, False, or None when nothing tells."""
        for behind_doors_ms in (self.seen_ms, self.pressed_ms):
            if behind_doors_ms is not None and behind_doors_ms <= now_ms:
                return True
        for sign_ms in (self.press_ms, self.call_ms):
            if sign_ms is not None and 0 <= now_ms - sign_ms <= SIGN_MS:
                return True
        if state is None:
            return None
        if shows_people(state):
            return None if self.empty else True
        if state.occupied is False or state.people == 0:
            return False
        return None
