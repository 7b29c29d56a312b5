"""How long we have listened: a lift is only silent while we could have heard it.

While our own link to the broker is down, or the service itself, this clock stands still. So what
counts silence by it never takes our deafness for a lift's, and needs no baseline moved.
"""

from msgspec import Struct


class Listening(Struct, omit_defaults=True, gc=False):
    """The time of reception less all the time in which we were deaf until then.

    >>> listening = Listening()
    >>> listening.lose(5_000)
    >>> listening.listened_ms(65_000)
    5000
    >>> listening.regain(65_000)
    >>> listening.listened_ms(66_000)
    6000
    """

    deaf_ms: int = 0
    deaf_from_ms: int | None = None

    def lose(self, at_ms: int) -> None:
        """Our link went down; said again while it is down it changes nothing."""
        if self.deaf_from_ms is None:
            self.deaf_from_ms = at_ms

    def regain(self, at_ms: int) -> None:
        """Our link is up again."""
        if self.deaf_from_ms is not None:
            self.deaf_ms += max(at_ms - self.deaf_from_ms, 0)
            self.deaf_from_ms = None

    def step(self, by_ms: int) -> None:
        """The clock of reception has stepped; this one has not."""
        self.deaf_ms += by_ms
        if self.deaf_from_ms is not None:
            self.deaf_from_ms += by_ms

    def listened_ms(self, received_ms: int) -> int:
        """This clock at a moment of reception."""
        if not self.deaf_ms and self.deaf_from_ms is None:
            return received_ms
        if self.deaf_from_ms is not None and received_ms > self.deaf_from_ms:
            received_ms = self.deaf_from_ms
        return received_ms - self.deaf_ms
