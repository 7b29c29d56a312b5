"""Whatever arrives is answered: no exception, no stall, counted once, dead letters readable."""

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from detectors.fleet import Fleet
from ingest.dead_letters import DeadLetter, DeadLetters
from ingest.decode import PAYLOAD_BYTES_MAX, Decoded, Publication, decode
from ingest.dialects.formats import FORMATS
from ingest.receiver import Rest, cut
from ingest.replay import rejection_data
from liftwatch.adapters.line_protocol import lines_of
from liftwatch.clock import parse_ms
from liftwatch.telemetry.messages import KINDS, Message
from liftwatch.telemetry.topics import BATCH
from tests.ingest.broken_json import BROKEN, OBJECT, STRANGE

AT = "2026-03-02T08:00:00.000Z"
RECEIVED_MS = parse_ms(AT) + 500
ENVELOPE: dict[str, Any] = {"v": 1, "terminal": "T-1", "boot": "b1", "seq": 7, "at": AT}
BESIDE = {"unknown_field", "unknown_code"}
"""Counted of a message that is used; everything else that is ignored stands for the whole."""
SEED = 20260302
RANDOM_STRINGS = 200_000
RANDOM_BYTES_MAX = 160
ALPHABET = b'{}[]":,.-+eE0123456789 \\u/ntrfalsTZ\x00\xff' + b"vboseqatrminl"


def told(payload: bytes, kind: str = "state") -> Decoded:
    """What decoding makes of the bytes."""
    topic = f"lift/v1/320583/garden/31103205832018080001/{kind}"
    return decode(Publication(topic, payload, RECEIVED_MS))


def answers(decoded: Decoded) -> int:
    """How often something was counted; a foreign payload's messages are one answer."""
    own = [m for m in decoded.messages if m.is_counted]
    foreign = min(1, len(decoded.messages) - len(own))
    ignored = sum(n for what, n in decoded.ignored.items() if what not in BESIDE)
    return len(own) + foreign + len(decoded.rejections) + ignored


def strings(value: Any) -> Iterator[str]:
    """Every text in a value of JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


class Behind:
    """What stands behind decoding, taking everything that is let through."""

    def __init__(self, folder: Path) -> None:
        self.fleet = Fleet()
        self.letters = DeadLetters(folder / "dead_letters.sqlite")
        self.count = 0

    def take(self, decoded: Decoded) -> None:
        """Detection, the lines of the store, and dead letters in and out."""
        for message in decoded.messages:
            self.hear(message)
        if decoded.rejections:
            self.count += 1
            self.letters.keep([DeadLetter(self.count, 0, one) for one in decoded.rejections])
        odd = [message for message in decoded.messages if message.set_aside]
        self.letters.count_set_aside(odd)
        for rejection in decoded.rejections:
            assert rejection.reason
            assert 0 < len(rejection.detail) < 1_000
            assert msgspec.json.encode(rejection_data(rejection))

    def hear(self, message: Message) -> None:
        """One message: no text in it that a database refuses."""
        assert not any("\0" in text for text in strings(msgspec.to_builtins(message.body)))
        for line in lines_of(message):
            assert line.decode()
        self.fleet.hear(message)
        self.fleet.advance(message.received_ms)

    def round_trip(self) -> None:
        """The newest letter comes out as it went in."""
        (newest,) = self.letters.newest(1)
        assert json.loads(msgspec.json.encode(rejection_data(newest)))["reason"] == newest.reason


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Behind]:
    """Detectors and dead letters of a test's own."""
    made = Behind(tmp_path)
    yield made
    made.letters.close()


def test_the_generator_is_worth_its_name() -> None:
    """Python's own parser, told to be strict, refuses all that is broken and takes the strange."""

    def refuse(text: str) -> Any:
        raise ValueError(text)

    taken = []
    for name, payload in BROKEN.items():
        try:
            text = payload.decode()
            assert not text.startswith("\ufeff")
            said = json.loads(text, parse_constant=refuse)
            json.dumps(said, ensure_ascii=False).encode()  # a lone surrogate has no bytes
            if len(payload) < 100:
                taken.append(name)
        except (ValueError, AssertionError, RecursionError):
            continue
    assert taken == []
    assert len(BROKEN) > 400
    assert len(STRANGE) > 150


