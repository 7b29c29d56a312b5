"""Who may speak for which lift, decided once a publication and for ever."""

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.bindings import Bindings
from ingest.decode import Decoded, Publication
from liftwatch import clock
from liftwatch.ports import StoreUnavailable
from liftwatch.register.terminals import Terminal

NOW_MS = 1_772_439_247_420


class Table:
    """The table of credentials: what stands in it now, or that it cannot be read."""

    def __init__(self) -> None:
        self.rows: dict[str, Terminal] = {}
        self.away = False

    def put(
        self, name: str, *lifts: str, gateway: str | None = None, revoked: bool = False
    ) -> None:
        """A credential as it stands now."""
        secret = None if revoked else "$7$101$c2FsdA==$aGFzaA=="
        self.rows[name] = Terminal(
            name=name, secret=secret, lifts=lifts, gateway=gateway, issued_ms=0, changed_ms=0
        )

    def __call__(self) -> Sequence[Terminal]:
        """Read it."""
        if self.away:
            raise StoreUnavailable("does not answer")
        return list(self.rows.values())


@pytest.fixture
def table() -> Table:
    """One that is empty."""
    return Table()


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The clock, in its only element."""
    moment = [NOW_MS]
    monkeypatch.setattr(clock, "now_ms", lambda: moment[0])
    return moment


def wire(terminal: str, **fields: Any) -> dict[str, Any]:
    """A message as it is sent."""
    envelope = {"v": 1, "terminal": terminal, "boot": "b1", "seq": 1, "at": clock.rfc3339(NOW_MS)}
    return envelope | fields


def state(terminal: str, lift: str = "L-0001", *, at_ms: int = NOW_MS) -> Publication:
    """One publication of one message."""
    topic = f"lift/v1/320583/garden/{lift}/state"
    return Publication(topic, json.dumps(wire(terminal)).encode(), at_ms)


def verdicts(said: Decoded) -> list[str]:
    """What became of what was said: `taken`, or the reason."""
    return ["taken" for _ in said.messages] + [one.reason for one in said.rejections]


def test_a_bound_lift_hears_only_its_terminal(tmp_path: Path, table: Table) -> None:
    """The other's message is kept as it came, with whom it was from."""
    table.put("T-1", "L-0001", "L-0002")
    table.put("T-2")
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    at_ms = clock.now_ms() + 1
    assert verdicts(bindings.decode(state("T-1", at_ms=at_ms))) == ["taken"]
    assert verdicts(bindings.decode(state("T-2", "L-0003", at_ms=at_ms))) == ["taken"]
    assert verdicts(bindings.decode(state("T-1", "L-0003", at_ms=at_ms))) == ["foreign_terminal"]
    foreign = state("T-2", at_ms=at_ms)
    (letter,) = bindings.decode(foreign).rejections
    assert (letter.reason, letter.detail) == (
        "foreign_terminal",
        "L-0001 is bound to T-1, not to T-2",
    )
    assert (letter.topic, letter.payload, letter.element) == (foreign.topic, foreign.payload, None)
    bindings.close()


def test_a_lift_may_have_two_terminals(tmp_path: Path, table: Table) -> None:
    """The controller's box and one added later."""
    table.put("T-1", "L-0001")
    table.put("T-2", "L-0001")
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    at_ms = clock.now_ms() + 1
    for terminal, verdict in (("T-1", "taken"), ("T-2", "taken"), ("T-3", "foreign_terminal")):
        assert verdicts(bindings.decode(state(terminal, at_ms=at_ms))) == [verdict]
    bindings.close()


def test_of_a_batch_each_element_is_judged(tmp_path: Path, table: Table) -> None:
    """By its own terminal, and by the lifts of the gateway whose topic it came under."""
    table.put("GW", "L-0001", gateway="GW-01")
    table.put("T-2", "L-0002")
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    elements: list[Any] = [
        wire("T-2", lift="L-0001", kind="state"),  # not bound to it
        7,  # no message at all: keeps its place
        wire("GW", lift="L-0001", kind="state"),
        wire("T-2", lift="L-0002", kind="state"),  # its own, but not this gateway's
        wire("T-9", lift="L-0009", kind="state"),  # free, but not this gateway's
    ]
    for terminal, lift in (("T-2", "L-0002"), ("T-9", "L-0009")):  # by themselves they may
        assert verdicts(bindings.decode(state(terminal, lift, at_ms=NOW_MS + 1))) == ["taken"]
    topic = "lift/v1/320583/garden/GW-01/batch"
    payload = json.dumps(elements).encode()
    said = bindings.decode(Publication(topic, payload, clock.now_ms() + 1))
    assert [(one.terminal, one.lift) for one in said.messages] == [("GW", "L-0001")]
    kept = {one.element: (one.reason, json.loads(one.payload)) for one in said.rejections}
    assert kept == {
        0: ("foreign_terminal", elements[0]),
        1: ("not_object", 7),
        3: ("foreign_terminal", elements[3]),
        4: ("foreign_terminal", elements[4]),
    }
    two = json.dumps(elements[3:]).encode()
    foreign = bindings.decode(Publication(topic, two, NOW_MS + 1))
    assert verdicts(foreign) == ["foreign_terminal"] * 2
    other = Publication(topic.replace("GW-01", "GW-02"), payload, clock.now_ms() + 1)
    assert len(bindings.decode(other).messages) == 3
    bindings.close()


