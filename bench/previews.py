"""`make previews`: every dashboard as a picture, drawn by the console's charts.

A PostgreSQL and an InfluxDB of its own are filled by the simulator (weeks of a few lifts that wear,
then an hour of twelve), served by our API, and asked by `liftwatch dashboards preview` as Grafana
would: as the reader and with the key of each role. Chromium takes the
pictures, which go to docs/dashboards. PREVIEW_DAYS (30), PREVIEW_PAGES (a folder, to keep the
pages). No Prometheus runs: its panels say so.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from prometheus_client import CollectorRegistry

from api.app import create_app
from api.gate import Gate
from api.serve import PLAIN, bind, server_of
from dashboards.provisioning import DASHBOARDS_OF
from ingest.replay import replay
from liftwatch import clock
from liftwatch.access.secrets import Seal
from liftwatch.adapters.influx import InfluxStore
from liftwatch.adapters.sql import open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, MINUTE_MS
from liftwatch.handlers import people
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.incidents import make_move
from liftwatch.handlers.sign_in import issue
from liftwatch.incidents.incident import AlarmChange, Incident
from liftwatch.incidents.moves import Told
from liftwatch.ports import IncidentFilter
from liftwatch.register.localities import Locality
from liftwatch.telemetry.messages import Message
from simulators.demo import demo_plan
from simulators.files import line_of, received
from simulators.fleet import Fleet
from simulators.scenario import Scenario, fault
from tests.conftest import Influx, Postgres, free_port
from tests.dashboards.conftest import SECRET
from tests.dashboards.world import HISTORY_MS, LI, World, fill, messages_of

HERE = Path(__file__).parent.parent
OUT = HERE / "docs" / "dashboards"
WEAR = HERE / "docs" / "console" / "lift-wear.png"
CHROMIUM = "/usr/bin/chromium"
WIDTH_PX = 1_360
DAY_S = 86_400.0
LOOKED_AT: Mapping[str, str] = {
    "estate": "property",
    "lift": "property",
    "room": "property",
    "maintenance": "maintenance",
    "supervision": "supervision",
    "fund": "custodian",
    "operations": "operations",
}
"""As whom each dashboard is looked at."""
OLDER, WORN = (0, 3, 5, 8), 1
"""The lifts whose weeks before are simulated, by their number in the demo; whose brake wears."""
BUCKET, BATCH, RESCUES = "lift", 5_000, 9
OUT_OF_IT = Told(trapped=2, injured=0, cause="door", confirmed_by="Li")
CREWS_DO = (
    ("acknowledge", Told()),
    ("dispatch", Told(crew="Wang")),
    ("arrive", Told()),
    ("release", OUT_OF_IT),
    ("resolve", Told(cause="door", inspection="JX-2026-1")),
    ("close", Told()),
)
ESTATES = (
    ("yushan-garden", "玉山花园", "Yushan Garden"),
    ("tinglin-court", "亭林苑", "Tinglin Court"),
    ("bailu-village", "白鹭新村", "Bailu Village"),
)


def few(days: int, *, until_ms: int) -> Fleet:
    """A few lifts in the days before: a brake and a roller wear, other things happen."""
    rng = Random(7)
    plans = [demo_plan(index, seed=1)._replace(people_per_day=60) for index in OLDER]
    late = (days - 2) * DAY_S
    befell = [
        fault(rng.randrange(len(OLDER)), name, rng.uniform(DAY_S, late))
        for name in 6 * ("entrapment", "door_fault", "door_blocked", "out_of_service")
    ]
    worn = [
        fault(k, name, 5 * DAY_S, for_s=1.3 * days * DAY_S, **more)
        for k, name, more in (
            (WORN, "brake_wear", {"grown": 1.6}),
            (2, "vibration_wear", {"grown": 4.0}),
        )
    ]
    visits = [fault(k, "visit", (day + 0.4) * DAY_S) for k in (0, 3) for day in range(6, days, 13)]
    scenario = Scenario((*befell, *worn, *visits))
    return Fleet(plans, seed=1, start_ms=until_ms - days * DAY_MS, scenario=scenario)


def said(fleet: Fleet, *, until_ms: int) -> Iterator[bytes]:
    """What they said, as of real lifts."""
    for received_ms, sent in received(fleet.run(until_ms), Random(8)):
        yield line_of(received_ms, sent).replace('"exercise":true', '"exercise":false').encode()


def stored(lines: Iterable[bytes], store: InfluxStore) -> Iterator[bytes]:
    """The same lines, which are stored on their way."""
    batch: list[Message] = []
    for line in lines:
        batch += messages_of(line)
        if len(batch) >= BATCH:
            store.write(batch)
            batch = []
        yield line
    store.write(batch)


def rescue(world: World, *, days: int) -> None:
    """People were trapped in the weeks before, and crews had them out."""
    trapped = IncidentFilter(kind=("entrapment",), open_only=True)
    held = {one.lift for one in world.books.incidents(trapped, limit=500).items}
    rng, lifts = Random(11), sorted({one.lift for one in world.messages} - held)
    for _ in range(RESCUES):
        lift = rng.choice(lifts)
        at_ms = world.now_ms - round(rng.uniform(1, days) * DAY_MS)
        incident = alarm(world, lift, "entrapment", at_ms=at_ms)
        for name, told in CREWS_DO:
            at_ms += round(rng.lognormvariate(0.9, 0.7) * 2 * MINUTE_MS)
            if name == "close":
                alarm(world, lift, "entrapment", at_ms=at_ms, began_ms=incident.opened_ms)
                incident = world.books.incident(incident.id) or incident
            with world.books.begin() as work:
                incident, _ = make_move(
                    work,
                    incident.id,
                    name,
                    told=told,
                    by=LI,
                    version=incident.version,
                    now_ms=at_ms,
                )


def alarm(
    world: World, lift: str, kind: str, *, at_ms: int, began_ms: int | None = None
) -> Incident:
    """A detector's claim, raised, or cleared where it began before; people work on it."""
    one = next(message for message in world.messages if message.lift == lift)
    change = AlarmChange(
        area=one.area,
        estate=one.estate,
        lift=lift,
        kind=kind,
        edge="raised" if began_ms is None else "cleared",
        opened_ms=at_ms if began_ms is None else began_ms,
        at_ms=at_ms,
        severity=1,
    )
    made = apply_alarm(world.books, change)
    assert made is not None, "no silence and no other alarm stands in its way"
    return made


