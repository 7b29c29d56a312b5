"""Every sentence of the contract's Envelope section, and garbage of every sort."""

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.decode import Decoded, Publication, decode
from liftwatch.clock import parse_ms, rfc3339, to_ms
from liftwatch.telemetry.messages import KINDS, RETAINED, Button, Message, Ride, State
from liftwatch.telemetry.signals import SIGNALS, signals_of

AT = "2026-03-02T08:00:00.000Z"
RECEIVED_MS = parse_ms(AT) + 500
ENVELOPE: dict[str, Any] = {"v": 1, "terminal": "T-1", "boot": "b1", "seq": 7, "at": AT}


def topic(kind: str) -> str:
    """The topic of one kind."""
    return f"lift/v1/320583/garden/31103205832018080001/{kind}"


def told(payload: Any, kind: str = "state", received_ms: int = RECEIVED_MS) -> Decoded:
    """What decoding makes of a payload: bytes as they are, anything else as JSON."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode(Publication(topic(kind), raw, received_ms))


def message(payload: Any, kind: str = "state", received_ms: int = RECEIVED_MS) -> Message:
    """The one message of a payload."""
    decoded = told(payload, kind, received_ms)
    assert not decoded.rejections, decoded.rejections
    (only,) = decoded.messages
    return only


def reason(payload: Any, kind: str = "state", received_ms: int = RECEIVED_MS) -> str:
    """Why the one message of a payload is rejected."""
    decoded = told(payload, kind, received_ms)
    assert not decoded.messages
    (only,) = decoded.rejections
    assert only.detail
    return only.reason


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_needs_only_its_envelope(kind: str) -> None:
    """All else may be absent."""
    assert message(ENVELOPE, kind).kind == kind


@pytest.mark.parametrize("field", ["v", "terminal", "boot", "seq", "at"])
@pytest.mark.parametrize("missing", ["absent", "null"])
def test_a_missing_envelope_field_is_a_dead_letter(field: str, missing: str) -> None:
    """Absent and null are the same."""
    payload = {name: value for name, value in ENVELOPE.items() if name != field}
    assert reason(payload if missing == "absent" else payload | {field: None}) == "envelope"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 2),
        ("v", "1"),
        ("v", True),
        ("seq", -1),
        ("seq", 2**32),
        ("seq", 1.5),
        ("terminal", ""),
        ("terminal", "x" * 65),
        ("terminal", 7),
        ("boot", "x" * 33),
        ("at", "2026-03-02T08:00:00.000+08:00"),
        ("at", "2026-13-02T08:00:00.000Z"),
        ("at", "yesterday"),
        ("at", 1772438400),
        ("clock_ok", "no"),
        ("exercise", 1),
    ],
)
def test_a_wrong_envelope_is_a_dead_letter(field: str, value: Any) -> None:
    """Wrong type, wrong version, or out of its bounds: nothing of the message is used."""
    assert reason(ENVELOPE | {field: value}) == "envelope"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"nonsense", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"\xef\xbb\xbf{}", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a":' * 100_000, "not_json"),
        (b"3", "not_object"),
        (b'"text"', "not_object"),
        (b"null", "not_object"),
        (json.dumps(ENVELOPE).encode()[:-1] + b',"speed_mps":NaN}', "not_json"),
        (json.dumps(ENVELOPE).encode()[:-1] + b',"speed_mps":1e999}', "not_finite"),
        (b"x" * 10_000_000, "too_large"),
    ],
)
def test_what_is_no_json_is_a_dead_letter(payload: bytes, expected: str) -> None:
    """Each with its reason."""
    assert reason(payload) == expected


@pytest.mark.parametrize(
    "text",
    [
        "lift/v1/32058/garden/31103205832018080001/state",
        "lift/v1/320583/Garden/31103205832018080001/state",
        "lift/v1/320583/garden/ab/state",
        "lift/v1/320583/garden/31103205832018080001/trip",
        "lift/v1/320583/garden/31103205832018080001/state/x",
        "lift/v2/320583/garden/31103205832018080001/state",
        "lift/v1/320583/garden/31103205832018080001/state\n",
        "",
    ],
)
def test_a_topic_that_does_not_match_is_a_dead_letter(text: str) -> None:
    """Whatever its payload."""
    decoded = decode(Publication(text, json.dumps(ENVELOPE).encode(), RECEIVED_MS))
    assert [rejection.reason for rejection in decoded.rejections] == ["topic"]


@pytest.mark.parametrize("kind", [*KINDS, "batch"])
def test_an_empty_payload(kind: str) -> None:
    """MQTT's way to remove a retained message; elsewhere a dead letter."""
    decoded = told(b"", kind)
    if kind in RETAINED:
        assert decoded.ignored == {"retained_removed": 1}
        assert not decoded.rejections
    else:
        assert [rejection.reason for rejection in decoded.rejections] == ["empty"]