@pytest.mark.parametrize("kind", ["state", "event", "burst", BATCH, *FORMATS])
def test_broken_json_is_one_dead_letter_each(kind: str, behind: Behind) -> None:
    """Whatever is broken in it, and as what kind it comes."""
    for name, payload in BROKEN.items():
        decoded = told(payload, kind)
        assert answers(decoded) == 1, name
        (letter,) = decoded.rejections
        assert letter.payload == payload, name
        behind.take(decoded)
    assert behind.letters.count() == len(BROKEN)
    behind.round_trip()


@pytest.mark.parametrize("kind", [*KINDS, BATCH, *FORMATS])
def test_strange_json_is_answered_element_by_element(kind: str, behind: Behind) -> None:
    """An object is one answer; an array one for each element, and one when it is empty."""
    for name, payload in STRANGE.items():
        decoded = told(payload, kind)
        wanted = 1
        if payload.lstrip().startswith(b"["):
            try:
                wanted = max(1, len(json.loads(payload)))
            except RecursionError:
                wanted = 1
        assert answers(decoded) == wanted, (name, decoded)
        behind.take(decoded)


def test_random_bytes_are_answered(behind: Behind) -> None:
    """A third is anything, a third looks like JSON, a third is a message gone wrong."""
    rng = random.Random(SEED)
    kinds = [*KINDS, BATCH, *FORMATS]
    whole = OBJECT % b',"car":"moving","speed_mps":1.5,"id":"e","code":null,"raw_code":"04"'
    used = 0
    for count in range(RANDOM_STRINGS):
        if count % 3 == 0:
            payload = rng.randbytes(rng.randrange(RANDOM_BYTES_MAX))
        elif count % 3 == 1:
            payload = bytes(rng.choices(ALPHABET, k=rng.randrange(60)))
        else:
            raw = bytearray(whole)
            for _ in range(rng.randint(1, 3)):
                raw[rng.randrange(len(raw))] = rng.choice(ALPHABET)
            payload = bytes(raw)
        decoded = told(payload, kinds[count % len(kinds)])
        assert answers(decoded) >= 1, payload
        if not payload.lstrip(b" \t\r\n").startswith(b"["):
            assert answers(decoded) == 1, payload
        for message in decoded.messages:
            used += 1
            behind.hear(message)
        if count % 500 == 0:
            behind.take(decoded)
    assert used > 1_000


SPOILT: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**32, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, -0.0),
    *(1e308, -1e308, 5e-324, "", "x", "\0", "a\0b", "x" * 5_000, "\U0001f6d7" * 300, "NaN", "null"),
    *([], [[]], [None], [1], ["x"], [{}], {}, {"x": 1}, {"level": "fault"}, AT, "2026-03-02"),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30", "3", [1e308, -1e308, 0.1]),
    *(
        [0.5] * 20_001,
        [{"at": AT, "floor": 1e9, "index": 3}] * 3,
        [{"edge": {"edge": 1}}],
        [[[[1]]]],
    ),
)
RAW = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e400",
    b"1" * 10_000,
    b"[" * 2_000,
    b'"\xff"',
    rb'"\ud800"',
)

