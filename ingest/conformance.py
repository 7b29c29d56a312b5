"""What of the contract one terminal keeps, breaks and leaves out, judged by what it sends.

Knows no broker: whoever listens hands over what came (`Heard`) and asks for the verdict at the end.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

import msgspec
from msgspec import Struct, field
from msgspec.json import encode

from detectors.registry import DETECTORS
from ingest.decode import Decoded, Publication, decode
from ingest.periods import Periods
from ingest.within import look_within
from liftwatch.clock import wire_ms
from liftwatch.telemetry.messages import (
    KINDS,
    RETAINED,
    Message,
    Online,
    Rejection,
    Wire,
)
from liftwatch.telemetry.topics import CANARY_AREA, parse_topic

CLAUSES = {
    "topic": "topics have the form of section 1",
    "json": "payloads are JSON: an object, or an array of them",
    "envelope": "v, terminal, boot, seq and at are there, and right",
    "types": "every field has its type",
    "ranges": "every field lies within its range",
    "names": "every field is one of the contract's",
    "qos": "published with QoS 1",
    "retain": "register, online and state are retained, nothing else is",
    "seq": "seq counts up by one, per boot",
    "identity": "one (terminal, boot, seq) is one message",
    "clock": "at is right within 60 s, or clock_ok is false; nothing is older than 7 days",
    "register": "register says what the lift is",
    "online": "online says that the terminal is connected",
    "will": "a last will says offline, with clock_ok false",
    "state": "a state at least every 60 s",
    "state rate": "at most 2 states a second while moving",
    "counters": "counters every 15 minutes",
    "health": "health every 5 minutes",
    "ride": "a ride is told at its end: started_at plus duration_s is at",
    "door": "a cycle opened before it is told; held open it is told every 10 s",
    "button": "each edge has its time, not after at",
    "burst": "a burst has its rate and beginning, axes of one length, and at is its last sample",
    "event": "an event's code, or its raw code in its dialect, is known",
}
"""Each with what section 1 of the contract asks; `event` with section 5."""

_BY_REASON = {
    "topic": "topic",
    "not_json": "json",
    "not_object": "json",
    "not_array": "json",
    "empty": "json",
    "too_large": "json",
    "too_many": "json",
    "wrong_type": "types",
    "not_finite": "types",
    "too_late": "clock",
}
EXAMPLES_MAX = 3
UNKNOWN_MAX = 1_000
"""So many of an unknown sender are kept: whose they are is known when the lifts are."""
BASE = frozenset(Wire.__struct_fields__)


class _Sender(Struct):
    terminal: str


_SENDER = msgspec.json.Decoder(_Sender)


class Heard(NamedTuple):
    """A publication, and what MQTT said of it where that is known.

    `handed_out`: the broker had kept it, and gave it because somebody subscribed.
    """

    publication: Publication
    qos: int | None = None
    retained: bool | None = None
    handed_out: bool = False


class Finding(Struct):
    """How often a clause was kept and broken, and the first examples of how."""

    kept: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """`broken` when it ever was, `not seen` when there was nothing to judge."""
        return "broken" if self.broken else "kept" if self.kept else "not seen"


class Conformance:
    """Hears one terminal, or everything under one lift's topics, and judges."""

    def __init__(self, terminal: str, *, lift: str | None = None) -> None:
        self.terminal, self.lift = terminal, lift
        self.findings = {name: Finding() for name in CLAUSES}
        self.lifts: set[str] = set()
        self.kinds: dict[str, int] = {}
        self.given: dict[str, set[str]] = {}
        self.offsets_ms: list[int] = []
        self.late = self.exercises = 0
        self.strangers = 0
        self._unknown: list[Rejection] = []
        self._names: set[str] = set()
        self._said: dict[tuple[str, str], dict[int, int]] = {}
        self._wills: dict[tuple[str, str], set[int]] = {}
        self._periods = Periods()

    @property
    def messages(self) -> int:
        """How many were heard."""
        return sum(self.kinds.values())

    @property
    def boots(self) -> list[str]:
        """Those heard."""
        return sorted({boot for _, boot in self._said})

    def keep(self, name: str) -> None:
        """A clause was kept once."""
        self.findings[name].kept += 1

    def breach(self, name: str, how: str) -> None:
        """A clause was broken once."""
        finding = self.findings[name]
        finding.broken += 1
        if len(finding.examples) < EXAMPLES_MAX:
            finding.examples.append(how)

    def hear(self, heard: Heard) -> None:
        """Judge what of a publication is of this terminal."""
        topic = parse_topic(heard.publication.topic)
        if topic is not None and topic.area == CANARY_AREA:
            return
        said = decode(heard.publication)
        ours = [one for one in said.messages if self._is_ours(one)]
        for message in ours:
            self._names.add(topic.name if topic is not None else message.lift)
            self._judge(message, heard)
        for rejection in said.rejections:
            self._refused(rejection)
        if ours:
            self._count_unknown(said, ours[0])
            self._judge_flags(heard, ours[0])

    def _is_ours(self, message: Message) -> bool:
        if self.lift is not None:
            return message.lift == self.lift
        return message.terminal == self.terminal

    def _refused(self, rejection: Rejection) -> None:
        if self._is_of_ours(rejection):
            clause = _BY_REASON.get(rejection.reason, "envelope")
            self.breach(clause, f"{rejection.detail} ({rejection.topic})")
        else:
            self.strangers += 1
            if len(self._unknown) < UNKNOWN_MAX:
                self._unknown.append(rejection)

    def _is_of_ours(self, rejection: Rejection) -> bool:
        """By the sender's name where it can be read, else by the lift."""
        topic = parse_topic(rejection.topic)
        name = topic.name if topic is not None else "".join(rejection.topic.split("/")[-2:-1])
        if self.lift is not None:
            return name == self.lift
        try:
            return _SENDER.decode(rejection.payload).terminal == self.terminal
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return name in self._names or self.terminal.encode() in rejection.payload

    def _count_unknown(self, said: Decoded, message: Message) -> None:
        count = said.ignored.get("unknown_field", 0)
        if count:
            self.breach("names", f"{count} unknown in {_told(message)}")
        else:
            self.keep("names")

    def _judge_flags(self, heard: Heard, message: Message) -> None:
        if heard.handed_out:
            return
        if heard.qos is not None:
            if heard.qos:
                self.keep("qos")
            else:
                self.breach("qos", f"QoS 0: {_told(message)}")
        if heard.retained is not None and message.source == "terminal":
            if heard.retained == (message.kind in RETAINED):
                self.keep("retain")
            else:
                how = "retained" if heard.retained else "not retained"
                self.breach("retain", f"{how}: {_told(message)}")

    def _judge(self, message: Message, heard: Heard) -> None:
        for name in ("topic", "json", "envelope", "types"):
            self.keep(name)
        self.lifts.add(message.lift)
        self._note_given(message)
        for path, reason in message.set_aside:
            clause = "event" if path.startswith("raw_code") else "ranges"
            self.breach(clause, f"{path}: {reason}")
        if not message.set_aside:
            self.keep("ranges")
        if message.kind == "register":
            self.keep("register")
        if isinstance(message.body, Online):
            self._judge_online(message, message.body)
        if heard.handed_out:
            return  # of before we listened: it tells nothing of time or order
        if message.is_counted:
            self._judge_identity(message)
        self._judge_clock(message)
        if message.clock_ok and not message.late:
            for name, how in self._periods.hear(message):
                self._settle(name, how)
        if message.clock_ok:
            for name, how in look_within(message.body):
                self._settle(name, how)

    def _settle(self, name: str, how: str | None) -> None:
        if how is None:
            self.keep(name)
        else:
            self.breach(name, how)

    def _note_given(self, message: Message) -> None:
        self.kinds[message.kind] = self.kinds.get(message.kind, 0) + 1
        given = self.given.setdefault(message.kind, set())
        for name in message.body.__struct_fields__:
            if name not in BASE and getattr(message.body, name) is not None:
                given.add(name)
        self.exercises += message.exercise

    def _judge_online(self, message: Message, body: Online) -> None:
        if body.status == "online":
            self.keep("online")
        elif body.status == "offline":
            self._wills.setdefault((message.terminal, message.boot), set()).add(message.seq)
            if body.clock_ok is False:
                self.keep("will")
            else:
                self.breach("will", f"clock_ok is not false: {_told(message)}")

    def _judge_identity(self, message: Message) -> None:
        said = self._said.setdefault((message.terminal, message.boot), {})
        content = hash((message.lift, message.kind, encode(message.body)))
        before = said.setdefault(message.seq, content)
        if before == content:
            self.keep("identity")
        else:
            self.breach("identity", f"another one before: {_told(message)}")

    def _judge_clock(self, message: Message) -> None:
        self.late += message.late
        if message.body.clock_ok is False:
            return
        self.offsets_ms.append(message.received_ms - wire_ms(message.body.at))
        if message.clock_ok:
            self.keep("clock")
        else:
            self.breach("clock", f"{-self.offsets_ms[-1] / 1_000:.0f} s ahead: {_told(message)}")

    def finish(self, *, listened_s: float | None = None) -> None:
        """Judge what shows at the end only: gaps, what never came, and whose the unknown are."""
        unknown, self._unknown = self._unknown, []
        self.strangers -= len(unknown)
        for rejection in unknown:
            self._refused(rejection)
        if not self.kinds:
            return
        for (terminal, boot), said in self._said.items():
            self._judge_gaps(boot, set(said), self._wills.get((terminal, boot), set()))
        if listened_s is not None:
            for name, how in self._periods.finish(self.lifts, listened_s):
                self._settle(name, how)

    def _judge_gaps(self, boot: str, said: set[int], wills: set[int]) -> None:
        counted = sorted(said - wills)
        missing = [
            (before + 1, after - 1)
            for before, after in pairwise(counted)
            if after - before - 1 > len(wills) or not wills.issuperset(range(before + 1, after))
        ]
        # a will's reserved number is no gap; before the will has come it is not known which
        if not wills and len(missing) == 1 and missing[0][0] == missing[0][1]:
            missing = []
        self.findings["seq"].kept += max(len(counted) - len(missing), 0)
        for first, last in missing:
            numbers = str(first) if first == last else f"{first} to {last}"
            self.breach("seq", f"boot {boot}: {numbers} never came")

    def left_out(self) -> Iterator[tuple[str, list[str]]]:
        """Of each kind that was heard the fields that never were; of `kinds` those never heard."""
        yield "kinds", [kind for kind in KINDS if kind not in self.kinds]
        for kind, given in self.given.items():
            names = [n for n in KINDS[kind].__struct_fields__ if n not in BASE and n not in given]
            yield kind, names

    def blind(self) -> Iterator[tuple[str, str]]:
        """Detectors that cannot tell anything by what is given, and what they need."""
        given = set(self.kinds).union(*self.given.values())
        known = {*KINDS, *(name for one in KINDS.values() for name in one.__struct_fields__)}
        for detector in DETECTORS:
            for need in detector.needs:
                if not given & known.intersection(_words(need)):
                    yield detector.name, need


def _words(text: str) -> Iterable[str]:
    return text.replace(",", " ").split()


def _told(message: Message) -> str:
    return f"{message.lift} {message.kind} {message.boot}/{message.seq} at {message.body.at}"
