"""`python -m bench.console`: the console in Chromium over ten thousand lifts, while things happen.

Fills a SQLite file and a PostgreSQL with a town, starts `liftwatch api` over it, and opens the
fleet and the duty room as an administrator, each several times in a browser that knows nothing yet:
when the first thing shows, when the page is there. Then it stays open while lifts move and
incidents come and go, so many a second, and the browser itself says how long it was busy (long
tasks, of more than 50 ms), what frames it left out, and how long a key waited for its answer on
the screen. BENCH_CONSOLE_DATABASES leaves out one.
"""

import os
import platform
import secrets
import statistics
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from bench.api_town import PER_ESTATE, Town, fill, settle
from bench.service import Service
from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.handlers import people, sign_in
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.incident import AlarmChange
from liftwatch.incidents.kinds import BY_NAME
from liftwatch.ports import LiftRow
from liftwatch.register.facts import Facts
from liftwatch.telemetry.messages import FloorOfLift
from tests.conftest import Postgres, free_port

LIFTS = int(os.environ.get("BENCH_CONSOLE_LIFTS", "10000"))
INCIDENTS = int(os.environ.get("BENCH_CONSOLE_INCIDENTS", "20000"))
RATE = int(os.environ.get("BENCH_CONSOLE_RATE", "50"))
LIVE_S = float(os.environ.get("BENCH_CONSOLE_LIVE_S", "20"))
TIMES = int(os.environ.get("BENCH_CONSOLE_TIMES", "5"))
DATABASES = os.environ.get("BENCH_CONSOLE_DATABASES", "sqlite,postgresql").split(",")
CHROMIUM = "/usr/bin/chromium"
PAGES = ("/", "/room")
SETTLES_S = 3.0
"""The page has taken in how all lifts stand; measured apart."""
INCIDENTS_OF = 5
"""One change in so many is an incident's."""
FLOORS = [FloorOfLift(index=n, label=str(n), height_m=3.0 * n) for n in range(1, 13)]
WATCH = """
() => {
  window.seen = {tasks: [], frames: [], keys: [], changes: 0};
  const on = (type, take, more) => new PerformanceObserver(
    list => { for (const one of list.getEntries()) take(one); }
  ).observe({type, buffered: true, ...more});
  on("longtask", one => seen.tasks.push([one.startTime, one.duration]));
  const key = one => { if (one.name === "keydown") seen.keys.push(one.duration); };
  on("event", key, {durationThreshold: 16});
  let last = performance.now();
  const frame = now => { seen.frames.push(now - last); last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  addEventListener("DOMContentLoaded", () => {
    for (const name of ["incident", "lift"]) {
      document.getElementById("live")?.addEventListener(name, () => { seen.changes += 1; });
    }
  });
}
"""
FIRST = """
() => {
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return [page.responseEnd, paint?.startTime ?? page.domContentLoadedEventEnd,
    page.domContentLoadedEventEnd, page.loadEventEnd, page.decodedBodySize];
}
"""


class First(NamedTuple):
    """When a page was there, in ms since it was asked for; its size in bytes."""

    answered: float
    painted: float
    ready: float
    loaded: float
    size: float


class Live(NamedTuple):
    """A page while things happen: long tasks, frames, keys, all in ms.

    `busy` is the processor's time of each task of the page's thread: on a machine with other work
    a task waits, and is long although it does little.
    """

    busy: list[float]
    tasks: list[float]
    frames: list[float]
    keys: list[float]
    changes: int
    during_s: float

    def line(self) -> str:
        """As the table has it."""
        late = [one for one in self.frames if one > 50]
        keys = sorted(self.keys) or [0.0]
        return (
            f"{self.changes / self.during_s:5.0f} events a second;"
            f" long tasks {len(self.tasks):3}, worst {max(self.tasks, default=0):4.0f} ms,"
            f" {sum(self.tasks) / self.during_s / 10:4.1f} % of the time"
            f" (processor: above 50 ms {sum(one > 50 for one in self.busy)},"
            f" worst {max(self.busy, default=0):.0f} ms);"
            f" frames later than 50 ms {len(late):3} of {len(self.frames)},"
            f" worst {max(self.frames, default=0):4.0f} ms;"
            f" a key is answered in {statistics.median(keys):.0f} ms, at most {keys[-1]:.0f}"
        )


