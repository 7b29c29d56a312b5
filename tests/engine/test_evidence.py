"""Evidence is kept once, whole, for good: relays behind, stores away, engines that die."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from prometheus_client import CollectorRegistry

from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.clock import DAY_MS, HOUR_MS, MINUTE_MS, now_ms
from liftwatch.engine import evidence
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.jobs import make_jobs
from liftwatch.engine.trail import Kept
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.evidence import BYTES_MAX, POINTS_MAX, EvidenceWindow
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.ports import StoreUnavailable, TelemetryQuery, TelemetryRow
from liftwatch.telemetry.messages import Message
from tests.conftest import Influx, make_message

LIFT = "LIFT-0001"


class Shaky:
    """A store that is away, or ends the engine, as often as it is told."""

    def __init__(self, store: Any) -> None:
        self.store, self.dies = store, False
        self.away = self.reads = 0

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """As the real one, if it is there."""
        self.reads += 1
        if self.away:
            self.away -= 1
            raise StoreUnavailable("away")
        if self.dies and query.kind == "maintenance" and query.limit > 1:
            raise KeyboardInterrupt  # all has been read, nothing is written
        rows: list[TelemetryRow] = self.store.read(query)
        return rows

    def write(self, messages: list[Message]) -> None:
        """Straight through."""
        self.store.write(messages)

    def aggregate(self, from_ms: int, to_ms: int) -> int:
        """Not of interest here."""
        del from_ms, to_ms
        return 0

    def prune(self, now_ms: int) -> int:
        """As the real one."""
        pruned: int = self.store.prune(now_ms)
        return pruned

    def is_ready(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Closed by its own fixture."""


class House:
    """A lift that stood still with somebody in it, its incident, and an engine moved by hand."""

    def __init__(self, books: SqlBooks, store: Any) -> None:
        self.books, self.store = books, Shaky(store)
        self.raised_ms = now_ms() // 1000 * 1000
        self.now_ms = self.raised_ms
        self.restart()

    def restart(self) -> None:
        """Another engine over the same books."""
        jobs = make_jobs(
            self.books, self.store, late_ms=60_000, alarm=None, exercise=False, kept=Kept(400)
        )
        ours = [job for job in jobs if job.name == evidence.KEEP]
        self.engine = Engine(self.books, ours, registry=CollectorRegistry())
        self.engine.arm(self.now_ms, "long")

    def states(self, from_s: int, to_s: int, *, step_s: int = 1, **fields: Any) -> None:
        """What the lift said, in seconds around the raising."""
        said = {"speed_mps": 0.0, "car": "stopped", "doors_closed": True, "in_door_zone": False}
        said |= {"occupied": True} | fields
        self.store.write(
            [
                make_message(
                    "state",
                    {**said, "seq": 100_000 + k},
                    lift=LIFT,
                    at_ms=self.raised_ms + k * 1000,
                )
                for k in range(from_s, to_s, step_s)
            ]
        )

    def alarm(self, kind: str = "entrapment", edge: Any = "raised", **fields: Any) -> Incident:
        """Its alarm."""
        change = {"opened_ms": self.raised_ms - 45_000, "at_ms": self.raised_ms, "severity": 1}
        place = {"area": "320583", "estate": "garden", "lift": LIFT, "kind": kind, "edge": edge}
        made = apply_alarm(self.books, AlarmChange(**place | change | fields))  # type: ignore[arg-type]  # of a test
        assert made is not None
        return made

    def run(self, until_s: float, *, step_s: float = 5) -> None:
        """Let the engine do what is due, up to so many seconds after the raising."""
        while self.now_ms < self.raised_ms + until_s * 1000:
            self.now_ms += round(step_s * 1000)
            while self.engine.step(self.now_ms, "long"):
                pass

    def window(self, incident: Incident) -> EvidenceWindow:
        """Its only window."""
        (found,) = self.books.evidence_of(incident.id)
        return found


@pytest.fixture
def books(sqlite_books: str) -> Iterator[SqlBooks]:
    """Empty books."""
    made = open_books(sqlite_books)
    yield made
    made.close()


@pytest.fixture(params=["embedded", "influx"])
def house(request: pytest.FixtureRequest, books: SqlBooks, tmp_path: Path) -> Iterator[House]:
    """A house over a real store."""
    if request.param == "embedded":
        store: Any = EmbeddedStore(tmp_path / "telemetry.sqlite")
    else:
        url = request.getfixturevalue("influx_url")
        store = InfluxStore(url, token="", org="", bucket=f"evidence {tmp_path.name}")
    yield House(books, store)
    store.close()