def test_an_empty_array_holds_nothing_and_is_counted() -> None:
    """Neither a message nor a dead letter."""
    assert told([]) == Decoded([], [], told([]).ignored)
    assert told([]).ignored == {"empty_array": 1}


def test_an_array_is_many_messages_and_each_is_judged_by_itself() -> None:
    """One bad element costs only itself."""
    decoded = told([ENVELOPE, 3, ENVELOPE | {"seq": 8}, {"v": 1}])
    assert [m.seq for m in decoded.messages] == [7, 8]
    assert [(r.element, r.reason) for r in decoded.rejections] == [
        (1, "not_object"),
        (3, "envelope"),
    ]
    assert json.loads(decoded.rejections[1].payload) == {"v": 1}


def test_a_gateway_speaks_for_several_lifts() -> None:
    """Each element of a batch carries lift and kind."""
    element = ENVELOPE | {"lift": "LIFT-0002", "kind": "door", "reopens": 3}
    decoded = told(
        [element, ENVELOPE, element | {"lift": "x"}, element | {"kind": "trip"}], "batch"
    )
    (only,) = decoded.messages
    assert (only.lift, only.kind, only.source) == ("LIFT-0002", "door", "gateway")
    assert not decoded.ignored
    assert [rejection.element for rejection in decoded.rejections] == [1, 2, 3]
    assert reason(element, "batch") == "not_array"


def test_out_of_range_is_set_aside_and_the_rest_is_used() -> None:
    """With its reason; an unknown word of an enumeration is out of range too."""
    got = message(ENVELOPE | {"speed_mps": 99, "floor": -10, "car": "flying", "people": 2})
    body = got.body
    assert isinstance(body, State)
    assert (body.speed_mps, body.floor, body.car, body.people) == (None, None, None, 2)
    assert sorted(field for field, _ in got.set_aside) == ["car", "floor", "speed_mps"]
    assert all(why for _, why in got.set_aside)


def test_out_of_range_inside_a_list_costs_only_that_field() -> None:
    """The edge stays, without its floor."""
    edges = [{"panel": "car", "floor": 900, "edge": "press", "at": AT}]
    got = message(ENVELOPE | {"edges": edges}, "button")
    assert isinstance(got.body, Button)
    assert got.body.edges is not None
    assert (got.body.edges[0].panel, got.body.edges[0].floor) == ("car", None)
    assert [field for field, _ in got.set_aside] == ["edges[0].floor"]
    assert message(ENVELOPE | {"edges": edges * 201}, "button").set_aside


@pytest.mark.parametrize(
    ("field", "value"),
    [("speed_mps", "1.0"), ("floor", 2.5), ("occupied", "yes"), ("car", 1), ("people", [])],
)
def test_a_wrong_type_is_a_dead_letter(field: str, value: Any) -> None:
    """Of any field, not only of the envelope."""
    assert reason(ENVELOPE | {field: value}) == "wrong_type"


def test_a_whole_number_may_be_written_as_a_float() -> None:
    """3.0 is how some encoders write 3."""
    body = message(ENVELOPE | {"floor": 3.0}).body
    assert isinstance(body, State)
    assert body.floor == 3
    assert isinstance(body.floor, int)


def test_unknown_fields_are_passed_over_and_counted() -> None:
    """Also `lift` and `kind` outside a batch."""
    decoded = told(ENVELOPE | {"colour": "red", "lift": "L", "nested": {"a": [1]}})
    assert len(decoded.messages) == 1
    assert decoded.ignored == {"unknown_field": 3}


