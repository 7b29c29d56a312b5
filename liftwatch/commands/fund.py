"""`liftwatch fund`: whether the books are right, anchors to keep elsewhere, and their export."""

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from liftwatch.adapters.fund_anchors import AnchorFile
from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.chain import SealError
from liftwatch.audit.entry import Act
from liftwatch.clock import now_ms
from liftwatch.commands.audit import user_here
from liftwatch.commands.wiring import anchors_of, books_or_fail, calm_collector, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.fund.accounts import CHART, account_of
from liftwatch.fund.anchors import AnchorError, line_of
from liftwatch.fund.books import Unreadable
from liftwatch.fund.check import Verdict, verify_books
from liftwatch.fund.export import Form, exported
from liftwatch.fund.money import yuan
from liftwatch.ports import StoreUnavailable


def verify_command(files: Sequence[Path]) -> bool:
    """Print the verdict and the sums; False when something is wrong."""
    calm_collector()
    with opened() as (books, own):
        anchors = own.all()
        for file in files:
            if not file.exists():
                raise Failure(f"fund: {file}: there is no such file")
            anchors += AnchorFile(file).all()
        verdict = verify_books(books, anchors, keys=books.fund_keys, cases=books)
    for line in told(verdict):
        print(line)
    for note in verdict.notes:
        print(f"liftwatch: {note}", file=sys.stderr)
    return verdict.good


def told(verdict: Verdict) -> Iterator[str]:
    """The verdict in one line, then damage, or what each kind of account holds together.

    >>> from liftwatch.fund.check import Wrong
    >>> wrong = Wrong(4, "changed", "does not fit its hash")
    >>> list(told(Verdict(3, 6, 0, {}, wrong, (), ())))
    ['entry 4: changed: does not fit its hash; 3 before it are right']
    """
    if verdict.wrong is not None:
        n, fault, why = verdict.wrong
        yield f"entry {n}: {fault}: {why}; {verdict.entries} before it are right"
    elif verdict.good and verdict.entries:
        span = f"{verdict.entries} entries with {verdict.postings} postings"
        yield f"right: {span}; {verdict.anchors} anchors fit"
    elif verdict.good:
        yield "right: no entries"
    if verdict.unlike is not None:
        name, n, why = verdict.unlike
        yield f"{name}: {why}" + (f"; its newest entry is {n}" if n else "")
    elif verdict.good and verdict.cases:
        yield f"{verdict.cases} cases hold what their entries come to"
    for line in verdict.damage:
        yield f"damaged: {line}"
    if verdict.good:
        for row in CHART:
            fen = [v for k, v in verdict.balances.items() if account_of(k).kind == row.name]
            if fen:
                yield f"{row.name:<10} {yuan(sum(fen)):>20} yuan in {len(fen)} accounts"


def anchor_command() -> None:
    """Remember now where the books stand, and print it."""
    from liftwatch.engine.fund import anchor

    with opened() as (books, own):
        anchor(books, own, now_ms=now_ms())
        newest = own.newest()
    if newest is not None:
        print(line_of(newest))


def anchors_command() -> None:
    """Print all anchors of the file."""
    with opened() as (_, own):
        for one in own.all():
            print(line_of(one))


def export_command(form: Form) -> None:
    """Note that it is done and by whom, then write it."""
    with opened() as (books, _):
        head = books.fund_head()
        with books.begin() as work:
            work.audit(_export_act(form, head.n))
        for text in exported(books.fund_journal(head.n), form=form):
            sys.stdout.write(text)


def _export_act(form: Form, n: int) -> Act:
    return Act(
        at_ms=now_ms(),
        person=f"os:{user_here()}",
        action="fund.export",
        target_kind="fund",
        channel="cli",
        detail={"format": form, "until": n},
    )


@contextlib.contextmanager
def opened() -> Iterator[tuple[SqlBooks, AnchorFile]]:
    """The books and the file of anchors; what goes wrong with them is one line."""
    settings = settings_or_fail()
    with contextlib.closing(books_or_fail(settings, settings.data_dir)) as books:
        try:
            yield books, anchors_of(settings, settings.data_dir)
        except (AnchorError, SealError, StoreUnavailable, Unreadable) as error:
            raise Failure(f"fund: {error}") from error
