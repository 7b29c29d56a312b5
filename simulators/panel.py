"""The buttons of a lift and their lamps: what is pressed, registered, released and cancelled."""

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from simulators.agenda import Agenda, Process
from simulators.terminal import Terminal


class Button(NamedTuple):
    """One button; landing buttons have a direction, alarm and door buttons no floor."""

    panel: str
    button: str = "floor"
    floor: int | None = None
    direction: str | None = None

    def edge(self, edge: str) -> dict[str, Any]:
        """An edge of it as the contract writes it."""
        said = {**self._asdict(), "edge": edge}
        return {name: value for name, value in said.items() if value is not None}


SOMEBODY_ELSE_MS = 300_000
"""Who is not heard presses again until they give up; that is one attempt, not many."""


class Panel:
    """All buttons of one lift. `dead` ones are pressed and never register; of `deaf` ones not even
    the press arrives; `sticking` ones register again when they have been answered.

    `listens` tells whether the controller takes calls at all; `called` is told of every new one.
    """

    def __init__(
        self,
        terminal: Terminal,
        rng: Random,
        *,
        listens: Callable[[], bool],
        called: Callable[[], None],
    ) -> None:
        self.lit: set[Button] = set()
        self.dead: set[Button] = set()
        self.deaf: dict[Button, int] = {}  # and how often somebody has pressed them
        self._tried_ms: dict[Button, int] = {}
        self.sticking: dict[Button, int] = {}  # and how often they have registered again
        self.car_pressed_ms = 0  # when somebody inside has last pressed
        self._terminal = terminal
        self._agenda: Agenda = terminal.agenda
        self._rng = rng
        self._listens = listens
        self._called = called

    def press(self, button: Button) -> None:
        """Somebody presses a button now."""
        if button in self.deaf:
            now_ms = self._agenda.now_ms
            if now_ms - self._tried_ms.get(button, 0) >= SOMEBODY_ELSE_MS:
                self._tried_ms[button] = now_ms
                self.deaf[button] += 1
        else:
            self._agenda.start(self._press(button))

    def hold(self, button: Button) -> None:
        """A contact closes and stays closed: registered once, for the controller counts edges."""
        self._note(button, "press")
        self._register(button)

    def let_go(self, button: Button) -> None:
        """It opens again."""
        self._note(button, "release")

    def _press(self, button: Button) -> Process:
        self._note(button, "press")
        held_s = self._rng.uniform(0.15, 0.5)
        latency_s = self._rng.uniform(0.02, 0.08)
        yield self._agenda.after(latency_s)
        self._register(button)
        yield self._agenda.after(held_s - latency_s)
        self._note(button, "release")

    def _register(self, button: Button) -> None:
        if self._listens() and button not in self.dead and button not in self.lit:
            self._note(button, "registered")
            if button.button == "floor":
                self.lit.add(button)
                self._called()

    def _again(self, button: Button) -> Process:
        """A contact that sticks closes anew as soon as its lamp is out."""
        yield self._agenda.after(self._rng.uniform(0.2, 0.6))
        if button in self.sticking and button not in self.lit:
            self.sticking[button] += 1
            self._register(button)

    def cancel(self, floor: int | None = None) -> None:
        """Put out the lamps of a floor, where the car has arrived, or all of them."""
        for button in sorted(self.lit, key=str):
            if floor is None or button.floor == floor:
                self.lit.discard(button)
                self._note(button, "cancelled")
                if button in self.sticking:
                    self._agenda.start(self._again(button))

    def floors(self) -> set[int]:
        """Where the car is wanted."""
        return {button.floor for button in self.lit if button.floor is not None}

    def _note(self, button: Button, edge: str) -> None:
        if edge == "press" and button.panel == "car":
            self.car_pressed_ms = self._agenda.now_ms
        self._terminal.note_edge(button.edge(edge))
