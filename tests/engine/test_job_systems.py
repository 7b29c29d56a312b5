"""Job systems of maintenance units: their own lifts, in order, each change once, whatever fails."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text

from liftwatch.access.secrets import Seal
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.clock import DAY_MS, MINUTE_MS, SECOND_MS
from liftwatch.engine import job_systems
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.job_systems import JobSystem, job_system_jobs
from liftwatch.handlers import people
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.incidents.pages import Ways
from liftwatch.ports import LiftRow, Promise, Sent, StoreUnavailable, Verdict
from liftwatch.register.facts import Facts
from tests.contracts.test_books import MONDAY_MS, alarm


class System:
    """A channel that keeps what it was sent, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[Verdict] = []

    def send(self, promise: Promise, *, now_ms: int) -> Sent:
        """Keep it where it is taken."""
        del now_ms
        verdict: Verdict = self.answers.pop(0) if self.answers else "delivered"
        if verdict == "delivered":
            self.got.append((promise.id, json.loads(promise.body)))
        return Sent(verdict, "as told")

    def close(self) -> None:
        """Nothing to let go of."""


class Town:
    """Two lifts of two units, each with a system, an engine that tells them, and the time."""

    def __init__(self, books: SqlBooks, ways: Ways) -> None:
        self.books, self.ms = books, 0
        self.systems, ids = {"anda": System(), "kone": System()}, {}
        self.people = SqlPeople(books, Seal(b"a secret of thirty-two bytes, or more"))
        for lift, name in (("LIFT-0001", "anda"), ("LIFT-0002", "kone")):
            facts = Facts(building="3", address="Garden Road 1")
            row = LiftRow(lift=lift, area="320583", estate="garden", facts=facts, heard_ms=1)
            with books.begin() as work:
                work.put_lifts([row])
            with self.people.begin() as work:
                ids[name] = people.make_organisation(work, name=name, now_ms=0).id
                people.make_contract(
                    work, lift=lift, organisation=ids[name], from_ms=0, until_ms=None
                )
        made = [JobSystem(name, ids[name], channel) for name, channel in self.systems.items()]
        self.jobs = job_system_jobs(books, made, ways)
        self.engine = Engine(books, self.jobs, registry=CollectorRegistry())
        for job in self.jobs:
            self.engine.arm(MONDAY_MS, job.lane)
        self.run()

    def run(self, after_ms: int = 10 * SECOND_MS) -> None:
        """Everything that is due so much later."""
        self.ms += after_ms
        again = True
        while again:
            again = sum(self.engine.step(MONDAY_MS + self.ms, job.lane) for job in self.jobs) > 0

    def told(self, name: str) -> list[tuple[str, str]]:
        """What a system was told since it was last asked: lifts and states of alarms."""
        got = self.systems[name].got
        found = [(m["data"]["incident"]["lift"], m["data"]["incident"]["alarm"]) for _, m in got]
        got.clear()
        return found


@pytest.fixture(params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqlBooks]:
    """Empty ones, on either database; followers look once a run."""
    monkeypatch.setattr(job_systems, "RUN_S", 0.0)
    url = f"sqlite:///{tmp_path}/books.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_books")
    with closing(open_books(url)) as made:
        yield made


@pytest.fixture
def town(books: SqlBooks) -> Town:
    """With everything that is real."""
    return Town(books, Ways(page="https://lift.example/"))


def test_each_hears_of_its_own_lifts_alone(town: Town) -> None:
    """With what a crew needs, and the number before, by which a loss is seen."""
    apply_alarm(town.books, alarm())
    apply_alarm(town.books, alarm(lift="LIFT-0002"))
    apply_alarm(town.books, alarm("cleared", at_s=60, opened_ms=MONDAY_MS))
    town.run()
    first, second = (message for _, message in town.systems["anda"].got)
    assert first["type"] == "incident.changed"
    assert first["data"]["lift"] == {"building": "3", "address": "Garden Road 1"}
    id = first["data"]["incident"]["id"]
    assert first["data"]["page"] == f"https://lift.example/incidents/{id}"
    assert second["data"]["after"] == first["data"]["n"]
    assert town.told("anda") == [("LIFT-0001", "raised"), ("LIFT-0001", "cleared")]
    assert town.told("kone") == [("LIFT-0002", "raised")]


