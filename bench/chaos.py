"""`make chaos`: kills, pauses, fills and restarts parts at random, then counts.

Lifts publish numbered messages through a real mosquitto into a real influxd, some of them with a
story of which we know what must come of it. At the end everything works again, and what the
broker had acknowledged must be stored, each message once, and each incident must be there, once.
The seed gives the schedule of faults and all that is said; what meets what is up to the machine.
"""

import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.request import Request, urlopen

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.disk import Disk
from bench.faults import Happening, Parts, heal, schedule
from bench.influx import make_database, points_of
from bench.link import Link
from bench.proxy import Proxy
from bench.scenes import ESTATE, KINDS, LONGEST_S, NONSENSE, REFUSED, Cast, Truth
from bench.service import REFUSED_TO_START, Service
from liftwatch.clock import now_ms, parse_ms
from tests.conftest import Influx, Mosquitto, free_port

SECONDS = float(os.environ.get("CHAOS_S", "600"))
RATE = 200
STORY_EVERY_S, NONSENSE_EVERY_S, REFUSED_EVERY_S = 1.5, 0.7, 2.3
PATIENCE_S = 180.0
DATABASE = "lift"


class Verdict(NamedTuple):
    """What was counted. All but the first five and the last two must be 0."""

    published: int
    acknowledged: int
    stored: int
    incidents: int
    dead_letters: int
    lost: int
    doubled: int
    letters_lost: int
    incidents_lost: int
    incidents_doubled: int
    incidents_invented: int
    incidents_open: int
    crashes: int
    refused_to_start: int
    faults: int

    @property
    def wrong(self) -> int:
        """Everything that must not be."""
        return sum(self[5:13])


class Crowd:
    """All terminals in one client: publishes, and knows what the broker has acknowledged."""

    def __init__(self, port: int, rng: random.Random) -> None:
        self.cast = Cast(rng)
        self.points: dict[tuple[str, int], int] = {}
        self.refused: set[str] = set()  # marks in the payloads of letters
        self.acknowledged: set[tuple[str, int]] = set()
        self.nonsense: list[bytes] = []
        self._under_way: dict[int, tuple[str, int]] = {}
        self._early: set[int] = set()
        self._turn = threading.Lock()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id="crowd", clean_session=False
        )
        self._client.max_inflight_messages_set(500)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_publish = self._on_publish
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def _on_publish(self, client: Any, userdata: Any, mid: int, code: Any, properties: Any) -> None:
        del client, userdata, code, properties
        with self._turn:
            identity = self._under_way.pop(mid, None)
            if identity is None:
                self._early.add(mid)
            else:
                self.acknowledged.add(identity)

    def _publish(self, topic: str, payload: bytes, identity: tuple[str, int]) -> None:
        info = self._client.publish(topic, payload, qos=1)  # not in our turn: it waits for paho's
        with self._turn:
            if info.mid in self._early:
                self._early.discard(info.mid)
                self.acknowledged.add(identity)
            else:
                self._under_way[info.mid] = identity

    def speak(self, for_s: float) -> None:
        """Publish at a steady rate, then only what stories still have to tell."""
        begin_s = time.monotonic()
        due: dict[str, float] = {"story": 0.5, "nonsense": 1.0, "refused": 2.0}
        said = 0
        while (now_s := time.monotonic() - begin_s) < for_s or not self.cast.is_over:
            if now_s < for_s:
                if now_s >= due["story"] and now_s < for_s - 1:
                    due["story"] += STORY_EVERY_S
                    self.cast.begin_story(now_s, now_ms())
                if now_s >= due["nonsense"]:
                    due["nonsense"] += NONSENSE_EVERY_S
                    self._babble()
                if now_s >= due["refused"]:
                    due["refused"] += REFUSED_EVERY_S
                    self._say(self.cast.refused(now_ms()))
                while said < now_s * RATE:
                    self._say(self.cast.idle(now_ms()))
                    said += 1
            for one in self.cast.due(now_s):
                self._say(one)
            time.sleep(0.01)

    def _say(self, said: Any) -> None:
        identity = (said.lift, said.seq)
        payload = json.dumps(said.payload).encode()
        if said.points:
            self.points[identity] = said.points
        else:
            self.refused.add(f'"seq":{said.seq},')
        self._publish(f"lift/v1/320583/{ESTATE}/{said.lift}/{said.kind}", payload, identity)

    def _babble(self) -> None:
        number = len(self.nonsense)
        kind, form = NONSENSE[number % len(NONSENSE)]
        payload = (form % (10_000_000 + number)).encode()
        # of an array each element is a letter by itself
        self.nonsense.append(payload[4:-1] if payload.startswith(b"[1, ") else payload)
        self._publish(f"lift/v1/320583/{ESTATE}/IDLE-0000/{kind}", payload, ("nonsense", number))

    def settle(self) -> None:
        """Wait until the broker has acknowledged everything."""
        end_s = time.monotonic() + PATIENCE_S
        while self._under_way and time.monotonic() < end_s:
            time.sleep(0.1)

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()


