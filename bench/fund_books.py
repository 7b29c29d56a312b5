"""Books of a fund to measure on: buildings of flats that pay in, cases that take and are paid."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from liftwatch.adapters.sql import SqlBooks
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.fund.accounts import Account, account_of
from liftwatch.fund.case import Case
from liftwatch.fund.chain import Head
from liftwatch.fund.draws import Share, accounts_of, drawn
from liftwatch.fund.journal import Draft, Leg, numbered
from liftwatch.fund.posted import Entry
from liftwatch.fund.reserved import Line, Purse

BEGIN_MS = 1_772_439_247_420
KEYS = (b"bench fund key, of 32 bytes: 0123",)
FLATS = 30
IN_ONE = 500
"""Entries of one transaction."""


def fill(books: SqlBooks, entries: int, *, seed: int = 1) -> int:
    """Book so many entries, many in one transaction; how many postings they have."""
    head, balances, postings = books.fund_head(), _balances(books), 0
    made: list[Entry] = []
    for draft in drafts(entries, balances, seed=seed):
        entry = numbered(head, draft, balances, keys=books.fund_keys)
        balances.update((one.account, one.balance) for one in entry.postings)
        head = Head(n=entry.n, hash=entry.hash, seal=entry.seal)
        made.append(entry)
        postings += entry.legs
        if len(made) == IN_ONE:
            _write(books, made)
            made = []
    _write(books, made)
    return postings


def keep_cases(books: SqlBooks) -> int:
    """Keep the cases that these entries are of, each with what they come to; how many."""
    held: defaultdict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for entry in books.fund_journal(books.fund_head().n):
        for one in entry.postings if entry.case is not None else ():
            account = account_of(one.account)
            held[account.building, entry.case or ""][account.kind, account.of] += one.amount
    for start in range(0, len(held), IN_ONE):
        with books.begin() as work:
            for (building, id), sums in list(held.items())[start : start + IN_ONE]:
                work.fund_put_case(_case(building, id, sums), None)
    return len(held)


def _case(building: str, id: str, sums: Counter[tuple[str, str]]) -> Case:
    flats = sorted({of for kind, of in sums if kind in ("interest", "principal", "receivable")})
    lines = tuple(
        Line(
            household=flat,
            payer=flat,
            share_fen=sum(sums[kind, flat] for kind in ("interest", "principal", "receivable")),
            interest_fen=sums["interest", flat],
            principal_fen=sums["principal", flat],
        )
        for flat in flats
    )
    return Case(
        id=id,
        area="320583",
        estate="garden",
        building=building,
        lift="L-1",
        path="ordinary",
        custody="bureau",
        bank="ccb",
        opened_ms=BEGIN_MS,
        purse=Purse(lines=lines, paid_fen=-sums["bank", "ccb"]),
    )


def _balances(books: SqlBooks) -> dict[str, int]:
    return {
        one.account: one.balance
        for entry in books.fund_journal(books.fund_head().n)
        for one in entry.postings
    }


def _write(books: SqlBooks, made: Sequence[Entry]) -> None:
    with books.begin() as work:
        work.fund_lock()
        for entry in made:
            work.fund_append(entry)


def drafts(count: int, balances: dict[str, int], *, seed: int) -> Iterator[Draft]:
    """What one after another is to be booked, made of what the accounts hold by then."""
    dice = random.Random(seed)
    for k in range(count):
        building = str(1 + dice.randrange(20))
        flat = Account("principal", "320583", "garden", building, f"f{dice.randrange(FLATS)}")
        bank = Account("bank", *flat.place, "ccb")
        at_ms = BEGIN_MS + k * DAY_MS // 100
        given = {"day": estate_day(at_ms), "at_ms": at_ms, "person": "p-li", "key": f"bench-{k:08}"}
        what = dice.random()
        if what < 0.75 or balances.get(bank.id, 0) < 10_000:
            fen = 100 * dice.randint(100, 100_000)
            kind, to = dice.choice([("deposit", flat), ("interest", flat.beside("interest"))])
            yield Draft(kind=kind, legs=(Leg(bank.id, fen), Leg(to.id, -fen)), **given)
            continue
        case = f"c{building}x{k % 50}"
        clearing = Account("clearing", *flat.place, case)
        reserved = balances.get(clearing.id, 0)
        if reserved:
            fen = min(reserved, balances[bank.id])
            legs = (Leg(clearing.id, fen), Leg(bank.id, -fen))
            yield Draft(kind="pay", legs=legs, case=case, **given)
            continue
        flats = dice.sample(range(FLATS), 6)
        shares = [
            Share(Account("principal", *flat.place, f"f{f}"), dice.randint(1, 9_999)) for f in flats
        ]
        known = {name: balances[name] for name in accounts_of(shares) if name in balances}
        legs = drawn(shares, case=case, balances=known)
        yield Draft(kind="reserve", legs=legs, case=case, **given)