def test_what_waits_holds_up_what_follows_and_no_other_system(town: Town) -> None:
    """Order before pace: tried again within the minute, and then all in their order."""
    town.systems["anda"].answers = ["retry"] * 6
    apply_alarm(town.books, alarm())
    apply_alarm(town.books, alarm("cleared", at_s=60, opened_ms=MONDAY_MS))
    apply_alarm(town.books, alarm(lift="LIFT-0002"))
    town.run()
    assert (town.told("anda"), town.told("kone")) == ([], [("LIFT-0002", "raised")])
    for _ in range(5):
        assert town.told("anda") == []
        town.run(MINUTE_MS)
    town.run(MINUTE_MS)
    assert town.told("anda") == [("LIFT-0001", "raised"), ("LIFT-0001", "cleared")]


def test_a_refusal_is_kept_and_the_next_follows(town: Town) -> None:
    """A message that it never takes does not end all telling."""
    town.systems["anda"].answers = ["refused"]
    apply_alarm(town.books, alarm())
    apply_alarm(town.books, alarm("cleared", at_s=60, opened_ms=MONDAY_MS))
    town.run()
    assert town.told("anda") == [("LIFT-0001", "cleared")]


def test_whatever_dies_each_is_promised_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far it is, is noted in the transaction of the promises."""
    apply_alarm(town.books, alarm())
    real = town.engine._settle

    def dies(*_: Any) -> None:
        monkeypatch.setattr(town.engine, "_settle", real)
        raise StoreUnavailable("killed here")

    monkeypatch.setattr(town.engine, "_settle", dies)
    with pytest.raises(StoreUnavailable):
        town.run()
    town.run(MINUTE_MS)
    town.run(MINUTE_MS)
    assert town.told("anda") == [("LIFT-0001", "raised")]


def test_after_the_contract_only_what_is_still_open_of_it(town: Town) -> None:
    """What was raised in its time it brings to an end; what comes later is the next unit's."""
    apply_alarm(town.books, alarm())
    town.run()
    with town.people.reading() as reads:
        (contract,) = reads.contracts(organisation=_unit(town, "anda"))
    with town.people.begin() as work:
        people.end_contract(work, contract, version=contract.version, until_ms=MONDAY_MS + 1_000)
        heir = _unit(town, "kone")
        people.make_contract(
            work, lift="LIFT-0001", organisation=heir, from_ms=MONDAY_MS + 1_000, until_ms=None
        )
    apply_alarm(town.books, alarm("cleared", at_s=60, opened_ms=MONDAY_MS))
    apply_alarm(town.books, alarm(kind="door_fault", severity=2, at_s=120))
    town.run()
    assert town.told("anda") == [("LIFT-0001", "raised"), ("LIFT-0001", "cleared")]
    assert town.told("kone") == [("LIFT-0001", "raised")]


def test_exercises_and_history_are_no_jobs(town: Town, books: SqlBooks) -> None:
    """Unless a setting names the system for exercises."""
    apply_alarm(books, alarm(exercise=True))
    (drill,) = books.stream_after(books.stream_head() - 1)
    apply_alarm(books, alarm(lift="LIFT-0002", late=True, kind="door_fault", severity=2))
    town.run()
    assert (town.told("anda"), town.told("kone")) == ([], [])
    mine = JobSystem("anda", _unit(town, "anda"), System())
    for allowed in (frozenset[str](), frozenset({"anda"})):
        ways = Ways(for_exercises=allowed)
        assert job_systems._is_for(books, mine, ways, event=drill) is bool(allowed)


def _unit(town: Town, name: str) -> str:
    with town.people.reading() as reads:
        return next(one.id for one in reads.organisations(after="", limit=9) if one.name == name)


@pytest.mark.parametrize("ahead", [7, -2])
def test_who_was_away_too_long_is_told_to_read_anew(
    town: Town, books: SqlBooks, ahead: int
) -> None:
    """When changes between are kept no more, or the numbers began anew, silence would be a lie."""
    system = JobSystem("anda", _unit(town, "anda"), System())
    for lift in ("LIFT-0001", "LIFT-0002", "LIFT-0003"):
        apply_alarm(books, alarm(lift=lift))
    head = books.stream_head()
    with books.begin() as work:
        work.connection.execute(text("DELETE FROM stream WHERE n < :head"), {"head": head})
    ran = job_systems.follow(
        books, system, Ways(), data={"n": head + ahead, "told": 1}, now_ms=MONDAY_MS + DAY_MS
    )
    assert ran.data == {"n": head, "told": head}
    with books.begin() as work:
        assert ran.due is not None
        ran.due(work)
    promise = books.next_promise("jobs/anda")
    assert promise is not None
    told = json.loads(promise.body)
    assert (told["type"], told["data"]) == ("incidents.lost", {"n": head, "after": 1})
