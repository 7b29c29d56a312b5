"""`liftwatch fund statement`: a bank's statement against the books. Nothing is booked."""

from collections.abc import Iterator
from pathlib import Path

from liftwatch.clock import day_text
from liftwatch.commands.fund import opened
from liftwatch.failure import Failure
from liftwatch.fund.accounts import is_part
from liftwatch.fund.money import yuan
from liftwatch.fund.statement import (
    Booked,
    Line,
    Reconciliation,
    StatementError,
    booked_on,
    parse_statement,
    reconcile,
)

BYTES_MAX = 64 * 1024 * 1024


def statement_command(file: Path, *, account: str) -> bool:
    """Print every difference, then the sums; False where there is one."""
    if not is_part(account):
        raise Failure(f"fund: {account!r} is no name of a special account")
    lines = _lines(file, account)
    with opened() as (books, _):
        entries = booked_on(books.fund_journal(books.fund_head().n), account)
    found = reconcile(lines, entries)
    for line in told(found):
        print(line)
    return found.agrees


def _lines(file: Path, account: str) -> list[Line]:
    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(BYTES_MAX + 1)
    except OSError as error:
        raise Failure(f"fund: {file}: {error.strerror}") from error
    if len(data) > BYTES_MAX:
        raise Failure(f"fund: {file}: is larger than {BYTES_MAX // 2**20} MB")
    try:
        return parse_statement(data, account=account)
    except StatementError as error:
        raise Failure(f"fund: {file}: {error}") from error


def told(found: Reconciliation) -> Iterator[str]:
    """A line for each difference, and one for what both come to."""
    for line in found.unbooked:
        yield f"not booked: {_line(line)}"
    for line, entry in found.alike:
        yield f"perhaps {_entry(entry)}: {_line(line)}"
    for line, entry in found.wrong:
        yield f"other amount than {_entry(entry)}: {_line(line)}"
    for entry in found.unknown:
        yield f"not at the bank: {_entry(entry)}"
    for line in found.breaks:
        yield f"balance does not follow: {_line(line)}"
    bank = "no balance" if found.bank_fen is None else f"{yuan(found.bank_fen)} yuan"
    word = "agree" if found.agrees else "differ"
    count = len(found.booked)
    yield f"{word}: {count} lines booked; bank {bank}, books {yuan(found.books_fen)} yuan"


def _line(line: Line) -> str:
    return f"{day_text(line.day)} {yuan(line.fen)} {line.source} {line.text}".strip()


def _entry(entry: Booked) -> str:
    return f"entry {entry.n} of {day_text(entry.day)}, {yuan(entry.fen)}"
