"""`liftwatch drill`: a whole rescue with a simulated platform, from the alarm to the last word.

Everything is an exercise, lies in a temporary folder, and goes with it: a lift, the people of the
property, API and engine as they always are, and a platform that answers over HTTP.
"""

import contextlib
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from prometheus_client import CollectorRegistry

from api.app import create_app
from api.gate import Gate
from api.serve import bind, server_of
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.embedded import EmbeddedStore
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.webhook import Webhook
from liftwatch.clock import SECOND_MS, monotonic_s, now_ms
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.rescue import Platform, rescue_jobs
from liftwatch.failure import Failure
from liftwatch.handlers import people, sign_in
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.moves import Told
from liftwatch.logs import configure
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from liftwatch.rescue.cloudevents import MEDIA_TYPE
from liftwatch.rescue.events import RescueEvent, feed_of
from simulators.receipts import Receipts
from simulators.rescue_platform import RescuePlatform

AREA, ESTATE, LIFT = "320583", "drill", "DRILL-0001"
FEED = feed_of(AREA, exercise=True)
PATIENCE_S = 30.0
PAUSE_S = 0.4
"""Between two steps of the platform: minutes of a real rescue."""
STEPS: tuple[dict[str, object], ...] = (
    {"receipt": "accepted"},
    {"receipt": "dispatched", "crew": "Crew 2, two people"},
    {"receipt": "arrived"},
    {
        "receipt": "released",
        "trapped": 2,
        "injured": 0,
        "cause": "door",
        "confirmed_by": "Head of crew 2",
    },
)


class Scene(NamedTuple):
    """What a drill plays with."""

    books: SqlBooks
    platform: RescuePlatform
    receipts: Receipts


def drill_command() -> bool:
    """Play it and print its time line; False when something did not come as it must."""
    configure("text")
    with (
        tempfile.TemporaryDirectory(prefix="liftwatch-drill-") as name,
        _scene(Path(name)) as scene,
    ):
        incident = _play(scene)
        for line in timeline(scene.books, incident):
            print(line)
        told = scene.receipts.pull()
        verdict = scene.platform.compare(FEED, told)
    print(
        f"numbers {verdict.ours}, held by the platform {verdict.theirs},"
        f" missing {len(verdict.missing)}, in disorder {len(verdict.disorder)},"
        f" different {len(verdict.different) + len(verdict.invented)}"
    )
    return verdict.wrong == 0


@contextlib.contextmanager
def _scene(folder: Path) -> Iterator[Scene]:
    secret = secrets.token_bytes(32)
    key = secrets.token_bytes(32)
    with contextlib.ExitStack() as stack:
        books = open_books(f"sqlite:///{folder}/drill.sqlite")
        stack.callback(books.close)
        store = EmbeddedStore(folder / "telemetry.sqlite")
        stack.callback(store.close)
        staff = SqlPeople(books, Seal(secret))
        credential = _centre(staff)
        _lift(books)
        app = create_app(
            books=books,
            store=store,
            readiness=dict,
            metrics=CollectorRegistry(),
            exercise=True,
            gate=Gate(staff, secret),
        )
        port = stack.enter_context(_served(app))
        url = f"http://127.0.0.1:{port}/v1/rescue"
        receipts = Receipts(url, key=credential, area=AREA, exercise=True)
        platform = RescuePlatform(key=key, send=receipts).start()
        stack.callback(platform.stop)
        channel = Webhook(platform.url, key=key, media=MEDIA_TYPE, known=frozenset({409}))
        stack.callback(channel.close)
        jobs = rescue_jobs(books, Platform((FEED,), channel, 120 * SECOND_MS))
        engine = Engine(books, jobs, registry=CollectorRegistry())
        stack.callback(engine.stop)
        engine.start()
        yield Scene(books, platform, receipts)


