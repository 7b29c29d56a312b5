"""A terminal that keeps the contract is told so; each way of breaking it is found, and named."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest.conformance import CLAUSES, Conformance, Heard
from ingest.decode import Publication
from ingest.replay import read_line
from liftwatch.clock import parse_ms, rfc3339
from liftwatch.telemetry.messages import RETAINED

EXAMPLES = Path(__file__).parents[1] / "cases" / "contract" / "examples.jsonl"
START_MS = parse_ms("2026-03-02T08:00:00Z")
LIFT = "31103205832018080001"


class Speaker:
    """A terminal that does all right unless told otherwise."""

    def __init__(self) -> None:
        self.seqs = count()

    def say(
        self,
        kind: str,
        after_s: float,
        *,
        qos: int = 1,
        retained: bool | None = None,
        **fields: Any,
    ) -> Heard:
        """One message, `after_s` seconds after the start; a field of None is left out."""
        at_ms = START_MS + round(after_s * 1_000)
        said = {"v": 1, "terminal": "T-7", "boot": "b1", "at": rfc3339(at_ms), **fields}
        said.setdefault("seq", next(self.seqs))
        said = {name: value for name, value in said.items() if value is not None}
        flag = kind in RETAINED if retained is None else retained
        return heard(kind, msgspec.json.encode(said), at_ms + 100, qos=qos, retained=flag)


def heard(kind: str, payload: bytes, received_ms: int, **flags: Any) -> Heard:
    """What came under the lift's topic of a kind."""
    topic = f"lift/v1/320583/garden/{LIFT}/{kind}"
    return Heard(Publication(topic, payload, received_ms), **flags)


def judged(some: Iterable[Heard], *, seconds: float | None = None, **how: Any) -> Conformance:
    """After all that was heard."""
    one = Conformance("T-7", **how)
    for each in some:
        one.hear(each)
    one.finish(listened_s=seconds)
    return one


def broken(one: Conformance) -> dict[str, int]:
    """The clauses that were broken, and how often."""
    return {name: found.broken for name, found in one.findings.items() if found.broken}


def verdicts(one: Conformance) -> dict[str, str]:
    """Of every clause."""
    return {name: found.verdict for name, found in one.findings.items()}


def good(speaker: Speaker) -> Iterator[Heard]:
    """Twenty minutes of everything, as it should be."""
    yield speaker.say("register", 0, rated_speed_mps=1.75)
    yield speaker.say("online", 0.1, status="online")
    for minute in range(21):
        yield speaker.say("state", 60 * minute + 1, car="stopped", floor=1)
        if minute % 5 == 0:
            yield speaker.say("health", 60 * minute + 2, battery_pct=90)
        if minute % 15 == 0:
            yield speaker.say("counters", 60 * minute + 3, rides=minute)
    for half in range(30):
        yield speaker.say("state", 1_262 + half / 2, car="moving", speed_mps=1.0)
    began, ended = rfc3339(START_MS + 1_262_000), 1_278.0
    yield speaker.say("ride", ended, started_at=began, duration_s=16.0)
    for held in (1_320, 1_330, 1_340):
        opened = rfc3339(START_MS + 1_280_000)
        yield speaker.say("door", held, opened_at=opened, result="held", floor=2)
    edges = [{"panel": "car", "floor": 1, "button": "floor", "edge": "press", "at": opened}]
    yield speaker.say("button", 1_341, edges=edges)
    shaken = rfc3339(START_MS + 1_350_000)
    samples = [9.8] * 101
    yield speaker.say("burst", 1_351, started_at=shaken, rate_hz=100, z_mps2=samples)
    yield speaker.say("event", 1_352, edge="open", dialect="jiangsu", raw_code="04")
    yield speaker.say("online", 1_353, status="offline", clock_ok=False)


