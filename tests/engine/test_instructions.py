"""Instructions by the clock: overdue goes up a level, signals verify, whatever dies meanwhile."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from liftwatch.account import AccountRow
from liftwatch.adapters.memory import MemoryBooks
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.care.instructions import Instruction
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.engine.clockwork import Engine
from liftwatch.engine.instructions import heard_of, instruction_jobs
from liftwatch.handlers.alarms import apply_alarm
from liftwatch.handlers.calls import change_contacts
from liftwatch.handlers.incidents import make_move
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import Told
from liftwatch.incidents.pages import Ways
from liftwatch.ports import Books, LiftRow
from tests.care.instruct import PROOF, SEAL, WORDS, Houses
from tests.contracts.test_books import MONDAY_MS, alarm

WAYS = Ways(channels=("email", "sms"), page="https://lift.example/")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """Empty books of each kind."""
    if request.param == "memory":
        yield MemoryBooks()
        return
    with closing(open_books(url_of(request))) as made:
        yield made


def url_of(request: pytest.FixtureRequest) -> str:
    """An empty database."""
    name = "sqlite_books" if request.param == "sqlite" else "postgres_books"
    made: str = request.getfixturevalue(name)
    return made


def engine_of(books: Books, people: Any = None, ways: Ways = WAYS) -> Engine:
    """One that looks at instructions, and tells people where there are any."""
    jobs = instruction_jobs(books, people, ways)
    return Engine(books, jobs if people else jobs[:1], registry=CollectorRegistry())


def run(engine: Engine, day: float, lane: str = "slow") -> None:
    """Let it do what is due so many days after the beginning."""
    while engine.step(MONDAY_MS + round(day * DAY_MS), lane):
        pass


def lines(books: Books) -> list[tuple[str, int]]:
    """What the engine did: each step with its level."""
    found = books.instruction_lines("one")
    return [(row.what, row.facts["level"]) for row in found if "level" in row.facts]


def heard_days(books: Books, one: Instruction, days: int, *, received: int = 1440) -> None:
    """The lift was heard on so many of the days after its work was verified."""
    assert one.verified_ms is not None
    first = estate_day(one.verified_ms) + 1
    with books.begin() as work:
        work.put_lifts([LiftRow(lift="LIFT-0001", area="320583", estate="garden")])
        work.put_account([account(first + n, received) for n in range(days)])


def account(day: int, received: int) -> Any:
    """What a journal holds of the lift for a day."""
    return AccountRow(
        source="a",
        area="320583",
        estate="garden",
        terminal="T-1",
        lift="LIFT-0001",
        day=day,
        received=received,
    )


def test_overdue_goes_up_a_level_by_the_clock(books: Books) -> None:
    """Nobody accepts, nobody does it: every step once, in order, however often it is looked at."""
    houses, engine = Houses(books), engine_of(books)
    houses.issued()
    run(engine, 1.9)
    assert lines(books) == []
    run(engine, 2.1)
    assert lines(books) == [("unaccepted", 1)]
    run(engine, 10.5)
    run(engine, 10.6)
    assert lines(books)[1:] == [("near", 1), ("overdue", 1)]
    run(engine_of(books), 40)  # another engine, after weeks in which none ran
    assert lines(books)[3:] == [("overdue_3", 2), ("overdue_7", 3)]
    found = books.instruction("one")
    assert found is not None
    assert (found.level, found.responsible) == (3, houses.ids["anda"])


def test_what_is_reported_in_time_calls_nobody(books: Books) -> None:
    """The deadline is met by the report; then the clock runs for whoever has to verify."""
    houses, engine = Houses(books), engine_of(books)
    one = houses.moved(houses.issued(), "accept")
    houses.moved(one, "report", at=9, told=PROOF)
    run(engine, 13.9)
    assert [name for name, _ in lines(books)] in ([], ["near"])
    run(engine, 14.1)
    assert lines(books)[-1] == ("unverified", 1)


def test_quiet_signals_close_it(books: Books) -> None:
    """Thirty days in which the lift was heard and nothing of the kind was raised."""
    houses, engine = Houses(books), engine_of(books)
    one = houses.verified()
    heard_days(books, one, 29)
    apply_alarm(books, alarm(kind="button_dead", at_s=86_400 * 5))  # another kind
    run(engine, 32.9)
    assert books.instruction("one") == one
    run(engine, 33.1)
    found = books.instruction("one")
    assert found is not None
    assert (found.state, found.signals) == ("closed", "quiet")


def test_it_comes_again_and_goes_back(books: Books) -> None:
    """On the next day, to the one that has it, with as much time as at first."""
    houses, engine = Houses(books), engine_of(books)
    one = houses.verified()
    heard_days(books, one, 29)
    raised = apply_alarm(books, alarm(kind="door_fault", at_s=86_400 * 5))
    assert raised is not None
    run(engine, 3.5)  # it lies ahead of that moment
    assert books.instruction("one") == one
    run(engine, 6.1)
    found = books.instruction("one")
    assert found is not None
    assert (found.state, found.signals) == ("accepted", "again")
    assert found.deadline_ms > MONDAY_MS + 15 * DAY_MS
    line = books.instruction_lines("one")[-1]
    assert (line.what, line.facts["incidents"]) == ("relapse", [raised.id])


@pytest.mark.parametrize(("days", "received"), [(0, 1440), (20, 1440), (29, 500)])
def test_a_silent_lift_says_nothing(books: Books, days: int, received: int) -> None:
    """It was never heard, on too few days, or too little of each: a person must judge."""
    houses, engine = Houses(books), engine_of(books)
    one = houses.verified()
    heard_days(books, one, days, received=received)
    run(engine, 40)
    found = books.instruction("one")
    assert found is not None
    assert (found.state, found.signals) == ("verified", "cannot_tell")
    closed = houses.moved(found, "close", at=41, who="office", told=WORDS)
    assert closed.state == "closed"


def test_what_people_rejected_does_not_count(books: Books) -> None:
    """Nor what is late history."""
    houses = Houses(books)
    one = houses.verified()
    raised = apply_alarm(books, alarm(kind="door_fault", at_s=86_400 * 5))
    assert raised is not None
    assert heard_of(books, one, now_ms=MONDAY_MS + 10 * DAY_MS)[1] == [raised.id]
    apply_alarm(books, alarm(kind="door_fault", at_s=86_400 * 6, late=True, lift="L-0002"))
    with books.begin() as work:
        make_move(
            work,
            raised.id,
            "reject",
            told=Told(reason="painters"),
            by=Actor(),
            version=raised.version,
            now_ms=MONDAY_MS + 6 * DAY_MS,
        )
    assert heard_of(books, one, now_ms=MONDAY_MS + 10 * DAY_MS)[1] == []


DYING = """
import os, signal, sys
from liftwatch.adapters.sql import open_books
from liftwatch.engine.clockwork import Engine
from liftwatch.engine import instructions as engine
from liftwatch.handlers import care_instructions as handlers
from prometheus_client import CollectorRegistry
url, at_ms, dies = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
books, calls = open_books(url), [0]
def counted(function):
    def call(*args, **more):
        calls[0] += 1
        if calls[0] == dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **more)
    return call