def test_an_array_on_a_lifts_topic(tmp_path: Path, table: Table) -> None:
    """Of two equal elements of a stranger both are kept, each at its place."""
    table.put("T-1", "L-0001")
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    topic = "lift/v1/320583/garden/L-0001/state"
    payload = json.dumps([wire("T-2"), wire("T-1"), wire("T-2")]).encode()
    said = bindings.decode(Publication(topic, payload, clock.now_ms() + 1))
    assert [one.terminal for one in said.messages] == ["T-1"]
    assert [one.element for one in said.rejections] == [0, 2]
    bindings.close()


def test_the_canary_is_nobodys(tmp_path: Path, table: Table) -> None:
    """Whatever a table says of a lift with its name."""
    table.put("T-1", "1f2e")
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    topic = "lift/v1/000000/canary/1f2e/health"
    payload = json.dumps(wire("canary-1f2e")).encode()
    said = bindings.decode(Publication(topic, payload, clock.now_ms() + 1))
    assert verdicts(said) == ["taken"]
    elsewhere = topic.replace("000000", "320583")
    said = bindings.decode(Publication(elsewhere, payload, clock.now_ms() + 1))
    assert verdicts(said) == ["foreign_terminal"]
    bindings.close()


def test_a_change_holds_for_what_comes_after_it(
    tmp_path: Path, table: Table, now: list[int]
) -> None:
    """What was received before is judged as it was then, also when it is read again much later."""
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    seen = [state("T-2", at_ms=NOW_MS)]
    first = verdicts(bindings.decode(seen[0]))
    now[0] += 1_000
    table.put("T-1", "L-0001")
    bindings.learn()
    seen.append(state("T-2", at_ms=now[0]))
    second = verdicts(bindings.decode(seen[1]))
    now[0] += 1_000
    table.put("T-1", revoked=True)
    bindings.learn()
    seen += [state("T-2", at_ms=now[0]), state("T-1", at_ms=now[0])]
    third = [verdicts(bindings.decode(one)) for one in seen[2:]]
    told = [first, second, *third]
    assert told == [["taken"], ["foreign_terminal"], ["taken"], ["revoked_terminal"]]
    bindings.close()
    table.rows.clear()
    again = Bindings(tmp_path / "b.sqlite", read=table)
    again.learn()
    assert [verdicts(again.decode(one)) for one in reversed(seen)] == told[::-1]
    again.close()


def test_what_is_known_stays_while_the_database_is_away(
    tmp_path: Path, table: Table, now: list[int]
) -> None:
    """At once and after a start; the trouble is known, and gone when it is over."""
    table.put("T-1", "L-0001")
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    bindings.learn()
    table.away = True
    bindings.learn()
    assert bindings.trouble == "does not answer"
    assert verdicts(bindings.decode(state("T-2"))) == ["foreign_terminal"]
    bindings.close()
    again = Bindings(tmp_path / "b.sqlite", read=table)
    again.learn()
    assert verdicts(again.decode(state("T-2"))) == ["foreign_terminal"]
    table.away = False
    now[0] += 1
    table.put("T-1")
    again.learn()
    assert again.trouble is None
    assert verdicts(again.decode(state("T-2", at_ms=now[0]))) == ["taken"]
    again.close()


def test_a_change_that_cannot_be_written_does_not_judge(tmp_path: Path, table: Table) -> None:
    """Else a journal read again would be judged otherwise; it is written when it can be."""
    bindings = Bindings(tmp_path / "b.sqlite", read=table)
    table.put("T-1", "L-0001")
    other = sqlite3.connect(tmp_path / "b.sqlite", isolation_level=None)
    bindings._db.execute("PRAGMA busy_timeout=10")
    other.execute("BEGIN IMMEDIATE")
    bindings.learn()
    assert "locked" in (bindings.trouble or "")
    assert verdicts(bindings.decode(state("T-2"))) == ["taken"]
    other.execute("ROLLBACK")
    other.close()
    bindings.learn()
    assert bindings.trouble is None
    assert verdicts(bindings.decode(state("T-2", at_ms=NOW_MS + 1))) == ["foreign_terminal"]
    assert verdicts(bindings.decode(state("T-2"))) == ["taken"]
    bindings.close()


LIFTS, TERMINALS = ["L-0001", "L-0002"], ["T-1", "T-2"]
change = st.tuples(
    st.sampled_from(TERMINALS), st.sets(st.sampled_from(LIFTS)).map(sorted), st.booleans()
)
hearing = st.tuples(st.sampled_from(TERMINALS), st.sampled_from(LIFTS))
step = st.integers(min_value=-5_000, max_value=5_000)


@settings(max_examples=200)
@given(st.lists(st.tuples(step, change | hearing), max_size=30))
def test_read_again_everything_is_judged_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, happenings: list[Any]
) -> None:
    """Whatever changed between, in whatever order it is read, and however the clock stepped."""
    path = tmp_path_factory.mktemp("bindings") / "b.sqlite"
    table = Table()
    judged: list[tuple[Publication, list[str]]] = []
    with pytest.MonkeyPatch.context() as patch:
        now_ms = NOW_MS
        patch.setattr(clock, "now_ms", lambda: now_ms)
        bindings = Bindings(path, read=table)
        for by_ms, what in happenings:
            now_ms += by_ms
            if len(what) == 3:
                name, lifts, revoked = what
                table.put(name, *([] if revoked else lifts), revoked=revoked)
                bindings.learn()
                assert bindings.trouble is None
            else:
                one = state(*what, at_ms=now_ms)
                judged.append((one, verdicts(bindings.decode(one))))
        bindings.close()
        again = Bindings(path, read=Table())
        for one, verdict in [*reversed(judged), *judged]:
            assert verdicts(again.decode(one)) == verdict
        again.close()