FULL: dict[str, dict[str, Any]] = {
    "state": {"car": "moving", "speed_mps": 1.0, "in_door_zone": False, "doors_closed": True},
    "burst": {"trigger": "free_fall", "rate_hz": 100, "started_at": AT, "z_mps2": [0.1] * 50},
    "button": {"edges": [{"panel": "car", "floor": 1, "edge": "press", "at": AT}]},
    "register": {"floors": [{"index": 1, "label": "1", "height_m": 0.0}], "rated_speed_mps": 1.0},
    "event": {"id": "e-1", "edge": "open", "dialect": "jiangsu", "raw_code": "11", "raw_text": "x"},
    "health": {"sensors": {"level": "ok"}, "battery_pct": 50},
    "maintenance": {"phase": "in", "items": [{"code": "A-1-23", "result": "ok"}]},
    "emergency_call": {"id": "c", "phase": "raised"},
    "ride": {"started_at": AT, "from_floor": 1, "to_floor": 2},
    "door": {"opened_at": AT, "result": "closed"},
    "counters": {"rides": 1, "since": AT},
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_in_turn_missing_or_spoilt(kind: str, behind: Behind) -> None:
    """Alone and in a batch: one answer, and whatever is used goes all the way."""
    base = ENVELOPE | FULL.get(kind, {})
    names = [*KINDS[kind].__struct_fields__, "unheard_of"]
    for name in names:
        without = {field: value for field, value in base.items() if field != name}
        payloads = [json.dumps(without).encode()]
        payloads += [json.dumps(without | {name: value}).encode() for value in SPOILT]
        head = json.dumps(without).encode()[:-1] + f', "{name}": '.encode()
        payloads += [head + raw + b"}" for raw in RAW]
        for payload in payloads:
            decoded = told(payload, kind)
            assert answers(decoded) == 1, payload[:300]
            behind.take(decoded)
            addressed = b'{"lift":"LIFT-0001","kind":"' + kind.encode() + b'",' + payload[1:]
            behind.take(batched := told(b"[" + addressed + b"]", BATCH))
            assert answers(batched) == 1, addressed[:300]
    behind.round_trip()


def test_a_spoilt_element_inside_costs_only_itself(behind: Behind) -> None:
    """Every field of an element of a list, and of the sensors."""
    inside = {
        ("button", "edges"): ("panel", "floor", "direction", "button", "edge", "at", "x"),
        ("register", "floors"): ("index", "label", "height_m", "x"),
        ("maintenance", "items"): ("code", "result", "note", "x"),
        ("health", "sensors"): ("level", "door", "x"),
    }
    for (kind, name), fields in inside.items():
        for field in fields:
            for value in SPOILT:
                element: Any = {field: value}
                payload = ENVELOPE | {name: element if name == "sensors" else [element, element]}
                decoded = told(json.dumps(payload).encode(), kind)
                assert answers(decoded) == 1, payload
                behind.take(decoded)


FOREIGN = {
    "box": [
        {"TY": "M", "ST": "S", "elevatorCode": "MX5264", "sensorType": "SINGLEBOX",
         "time": "2026-03-02 16:00:00", "D": "5euYZAEAAAAAAAAAAQAAAAABACwAAAA="},
        {"TY": "M", "sensorType": "MotorRoom", "brake": 1, "door_loop": 1, "safe_loop": 1,
         "temperature": 31.5, "repair": 0, "stop": 0},
        {"TY": "TR", "ST": "update_log", "run_count": 1, "run_distance": "88.1", "door_times": 1,
         "bend_count": 1},
        {"TY": "Fault", "ST": "add", "fault_type": "7", "faultId": "f", "faultName": "x"},
    ],
    "device": [
        {"Method": "LiveData_post", "DeviceName": "d",
         "Params": {"Value": {"DoorState": 1, "RunState": 1, "speed": 1, "CurrentFloor": "-2B"}}},
        {"Method": "ErrorEvent_post", "Params": {"Value": {"ErrorType": 1001}, "Time": 1772438400}},
        {"Method": "RunStatistics_post", "Params": {"Value": {"RunCount": 3, "RunMins": 4,
         "StartTime": "2026/3/1 00:00:00", "EndTime": "2026/3/2 00:00:00"}}},
    ],
}  # fmt: skip


def spoilt(said: Any) -> Iterator[Any]:
    """A value with each value inside it in turn missing or spoilt."""
    if isinstance(said, dict):
        for name, inner in said.items():
            yield {field: value for field, value in said.items() if field != name}
            for other in (*SPOILT, *spoilt(inner)):
                yield said | {name: other}


@pytest.mark.parametrize("kind", FORMATS)
def test_foreign_payloads_with_each_value_in_turn_spoilt(kind: str, behind: Behind) -> None:
    """All of a payload's messages, or one dead letter."""
    for said in FOREIGN[kind]:
        for payload in spoilt(said):
            decoded = told(json.dumps(payload).encode(), kind)
            assert answers(decoded) == 1, payload
            behind.take(decoded)


def test_a_record_of_any_bytes_is_answered(behind: Behind) -> None:
    """Of any length, as any sensor."""
    rng = random.Random(SEED)
    for count in range(5_000):
        record = (RECEIVED_MS // 1_000).to_bytes(4, "little") + rng.randbytes(count % 30)
        payload = {
            "TY": "M",
            "D": base64.b64encode(record[: rng.randint(0, 34)]).decode(),
            "sensorType": rng.choice(["SINGLEBOX", "CarRoof", "FRONT", None]),
        }
        decoded = told(json.dumps(payload).encode(), "box")
        assert answers(decoded) == 1, payload
        behind.take(decoded)


def test_a_crowd_of_elements_does_not_become_a_crowd_of_letters(behind: Behind) -> None:
    """Four million elements of two bytes are one dead letter; many messages are many messages."""
    crowd = b"[" + b"1," * (PAYLOAD_BYTES_MAX // 2 - 2) + b"1]"
    decoded = told(crowd)
    assert [letter.reason for letter in decoded.rejections] == ["too_many"]
    behind.take(decoded)
    many = b"[" + b",".join([OBJECT % b""] * 100_000) + b"]"
    assert len(told(many).messages) == 100_000
    assert len(told(b"[" + b",".join([b"[]"] * 1_000) + b"]").rejections) == 1_000


def test_long_lists_are_set_aside_before_they_are_looked_through() -> None:
    """A burst of a million samples costs its samples, not the message and not a minute."""
    payload = OBJECT % (b',"rate_hz":100,"z_mps2":[' + b"1," * 1_000_000 + b"1]")
    (message,) = told(payload, "burst").messages
    assert [name for name, _ in message.set_aside] == ["z_mps2"]


def test_a_zero_character_never_gets_through() -> None:
    """No database of text takes it: of a field it is set aside, of the envelope refused."""
    (message,) = told(OBJECT % rb',"raw_text":"a\u0000b","id":"e"', "event").messages
    assert [name for name, _ in message.set_aside] == ["raw_text"]
    for name in (b"T-1", b"b1"):
        (letter,) = told((OBJECT % b"").replace(name, rb"x\u0000y")).rejections
        assert letter.reason == "envelope"
    (kept,) = told(OBJECT % rb',"raw_text":"a\\u0000b"', "event").messages
    assert not kept.set_aside


def test_a_topic_that_is_no_text_is_a_dead_letter(behind: Behind) -> None:
    """MQTT asks for UTF-8; whoever sends something else is answered all the same."""
    name = b"lift/v1/\xff\xfe/\x00/x/state"
    packet = b"\x30" + bytes([2 + len(name)]) + len(name).to_bytes(2) + name
    ((topic, _, _),), _ = cut(packet, Rest())
    decoded = decode(Publication(topic, OBJECT % b"", RECEIVED_MS))
    assert [letter.reason for letter in decoded.rejections] == ["topic"]
    behind.take(decoded)
    for odd in ("lift/v1/" + "x" * 70_000, "lift/v1/320583/garden/L\0-0001/state", "\ufeff", "/"):
        decoded = decode(Publication(odd, OBJECT % b"", RECEIVED_MS))
        assert [letter.reason for letter in decoded.rejections] == ["topic"]
        behind.take(decoded)
