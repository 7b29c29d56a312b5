"""What leaves the house: promises, the tries to keep them, and the channels they leave by."""

from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

Verdict = Literal["delivered", "retry", "refused"]


class Promise(Struct, kw_only=True, frozen=True):
    """What is to leave by a channel: these bytes under this id, however often it is tried.

    `urgency` is 1 to 4 as a severity, where a channel does not keep the order.
    """

    id: str
    channel: str
    body: str
    made_ms: int
    due_ms: int
    attempts: int = 0
    urgency: int = 4


class Attempt(Struct, kw_only=True, frozen=True):
    """One try to keep a promise, and what came of it."""

    promise: str
    n: int
    at_ms: int
    verdict: Verdict
    detail: str


class Sent(NamedTuple):
    """What a channel says of one try."""

    verdict: Verdict
    detail: str


class Channel(Protocol):
    """A way out of the house."""

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Try once; whatever goes wrong is a verdict."""

    def close(self) -> None:
        """Let go of connections."""
