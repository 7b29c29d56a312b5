"""The installation's secret is exchanged for another while people work, on both databases."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary

from liftwatch.__main__ import main
from liftwatch.access.people import Answered
from liftwatch.access.secrets import Seal, Unsealed, all_secrets, new_secret
from liftwatch.adapters.sql import SqlBooks, open_books, tables
from liftwatch.adapters.sql import seals as seals_module
from liftwatch.adapters.sql.people import SqlPeople
from liftwatch.adapters.sql.seals import SEALED, Tally, reseal, tally
from liftwatch.handlers import people
from liftwatch.settings import SettingsError, load_settings

OLD, NEW = new_secret(), new_secret()
NOT_SEALED_WITH_IT = {"audit_pseudonym.key"}
"""Bytes that the installation's secret does not close: the keys of the trail's persons."""


def seal_of(text: str) -> Seal:
    """What a setting gives."""
    return Seal(*all_secrets(text))


@pytest.fixture(params=["sqlite", "postgresql"])
def books(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SqlBooks]:
    """Seven people, one of them with a telephone number, and a kept answer, under the old one."""
    url = f"sqlite:///{tmp_path}/books.sqlite"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_books")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIFTWATCH_DATABASE_URL", url)
    monkeypatch.setattr(seals_module, "BATCH", 2)
    made = open_books(url)
    fill(made, 7)
    yield made
    made.close()


def fill(books: SqlBooks, count: int) -> None:
    """So many people."""
    with SqlPeople(books, seal_of(OLD)).begin() as work:
        for k in range(count):
            phone = "138" if k == 0 else None
            people.make_person(work, login=f"p{k}", name=f"李 {k}", phone=phone, now_ms=k)
        caller = work.people(limit=1)[0].id
        for k in range(3):
            work.keep_answer(caller, f"{{key}}/{k}", Answered("d", 201, f"{k}"), now_ms=0)


def names(books: SqlBooks, secrets: str) -> list[str]:
    """The names of all people as they read under some secrets."""
    with SqlPeople(books, seal_of(secrets)).reading() as reads:
        return [one.name for one in reads.people(limit=10_000)]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, output and complaints of the command."""
    capsys.readouterr()
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as caught:
        patch.setattr(sys, "argv", ["liftwatch", "admin", "reseal", *words])
        main()
    told = capsys.readouterr()
    return int(caught.value.code or 0), told.out, told.err


