"""The passenger's emergency call: raised, spoken to, ended when somebody has come."""

from simulators.terminal import Terminal


class HelpCalls:
    """The call under way in one lift, if any."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._count = 0
        self.open = False
        self.battery_ok = True
        self.works = True
        self.tested_ms: int | None = None  # the last test that went well

    def begin(self) -> None:
        """Somebody has pressed the alarm button for long enough."""
        if not self.open:
            self._count += 1
            self.open = True
            self._tell("raised")

    def answer(self) -> None:
        """The rescue service speaks with them."""
        if self.open:
            self._tell("voice")

    def end(self) -> None:
        """Somebody on site ends it."""
        if self.open:
            self._tell("ended_on_site")
            self.open = False

    def _tell(self, phase: str) -> None:
        name = f"{self._terminal.boot}-{self._count}"
        body = {"id": name, "phase": phase, "battery_ok": self.battery_ok}
        self._terminal.send("emergency_call", body)

    def test(self) -> None:
        """The call tests itself; without its module it stays silent."""
        if not self.works:
            return
        body = {
            "id": f"test-{self._terminal.agenda.now_ms // 1000}",
            "phase": "test_ok" if self.battery_ok else "test_failed",
            "battery_ok": self.battery_ok,
            "microphone_ok": True,
            "loudspeaker_ok": True,
        }
        if self.battery_ok:
            self.tested_ms = self._terminal.agenda.now_ms
        self._terminal.send("emergency_call", body)
