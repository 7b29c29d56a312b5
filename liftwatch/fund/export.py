"""The books as text that other ledger programs read: beancount and hledger.

Both get the same names of accounts, every entry with its number, and at the end what each account
must hold, so that a program that reckons otherwise says so itself. A liability's balance is
negative in them, as is their way. Dates are the days of the money, not of the booking.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from liftwatch.clock import day_text
from liftwatch.fund.accounts import DEBIT, Account, account_of
from liftwatch.fund.journal import DAY_MIN
from liftwatch.fund.money import yuan
from liftwatch.fund.posted import Entry

Form = Literal["beancount", "hledger"]
CURRENCY = "CNY"


def exported(entries: Iterable[Entry], *, form: Form) -> Iterator[str]:
    """Lines of the whole journal, each with its end."""
    begin, one, end = FORMS[form]
    balances: dict[str, int] = {}
    day = DAY_MIN
    yield from begin()
    for entry in entries:
        opened = [p.account for p in entry.postings if p.account not in balances]
        yield from one(entry, opened)
        balances.update((p.account, p.balance) for p in entry.postings)
        day = max(day, entry.day)
    yield from end(day + 1, {name: balances[name] for name in sorted(balances)})


def ledger_name(account: Account) -> str:
    """An account as both programs name it: no two accounts have the same.

    >>> ledger_name(account_of("principal/320583/garden/3幢/1203"))
    'Liabilities:Principal:A320583:Egarden:B3幢:O1203'
    """
    root = "Assets" if account.side == DEBIT else "Liabilities"
    parts = (root, account.kind.capitalize(), f"A{account.area}", f"E{account.estate}")
    return ":".join((*parts, f"B{account.building}", f"O{account.of}"))


def _named(account: str) -> str:
    return ledger_name(account_of(account))


def _amount(fen: int) -> str:
    return f"{yuan(fen)} {CURRENCY}"


def _beancount_begin() -> Iterator[str]:
    yield 'option "title" "Maintenance fund"\n'
    yield f'option "operating_currency" "{CURRENCY}"\n'


def _beancount_entry(entry: Entry, opened: list[str]) -> Iterator[str]:
    for account in opened:
        yield f"{day_text(DAY_MIN)} open {_named(account)} {CURRENCY}\n"
    yield f'\n{day_text(entry.day)} * "{entry.kind}" "{_quoted(entry.memo)}"\n'
    yield f"  number: {entry.n}\n"
    for name in ("case", "person", "second", "source", "document", "hash"):
        value = getattr(entry, name)
        if value is not None:
            yield f'  {name}: "{_quoted(value)}"\n'
    if entry.reverses is not None:
        yield f"  reverses: {entry.reverses}\n"
    for one in entry.postings:
        yield f"  {_named(one.account)}  {_amount(one.amount)}\n"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _beancount_end(day: int, balances: dict[str, int]) -> Iterator[str]:
    for account, fen in balances.items():
        signed = account_of(account).side * fen
        yield f"{day_text(day)} balance {_named(account)}  {_amount(signed)}\n"


def _hledger_begin() -> Iterator[str]:
    yield "; Maintenance fund\n"
    yield "decimal-mark .\n"
    yield f"commodity 1000.00 {CURRENCY}\n"


def _hledger_entry(entry: Entry, opened: list[str]) -> Iterator[str]:
    for account in opened:
        yield f"account {_named(account)}\n"
    # a semicolon would begin a comment, in which a colon could make a date that is none
    memo = entry.memo.replace(";", ",")
    yield f"\n{day_text(entry.day)} * ({entry.n}) {entry.kind} | {memo}\n"
    for name in ("case", "document", "reverses", "hash"):
        value = getattr(entry, name)
        if value is not None:
            yield f"    ; {name}:{value}\n"
    for one in entry.postings:
        yield f"    {_named(one.account)}  {_amount(one.amount)}\n"


def _hledger_end(day: int, balances: dict[str, int]) -> Iterator[str]:
    if balances:
        yield f"\n{day_text(day)} * balances\n"
    for account, fen in balances.items():
        signed = account_of(account).side * fen
        yield f"    {_named(account)}  0.00 {CURRENCY} = {_amount(signed)}\n"


FORMS = {
    "beancount": (_beancount_begin, _beancount_entry, _beancount_end),
    "hledger": (_hledger_begin, _hledger_entry, _hledger_end),
}
