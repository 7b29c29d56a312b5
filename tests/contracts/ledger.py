"""What the contract of the fund's books is told with: a building of three flats, and drafts."""

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import estate_day
from liftwatch.fund.accounts import Account
from liftwatch.fund.anchors import Anchor
from liftwatch.fund.books import AccountFilter
from liftwatch.fund.check import Verdict, verify_books
from liftwatch.fund.draws import Share
from liftwatch.fund.journal import Draft, Leg
from liftwatch.fund.moves import open_case
from liftwatch.fund.posted import Entry
from liftwatch.fund.reserved import Line, Purse
from liftwatch.handlers.fund_book import book
from liftwatch.ports import Books

MONDAY_MS = 1_772_439_247_420
DAY = estate_day(MONDAY_MS)
KEY, OTHER = b"f" * 32, b"o" * 32
FLATS = ("1201", "1202", "1203")

TRIGGERS = {
    "sqlite": tuple(
        f"DROP TRIGGER IF EXISTS {name}"
        for name in (
            *("fund_entry_unchanged", "fund_entry_undeleted", "fund_entry_next"),
            *("fund_posting_unchanged", "fund_posting_undeleted", "fund_posting_next"),
            *("fund_account_unchanged", "fund_account_undeleted", "fund_account_next"),
            *("fund_head_forward", "fund_head_undeleted"),
        )
    ),
    "postgresql": tuple(
        f"ALTER TABLE fund_{name} DISABLE TRIGGER ALL"
        for name in ("entry", "posting", "account", "head")
    ),
}


def account(kind: str, of: str, building: str = "7") -> Account:
    """An account of an estate in Kunshan."""
    return Account(kind, "320583", "garden", building, of)


def name(kind: str, of: str, building: str = "7") -> str:
    """The name of one."""
    return account(kind, of, building).id


BANK = name("bank", "ccb")


def share(of: str, fen: int, building: str = "7") -> Share:
    """What a flat is to bear."""
    return Share(account("principal", of, building), fen)


def legs(**amounts: int) -> tuple[Leg, ...]:
    """Legs by short names: `bank` and `clearing_c1`, `principal_1201`, `interest_1201`."""
    made = []
    for short, fen in amounts.items():
        kind, _, of = short.partition("_")
        made.append(Leg(BANK if kind == "bank" else name(kind, of), fen))
    return tuple(made)


def draft(kind: str, key: str, /, *, of: Sequence[Leg] = (), **fields: Any) -> Draft:
    """What Li asks to be booked on Monday; `key` is made long enough."""
    amounts = {k: v for k, v in fields.items() if type(v) is int and k.partition("_")[0] in SHORT}
    rest = {k: v for k, v in fields.items() if k not in amounts}
    given: dict[str, Any] = {"day": DAY, "at_ms": MONDAY_MS, "person": "p-li"}
    given |= {"key": f"key-{key:0>4}", "legs": tuple(of) or legs(**amounts)}
    return Draft(kind=kind, **given | rest)


SHORT = ("bank", "principal", "interest", "receivable", "clearing", "public", "subsidy", "insurer")


def deposit(key: str, fen: int, flat: str = "1201", /, **fields: Any) -> Draft:
    """A flat pays in."""
    return draft("deposit", key, **{"bank": fen, f"principal_{flat}": -fen} | fields)


def booked(books: Books, *drafts: Draft) -> list[Entry]:
    """Book each in a transaction of its own."""
    made = []
    for one in drafts:
        with books.begin() as work:
            made.append(book(work, one))
    return made


def kept_case(books: Books, id: str, *lines: Line, **purse: int) -> None:
    """A case of building 7 that holds this, whatever the entries say."""
    given = {"lift": "L-7", "path": "ordinary", "custody": "bureau", "bank": "ccb"}
    made = open_case(id, place=("320583", "garden", "7"), now_ms=MONDAY_MS, **given)  # type: ignore[arg-type]
    with books.begin() as work:
        work.fund_put_case(structs.replace(made, purse=Purse(lines=lines, **purse)), None)


def held(books: Books, kind: str, of: str) -> int:
    """What an account holds."""
    with books.begin() as work:
        return work.fund_balances([name(kind, of)]).get(name(kind, of), 0)


def all_held(books: Books) -> dict[str, int]:
    """What all hold, as the reads have it."""
    return dict(books.fund_held(AccountFilter(), limit=100_000))


def checked(
    books: Books, anchors: Sequence[Anchor] = (), keys: Sequence[bytes] = (KEY,)
) -> Verdict:
    """The verdict on all there is."""
    return verify_books(books, anchors, keys=keys)


def anchor_of(entry: Entry) -> Anchor:
    """What an anchor made just behind it remembers."""
    return Anchor(at_ms=entry.at_ms, n=entry.n, hash=entry.hash)


def by_hand(books: SqlBooks, *statements: str) -> None:
    """As somebody who may write the database, and has put the triggers aside."""
    with books.engine.connect() as connection:
        cursor = connection.connection.cursor()  # beside SQLAlchemy, which would begin
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            cursor.execute("PRAGMA foreign_keys = OFF")  # is nothing within a transaction
        for statement in (*TRIGGERS[connection.dialect.name], *statements):
            cursor.execute(statement)
        if sqlite:
            cursor.execute("PRAGMA foreign_keys = ON")
        else:
            connection.connection.commit()
