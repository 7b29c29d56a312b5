"""A bank's statement against the books: what both have, what one has alone; nothing is booked here.

A line is known by the account and the bank's own number for it; where the bank gives none, by all
it says and how many alike stand before it that day. That name is the `source` of the entry that
books it, and no two entries have the same: so a line that comes again, in another file, is known.
"""

import csv
import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from liftwatch.clock import day_of
from liftwatch.fund.accounts import account_of
from liftwatch.fund.journal import SOURCE_MAX
from liftwatch.fund.money import parse_yuan
from liftwatch.fund.posted import Entry
from liftwatch.said import Said, said_by

LINES_MAX = 100_000
AGAIN_MAX = 10
COLUMNS = {
    "day": ("date", "day", "交易日期", "日期", "记账日期"),
    "amount": ("amount", "金额", "交易金额", "发生额"),
    "credit": ("credit", "贷方金额", "贷方发生额", "收入", "收入金额"),
    "debit": ("debit", "借方金额", "借方发生额", "支出", "支出金额"),
    "balance": ("balance", "余额", "账户余额"),
    "number": ("reference", "流水号", "交易流水号", "凭证号"),
    "text": ("text", "摘要", "用途", "附言"),
    "who": ("counterparty", "对方户名", "对方名称"),
}
"""What banks call a column; `credit` is what came in, as banks say it of our money."""


_AGAIN = re.compile(r" @\d+\Z")


class StatementError(ValueError):
    """A file is no statement; one sentence with the line says why."""


class Line(NamedTuple):
    """One movement: money in is positive. `source` names it for good."""

    source: str
    day: int
    fen: int
    balance: int | None
    text: str


class Booked(NamedTuple):
    """What an entry moved in a special account, over all buildings."""

    n: int
    day: int
    fen: int
    source: str | None


class Reconciliation(NamedTuple):
    """A statement against the books, for its own days.

    `booked` are lines with their entries. `alike` are lines of which an entry of the same day and
    amount knows nothing: somebody decides. `unbooked` have none; `unknown` are entries of these
    days that the bank does not have. `wrong` are lines whose entry has another amount.
    `breaks` are lines whose balance is not the one before and the amount.
    """

    booked: list[tuple[Line, Booked]]
    wrong: list[tuple[Line, Booked]]
    alike: list[tuple[Line, Booked]]
    unbooked: list[Line]
    unknown: list[Booked]
    breaks: list[Line]
    bank_fen: int | None
    books_fen: int

    @property
    def agrees(self) -> bool:
        """Whether both have the same, line for line, and the same in the end."""
        same = not (self.wrong or self.alike or self.unbooked or self.unknown or self.breaks)
        return same and self.bank_fen in (None, self.books_fen)


def parse_statement(data: bytes, *, account: str) -> list[Line]:
    """Lines of a CSV file with a header, in UTF-8 or GB 18030, as banks here export them.

    `account` is the name of the special account. Raises StatementError with the line.

    >>> head = "交易日期,贷方金额,借方金额,余额,流水号,摘要"
    >>> parse_statement(f"{head}\\n20260302,1000.00,,1000.00,7,维修资金".encode(), account="ccb")
    [Line(source='ccb 7', day=20514, fen=100000, balance=100000, text='维修资金')]
    """
    rows = csv.reader(io.StringIO(_text(data)), strict=True)
    lines: list[Line] = []
    places: dict[str, int] = {}
    seen: defaultdict[str, int] = defaultdict(int)
    try:
        for cells in rows:
            if not any(cell.strip() for cell in cells):
                continue
            if not places:
                places = _header(cells)
                continue
            if len(lines) == LINES_MAX:
                raise StatementError(Said("a statement has at most %(most)s lines", most=LINES_MAX))
            lines.append(_line({k: cells[v].strip() for k, v in places.items()}, account, seen))
    except (ValueError, IndexError, csv.Error) as error:
        why = Said("too few columns") if isinstance(error, IndexError) else said_by(error)
        told = Said("line %(line)s: %(why)s", line=rows.line_num, why=why)
        raise StatementError(told) from error
    if not places:
        raise StatementError(Said("the file is empty"))
    twice = [s for s, count in _counted(line.source for line in lines).items() if count > 1]
    if twice:
        raise StatementError(Said("%(source)s stands there twice", source=twice[0]))
    return lines


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            raise StatementError(Said("the file is neither UTF-8 nor GB 18030")) from None


def _header(cells: Sequence[str]) -> dict[str, int]:
    told = {cell.strip().lower(): place for place, cell in enumerate(cells)}
    places = {
        name: told[spelt] for name, ways in COLUMNS.items() for spelt in ways if spelt in told
    }
    if "day" not in places or not places.keys() & {"amount", "credit", "debit"}:
        raise StatementError(Said("the first line names no column of dates, or none of amounts"))
    return places


