"""What may go wrong, as a table: each fault begins, lasts a while, and ends."""

import contextlib
import random
import sqlite3
import time
from collections.abc import Callable
from typing import NamedTuple

import psutil

from bench.disk import Disk, let_files_grow, let_no_file_grow
from bench.link import Link
from bench.proxy import Behaviour, Proxy
from bench.service import Service
from tests.conftest import Influx, Mosquitto

PAUSE_S = (0.5, 3.0)
"""Between the end of a fault and the beginning of the next."""


class Parts(NamedTuple):
    """Everything that can be broken."""

    broker: Mosquitto
    link: Link
    influx: Influx
    proxy: Proxy
    service: Service
    disk: Disk


class Fault(NamedTuple):
    """A row: how it begins, how it ends, and for how many seconds it lasts."""

    name: str
    begin: Callable[[Parts], object]
    end: Callable[[Parts], object]
    lasts_s: tuple[float, float] = (1.0, 8.0)


def _behave(behaviour: Behaviour) -> Fault:
    return Fault(
        f"store: {behaviour}",
        lambda parts: parts.proxy.behave(behaviour),
        lambda parts: parts.proxy.behave("pass"),
    )


def _signal(parts: Parts, *, stop: bool) -> None:
    for one in parts.service.family():
        with contextlib.suppress(psutil.NoSuchProcess):
            one.suspend() if stop else one.resume()


def _freeze(parts: Parts, *, stop: bool) -> None:
    if parts.influx.process is not None:
        one = psutil.Process(parts.influx.process.pid)
        one.suspend() if stop else one.resume()


_held: list[sqlite3.Connection] = []


def _hold_books(parts: Parts) -> None:
    """Somebody else writes to the relational store, for long."""
    path = parts.service.folder / "data" / "liftwatch.sqlite"
    db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    with contextlib.suppress(sqlite3.OperationalError):
        db.execute("BEGIN IMMEDIATE")
    _held.append(db)


def _let_go_of_books(parts: Parts) -> None:
    del parts
    while _held:
        _held.pop().close()


FAULTS = (
    Fault("service killed", lambda p: p.service.kill(), lambda p: p.service.launch(), (0.0, 3.0)),
    Fault("service stopped", lambda p: p.service.stop(), lambda p: p.service.launch(), (0.0, 5.0)),
    Fault("service frozen", lambda p: _signal(p, stop=True), lambda p: _signal(p, stop=False)),
    Fault("store killed", lambda p: p.influx.stop(kill=True), lambda p: p.influx.start()),
    Fault(
        "store frozen",
        lambda p: _freeze(p, stop=True),
        lambda p: _freeze(p, stop=False),
    ),
    _behave("503"),
    _behave("429"),
    _behave("slow"),
    _behave("refuse"),
    _behave("cut"),
    _behave("lose answer"),
    _behave("hang"),
    Fault("broker stopped", lambda p: p.broker.stop(), lambda p: p.broker.start(), (0.0, 6.0)),
    Fault("link refused", lambda p: p.link.turn("refused"), lambda p: p.link.turn("up")),
    Fault("link silent", lambda p: p.link.turn("silent"), lambda p: p.link.turn("up")),
    Fault("link cut", lambda p: p.link.cut(), lambda p: p.link.turn("up"), (0.0, 0.5)),
    Fault("disk full", lambda p: p.disk.fill(), lambda p: p.disk.free()),
    Fault(
        "no file grows",
        lambda p: let_no_file_grow(p.service.family()),
        lambda p: let_files_grow(p.service.family()),
    ),
    Fault("books held", _hold_books, _let_go_of_books),
)


class Happening(NamedTuple):
    """A fault at its time, in seconds from the beginning."""

    at_s: float
    until_s: float
    fault: Fault


def schedule(rng: random.Random, *, for_s: float) -> list[Happening]:
    """Faults one after the other, each of the table once before any comes again."""
    happenings: list[Happening] = []
    now_s = rng.uniform(*PAUSE_S)
    deck: list[Fault] = []
    while True:
        if not deck:
            deck = rng.sample(FAULTS, len(FAULTS))
        fault = deck.pop()
        until_s = now_s + rng.uniform(*fault.lasts_s)
        if until_s > for_s:
            return happenings
        happenings.append(Happening(now_s, until_s, fault))
        now_s = until_s + rng.uniform(*PAUSE_S)


def heal(parts: Parts) -> None:
    """Everything works again."""
    parts.disk.free()
    _let_go_of_books(parts)
    parts.proxy.behave("pass")
    parts.link.turn("up")
    _freeze(parts, stop=False)
    if parts.influx.process is None:
        parts.influx.start()
    if parts.broker.process is None:
        parts.broker.start()
    _signal(parts, stop=False)
    let_files_grow(parts.service.family())
    if parts.service.ended():
        time.sleep(0.2)
        parts.service.launch()
