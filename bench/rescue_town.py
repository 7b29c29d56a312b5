"""One database, the services over it, the process that raises alarms, and a rescue platform."""

import secrets
import subprocess
import sys
import time
from base64 import b64encode
from contextlib import suppress
from pathlib import Path

import psutil

from bench.service import Service
from liftwatch.access.secrets import Seal
from liftwatch.access.sight import Place
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import now_ms
from liftwatch.handlers import people, sign_in
from liftwatch.rescue.events import RescueEvent, feed_of
from simulators.receipts import Receipts
from simulators.rescue_platform import Habits, Held, RescuePlatform
from tests.conftest import free_port

ROOT = Path(__file__).parents[1]
"""What the processes run is what stands beside this file."""
AREA = "320583"
FEED = feed_of(AREA, exercise=True)


class Town:
    """One database, its services, the process that raises, and the platform."""

    def __init__(self, folder: Path, url: str, *, seed: int, count: int, habits: Habits) -> None:
        self.url, self.seed, self.count, self.habits = url, seed, count, habits
        self.key, secret = secrets.token_bytes(32), secrets.token_bytes(32)
        self.books: SqlBooks = open_books(url)
        credential = _centre(SqlPeople(self.books, Seal(secret)))
        self.port, self.held = free_port(), dict[str, Held]()
        settings = {
            "PYTHONPATH": str(ROOT),
            "LIFTWATCH_DATABASE_URL": url,
            "LIFTWATCH_SECRET": b64encode(secret).decode(),
            "LIFTWATCH_RESCUE_AREAS": AREA,
            "LIFTWATCH_RESCUE_EXERCISE": "true",
            "LIFTWATCH_RESCUE_URL": f"http://127.0.0.1:{self.port}/events",
            "LIFTWATCH_RESCUE_SECRET": "whsec_" + b64encode(self.key).decode(),
        }
        self.api = Service(folder / "api", commands=("api",), **settings)
        self.engine = Service(folder / "engine", commands=("engine",), **settings)
        where = f"http://127.0.0.1:{self.api.port}/v1/rescue"
        self.receipts = Receipts(where, key=credential, area=AREA, exercise=True)
        self.raiser: subprocess.Popen[bytes] | None = None
        self.platform = self.listen(habits)

    def listen(self, habits: Habits) -> RescuePlatform:
        """A platform that goes on with what it held."""
        return RescuePlatform(
            key=self.key,
            seed=self.seed,
            habits=habits,
            send=self.receipts,
            port=self.port,
            held=self.held,
        ).start()

    def start(self) -> None:
        """Everything."""
        self.api.start()
        self.engine.launch()
        self.begin_raising()

    def begin_raising(self) -> None:
        """From the first alarm on, again."""
        command = [sys.executable, "-m", "bench.chaos_rescue", "raise"]
        more = [self.url, str(self.seed), str(self.count)]
        self.raiser = subprocess.Popen([*command, *more], cwd=ROOT)

    def kill(self, what: str) -> None:
        """End one of them at once, and start it again."""
        if what == "platform":
            self.platform.stop()
            time.sleep(0.3)
            self.platform = self.listen(self.habits)
        elif what == "raiser":
            if self.raiser is not None and self.raiser.poll() is None:
                self.raiser.kill()
                self.raiser.wait()
                self.begin_raising()
        else:
            service = self.api if what == "api" else self.engine
            if service.ended():
                raise RuntimeError(f"{what} ended by itself:\n{service.log.read_text()[-2000:]}")
            service.kill()
            service.launch()

    def close(self) -> None:
        """End all."""
        for service in (self.api, self.engine):
            with suppress(psutil.NoSuchProcess):
                service.kill()
        if self.raiser is not None:
            self.raiser.kill()
            self.raiser.wait()
        self.platform.stop()
        self.books.close()

    def events(self) -> list[RescueEvent]:
        """All numbers of the feed."""
        found: list[RescueEvent] = []
        while more := self.books.rescue_after(FEED, len(found), 500):
            found += more
        return found


def _centre(staff: SqlPeople) -> str:
    with staff.begin() as work:
        at_ms = now_ms()
        for login, role in (("root", "admin"), ("centre", "rescue")):
            who = people.make_person(
                work, login=login, name=login, password=secrets.token_hex(16), now_ms=at_ms
            )
            unit = None
            if role == "rescue":
                unit = people.make_organisation(
                    work, name=login, now_ms=at_ms, places=(Place(AREA),)
                ).id
            people.grant(work, who.id, role, organisation=unit, now_ms=at_ms)
        return sign_in.issue(work, who.id, "key", now_ms=at_ms).secret