def test_the_impossible_is_never_rejected_for_it() -> None:
    """Moving with the door open is what the service is for."""
    got = message(ENVELOPE | {"car": "moving", "speed_mps": 1.7, "car_door": "open"})
    assert not got.set_aside


def test_a_wrong_clock_counts_from_reception_and_moves_the_times_inside() -> None:
    """By received_at − at, whether the terminal says so or is more than 60 s ahead."""
    said = ENVELOPE | {"clock_ok": False, "started_at": "2026-03-02T07:59:50.000Z"}
    got = message(said, "ride")
    assert isinstance(got.body, Ride)
    assert got.at_ms == got.stored_ms == RECEIVED_MS
    assert got.body.started_at is not None
    assert to_ms(got.body.started_at) == RECEIVED_MS - 10_000
    ahead = message(ENVELOPE | {"at": rfc3339(RECEIVED_MS + 60_001)})
    assert (ahead.at_ms, ahead.clock_ok) == (RECEIVED_MS, False)
    just = message(ENVELOPE | {"at": rfc3339(RECEIVED_MS + 60_000)})
    assert (just.at_ms, just.clock_ok) == (RECEIVED_MS + 60_000, True)


def test_late_data() -> None:
    """More than 10 minutes is late, more than 7 days is a dead letter."""
    sent = parse_ms(AT)
    assert not message(ENVELOPE, "door", sent + 600_000).late
    late = message(ENVELOPE, "door", sent + 600_001)
    assert late.late
    assert late.at_ms == sent
    week = 7 * 86_400_000
    assert message(ENVELOPE, "door", sent + week).late
    assert reason(ENVELOPE, "door", sent + week + 1) == "too_late"


@pytest.mark.parametrize("kind", sorted(RETAINED))
def test_retained_kinds_are_never_late(kind: str) -> None:
    """What a broker hands out again is judged by its reception, and stored under its own time."""
    sent = parse_ms(AT)
    got = message(ENVELOPE, kind, sent + 3_600_000)
    assert (got.late, got.at_ms, got.stored_ms) == (False, sent + 3_600_000, sent)
    old = message(ENVELOPE, kind, sent + 30 * 86_400_000)
    assert (old.late, old.at_ms) == (False, sent + 30 * 86_400_000)


@given(st.binary(max_size=400), st.sampled_from([*KINDS, "batch"]))
@settings(max_examples=500)
def test_any_bytes_are_counted_once(payload: bytes, kind: str) -> None:
    """Never an exception: a message, a dead letter, or counted as ignored."""
    decoded = told(payload, kind)
    assert len(decoded.messages) + len(decoded.rejections) + sum(decoded.ignored.values()) >= 1


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.data())
@settings(max_examples=500)
def test_any_value_in_any_field_is_answered(data: st.DataObject) -> None:
    """Each field of each kind in turn holding anything: exactly one answer, with a reason."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    names = [*ENVELOPE, *KINDS[kind].__struct_fields__]
    payload = ENVELOPE | {data.draw(st.sampled_from(names)): data.draw(JSON_VALUES)}
    decoded = told(json.dumps(payload).encode("utf-8", "surrogatepass"), kind)
    assert len(decoded.messages) + len(decoded.rejections) == 1


def test_random_mutations_of_a_valid_message_are_answered_once() -> None:
    """Bytes flipped, cut and doubled."""
    rng = random.Random(1)
    whole = json.dumps(ENVELOPE | {"speed_mps": 1.0, "car": "moving"}).encode()
    for _ in range(5_000):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        cut = bytes(raw[: rng.randint(1, len(raw))])
        decoded = told(cut)
        assert len(decoded.messages) + len(decoded.rejections) + sum(decoded.ignored.values()) >= 1


def test_the_table_of_signals_names_every_field_once() -> None:
    """One table for decoder, store, documentation and dashboards."""
    rows = [(row.kind, row.name) for row in SIGNALS]
    assert len(rows) == len(set(rows))
    assert {row.kind for row in SIGNALS} == set(KINDS)
    speed = next(row for row in signals_of("state") if row.name == "speed_mps")
    assert (speed.unit, speed.low, speed.high) == ("m/s", -15, 15)