class Estates(Town):
    """Lifts of which the register knows something, and that were heard a moment ago."""

    def lift_rows(self) -> Iterator[LiftRow]:
        """Every lift, in one of four buildings of its estate."""
        for n, row in enumerate(super().lift_rows()):
            building, unit = str(n % 4 + 1), str(n % 2 + 1)
            row.facts = Facts(
                building=building, unit=unit, rescue_code=f"{n:06}", floors=FLOORS, manufacturer="M"
            )
            row.online, row.state, row.heard_ms = "online", state_of(n), self.until_ms
            row.state_ms = self.until_ms
            yield row


def state_of(n: int) -> dict[str, Any]:
    """How a lift stands; another number is another floor."""
    floor = n % 12 + 1
    return {
        "service_mode": "normal",
        "floor": floor,
        "floor_label": str(floor),
        "direction": ("up", "down", "none")[n % 3],
        "car_door": ("closed", "open")[n % 2],
        "occupied": n % 5 == 0,
    }


class Happening:
    """Lifts move and incidents come and go at a steady rate, through the real adapters."""

    def __init__(self, books: SqlBooks, town: Town) -> None:
        self.books, self.town, self.made = books, town, 0
        self.rows = list(town.lift_rows())[:LIFTS]
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run, name="happening")

    def run(self) -> None:
        """Ten times a second a tenth of them, until told to stop."""
        began_s = time.monotonic()
        for turn in count():
            if self.stop.is_set():
                return
            for _ in range(max(RATE // 10, 1)):
                self.change(self.made)
                self.made += 1
            self.stop.wait(max(0.0, began_s + (turn + 1) / 10 - time.monotonic()))

    def change(self, n: int) -> None:
        """One change: of the lifts that stand on the first page as of all others."""
        row = self.rows[n * 37 % len(self.rows)] if n % 2 else self.rows[n % 400]
        if n % INCIDENTS_OF:
            row.state, row.heard_ms, row.state_ms = state_of(n * 7), now_ms(), now_ms()
            with self.books.begin() as work:
                work.put_lifts([row])
            return
        raised, at_ms = n // INCIDENTS_OF % 2 == 0, now_ms()
        kind = ("door_fault", "entrapment", "overload", "button_dead")[n // INCIDENTS_OF // 2 % 4]
        apply_alarm(
            self.books,
            AlarmChange(
                area=row.area,
                estate=row.estate,
                lift=self.rows[n // 10 * 13 % 400].lift,
                kind=kind,
                edge="raised" if raised else "cleared",
                opened_ms=at_ms,
                at_ms=at_ms,
                severity=BY_NAME[kind].severity,
            ),
        )

    def __enter__(self) -> "Happening":
        """Begin."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.stop.set()
        self.thread.join()


class Console:
    """A service over a filled database, and a browser whose cookie lets an administrator in."""

    def __init__(self, folder: Path, url: str) -> None:
        self.books, secret = open_books(url), secrets.token_bytes(32)
        self.town = Estates(lifts=LIFTS, incidents=INCIDENTS, until_ms=now_ms())
        store = SqlPeople(self.books, Seal(secret))
        units, _ = settle(store, self.town, secret)
        fill(self.books, self.town, units)
        with store.begin() as work:
            who = people.make_person(work, login="root", name="root", now_ms=now_ms())
            people.grant(work, who.id, "admin", organisation=None, now_ms=now_ms())
            self.cookie = sign_in.issue(work, who.id, "session", now_ms=now_ms()).secret
        self.service = Service(
            folder / "api",
            commands=["api"],
            LIFTWATCH_DATABASE_URL=url,
            LIFTWATCH_SECRET=b64encode(secret).decode(),
            LIFTWATCH_CANARY_MQTT_URL="off",
        )

    def page(self, browser: Any) -> Any:
        """A page of a browser that has been nowhere yet."""
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        url = f"http://127.0.0.1:{self.service.port}"
        context.add_cookies([{"name": "lw_session", "value": self.cookie, "url": url}])
        context.add_init_script(f"({WATCH})()")
        return context.new_page()

    def first(self, browser: Any, path: str) -> First:
        """Open a page once."""
        page = self.page(browser)
        page.goto(f"http://127.0.0.1:{self.service.port}{path}", wait_until="load")
        page.wait_for_timeout(100)
        found = First(*page.evaluate(FIRST))
        page.context.close()
        return found

    def live(self, browser: Any, path: str) -> tuple[Live, Live]:
        """Stay on a page: while it takes in how all stands, then while things happen."""
        page = self.page(browser)
        page.goto(f"http://127.0.0.1:{self.service.port}{path}")
        page.wait_for_selector("#live-state[data-state=live]")
        page.wait_for_timeout(SETTLES_S * 1000)
        begun = taken(page, SETTLES_S)
        tracing = Tracing(page)
        with Happening(self.books, self.town):
            began_s = time.monotonic()
            page.evaluate("seen = {tasks: [], frames: [], keys: [], changes: 0}")
            while time.monotonic() - began_s < LIVE_S:
                page.keyboard.press("j")
                page.wait_for_timeout(250)
            going = taken(page, time.monotonic() - began_s, busy=tracing.busy())
        page.goto("about:blank")
        page.context.close()
        return begun, going


class Tracing:
    """What Chromium itself notes of a page's thread, from now on."""

    def __init__(self, page: Any) -> None:
        self.page, self.events, self.ended = page, list[dict[str, Any]](), False
        self.session = page.context.new_cdp_session(page)
        self.session.on("Tracing.dataCollected", lambda told: self.events.extend(told["value"]))
        self.session.on("Tracing.tracingComplete", lambda _: setattr(self, "ended", True))
        wanted = {"includedCategories": ["toplevel", "devtools.timeline"]}
        self.session.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": wanted})

    def busy(self) -> list[float]:
        """Processor time of each task of the thread that lays pages out, in ms."""
        self.session.send("Tracing.end")
        while not self.ended:
            self.page.wait_for_timeout(50)
        drawing = {(one["pid"], one["tid"]) for one in self.events if one["name"] == "Layout"}
        return [
            one["tdur"] / 1000
            for one in self.events
            if one["name"] == "ThreadControllerImpl::RunTask" and "tdur" in one
            if (one["pid"], one["tid"]) in drawing
        ]


def taken(page: Any, during_s: float, *, busy: list[float] | None = None) -> Live:
    """What a page has told of itself."""
    seen = page.evaluate("seen")
    tasks = [duration for _, duration in seen["tasks"]]
    return Live(busy or [], tasks, seen["frames"], seen["keys"], seen["changes"], during_s)


def measure(name: str, url: str, folder: Path) -> None:
    """Print the lines of one database."""
    console = Console(folder, url)
    with ExitStack() as stack:
        stack.enter_context(closing(console.books))
        stack.callback(console.service.kill)
        console.service.start()
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        stack.callback(browser.close)
        print(f"{name}: {LIFTS} lifts, {INCIDENTS} incidents", flush=True)
        for path in PAGES:
            some = [console.first(browser, path) for _ in range(TIMES)]
            middle = First(*(statistics.median(column) for column in zip(*some, strict=True)))
            worst = max(one.painted for one in some)
            print(
                f"  {path:6} first paint {middle.painted:5.0f} ms (worst {worst:.0f}),"
                f" answered {middle.answered:.0f}, ready {middle.ready:.0f},"
                f" loaded {middle.loaded:.0f} ms, {middle.size / 1024:.0f} KiB",
                flush=True,
            )
        for path in PAGES:
            begun, going = console.live(browser, path)
            print(f"  {path:6} at first        {begun.line()}")
            print(f"  {path:6} {RATE} changes/s    {going.line()}", flush=True)


def main() -> None:
    """Print everything."""
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="liftwatch-bench-") as name, ExitStack() as stack:
        parent = Path(name)
        parent.chmod(0o755)  # PostgreSQL runs as another user
        if "sqlite" in DATABASES:
            measure("SQLite", f"sqlite:///{parent}/books.sqlite", parent / "sqlite")
        if "postgresql" in DATABASES:
            (parent / "server").mkdir()
            server = Postgres(parent / "server", free_port())
            server.prepare()
            stack.callback(server.stop)
            server.start()
            measure("PostgreSQL", server.url, parent / "postgresql")


assert LIFTS % PER_ESTATE == 0, "whole estates"


if __name__ == "__main__":
    sys.exit(main())