def test_one_that_keeps_everything_is_told_so() -> None:
    """Every clause has been seen."""
    one = judged(good(Speaker()), seconds=1_400)
    assert set(verdicts(one).values()) == {"kept"}, verdicts(one)
    assert one.messages == sum(one.kinds.values()) > 50
    assert (one.lifts, one.boots) == ({LIFT}, ["b1"])


def test_the_examples_of_the_contract_keep_it() -> None:
    """As far as twelve lines tell."""
    lines = EXAMPLES.read_bytes().splitlines()
    publications = [one for one in map(read_line, lines) if isinstance(one, Publication)]
    one = judged(map(Heard, publications))
    assert broken(one) == {}
    assert one.messages == 12


BREACHES: dict[str, Callable[[Speaker], Iterable[Heard]]] = {
    "qos": lambda t: [t.say("ride", 1, qos=0)],
    "retain": lambda t: [t.say("state", 1, retained=False), t.say("ride", 2, retained=True)],
    "seq": lambda t: [t.say("ride", k, seq=k) for k in (1, 2, 5, 6)],
    "identity": lambda t: [t.say("ride", 1, seq=3), t.say("ride", 2, seq=3)],
    "clock": lambda t: [t.say("ride", 1, at="2026-03-02T08:02:00.000Z")],
    "envelope": lambda t: [t.say("ride", 1), t.say("ride", 2, boot=None)],
    "types": lambda t: [t.say("ride", 1, energy_wh="9")],
    "ranges": lambda t: [t.say("ride", 1, duration_s=-4)],
    "names": lambda t: [t.say("ride", 1, duration_ms=4_000)],
    "json": lambda t: [t.say("ride", 1), heard("ride", b'{"terminal":"T-7"', START_MS)],
    "topic": lambda t: [t.say("ride", 1), heard("trip", b'{"terminal":"T-7"}', START_MS)],
    "will": lambda t: [t.say("online", 1, status="offline")],
    "state": lambda t: [t.say("state", k, car="stopped") for k in (0, 60, 136)],
    "state rate": lambda t: [t.say("state", k / 4, car="moving") for k in range(12)],
    "counters": lambda t: [t.say("counters", k, rides=1) for k in (0, 1_200)],
    "health": lambda t: [t.say("health", k, rssi_dbm=-70) for k in (0, 380)],
    "ride": lambda t: [t.say("ride", 20, started_at=rfc3339(START_MS), duration_s=5)],
    "door": lambda t: [t.say("door", 1, opened_at=rfc3339(START_MS + 9_000))],
    "button": lambda t: [t.say("button", 1, edges=[{"at": rfc3339(START_MS + 9_000)}])],
    "burst": lambda t: [t.say("burst", 1, rate_hz=100, z_mps2=[9.8, 9.8])],
    "event": lambda t: [t.say("event", 1, dialect="jiangsu", raw_code="77")],
}
"""One for each clause that can be broken by what is said."""


@pytest.mark.parametrize("clause", BREACHES)
def test_each_breach_is_found_and_no_other(clause: str) -> None:
    """With an example that tells where."""
    one = judged(BREACHES[clause](Speaker()))
    assert set(broken(one)) == {clause}, one.findings
    assert all(one.findings[clause].examples)


def test_every_clause_can_be_broken_or_is_only_seen() -> None:
    """Of two nothing tells that they were to be said now."""
    assert set(CLAUSES) - set(BREACHES) == {"register", "online"}


@pytest.mark.parametrize(
    "burst",
    [
        {"started_at": 0, "rate_hz": 100, "z_mps2": [9.8] * 101, "x_mps2": [0.0] * 99},
        {"started_at": 0, "rate_hz": 100, "z_mps2": [9.8] * 101, "position_m": [1.0] * 4},
        {"started_at": 0, "rate_hz": 100, "z_mps2": [9.8] * 51},
        {"started_at": 0, "rate_hz": 100},
    ],
)
def test_bursts_that_do_not_fit_themselves(burst: dict[str, Any]) -> None:
    """Axes of different length, a slow channel without its rate, an end that is none."""
    burst["started_at"] = rfc3339(START_MS + burst["started_at"])
    assert set(broken(judged([Speaker().say("burst", 1, **burst)]))) == {"burst"}