class Supervisor:
    """Starts the service again when it has ended by itself, as systemd does, and counts that."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.crashes = self.refused = 0
        self.busy = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(0.5):
            with self.busy:
                if self.service.processes and self.service.ended():
                    status = self.service.exit_status()
                    self.refused += status == REFUSED_TO_START
                    self.crashes += status != REFUSED_TO_START
                    print(f"  ended by itself with status {status}", flush=True)
                    self.service.kill()
                    self.service.launch()


def run(seed: int, for_s: float) -> Verdict:
    """One run; tells as it goes."""
    rng = random.Random(seed)
    happenings = schedule(rng, for_s=for_s)
    with (
        tempfile.TemporaryDirectory(prefix="liftwatch-chaos-") as name,
        parts_in(Path(name)) as parts,
    ):
        crowd = Crowd(parts.broker.port, random.Random(seed))
        speaking = threading.Thread(target=crowd.speak, args=(for_s,), daemon=True)
        with Supervisor(parts.service) as supervisor:
            speaking.start()
            break_things(parts, happenings, supervisor)
            with supervisor.busy:
                heal(parts)
            speaking.join(for_s + LONGEST_S + PATIENCE_S)
            crowd.settle()
            verdict = judge(parts, crowd, supervisor, faults=len(happenings))
        crowd.close()
        if verdict.wrong and "CHAOS_KEEP" in os.environ:
            print(parts.service.log.read_text()[-20_000:])
    return verdict


@contextlib.contextmanager
def parts_in(folder: Path) -> Iterator[Parts]:
    """Everything, started, and ended whatever happens."""
    for part in ("mosquitto", "influx", "disk"):
        (folder / part).mkdir()
    broker = Mosquitto(folder / "mosquitto", free_port())
    influx = Influx(folder / "influx", free_port())
    link, proxy = Link(free_port(), upstream=broker.port), Proxy(free_port(), upstream=influx.port)
    disk = Disk(folder / "disk")
    with contextlib.ExitStack() as stack:
        disk.mount()
        stack.callback(disk.unmount)
        broker.prepare()
        for server in (broker, influx):
            server.start()
            stack.callback(server.stop)
        make_database(influx.url, DATABASE)
        plant_conflict(influx)
        for between in (link, proxy):
            between.start()
            stack.callback(between.stop)
        service = Service(
            disk.folder / "service",
            LIFTWATCH_MQTT_URL=f"mqtt://127.0.0.1:{link.port}",
            LIFTWATCH_INFLUX_URL=proxy.url,
            LIFTWATCH_INFLUX_BUCKET=DATABASE,
            LIFTWATCH_CANARY_MQTT_URL="off",
        )
        stack.callback(service.kill)
        service.start(ready=True)
        yield Parts(broker, link, influx, proxy, service, disk)


def plant_conflict(influx: Influx) -> None:
    """A text where the contract has a number: the store refuses that field for ever."""
    line = f'lift_{REFUSED},lift=nobody rides="text"'.encode()
    with urlopen(Request(f"{influx.url}/write?db={DATABASE}", data=line), timeout=30):
        pass


def break_things(parts: Parts, happenings: list[Happening], supervisor: Supervisor) -> None:
    """Carry the schedule out."""
    begin_s = time.monotonic()
    for one in happenings:
        time.sleep(max(begin_s + one.at_s - time.monotonic(), 0))
        print(
            f"{one.at_s:6.1f} s  {one.fault.name}, for {one.until_s - one.at_s:.1f} s", flush=True
        )
        with supervisor.busy:
            one.fault.begin(parts)
            if parts.service.ended():  # killed by us: nobody else starts it meanwhile
                time.sleep(max(begin_s + one.until_s - time.monotonic(), 0))
                one.fault.end(parts)
                continue
        time.sleep(max(begin_s + one.until_s - time.monotonic(), 0))
        with supervisor.busy:
            one.fault.end(parts)


def judge(parts: Parts, crowd: Crowd, supervisor: Supervisor, *, faults: int) -> Verdict:
    """Wait until nothing is under way any more, then count."""
    service, url = parts.service, parts.influx.url
    end_s = time.monotonic() + PATIENCE_S
    missing: Counter[tuple[str, int]] = Counter()
    while True:
        found = points_of(url, KINDS, database=DATABASE, estate=ESTATE)
        wanted = {k: n for k, n in crowd.points.items() if k in crowd.acknowledged}
        missing = Counter({k: n - found[k] for k, n in wanted.items() if found[k] < n})
        figures = service.metrics()
        behind = sum(
            figures.get(f"liftwatch_journal_behind_{who}", 1) for who in ("detection", "relay")
        )
        if (not missing and not behind) or time.monotonic() > end_s:
            break
        time.sleep(1.0)
    time.sleep(2.0)
    truths = crowd.cast.truths
    heard = incidents(service, truths, end_s)
    letters, refused_seen = letters_of(service)
    expected = Counter((t.lift, t.kind, t.opened_ms) for t in truths)
    got = Counter((i["lift"], i["kind"], parse_ms(i["opened_at"])) for i in heard)
    ends = {(t.lift, t.kind, t.opened_ms) for t in truths if t.ends}
    still = [i for i in heard if not i.get("cleared_at")]
    doubled = {k: n for k, n in found.items() if n > crowd.points.get(k, 0)}
    letters_lost: list[object] = [one for one in crowd.nonsense if one not in letters]
    letters_lost += [m for m in crowd.refused if all(m not in one for one in refused_seen)]
    verdict = Verdict(
        published=len(crowd.points),
        acknowledged=len(wanted),
        stored=sum(k in wanted for k in found),
        incidents=len(heard),
        dead_letters=len(letters),
        lost=len(missing),
        doubled=len(doubled),
        letters_lost=len(letters_lost),
        incidents_lost=sum((expected - got).values()),
        incidents_doubled=sum(n - 1 for n in got.values() if n > 1),
        incidents_invented=sum(k not in expected for k in got),
        incidents_open=sum((i["lift"], i["kind"], parse_ms(i["opened_at"])) in ends for i in still),
        crashes=supervisor.crashes,
        refused_to_start=supervisor.refused,
        faults=faults,
    )
    tell_why(verdict, missing=missing, doubled=doubled, expected=expected, got=got)
    return verdict


def incidents(service: Service, truths: list[Truth], end_s: float) -> list[dict[str, Any]]:
    """All there are, as soon as there are as many as must be, or when the time is over."""
    while True:
        with contextlib.suppress(OSError):
            heard = service.incidents(estate=ESTATE)
            if len(heard) >= len(truths) or time.monotonic() > end_s:
                return heard
        if time.monotonic() > end_s:
            return []
        time.sleep(1.0)


def letters_of(service: Service) -> tuple[set[bytes], list[str]]:
    """The payloads of dead letters, and those that the store has refused as text."""
    with contextlib.closing(sqlite3.connect(service.folder / "data" / "dead_letters.sqlite")) as db:
        rows = db.execute("SELECT reason, payload FROM letter").fetchall()
    refused = [payload.decode() for reason, payload in rows if reason == "store_refused"]
    return {payload for _, payload in rows}, refused


def tell_why(verdict: Verdict, **sets: Any) -> None:
    """Some of what is wrong, to look for in the log."""
    if not verdict.wrong:
        return
    print("missing", list(sets["missing"].items())[:5])
    print("doubled", list(sets["doubled"].items())[:5])
    print("incidents missing", list((sets["expected"] - sets["got"]).items())[:5])
    print("incidents too many", list((sets["got"] - sets["expected"]).items())[:5])


def _end(signum: int, frame: object) -> None:
    """Ended from outside: as by Ctrl-C, so that everything started is ended, too."""
    del signum, frame
    raise KeyboardInterrupt


def main() -> None:
    """Run, print what was counted, exit 1 if anything is not as it must be."""
    signal.signal(signal.SIGTERM, _end)
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(2**31))
    print(f"seed {seed}, {SECONDS:g} s", flush=True)
    verdict = run(seed, SECONDS)
    print(f"seed {seed}: " + ", ".join(f"{k} {v}" for k, v in verdict._asdict().items()))
    sys.exit(1 if verdict.wrong else 0)


if __name__ == "__main__":
    main()
