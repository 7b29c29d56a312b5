"""Our line protocol means what influxdb-client's does, whatever the words."""

import math
import re
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from influxdb_client.client.write.point import Point

from liftwatch.adapters.line_protocol import fields_text, head_text, key_text, lines_of
from liftwatch.telemetry.messages import Event, Message
from liftwatch.telemetry.points import points_of

ODD = ['"', "\\", " ", ",", "=", "\n", "\r", "\t", "\x00", "'", "轿", "🛗", "a", "1", "\\\\", '\\"']
texts = st.one_of(
    st.text(max_size=20), st.lists(st.sampled_from(ODD), max_size=8).map("".join)
).filter(lambda text: not re.search("[\ud800-\udfff]", text))
names = st.sampled_from(["car", "floor", "speed_mps", "sensors_level", "index", "x"])
values = st.one_of(
    texts,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=True, allow_infinity=True),
)


def client_point(measurement: str) -> Any:
    """A point of influxdb-client, whose methods have no types."""
    return Point(measurement)  # type: ignore[no-untyped-call]


class Meaning:
    """Reads a line as the protocol's grammar has it."""

    def __init__(self, line: str) -> None:
        self.rest = line
        self.measurement = self.until(", ")
        self.tags = {}
        while self.rest.startswith(","):
            self.rest = self.rest[1:]
            name = self.until("=")
            self.rest = self.rest[1:]
            self.tags[name] = self.until(", ")
        self.fields: dict[str, Any] = {}
        while self.rest and self.rest[0] in " ," and not re.fullmatch(r" -?\d+", self.rest):
            self.rest = self.rest[1:]
            name = self.until("=")
            self.rest = self.rest[1:]
            self.fields[name] = self.value()
        self.time_ns = int(self.rest)

    def until(self, ends: str) -> str:
        """A key, as InfluxDB scans it: what a backslash stands before does not end it."""
        match = re.search(rf"(?<!\\)[{ends}]", self.rest)
        assert match is not None
        key, self.rest = self.rest[: match.start()], self.rest[match.start() :]
        return re.sub(r"\\([, =])", r"\1", key)

    def value(self) -> Any:
        """A field's value."""
        if self.rest.startswith('"'):
            match = re.match(r'"((?:\\.|[^"\\])*)"', self.rest, re.DOTALL)
            assert match is not None
            self.rest = self.rest[match.end() :]
            return re.sub(r'\\(["\\])', r"\1", match.group(1))
        text = re.match("[^, ]+", self.rest)
        assert text is not None
        self.rest = self.rest[text.end() :]
        word = text.group()
        if word in ("true", "false"):
            return word == "true"
        return int(word[:-1]) if word.endswith("i") else float(word)

    def all(self) -> Any:
        """Everything it says, with types."""
        typed = {name: (type(value), value) for name, value in self.fields.items()}
        return self.measurement, self.tags, typed, self.time_ns


@given(
    st.lists(st.tuples(names, texts), max_size=4, unique_by=lambda tag: tag[0]),
    st.dictionaries(names, values, min_size=1),
    st.integers(-(2**62), 2**62),
)
def test_it_means_what_the_client_means(
    tags: list[tuple[str, str]], fields: dict[str, Any], time_ns: int
) -> None:
    """Tags, fields of every type, and the time."""
    point = client_point("lift_state").time(time_ns)
    for name, value in tags:
        point.tag(name, value)
    for name, value in fields.items():
        point.field(name, value)
    theirs = point.to_line_protocol()
    said = fields_text(fields)
    assert bool(said) == bool(theirs)
    if said:
        ours = f"{head_text('lift_state', sorted(tags))}{said} {time_ns}"
        assert Meaning(ours).all() == Meaning(theirs).all()


@given(texts.filter(bool), texts.filter(bool))
def test_names_are_escaped_as_the_client_does(measurement: str, tag: str) -> None:
    """To the letter."""
    theirs = client_point(f"m{measurement}").tag(f"t{tag}", "1").field("x", True).to_line_protocol()
    assert head_text(f"m{measurement}", [(f"t{tag}", "1")]) + "x=true" == theirs
    assert key_text(f"t{tag}") in theirs


@given(texts)
def test_text_comes_back(text: str) -> None:
    """A string field is the same after reading."""
    assert Meaning(f"m {fields_text({'x': text})} 1").fields == {"x": text}


def test_what_is_not_finite_is_left_out() -> None:
    """No database takes it."""
    assert fields_text({"a": math.nan, "b": math.inf, "c": -math.inf, "d": -0.0}) == "d=-0.0"
    assert fields_text({"a": math.nan}) == ""


@given(texts, texts)
def test_a_message_is_one_line_a_point(text: str, boot: str) -> None:
    """Head, fields and time of each of its points."""
    body = Event(v=1, terminal="T-7", boot=boot, seq=9, at="", raw_text=text)
    said = Message(
        area="320583", estate="a b", lift="L-01", kind="event", source="gateway", at_ms=5,
        stored_ms=5, received_ms=6, clock_ok=True, late=False, exercise=False, body=body,
    )  # fmt: skip
    (line,), (point,) = lines_of(said), points_of(said)
    meaning = Meaning(line.decode())
    assert meaning.measurement == "lift_event"
    assert meaning.tags == {"area": "320583", "estate": "a b", "lift": "L-01", "source": "gateway"}
    assert list(meaning.fields.items()) == list(point.fields.items())
    assert meaning.time_ns == point.time_ns


def test_lone_surrogates_do_not_stop_a_batch(message: Callable[..., Message]) -> None:
    """No line can carry them; everything else of the message is stored."""
    (line,) = lines_of(message("event", lift="L\ud800"))
    assert b"lift=L?," in line
