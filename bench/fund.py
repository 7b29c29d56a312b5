"""`make fund-bench`: how long the fund's books take to verify, and a hundred draws at once.

ENTRIES (100 000) entries in SQLite, and with LIFTWATCH_TEST_FUND_URL in that database.
"""

import os
import resource
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from bench.fund_books import BEGIN_MS, KEYS, fill, keep_cases
from liftwatch.adapters.sql import SqlBooks, open_books
from liftwatch.clock import estate_day
from liftwatch.commands.wiring import calm_collector
from liftwatch.fund.accounts import Account
from liftwatch.fund.check import verify_books
from liftwatch.fund.journal import Draft, Leg, Short
from liftwatch.handlers.fund_book import book

ENTRIES = int(os.environ.get("ENTRIES", "100000"))
DRAWS, HELD = 100, 50
VERIFY_S_MAX = 10.0


def main() -> int:
    """Print a line each; 1 when something does not hold."""
    calm_collector()  # as the command does
    with tempfile.TemporaryDirectory(prefix="liftwatch-fund-") as folder:
        urls = [f"sqlite:///{folder}/books.sqlite"]
        if named := os.environ.get("LIFTWATCH_TEST_FUND_URL"):
            urls.append(named)
        good = [measured(url) for url in urls]
    return 0 if all(good) else 1


def measured(url: str) -> bool:
    """The figures of one database."""
    books = open_books(url, fund_keys=KEYS)
    name = books.engine.dialect.name
    try:
        began = time.perf_counter()
        postings = fill(books, ENTRIES)
        took = time.perf_counter() - began
        print(f"{name}: {ENTRIES} entries, {postings} postings booked in {took:.1f} s", flush=True)
        print(f"{name}: {keep_cases(books)} cases are kept beside them", flush=True)
        began, cpu = time.perf_counter(), time.process_time()
        verdict = verify_books(books, keys=KEYS, cases=books)
        verified, cpu = time.perf_counter() - began, time.process_time() - cpu
        mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        right = (
            "right" if verdict.good else f"WRONG: {verdict.wrong} {verdict.damage} {verdict.unlike}"
        )
        print(f"{name}: verified in {verified:.1f} s (CPU {cpu:.1f} s), {mb:.0f} MB: {right}")
        began = time.perf_counter()
        taken, left = draws_at_once(books)
        took = time.perf_counter() - began
        print(f"{name}: {taken} of {DRAWS} draws at once got theirs in {took:.1f} s, {left} left")
        return verdict.good and verified < VERIFY_S_MAX and (taken, left) == (HELD, 0)
    finally:
        books.close()


def draws_at_once(books: SqlBooks) -> tuple[int, int]:
    """A hundred take 100 fen of 5 000: how many got it, and what is left."""
    flat = Account("principal", "320583", "garden", "99", "1")
    bank, clearing = Account("bank", *flat.place, "ccb"), Account("clearing", *flat.place, "c")
    at_ms = BEGIN_MS + 10**12
    given = {"day": estate_day(at_ms), "at_ms": at_ms, "person": "p-li"}
    paid = (Leg(bank.id, 100 * HELD), Leg(flat.id, -100 * HELD))
    with books.begin() as work:
        book(work, Draft(kind="deposit", legs=paid, key="draws-paid", **given))

    def take(k: int) -> bool:
        legs = (Leg(flat.id, 100), Leg(clearing.id, -100))
        draft = Draft(kind="reserve", legs=legs, case="c", key=f"draws-{k:04}", **given)
        try:
            with books.begin() as work:
                book(work, draft)
        except Short:
            return False
        return True

    with ThreadPoolExecutor(DRAWS) as pool:
        taken = sum(pool.map(take, range(DRAWS)))
    with books.begin() as work:
        return taken, work.fund_balances([flat.id])[flat.id]


if __name__ == "__main__":
    sys.exit(main())
