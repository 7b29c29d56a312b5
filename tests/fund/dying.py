"""A process that books, and kills itself (SIGKILL) before the n-th statement: `python -m ... URL`.

It forks a child for every n, from the first statement to the one after the commit, until one lives.
After each death the books must be right and hold all of it or nothing; then the same request is
made again, and must be there once. Prints a line for each.
"""

import itertools
import os
import signal
import sys

from sqlalchemy import event

from liftwatch.adapters.sql import SqlBooks
from liftwatch.fund.check import verify_books
from liftwatch.handlers.fund_book import book, draw
from tests.contracts.ledger import DAY, KEY, MONDAY_MS, deposit, share

GIVEN = {"day": DAY, "at_ms": MONDAY_MS, "person": "p-li"}


def main(url: str) -> None:
    """Die and look, again and again."""
    for n in itertools.count(1):
        before = _state(url)
        child = os.fork()
        if child == 0:
            _book(url, n, dies_at=n)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        between = _state(url)
        assert between in (before, before + 2), (before, between)
        _book(url, n)
        assert _state(url) == before + 2, "the same request again"
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print(f"{n} {'died' if died else 'lived'} {'all' if between > before else 'nothing'}")
        if not died:
            assert between == before + 2
            return


def _book(url: str, n: int, *, dies_at: int = 0) -> None:
    """A deposit and a draw that opens accounts, in one transaction."""
    books = SqlBooks(url, fund_keys=(KEY,))
    if dies_at:
        _arm(books, dies_at)
    with books.begin() as work:
        book(work, deposit(f"d{n}", 300, f"{1_000 + n}"))
        draw(work, [share(f"{1_000 + n}", 400)], case="c1", key=f"draw-{n:04}", **GIVEN)
    if dies_at:
        _count_down()  # committed, and nobody has been told
    books.close()


left = 0


def _arm(books: SqlBooks, dies_at: int) -> None:
    global left  # the child has nothing else to live for
    left = dies_at
    if books.engine.dialect.name == "sqlite":
        # each row of a list, and each commit, is a statement of its own
        event.listen(
            books.engine, "connect", lambda raw, _: raw.set_trace_callback(lambda _: _count_down())
        )
    else:
        event.listen(books.engine, "before_cursor_execute", lambda *_: _count_down())
        event.listen(books.engine, "commit", lambda _: _count_down())


def _count_down() -> None:
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


def _state(url: str) -> int:
    """How many entries there are, all of them right."""
    books = SqlBooks(url, fund_keys=(KEY,))
    verdict = verify_books(books, keys=(KEY,))
    books.close()
    assert verdict.good, verdict
    return verdict.entries


if __name__ == "__main__":
    main(sys.argv[1])