def take_back(world: World) -> None:
    """The world claims a wear that no curve shows: here curves are looked at."""
    asked = IncidentFilter(kind=("vibration_wear",), lift=worn_lift(), open_only=True)
    for one in world.books.incidents(asked).items:
        began_ms = one.opened_ms
        alarm(world, worn_lift(), one.kind, at_ms=clock.now_ms(), began_ms=began_ms)


def call(world: World) -> None:
    """Somebody calls for help just now, on a lift with nothing else: its clocks run."""
    troubled = {one.lift for one in world.books.incidents(IncidentFilter(open_only=True)).items}
    lift = next(m.lift for m in world.messages if m.lift not in troubled)
    for kind in ("emergency_call", "entrapment"):
        alarm(world, lift, kind, at_ms=clock.now_ms() - MINUTE_MS)


@contextmanager
def served(world: World) -> Iterator[str]:
    """Our API over the world, as an installation has it."""
    app = create_app(
        books=world.books,
        store=world.store,
        readiness=dict,
        metrics=CollectorRegistry(),
        gate=Gate(SqlPeople(world.books, Seal(SECRET)), SECRET),
    )
    started = threading.Event()
    listener = bind("127.0.0.1", 0, way=PLAIN)
    server = server_of(app, way=PLAIN, ready=started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    started.wait(30)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)


def key_of(world: World, role: str) -> str:
    """A key of our API for whoever looks; those who ask InfluxDB itself or nothing need none."""
    of, now_ms = world.organisations[role], clock.now_ms()
    if of is None:
        return "none"
    with SqlPeople(world.books, Seal(SECRET)).begin() as work:
        person = people.make_person(work, login=f"looks-{role}", name=role, now_ms=now_ms)
        people.grant(work, person.id, role, organisation=of, now_ms=now_ms)
        return issue(work, person.id, "key", now_ms=now_ms).secret


