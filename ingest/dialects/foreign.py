"""Whole formats of others: one payload of theirs becomes messages of the contract.

They come under `lift/v1/{area}/{estate}/{lift}/NAME`, so that subscription, rights and partition
stay as they are. A foreign payload has no boot and no count. Its identity is made: `boot` is the
dialect, `seq` a hash of the payload, so that what comes twice is one message and one point. Where
the payload tells no time, its reception is part of the hash: the same words a minute later are
another message. `Message.source` is the dialect, and nothing waits for counts that nobody gives.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from ingest.dialects import words
from ingest.mend import Mended, Unusable, mend_fields, parse_object
from liftwatch.clock import HOUR_MS, rfc3339, to_ms
from liftwatch.telemetry.messages import TERMINAL_MAX

CHINA_MS = 8 * HOUR_MS  # Asia/Shanghai, without summer time since 1991
SET_MS = 1_420_070_400_000  # 2015: a clock before it was never set [our choice]
LAST_MS = 2**32 * 1_000  # 2106: where an unsigned epoch of 32 bits ends
_LOCAL = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d{1,6})?\Z"
)


class Said(NamedTuple):
    """One message in our words, without its envelope."""

    kind: str
    fields: dict[str, Any]


class Foreign(NamedTuple):
    """What one payload says: who, when (None: it does not tell), what, and what was odd in it."""

    terminal: Any
    at_ms: int | None
    said: list[Said]
    odd: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()


class Format(NamedTuple):
    """A foreign format. `read` gives None for what is known and holds nothing for us."""

    dialect: str
    read: Callable[[dict[str, Any]], Foreign | None]


class Translated(NamedTuple):
    """Messages of the contract, kind by kind, ready to be judged."""

    messages: list[tuple[str, Mended]]
    unknown: int


def translate(payload: bytes, form: Format, *, lift: str, received_ms: int) -> Translated | None:
    """One payload as messages; None when it holds nothing for us. Raises Unusable."""
    said = parse_object(payload)
    foreign = form.read(said)
    if foreign is None:
        return None
    if not foreign.said:
        raise Unusable("foreign", "holds no value that we know")
    timed = foreign.at_ms is not None and SET_MS <= foreign.at_ms < LAST_MS
    envelope: dict[str, Any] = {
        "v": 1,
        "terminal": _terminal(foreign.terminal, lift),
        "boot": form.dialect,
        "at": rfc3339(foreign.at_ms if timed and foreign.at_ms else received_ms),
    }
    if said.get("exercise") is True:
        envelope["exercise"] = True
    first = _hash(payload, None if timed else received_ms)
    messages = [
        (one.kind, mend_fields(envelope | {"seq": (first + place) % 2**32} | one.fields, one.kind))
        for place, one in enumerate(foreign.said)
    ]
    if foreign.odd:
        kind, mended = messages[0]
        messages[0] = kind, mended._replace(set_aside=(*mended.set_aside, *foreign.odd))
    return Translated(messages, len(foreign.unknown))


def _terminal(said: Any, lift: str) -> str:
    """The sender's own name, or the lift where it tells none that can be one."""
    name = words.text(said)
    usable = 0 < len(name) <= TERMINAL_MAX and "\0" not in name
    return name if usable else lift


def _hash(payload: bytes, received_ms: int | None) -> int:
    salt = b"" if received_ms is None else str(received_ms).encode()
    return int.from_bytes(blake2b(payload, digest_size=4, salt=salt[-16:]).digest())


def local_ms(text: Any) -> int | None:
    """Milliseconds since 1970 of a time of day in China; None when it is none.

    >>> rfc3339(local_ms("2023-06-26 09:37:41")), local_ms("2023-06-31 00:00:00"), local_ms(7)
    ('2023-06-26T01:37:41.000Z', None, None)
    """
    match = _LOCAL.match(text) if isinstance(text, str) and len(text) <= 40 else None
    if match is None:
        return None
    try:
        moment = datetime(*(int(part) for part in match.groups()[:6]), tzinfo=UTC)  # type: ignore[misc, arg-type]  # mypy cannot count
    except ValueError:
        return None
    return to_ms(moment) + int(float(match[7] or 0) * 1_000) - CHINA_MS


def field_of(said: Mapping[str, Any], *names: str) -> Any:
    """The first of some fields that is there, whatever its capitals.

    >>> field_of({"params": 1}, "Params"), field_of({"a": None, "b": 2}, "a", "b")
    (1, 2)
    """
    for name in names:
        value = said.get(name)
        if value is None:
            value = next((v for n, v in said.items() if n.casefold() == name.casefold()), None)
        if value is not None:
            return value
    return None
