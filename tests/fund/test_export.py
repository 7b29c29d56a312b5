"""The export as beancount and hledger themselves read it: they agree, with each other and us."""

import csv
import io
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from liftwatch.adapters.memory import MemoryBooks
from liftwatch.fund.accounts import account_of
from liftwatch.fund.export import Form, exported, ledger_name
from liftwatch.fund.money import yuan
from liftwatch.handlers.fund_book import draw, take_back
from tests.contracts.ledger import (
    DAY,
    MONDAY_MS,
    all_held,
    booked,
    deposit,
    draft,
    legs,
    share,
)

TRICKY = 'date: [2026-13-01] "quoted" \\back; ; semicolon | 付款：电梯'


@pytest.fixture
def books() -> MemoryBooks:
    """Entries of all sorts, of two buildings, on days that go back, with every odd character."""
    made = MemoryBooks()
    given = {"day": DAY, "at_ms": MONDAY_MS, "person": "p-li"}
    other = [
        structs.replace(leg, account=leg.account.replace("/7/", "/3幢-a/"))
        for leg in legs(bank=12_345, principal_1201=-12_345)
    ]
    booked(
        made,
        deposit("1", 30_001, memo=TRICKY, source='"ccb" 2026; 1', document="ab" * 32),
        deposit("2", 7, "1202", day=DAY - 40),
        draft("deposit", "3", of=other, person="p:li,x"),
        draft("opening", "4", bank=50, principal_1203=-50, second="p-wang"),
    )
    with made.begin() as work:
        draw(work, [share("1201", 260), share("1202", 260)], case="c1", key="key-0005", **given)
        take_back(work, 4, key="key-0006", **given)
    booked(made, draft("pay", "7", clearing_c1=500, bank=-500, case="c1"))
    return made


def written(books: MemoryBooks, form: Form, folder: Path) -> Path:
    """The export as a file."""
    file = folder / f"fund.{form}"
    entries = books.fund_journal(books.fund_head().n)
    file.write_text("".join(exported(entries, form=form)), encoding="utf-8")
    return file


def program(name: str) -> str:
    """Its path, else the test is skipped."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed (apt install hledger beancount)")
    return found


def said_by(*command: str) -> str:
    """What a program prints; whatever it complains of fails the test."""
    environment = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def right_balances(books: MemoryBooks) -> dict[str, Decimal]:
    """What each account holds, as a ledger program has it: a liability is negative."""
    return {
        ledger_name(account_of(name)): Decimal(yuan(account_of(name).side * fen))
        for name, fen in all_held(books).items()
        if fen
    }


def by_hledger(file: Path) -> dict[str, Decimal]:
    """The balances that hledger reckons."""
    wanted = ("balance", "--flat", "-N", "-O", "csv", "-c", "1000.00 CNY")
    told = said_by(program("hledger"), "-f", str(file), *wanted)
    rows = list(csv.reader(io.StringIO(told)))[1:]
    return {name: Decimal(amount.removesuffix(" CNY")) for name, amount in rows}


def by_beancount(file: Path) -> dict[str, Decimal]:
    """The balances that beancount reckons."""
    query = "SELECT account, sum(position) AS held GROUP BY account ORDER BY account"
    told = said_by(program("bean-query"), "-q", "-f", "csv", str(file), query)
    found = {}
    for name, held in list(csv.reader(io.StringIO(told)))[1:]:
        amount = re.match(r"\s*(-?[\d.]+) CNY", held)
        if amount is not None:
            found[name.strip()] = Decimal(amount[1])
    return found


def test_hledger_reads_it_and_agrees(books: MemoryBooks, tmp_path: Path) -> None:
    """Its own check, with the balances that the export asserts, and its balances against ours."""
    file = written(books, "hledger", tmp_path)
    said_by(program("hledger"), "-f", str(file), "check", "-s")
    assert by_hledger(file) == right_balances(books)


def test_beancount_reads_it_and_agrees(books: MemoryBooks, tmp_path: Path) -> None:
    """The same."""
    file = written(books, "beancount", tmp_path)
    assert said_by(program("bean-check"), str(file)) == ""
    assert by_beancount(file) == right_balances(books)


def test_a_wrong_balance_is_found_by_both(books: MemoryBooks, tmp_path: Path) -> None:
    """What the export asserts at its end is worth something."""
    for form, command in (("hledger", ("-f", "{}", "check")), ("beancount", ("{}",))):
        file = written(books, form, tmp_path)
        text = file.read_text(encoding="utf-8")
        assert "300.01 CNY" in text
        file.write_text(text.replace("  300.01 CNY", "  300.02 CNY", 1), encoding="utf-8")
        name = program("bean-check" if form == "beancount" else form)
        words = [word.format(file) for word in command]
        assert subprocess.run([name, *words], capture_output=True).returncode != 0


def test_the_text_is_what_is_promised(books: MemoryBooks) -> None:
    """Also where neither program is installed."""
    entries = books.fund_entries(limit=1)
    text = "".join(exported(entries, form="beancount"))
    flat = "Liabilities:Principal:A320583:Egarden:B7:O1201"
    assert f"1998-01-01 open {flat} CNY\n" in text
    assert '\n2026-03-02 * "deposit" "date: [2026-13-01] \\"quoted\\" \\\\back; ; semicolon' in text
    assert f"  {flat}  -300.01 CNY\n" in text
    assert f"2026-03-03 balance {flat}  -300.01 CNY\n" in text
    text = "".join(exported(entries, form="hledger"))
    assert "\n2026-03-02 * (1) deposit | date: [2026-13-01] " in text
    assert f"    {flat}  0.00 CNY = -300.01 CNY\n" in text


def test_empty_books_are_an_empty_journal(tmp_path: Path) -> None:
    """Both programs take it."""
    books = MemoryBooks()
    said_by(program("hledger"), "-f", str(written(books, "hledger", tmp_path)), "check")
    assert said_by(program("bean-check"), str(written(books, "beancount", tmp_path))) == ""