def _line(cells: dict[str, str], account: str, seen: defaultdict[str, int]) -> Line:
    fen = sum(
        sign * parse_yuan(cells[name])
        for name, sign in (("amount", 1), ("credit", 1), ("debit", -1))
        if cells.get(name)
    )
    if not fen:
        raise StatementError(Said("a line moves an amount"))
    day = _day(cells["day"])
    balance = parse_yuan(cells["balance"]) if cells.get("balance") else None
    text = " ".join(filter(None, (cells.get("who"), cells.get("text"))))
    number = cells.get("number")
    if not number:
        # what the file says of it, and how many alike came before: the same in the next file
        alike = "|".join((str(day), str(fen), str(balance), text))
        seen[alike] += 1
        number = "#" + hashlib.sha256(f"{alike}|{seen[alike]}".encode()).hexdigest()[:24]
    source = f"{account} {number}"
    if len(source) > SOURCE_MAX - AGAIN_MAX or not source.isprintable():
        raise StatementError(Said("the bank's number is longer than can be kept"))
    return Line(source, day, fen, balance, text)


def _day(text: str) -> int:
    """`2026-03-02`, `2026/3/2` and `20260302`, a time behind it left aside."""
    date = text.split(maxsplit=1)[0].replace("/", "-") if text else ""
    if date.isdigit() and len(date) == 8:
        date = f"{date[:4]}-{date[4:6]}-{date[6:]}"
    parts = date.split("-")
    try:
        return day_of("-".join((parts[0], *(part.zfill(2) for part in parts[1:]))))
    except ValueError:
        raise StatementError(Said("%(given)s is no date", given=repr(text[:40]))) from None


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return counts


def booked_on(entries: Iterable[Entry], account: str) -> list[Booked]:
    """What entries moved in a special account, over all buildings; in the order of booking.

    An entry that was taken back is left out with what takes it back: its line is unbooked again.
    """
    found: dict[int, Booked] = {}
    for entry in entries:
        fen = sum(one.amount for one in entry.postings if _is_bank(one.account, account))
        if entry.reverses in found:
            del found[entry.reverses]
        elif fen:
            source = None if entry.source is None else first_source(entry.source)
            found[entry.n] = Booked(entry.n, entry.day, fen, source)
    return list(found.values())


def first_source(source: str) -> str:
    """The name of a line, whoever has taken back what was booked of it before.

    >>> first_source("ccb 7"), first_source("ccb 7 @12")
    ('ccb 7', 'ccb 7')
    """
    return _AGAIN.sub("", source)


def next_source(source: str, taken_back_by: int) -> str:
    """The name under which a line is booked again after it was taken back.

    >>> next_source("ccb 7 @12", 15)
    'ccb 7 @15'
    """
    return f"{first_source(source)} @{taken_back_by}"


def _is_bank(name: str, account: str) -> bool:
    one = account_of(name)
    return one.kind == "bank" and one.of == account


def reconcile(lines: Sequence[Line], entries: Sequence[Booked]) -> Reconciliation:
    """A statement against what is booked in the same special account.

    >>> day = 20_514
    >>> lines = [Line("ccb 1", day, 500, None, ""), Line("ccb 2", day, 70, None, "")]
    >>> found = reconcile(lines, [Booked(1, day, 500, "ccb 1"), Booked(2, day, 9, None)])
    >>> [line.source for line in found.unbooked], [one.n for one in found.unknown], found.agrees
    (['ccb 2'], [2], False)
    """
    by_source = {one.source: one for one in entries if one.source is not None}
    booked: list[tuple[Line, Booked]] = []
    wrong: list[tuple[Line, Booked]] = []
    open_lines = []
    for line in lines:
        found = by_source.get(line.source)
        if found is None:
            open_lines.append(line)
        else:
            (booked if found.fen == line.fen else wrong).append((line, found))
    first, last = min((x.day for x in lines), default=0), max((x.day for x in lines), default=-1)
    known = {one.n for _, one in (*booked, *wrong)}
    rest = [one for one in entries if one.n not in known and first <= one.day <= last]
    alike, unbooked = [], []
    for line in open_lines:
        twin = next(
            (x for x in rest if x.source is None and (x.day, x.fen) == (line.day, line.fen)), None
        )
        if twin is None:
            unbooked.append(line)
        else:
            rest.remove(twin)
            alike.append((line, twin))
    return Reconciliation(
        booked,
        wrong,
        alike,
        unbooked,
        unknown=rest,
        breaks=_breaks(lines),
        bank_fen=lines[-1].balance if lines else None,
        books_fen=sum(one.fen for one in entries if one.day <= last),
    )


def _breaks(lines: Sequence[Line]) -> list[Line]:
    """Lines whose balance does not follow: one before them is missing, or was changed."""
    found = []
    for before, line in pairwise(lines):
        if before.balance is not None and line.balance not in (None, before.balance + line.fen):
            found.append(line)
    return found
