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


class Panel:
    """All buttons of one lift. `dead` ones are pressed and never register.

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
        self._terminal = terminal
        self._agenda: Agenda = terminal.agenda
        self._rng = rng
        self._listens = listens
        self._called = called

    def press(self, button: Button) -> None:
        """Somebody presses a button now."""
        self._agenda.start(self._press(button))

    def _press(self, button: Button) -> Process:
        self._note(button, "press")
        held_s = self._rng.uniform(0.15, 0.5)
        latency_s = self._rng.uniform(0.02, 0.08)
        yield self._agenda.after(latency_s)
        if self._listens() and button not in self.dead | self.lit:
            self._note(button, "registered")
            if button.button == "floor":
                self.lit.add(button)
                self._called()
        yield self._agenda.after(held_s - latency_s)
        self._note(button, "release")

    def cancel(self, floor: int | None = None) -> None:
        """Put out the lamps of a floor, where the car has arrived, or all of them."""
        for button in sorted(self.lit, key=str):
            if floor is None or button.floor == floor:
                self.lit.discard(button)
                self._note(button, "cancelled")

    def floors(self) -> set[int]:
        """Where the car is wanted."""
        return {button.floor for button in self.lit if button.floor is not None}

    def _note(self, button: Button, edge: str) -> None:
        self._terminal.note_edge(button.edge(edge))