for name in ("add_instruction_line", "add_instruction_notice", "note_steps", "settle"):
    from liftwatch.adapters.sql.work import SqlWork
    setattr(SqlWork, name, counted(getattr(SqlWork, name)))
made = Engine(books, engine.instruction_jobs(books, None, None)[:1], registry=CollectorRegistry())
while made.step(at_ms, "slow"):
    pass
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killing_the_engine_skips_and_doubles_nothing(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    """Killed at every step it takes: afterwards each step stands once, and nobody is told twice."""
    url = f"sqlite:///{tmp_path}/books.sqlite"
    if kind == "postgresql":
        url = request.getfixturevalue("postgres_books")
    with closing(open_books(url)) as books:
        Houses(books).issued()
        at_ms = MONDAY_MS + 14 * DAY_MS
        for dies in range(1, 9):
            code = subprocess.run(
                [sys.executable, "-c", DYING, url, str(at_ms), str(dies)], check=False
            ).returncode
            at_ms += 120_000  # its lease is over
            if code == 0:
                break
            assert code == -signal.SIGKILL
        run(engine_of(books), 14.5)
        names = ["unaccepted", "near", "overdue", "overdue_3"]
        assert [name for name, _ in lines(books)] == names
        assert [row.why for row in books.instruction_notices("one")] == ["issue", *names]


def test_engines_side_by_side(sql: SqlBooks) -> None:
    """Each step once."""
    Houses(sql).issued()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run(engine_of(sql), 30), range(4)))
    assert len(lines(sql)) == 5


@pytest.fixture
def sql(tmp_path: Path) -> Iterator[SqlBooks]:
    """Empty books that hold people, too."""
    with closing(open_books(f"sqlite:///{tmp_path}/books.sqlite")) as made:
        yield made


def test_people_are_told_by_the_existing_channels(sql: SqlBooks) -> None:
    """By mail; from the second level on by message, too; nobody twice."""
    books, people = sql, SqlPeople(sql, SEAL)
    houses = Houses(books)
    with people.begin() as work:
        change_contacts(
            work, houses.ids["anda"], version=0, email="anda@lift.example", phone="0512 5555 0100"
        )
    houses.issued()
    engine = engine_of(books, people)
    for day in (0.1, 2.1, 14.1):
        run(engine, day)
        run(engine, day, "pages")
    told = [row for row in books.instruction_lines("one") if row.what == "paged"]
    assert [(row.facts["why"], row.facts["channels"]) for row in told] == [
        ("issue", ["email"]),
        ("unaccepted", ["email"]),
        ("near", ["email"]),
        ("overdue", ["email"]),
        ("overdue_3", ["email", "sms"]),
    ]
    assert books.next_promise("email") is not None
    promise = books.next_promise("sms")
    assert promise is not None
    assert "整改指令：逾期三天" in promise.body
    assert "https://lift.example/instructions/one" in promise.body
    assert all(row.told_ms is not None for row in books.instruction_notices("one"))


def test_nobody_to_tell_is_said(sql: SqlBooks) -> None:
    """An organisation without anybody: the line says so."""
    books, people = sql, SqlPeople(sql, SEAL)
    Houses(books).issued()
    engine = engine_of(books, people)
    run(engine, 0.1, "pages")
    (line,) = [row for row in books.instruction_lines("one") if row.what == "paged"]
    assert line.facts["held"] == "nobody"