def _play(scene: Scene) -> Incident:
    """From the alarm to the end; Failure when a step does not come."""
    begun_ms = now_ms()
    change = AlarmChange(
        area=AREA,
        estate=ESTATE,
        lift=LIFT,
        kind="entrapment",
        edge="raised",
        opened_ms=begun_ms,
        at_ms=begun_ms,
        severity=1,
        exercise=True,
        evidence={"people": 2, "occupied": True},
    )
    made = apply_alarm(scene.books, change)
    assert made is not None
    _until(lambda: _state(scene, made) == "acknowledged", "the platform does not accept it")
    for step in STEPS[1:]:
        time.sleep(PAUSE_S)
        scene.platform.answer(FEED, 1, dict(step))
        move = {"dispatched": "dispatched", "arrived": "arrived", "released": "released"}
        state = move[str(step["receipt"])]
        _until(lambda state=state: _state(scene, made) == state, f"it is not {state}")  # type: ignore[misc]
    time.sleep(PAUSE_S)
    cleared = AlarmChange(
        area=AREA,
        estate=ESTATE,
        lift=LIFT,
        kind="entrapment",
        edge="cleared",
        opened_ms=begun_ms,
        at_ms=now_ms(),
        severity=1,
        exercise=True,
    )
    apply_alarm(scene.books, cleared)
    by = Actor(channel="console")
    for name, told in (
        ("resolve", Told(cause="door", inspection="in full, passed")),
        ("close", Told()),
    ):
        time.sleep(PAUSE_S)
        with scene.books.begin() as work:
            now = work.locked_incident(made.id)
            assert now is not None
            make_move(work, now.id, name, told=told, by=by, version=now.version, now_ms=now_ms())
    _until(lambda: all(one.done_ms for one in _told(scene)), "a number has no receipt")
    return made


def _told(scene: Scene) -> list[RescueEvent]:
    return scene.books.rescue_after(FEED, 0)


def _state(scene: Scene, incident: Incident) -> str:
    now = scene.books.incident(incident.id)
    return "" if now is None else now.state


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    end_s = monotonic_s() + PATIENCE_S
    while not holds():
        if monotonic_s() > end_s:
            raise Failure(f"drill: {otherwise} within {PATIENCE_S:g} s")
        time.sleep(0.02)


def timeline(books: SqlBooks, incident: Incident) -> list[str]:
    """One line a happening, in order: what came about here, what was told there, what it said.

    Seconds since it began; the last word of a line is who, or the number it has in the feed.
    """
    rows: list[tuple[int, int, str]] = []
    for line in books.lines_of(incident.id):
        told = ", ".join(f"{name} {value}" for name, value in sorted(line.facts.items()))
        said = f"{line.what:<12} {line.before} -> {line.state}  by {line.by.channel}"
        rows.append((line.noted_ms, 1, f"incident  {said}{'  ' + told if told else ''}"))
    for event in books.rescue_events_of(incident.id):
        rows.append((event.at_ms, 2, f"feed      {event.what:<12} is number {event.n}"))
        if event.first_ms is not None:
            rows.append((event.first_ms, 3, f"push      number {event.n} leaves"))
        rows += [
            (one.noted_ms, 0, f"receipt   {one.name:<12} of number {one.n}")
            for one in books.rescue_receipts(event.feed, event.n)
        ]
    begun_ms = incident.opened_ms
    head = f"EXERCISE  {incident.kind} of {incident.lift}"
    return [head, *(f"{(ms - begun_ms) / 1000:7.3f} s  {text}" for ms, _, text in sorted(rows))]


def _centre(staff: SqlPeople) -> str:
    """The platform's machine, and the key it has."""
    with staff.begin() as work:
        at_ms = now_ms()
        root = people.make_person(
            work, login="root", name="root", password=secrets.token_hex(16), now_ms=at_ms
        )
        people.grant(work, root.id, "admin", organisation=None, now_ms=at_ms)
        centre = people.make_person(
            work, login="centre", name="centre", password=secrets.token_hex(16), now_ms=at_ms
        )
        unit = people.make_organisation(
            work, name="Rescue centre", now_ms=at_ms, places=(Place(AREA),)
        )
        people.grant(work, centre.id, "rescue", organisation=unit.id, now_ms=at_ms)
        return sign_in.issue(work, centre.id, "key", now_ms=at_ms, roles=()).secret


def _lift(books: SqlBooks) -> None:
    facts = Facts(address="1 Drill Road", building="3", unit="1", rescue_code="063577")
    with books.begin() as work:
        work.put_lifts([LiftRow(lift=LIFT, area=AREA, estate=ESTATE, facts=facts, exercise=True)])


@contextlib.contextmanager
def _served(app: object) -> Iterator[int]:
    started = threading.Event()
    listener = bind("127.0.0.1", 0)
    server = server_of(app, ready=started.set)  # type: ignore[arg-type]  # FastAPI is named in api
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="drill-api", daemon=True
    )
    thread.start()
    try:
        if not started.wait(PATIENCE_S):
            raise Failure("drill: the API does not start")
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
