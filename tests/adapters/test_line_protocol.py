"""Our line protocol means what influxdb-client's does, whatever the words."""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from influxdb_client.client.write.point import Point

from liftwatch.adapters.line_protocol import lines_by_points, lines_of
from liftwatch.adapters.line_text import fields_text, head_text, key_text, string_text
from liftwatch.adapters.line_writers import TAGS, WRITERS
from liftwatch.clock import rfc3339, to_ms
from liftwatch.telemetry.messages import KINDS, Event, Message, Wire
from liftwatch.telemetry.points import moment_text, points_of
from liftwatch.telemetry.signals import Signal, signals_of

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
    told = fields_text(fields)
    assert bool(told) == bool(theirs)
    if told:
        ours = f"{head_text('lift_state', sorted(tags))}{told} {time_ns}"
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
    event = Event(v=1, terminal="T-7", boot=boot, seq=9, at="", raw_text=text)
    told = Message(
        area="320583", estate="a b", lift="L-01", kind="event", source="gateway", at_ms=5,
        stored_ms=5, received_ms=6, clock_ok=True, late=False, exercise=False, body=event,
    )  # fmt: skip
    (line,), (point,) = lines_of(told), points_of(told)
    meaning = Meaning(line.decode())
    assert meaning.measurement == "lift_event"
    assert meaning.tags == {"area": "320583", "estate": "a b", "lift": "L-01", "source": "gateway"}
    assert list(meaning.fields.items()) == list(point.fields.items())
    assert meaning.time_ns == point.time_ns


def test_lone_surrogates_do_not_stop_a_batch(message: Callable[..., Message]) -> None:
    """No line can carry them; everything else of the message is stored."""
    (line,) = lines_of(message("event", lift="L\ud800"))
    assert b"lift=L?," in line


FIRST = datetime(1, 1, 2, tzinfo=UTC).replace(tzinfo=None)
LAST = datetime(9999, 12, 30, tzinfo=UTC).replace(tzinfo=None)
moments = st.datetimes(
    FIRST, LAST, timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone.min])
)


@given(moments)
def test_a_moment_is_told_as_the_clock_tells_it(moment: datetime) -> None:
    """Of any year and any offset, rounded down."""
    assert moment_text(moment) == rfc3339(to_ms(moment))


def said(row: Signal) -> st.SearchStrategy[Any]:
    """Whatever a signal may hold, and None; floats beyond all bounds and integers among them."""
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.booleans(),
        "int": st.integers(-(2**53), 2**53) | st.integers(-9, 150),
        "float": st.floats() | st.integers(-(10**6), 10**6) | st.sampled_from([0.0, -0.0, 1e16]),
        "str": st.sampled_from(row.choices) if row.choices else texts,
        "time": moments,
        "date": st.dates(date(1, 1, 1)),
    }
    return st.none() | strategies[row.type]


def body(kind: str) -> st.SearchStrategy[Wire]:
    """A body of a kind of one line."""
    fields = {row.name: said(row) for row in signals_of(kind)}
    envelope = {
        "v": st.just(1),
        "at": st.just(""),
        "terminal": texts,
        "boot": texts,
        "seq": st.integers(0, 2**32 - 1),
    }
    return st.builds(KINDS[kind], **envelope, **fields)


@st.composite
def one_line_messages(draw: st.DrawFn) -> Message:
    """A message of any kind that has a writer, whatever it says."""
    kind = draw(st.sampled_from(sorted(WRITERS)))
    stored_ms = draw(st.integers(-(2**40), 2**43))
    return Message(
        kind=kind,
        body=draw(body(kind)),
        area="320583",
        estate=draw(texts),
        lift=draw(texts),
        source=draw(st.sampled_from(["terminal", "gateway"])),
        at_ms=stored_ms,
        stored_ms=stored_ms,
        received_ms=stored_ms + draw(st.integers(-5_000, 5_000)),
        clock_ok=draw(st.booleans()),
        late=False,
        exercise=draw(st.booleans()),
    )


def plainly(fields: dict[str, Any]) -> str:
    """Fields as text, one after the other: the writer before it was made fast."""
    parts = []
    for name, value in fields.items():
        if isinstance(value, bool):
            parts.append(f"{name}=true" if value else f"{name}=false")
        elif isinstance(value, float):
            parts += [f"{name}={value!r}"] if math.isfinite(value) else []
        elif isinstance(value, int):
            parts.append(f"{name}={value}i")
        else:
            parts.append(f'{name}="{string_text(value)}"')
    return ",".join(parts)


@given(one_line_messages())
def test_the_fast_way_says_what_the_long_way_says(message: Message) -> None:
    """Byte for byte, for every kind that has a writer, twice: what was learned changes nothing."""
    (point,) = points_of(message)
    head = head_text(f"lift_{message.kind}", [(name, getattr(message, name)) for name in TAGS])
    line = f"{head}{plainly(point.fields)} {point.time_ns}".encode(errors="replace")
    assert lines_of(message) == lines_by_points(message) == lines_of(message) == [line]


def test_the_hot_kinds_have_writers() -> None:
    """And what may be several points has none."""
    assert {"state", "ride", "door", "counters", "event"} <= set(WRITERS)
    assert not {"button", "burst", "register", "maintenance", "health"} & set(WRITERS)


def test_words_learned_are_bounded(message: Callable[..., Message]) -> None:
    """A terminal that never says the same twice fills no memory."""
    for k in range(3_000):
        lines_of(message("event", {"raw_text": f"text {k}", "seq": k}))
    table = WRITERS["event"].__globals__["of_raw_text"]
    assert len(table) <= 1_024
    assert f"text {10**6}".encode() in lines_of(message("event", {"raw_text": f"text {10**6}"}))[0]