def test_a_secret_is_exchanged(
    books: SqlBooks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    With NEW,OLD all is read, and what is written is under the new one; after the command the old
    one may go; a second time there is nothing to do.
    """
    monkeypatch.setenv("LIFTWATCH_SECRET", f"{NEW},{OLD}")
    with SqlPeople(books, seal_of(f"{NEW},{OLD}")).begin() as work:
        people.make_person(work, login="p7", name="李 7", now_ms=7)
    whole = [f"李 {k}" for k in range(8)]
    assert names(books, f"{NEW},{OLD}") == whole
    assert run(capsys, "--check") == (1, "sealed anew: 0; 11 of 12 lie under an older secret\n", "")
    assert run(capsys) == (0, "sealed anew: 11; 0 of 12 lie under an older secret\n", "")
    assert names(books, NEW) == whole
    with SqlPeople(books, seal_of(NEW)).begin() as work:
        assert work.people(limit=1)[0].phone == "138"
        kept = work.answered(work.people(limit=1)[0].id, "{key}/2")
        assert kept is not None
        assert kept.body == "2"
    with pytest.raises(Unsealed):
        names(books, OLD)
    monkeypatch.setenv("LIFTWATCH_SECRET", NEW)
    assert run(capsys) == (0, "sealed anew: 0; 0 of 12 lie under an older secret\n", "")
    acts = [one for one in books.audit_after(0) if one.target_kind == "secret"]
    assert [one.detail for one in acts] == ['{"values":11,"what":"reseal"}']


def test_stopped_in_the_middle_it_goes_on(books: SqlBooks) -> None:
    """Each batch is kept; meanwhile both secrets are needed, and a service may write."""
    both = seal_of(f"{NEW},{OLD}")
    batches = reseal(books, both)
    done = next(batches)  # two people; the one with a telephone need not be among them
    batches.close()
    assert done in (2, 3)
    assert tally(books, both) == Tally(values=11, older=11 - done)
    assert names(books, f"{NEW},{OLD}") == [f"李 {k}" for k in range(7)]
    with SqlPeople(books, seal_of(OLD)).begin() as work:  # a service that was not restarted
        people.make_person(work, login="late", name="晚", now_ms=9)
    assert sum(reseal(books, both)) == 12 - done
    assert tally(books, both) == Tally(values=12)


def test_killed_it_goes_on(books: SqlBooks) -> None:
    """SIGKILL between two batches, or within one: what was committed is whole."""
    fill_more = SqlPeople(books, seal_of(OLD))
    with fill_more.begin() as work:
        for k in range(300):
            people.make_person(work, login=f"q{k:03}", name=f"王 {k}", now_ms=k)
    code = (
        "import os, sys\n"
        "from liftwatch.access.secrets import Seal, all_secrets\n"
        "from liftwatch.adapters.sql import open_books, seals\n"
        "seals.BATCH = 2\n"
        "books = open_books(os.environ['LIFTWATCH_DATABASE_URL'])\n"
        "for n in seals.reseal(books, Seal(*all_secrets(sys.argv[1]))): print(n, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, f"{NEW},{OLD}"],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    with process.stdout as out:
        for _ in range(5):
            out.readline()
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    both = seal_of(f"{NEW},{OLD}")
    left = tally(books, both)
    assert (left.values, left.unreadable) == (311, 0)
    assert 0 < left.older < 311
    assert sum(reseal(books, both)) == left.older
    assert len(names(books, NEW)) == 307


def test_what_no_secret_opens_is_told_and_left(
    books: SqlBooks, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else is sealed anew; exit status 1, and where the first of them lies."""
    with SqlPeople(books, seal_of(new_secret())).begin() as work:
        lost = people.make_person(work, login="lost", name="失", now_ms=9).id
    monkeypatch.setenv("LIFTWATCH_SECRET", f"{NEW},{OLD}")
    code, out, err = run(capsys)
    assert (code, out) == (1, "sealed anew: 11; 0 of 12 lie under an older secret\n")
    assert err == f"1 cannot be read with any secret; the first is person/{lost}/name\n"
    monkeypatch.setenv("LIFTWATCH_SECRET", new_secret())
    code, _, err = run(capsys, "--check")
    assert (code, err.split(" ")[0]) == (1, "12")


def test_every_sealed_column_is_in_the_table(books: SqlBooks) -> None:
    """A column of bytes is sealed anew, or stands here with the reason."""
    known = {f"{one.table.name}.{name}" for one in SEALED for name in one.places}
    bytes_ = {
        f"{table.name}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert bytes_ == known | NOT_SEALED_WITH_IT
    # and the places of the table are those that services write under
    assert tally(books, seal_of(OLD)) == Tally(values=11)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (f"{NEW},", "is not at least 32 bytes"),
        (f",{NEW}", "is not at least 32 bytes"),
        (f"{NEW},c2hvcnQ=", "is not at least 32 bytes"),
        (f"{NEW}, {NEW}", "names a secret twice"),
    ],
    ids=["nothing after", "nothing before", "short", "twice"],  # secrets would differ by process
)
def test_bad_lists_stop_the_start(monkeypatch: pytest.MonkeyPatch, given: str, why: str) -> None:
    """With one line that names the setting and repeats none."""
    monkeypatch.setenv("LIFTWATCH_SECRET", given)
    with pytest.raises(SettingsError, match=f"LIFTWATCH_SECRET: {why}") as caught:
        load_settings()
    assert NEW not in str(caught.value)
