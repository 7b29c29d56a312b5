"""Dead letters of what was stored and could not be judged."""

from msgspec.json import encode

from liftwatch.telemetry.messages import Message, Rejection
from liftwatch.telemetry.topics import topic_of


def failed(message: Message, error: Exception) -> Rejection:
    """The dead letter of a message that a detector could not take: a defect of ours."""
    return refused(message, "detection_failed", f"{type(error).__name__}: {error}")


def refused(message: Message, reason: str, detail: str) -> Rejection:
    """The dead letter of a message that is stored and could not be judged."""
    return Rejection(
        reason=reason,
        detail=detail[:200],
        topic=topic_of(message),
        payload=encode(message.body),
        received_ms=message.received_ms,
        element=message.seq,
    )