def test_what_never_came_is_told_when_there_was_time() -> None:
    """Twenty minutes without counters; ten tell nothing of them."""
    some = [Speaker().say("ride", 1)]
    assert set(broken(judged(some, seconds=1_200))) == {"state", "health", "counters"}
    assert set(broken(judged(some, seconds=600))) == {"state", "health"}
    assert broken(judged(some)) == {}


def test_what_the_broker_had_kept_tells_nothing_of_time() -> None:
    """It may be days old, and its numbers are of long ago."""
    t = Speaker()
    old = t.say("register", -86_400, seq=4, model="A")._replace(handed_out=True)
    state = t.say("state", -3_000, seq=9, floor=2)._replace(handed_out=True)
    one = judged([old, state, t.say("state", 5, seq=70), t.say("ride", 6, seq=71)])
    assert broken(one) == {}
    assert verdicts(one)["register"] == "kept"
    assert one.offsets_ms == [100, 100]


def test_a_number_reserved_for_a_will_is_no_gap() -> None:
    """Neither before it is known nor after."""
    t = Speaker()
    spoken = [t.say("ride", k, seq=k) for k in (1, 3, 4)]
    assert broken(judged(spoken)) == {}
    will = t.say("online", 9, seq=2, status="offline", clock_ok=False)
    assert broken(judged([*spoken, will])) == {}
    other = t.say("online", 9, seq=9, status="offline", clock_ok=False)
    assert broken(judged([*spoken, other])) == {"seq": 1}


def test_others_are_not_judged() -> None:
    """Another terminal's breaches are its own; a gateway's batch is taken apart."""
    t = Speaker()
    assert judged([t.say("ride", 1, terminal="T-8", energy_wh="9")]).messages == 0
    assert broken(judged([t.say("ride", 1), t.say("ride", 2, terminal="T-8", v=2, seq=0)])) == {}
    element = {"v": 1, "boot": "b", "at": rfc3339(START_MS), "kind": "ride", "lift": LIFT}
    batch = [
        {**element, "terminal": "T-8", "seq": 1, "noise_dba": 9e9},
        {**element, "terminal": "T-7", "seq": 1, "noise_dba": 50},
    ]
    payload = msgspec.json.encode(batch)
    topic = "lift/v1/320583/garden/GW-garden-1/batch"
    one = judged([Heard(Publication(topic, payload, START_MS), 1, False)])
    assert (one.messages, broken(one)) == (1, {})


def test_a_sender_that_cannot_be_read_is_found_by_its_lift() -> None:
    """Before and after it was heard; of a lift that was never heard it is counted."""
    nonsense = heard("ride", b"nonsense", START_MS)
    t = Speaker()
    assert broken(judged([nonsense, t.say("ride", 1)])) == {"json": 1}
    assert broken(judged([t.say("ride", 1), nonsense])) == {"json": 1}
    one = judged([nonsense])
    assert (one.messages, one.strangers, broken(one)) == (0, 1, {})
    assert broken(judged([nonsense], lift=LIFT)) == {"json": 1}


def test_what_is_left_out_is_told() -> None:
    """Kinds, fields, and the detectors that cannot tell anything then."""
    one = judged([Speaker().say("state", 1, floor=2, car="stopped", clock_ok=True)])
    left = dict(one.left_out())
    assert "register" in left["kinds"]
    assert "state" not in left["kinds"]
    assert "speed_mps" in left["state"]
    assert not {"floor", "car", "clock_ok", "terminal"} & set(left["state"])
    blind = dict(one.blind())
    assert {"overspeed", "free_fall", "button_dead"} <= set(blind)
    whole = dict(judged(good(Speaker())).blind())
    assert not {"overspeed", "door_fault", "free_fall"} & set(whole)