def environment(world: World, role: str, *, api: str, influx: Influx) -> dict[str, str]:
    """The variables of a role's data sources."""
    reader = world.readers[role]
    return {
        "LIFT_PG_HOST": reader.host,
        "LIFT_PG_DATABASE": reader.database,
        "LIFT_PG_USER": reader.name,
        "LIFT_PG_PASSWORD": reader.password,
        "LIFT_PG_SSLMODE": "disable",
        "LIFT_API_URL": api,
        "LIFT_API_KEY": key_of(world, role),
        "LIFT_INFLUX_URL": influx.url,
        "LIFT_INFLUX_BUCKET": BUCKET,
        "LIFT_INFLUX_TOKEN": "none:none",
    }


def worn_lift() -> str:
    """The lift of which there is everything."""
    return demo_plan(OLDER[WORN], seed=1).name


def look_at_wear(api: str, lift: str) -> None:
    """What wears on a lift's page of the console, as it is served."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1_280, "height": 2_400}, locale="zh-CN")
        page.goto(f"{api}/lifts/{lift}")
        page.wait_for_selector("#wear[data-drawn=true]")
        page.locator("section:has(#wear)").screenshot(path=WEAR)
        print(f"{WEAR}: {WEAR.stat().st_size} bytes")


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def write_pages(world: World, folder: Path, *, influx: Influx) -> None:
    """By the command itself, a folder for each role."""
    with served(world) as api:
        look_at_wear(api, worn_lift())
        for role in DASHBOARDS_OF:
            with world.books.begin() as work:  # all of it takes a while; whoever stops is told of
                at_ms = clock.now_ms()
                work.beat("ingest", serves=(), at_ms=at_ms - 800, through_ms=at_ms - 300)
            told = environment(world, role, api=api, influx=influx)
            subprocess.run(
                [
                    *(sys.executable, "-m", "liftwatch", "dashboards", "preview", role),
                    *("--out", str(folder / role), "--lift", worn_lift()),
                ],
                check=True,
                env=os.environ | told,
            )


def take_pictures(folder: Path, out: Path) -> None:
    """The pages of every dashboard, in both languages."""
    out.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for language in ("zh", "en"):
            for name, role in LOOKED_AT.items():
                page = browser.new_page(viewport={"width": WIDTH_PX, "height": 900})
                uid = f"liftwatch-{name}-{language}"
                page.goto((folder / role / f"{uid}.html").resolve().as_uri())
                page.wait_for_selector("body[data-drawn]")
                path = out / f"{name}-{language}.png"
                page.screenshot(path=path, full_page=True)
                print(f"{path}: {path.stat().st_size} bytes")
                page.close()


@contextmanager
def filled(days: int) -> Iterator[tuple[World, Influx]]:
    """Servers with everything in them."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="liftwatch-"))
        stack.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        for name in ("postgres", "influx"):
            (folder / name).mkdir()
        postgres = Postgres(folder / "postgres", free_port())
        influx = Influx(folder / "influx", free_port())
        postgres.prepare()
        for server in (postgres, influx):
            server.start()
            stack.callback(server.stop)
        store = InfluxStore(influx.url, token="", org="", bucket=BUCKET)
        stack.callback(store.close)
        books = stack.enter_context(closing(open_books(postgres.url)))
        with books.begin() as work:
            work.put_localities([_named(*one) for one in ESTATES])
        until_ms = clock.now_ms() - HISTORY_MS
        fleet = few(days, until_ms=until_ms)
        replay(stored(said(fleet, until_ms=until_ms), store), books, dead_letter=print)
        worn = {k: lift.condition for k, lift in zip(OLDER, fleet.lifts, strict=True)}
        world = fill(books, store, postgres.url, worn=worn)
        take_back(world)
        rescue(world, days=days)
        call(world)
        yield world, influx


def _named(estate: str, name: str, name_en: str) -> Locality:
    return Locality(area="320583", estate=estate, name=name, name_en=name_en, version=1)


def main() -> None:
    """All of it."""
    days = int(os.environ.get("PREVIEW_DAYS", "30"))
    with ExitStack() as stack:
        kept = os.environ.get("PREVIEW_PAGES")
        folder = Path(kept or stack.enter_context(tempfile.TemporaryDirectory()))
        with filled(days) as (world, influx):
            write_pages(world, folder, influx=influx)
        take_pictures(folder, OUT)


if __name__ == "__main__":
    main()
