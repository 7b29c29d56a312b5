"""The same decoding and detection on a file: no broker, no database, no clock.

Time is the newest `received_at` read so far, so that the same file gives the same bytes.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from detectors.fleet import Fleet
from detectors.order import TooMany
from ingest.decode import Publication, decode
from ingest.letters import failed, refused
from liftwatch.clock import parse_ms, rfc3339
from liftwatch.handlers.alarms import UNATTENDED, apply_alarm
from liftwatch.incidents.incident import Incident
from liftwatch.ports import Books, IncidentFilter
from liftwatch.telemetry.messages import Rejection
from liftwatch.telemetry.topics import CANARY_AREA

PAGE = 500


class _Line(Struct):
    topic: str
    received_at: str
    payload: msgspec.Raw = msgspec.Raw(b"")
    payload_base64: str | None = None


_LINE = msgspec.json.Decoder(_Line)


class Counts(Struct):
    """What a replay read."""

    lines: int = 0
    messages: int = 0
    dead_letters: int = 0


def replay(
    lines: Iterable[bytes], books: Books, *, dead_letter: Callable[[dict[str, Any]], None]
) -> Counts:
    """Run every line, in file order, into the incidents of `books`."""
    fleet, counts = Fleet(), Counts()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        counts.lines += 1
        publication = read_line(line)
        if isinstance(publication, str):
            counts.dead_letters += 1
            dead_letter({"line": number, "reason": "line", "detail": publication, **_raw(line)})
            continue
        decoded = decode(publication)
        for rejection in decoded.rejections:
            counts.dead_letters += 1
            dead_letter({"line": number, **rejection_data(rejection)})
        heard = [message for message in decoded.messages if message.area != CANARY_AREA]
        counts.messages += len(heard)
        for message in heard:
            try:
                changes = fleet.hear(message)
            except TooMany as error:
                counts.dead_letters += 1
                refusal = refused(message, error.reason, str(error))
                dead_letter({"line": number, **rejection_data(refusal)})
                continue
            except Exception as error:  # noqa: BLE001 - one message must not end the replay
                counts.dead_letters += 1
                dead_letter({"line": number, **rejection_data(failed(message, error))})
                continue
            _apply(books, changes)
        _apply(books, fleet.advance(publication.received_ms))
    _apply(books, fleet.finish())
    return counts


def _apply(books: Books, changes: Iterable[Any]) -> None:
    for change in changes:
        apply_alarm(books, change, life=UNATTENDED)


def read_line(line: bytes) -> Publication | str:
    """One line of a replay file, or why it is none.

    >>> read_line(b'{"topic": "t", "payload": {"v": 1}, "received_at": "1970-01-01T00:00:01Z"}')
    Publication(topic='t', payload=b'{"v": 1}', received_ms=1000)
    >>> read_line(b"{}")
    'Object missing required field `topic`'
    """
    try:
        said = _LINE.decode(line)
        received_ms = parse_ms(said.received_at)
        if said.payload_base64 is not None:
            payload = base64.b64decode(said.payload_base64, validate=True)
        elif not (payload := bytes(said.payload)):
            return "neither payload nor payload_base64"
    except (msgspec.MsgspecError, ValueError, binascii.Error, RecursionError) as error:
        return str(error)[:200]
    return Publication(said.topic, payload, received_ms)


def rejection_data(rejection: Rejection) -> dict[str, Any]:
    """A dead letter as one JSON object; a payload that is no text is given in base64."""
    place = {} if rejection.element is None else {"element": rejection.element}
    return {
        "topic": rejection.topic,
        "received_at": rfc3339(rejection.received_ms),
        "reason": rejection.reason,
        "detail": rejection.detail,
        **place,
        **_raw(rejection.payload),
    }


def _raw(payload: bytes) -> dict[str, str]:
    try:
        return {"payload_text": payload.decode()}
    except UnicodeDecodeError:
        return {"payload_base64": base64.b64encode(payload).decode()}


def incident_lines(books: Books) -> Iterator[bytes]:
    """The lines of OUT (contract, section 3), ordered by `raised_at`."""
    incidents: list[Incident] = []
    after = None
    while True:
        page = books.incidents(IncidentFilter(), after=after, limit=PAGE)
        incidents += page.items
        after = page.next
        if after is None:
            break
    incidents.sort(key=lambda one: (one.raised_ms, one.lift or "", one.kind, one.opened_ms))
    numbers = {incident.id: number for number, incident in enumerate(incidents, 1)}
    for incident in incidents:
        yield msgspec.json.encode(_out(incident, numbers)) + b"\n"


def _out(incident: Incident, numbers: dict[str, int]) -> dict[str, Any]:
    return {
        "lift": incident.lift,
        "kind": incident.kind,
        "severity": incident.severity,
        "opened_at": rfc3339(incident.opened_ms),
        "raised_at": rfc3339(incident.raised_ms),
        "cleared_at": None if incident.cleared_ms is None else rfc3339(incident.cleared_ms),
        "severity_max": incident.severity_max,
        "late": incident.late,
        "scope": incident.scope,
        "lifts": list(incident.lifts),
        "parent": numbers.get(incident.parent) if incident.parent else None,
        "evidence": incident.evidence,
    }