def offsets(window: EvidenceWindow, name: str) -> list[int]:
    """The seconds of a series."""
    return [at_ms // 1000 for at_ms, _ in window.kept.series.get(name, [])]


def test_the_signals_around_an_incident_are_kept(house: House) -> None:
    """From a minute before it began to half a minute after it was raised, each value once."""
    house.states(-200, 200)
    incident = house.alarm(evidence={"branch": "off_zone"})
    house.run(80)
    assert house.window(incident).kept_ms is None
    house.run(100)
    window = house.window(incident)
    assert window.complete
    assert offsets(window, "state.speed_mps") == list(range(-105, 30))
    assert window.kept.series["state.occupied"][0] == (-105_000, True)
    assert window.kept.series["state.car"][-1] == (29_000, "stopped")
    assert "45 s" in window.kept.threshold
    assert "our choice" in window.kept.source
    sure = window.kept.confidence
    assert (sure.needed, sure.present, sure.missing, sure.sources) == (4, 4, (), ("state",))
    assert "state.terminal" not in window.kept.series
    house.run(720, step_s=30)
    assert house.window(incident).due_ms is None
    read = house.store.reads
    house.run(3_600, step_s=300)
    assert house.store.reads == read


def test_what_comes_late_is_in_the_final_look(house: House) -> None:
    """Within the ten minutes in which it still counts."""
    house.states(-105, 0)
    house.states(20, 200)
    incident = house.alarm()
    house.run(100)
    assert len(offsets(house.window(incident), "state.speed_mps")) == 115
    house.states(0, 20)
    house.run(720, step_s=30)
    assert offsets(house.window(incident), "state.speed_mps") == list(range(-105, 30))


def test_a_store_that_is_behind_is_asked_again(house: House) -> None:
    """What is there is shown at once, as incomplete; the rest when it has come."""
    house.states(-105, -20)
    incident = house.alarm()
    house.run(100)
    first = house.window(incident)
    assert not first.complete
    assert offsets(first, "state.speed_mps") == list(range(-105, -20))
    house.states(-20, 60)
    house.run(1_500, step_s=15)
    whole = house.window(incident)
    assert whole.complete
    assert offsets(whole, "state.speed_mps") == list(range(-105, 30))


def test_a_lift_that_fell_silent_is_given_up_and_said_so(house: House) -> None:
    """After hours; what it said before stays."""
    house.states(-105, -20)
    incident = house.alarm()
    house.run(2 * 3_600, step_s=60)
    assert house.window(incident).due_ms is not None
    house.run(7 * 3_600, step_s=60)
    window = house.window(incident)
    assert (window.due_ms, window.complete, window.looks) == (None, False, 16)
    assert len(offsets(window, "state.speed_mps")) == 85


def test_a_store_that_is_away_is_waited_for(house: House) -> None:
    """However long; the engine says so, and that it works again."""
    house.states(-105, 200)
    incident = house.alarm()
    house.store.away = 10**6
    house.run(9 * 3_600, step_s=60)
    assert house.window(incident).kept_ms is None
    assert house.engine.trouble() == "keep-evidence: away"
    house.store.away = 0
    house.run(9 * 3_600 + 900, step_s=5)
    assert house.window(incident).complete
    assert house.engine.trouble() is None


def test_an_engine_that_dies_between_reading_and_writing_doubles_nothing(house: House) -> None:
    """The next reads again, after the lease."""
    house.states(-105, 200)
    incident = house.alarm()
    house.store.dies = True
    with pytest.raises(KeyboardInterrupt):
        house.run(100)
    assert house.window(incident).kept_ms is None
    house.store.dies = False
    house.restart()
    house.run(500)
    window = house.window(incident)
    assert (window.complete, window.looks) == (True, 1)
    assert offsets(window, "state.speed_mps") == list(range(-105, 30))


def test_each_time_it_is_raised_has_its_own_window(house: House) -> None:
    """And is kept when it is over."""
    house.states(-105, 900)
    incident = house.alarm()
    taken = house.books.incident(incident.id)
    assert taken is not None
    with house.books.begin() as work:
        work.update_incident(_worked_on(taken))
    house.alarm(edge="cleared", at_ms=house.raised_ms + 60_000)
    again_ms = house.raised_ms + 300_000
    house.alarm(opened_ms=again_ms - 45_000, at_ms=again_ms)
    house.run(500)
    first, second = house.books.evidence_of(incident.id)
    assert first.complete
    assert second.complete
    assert offsets(second, "state.speed_mps") == list(range(-105, 30))


def _worked_on(incident: Incident) -> Incident:
    return structs.replace(incident, state="acknowledged", version=incident.version + 1)


def test_late_history_has_evidence(house: House) -> None:
    """Of days ago, read as soon as the relay has had its time."""
    house.raised_ms -= 2 * DAY_MS
    house.states(-105, 200)
    incident = house.alarm(late=True)
    house.raised_ms += 2 * DAY_MS
    house.run(1_000, step_s=10)
    window = house.window(incident)
    assert (window.complete, window.due_ms) == (True, None)
    assert offsets(window, "state.speed_mps") == list(range(-105, 30))


def test_the_kept_window_outlives_the_telemetry(house: House) -> None:
    """Whatever retention takes away; nor is it replaced by the little that is left."""
    house.states(-105, 200)
    incident = house.alarm()
    house.run(100)
    before = house.window(incident)
    house.store.store = Emptied()
    house.run(8 * 3_600, step_s=60)
    after = house.window(incident)
    assert after.due_ms is None
    assert (after.kept, after.points, after.kept_ms) == (
        before.kept,
        before.points,
        before.kept_ms,
    )


class Emptied:
    """A store that has forgotten everything."""

    def read(self, query: TelemetryQuery) -> list[TelemetryRow]:
        """Nothing."""
        del query
        return []


def test_a_burst_is_kept_by_its_extremes(house: House) -> None:
    """20 000 samples of three axes; the one that told is among those left, and it says so."""
    z = [9.8] * 20_000
    z[7_777] = 0.42
    burst = {"rate_hz": 2_000, "trigger": "shock", "z_mps2": z, "x_mps2": z, "y_mps2": z}
    at_ms = house.raised_ms + 1_000
    house.store.write([make_message("burst", burst, lift=LIFT, at_ms=at_ms)])
    house.states(-105, 200)
    incident = house.alarm("free_fall")
    house.run(600, step_s=30)  # its window is due by the real clock, and to write took its time
    window = house.window(incident)
    assert window.kept.thinned["burst.z_mps2"] == 20_000
    points = window.kept.series["burst.z_mps2"]
    assert len(points) <= POINTS_MAX
    assert min(value for _, value in points) == 0.42
    assert window.kept.series["burst.trigger"] == [(1_000, "shock")]


def test_what_a_kind_is_judged_by_is_kept_from_further_back(house: House) -> None:
    """The rides of an hour for heavy haulage, beside all signals of the last ten minutes."""
    rides = [
        make_message(
            "ride",
            {"load_pct": 90.0, "from_floor": 1, "to_floor": 9, "seq": k, "motor_current_a": 9.0},
            lift=LIFT,
            at_ms=house.raised_ms - 3_500_000 + k * 700_000,
        )
        for k in range(6)
    ]
    house.store.write(rides)
    house.states(-3_500, 200, step_s=10)
    opened_ms = house.raised_ms - 3_500_000
    incident = house.alarm("heavy_haulage", opened_ms=opened_ms, severity=3)
    house.run(100)
    window = house.window(incident)
    assert window.from_ms == opened_ms - 60_000
    assert offsets(window, "ride.load_pct") == [-3500, -2800, -2100, -1400, -700, 0]
    assert offsets(window, "ride.motor_current_a") == [0]
    assert offsets(window, "state.speed_mps")[0] == -600


def test_it_stays_within_its_size(house: House) -> None:
    """However much was said."""
    texts = {"id": "x" * 250, "raw_text": "故" * 2_000, "edge": "open", "dialect": "d"}
    house.store.write(
        [
            make_message("event", {**texts, "seq": k}, lift=LIFT, at_ms=house.raised_ms - k)
            for k in range(3_000)
        ]
    )
    house.states(-105, 200)
    incident = house.alarm()
    house.run(100)
    with house.books.engine.connect() as connection:
        (size,) = connection.exec_driver_sql("SELECT length(kept) FROM incident_evidence").one()
    window = house.window(incident)
    assert size <= BYTES_MAX
    assert window.kept.thinned["event.raw_text"] == 3_000
    assert window.points > 9_000


def test_one_that_cannot_be_gathered_holds_up_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of ours is logged, and the others have their turn."""
    house.states(-105, 200)
    bad = house.alarm("overload", severity=3)
    good = house.alarm()
    real = evidence.read_series

    def broken(store: Any, incident: Incident, window: EvidenceWindow) -> Any:
        if incident.id == bad.id:
            raise ZeroDivisionError
        return real(store, incident, window)

    monkeypatch.setattr(evidence, "read_series", broken)
    house.run(100)
    assert house.window(good).complete
    assert house.window(bad).kept_ms is None
    monkeypatch.undo()
    house.run(HOUR_MS // 1000, step_s=30)
    assert house.window(bad).complete


def test_influxd_that_stops_and_starts(books: SqlBooks, own_influx: Influx) -> None:
    """The real one: away when the window is due, back later."""
    store = InfluxStore(own_influx.url, token="", org="", bucket="lift")
    house = House(books, store)
    house.states(-105, 200)
    incident = house.alarm()
    own_influx.stop(kill=True)
    house.run(200, step_s=20)
    assert house.window(incident).kept_ms is None
    assert "keep-evidence" in (house.engine.trouble() or "")
    own_influx.start()
    house.run(200 + 6 * MINUTE_MS // 1000, step_s=20)
    assert house.window(incident).complete
    assert offsets(house.window(incident), "state.speed_mps") == list(range(-105, 30))
    store.close()
