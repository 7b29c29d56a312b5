"""A year of the fund that is closed: nothing is booked into it any more, and what it came to.

What has to be put right afterwards is booked on a day of the year that is open (165号令, art. 30:
the accounts of a year are checked and published once).
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import msgspec
from msgspec import Struct, structs

from liftwatch.audit.chain import Keys, seal_name
from liftwatch.clock import day_of, estate_day
from liftwatch.fund.accounts import account_of
from liftwatch.fund.journal import CannotBook
from liftwatch.fund.posted import Entry
from liftwatch.said import Said


class Closed(Struct, frozen=True, kw_only=True):
    """A year, its last day, and the newest entry when it was closed, by whom and whom else.

    `mac` is of all of it, with the key that `seal` names; without a key it finds accidents.
    """

    year: int
    last_day: int
    n: int
    hash: str
    person: str
    second: str
    at_ms: int
    seal: str = ""
    mac: str = ""


def sealed(closed: Closed, keys: Keys) -> Closed:
    """With its mac, by the newest key.

    >>> one = Closed(year=2025, last_day=20_453, n=7, hash="", person="p", second="q", at_ms=0)
    >>> done = sealed(one, (bytes(32),))
    >>> done.mac == mac_of(done, bytes(32)), done.mac == mac_of(one, bytes(32))
    (True, False)
    """
    key = keys[0] if keys else None
    named = structs.replace(closed, seal=seal_name(key) if key is not None else "")
    return structs.replace(named, mac=mac_of(named, key))


def mac_of(closed: Closed, key: bytes | None) -> str:
    """What its mac is, by a key."""
    fields = [getattr(closed, name) for name in Closed.__struct_fields__ if name != "mac"]
    data = msgspec.json.encode(["liftwatch fund year 1", *fields])
    if key is None:
        return hashlib.sha256(data).hexdigest()
    return hmac.digest(key, data, "sha256").hex()


class Movement(Struct, frozen=True, kw_only=True):
    """An account over a year, in fen on its own side."""

    account: str
    before: int
    debits: int
    credits: int
    after: int


def last_day_of(year: int) -> int:
    """The last day of a year, counted from 1970.

    >>> from liftwatch.clock import day_text
    >>> day_text(last_day_of(2026))
    '2026-12-31'
    """
    return day_of(date(year, 12, 31).isoformat())


def check_closing(year: int, closed: Iterable[Closed], *, now_ms: int) -> None:
    """Whether a year may be closed now; raises CannotBook."""
    if not 1998 <= year <= 2200 or last_day_of(year) >= estate_day(now_ms):
        raise CannotBook(Said("the year %(year)s is not over", year=year))
    newest = max((one.year for one in closed), default=None)
    if newest is not None and year <= newest:
        raise CannotBook(Said("the year %(year)s is closed already", year=year))


def check_open(day: int, closed: Iterable[Closed]) -> None:
    """Whether a day may still be booked on; raises CannotBook."""
    for one in closed:
        if day <= one.last_day:
            raise CannotBook(Said("the year %(year)s is closed", year=one.year))


def movements(entries: Iterable[Entry], year: int) -> list[Movement]:
    """What every account held before and after a year, and what came and went, by days of money.

    An account that held nothing and moved nothing is left out.
    """
    first, last = last_day_of(year - 1) + 1, last_day_of(year)
    before: defaultdict[str, int] = defaultdict(int)
    debits: defaultdict[str, int] = defaultdict(int)
    credits: defaultdict[str, int] = defaultdict(int)
    for entry in entries:
        for one in entry.postings:
            if entry.day < first:
                before[one.account] += account_of(one.account).side * one.amount
            elif entry.day <= last:
                (debits if one.amount > 0 else credits)[one.account] += abs(one.amount)
    made = []
    for name in sorted(before.keys() | debits.keys() | credits.keys()):
        side = account_of(name).side
        after = before[name] + side * (debits[name] - credits[name])
        moved = Movement(
            account=name,
            before=before[name],
            debits=debits[name],
            credits=credits[name],
            after=after,
        )
        if moved.before or moved.debits or moved.credits:
            made.append(moved)
    return made
