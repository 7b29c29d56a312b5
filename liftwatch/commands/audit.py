"""`liftwatch audit`: whether the trail is whole, anchors to keep elsewhere, and its export."""

import contextlib
import getpass
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import takewhile
from pathlib import Path

from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.anchors import AnchorError, line_of, parse_anchors
from liftwatch.audit.chain import Anchor, SealError
from liftwatch.audit.check import Verdict
from liftwatch.audit.check import verify as verdict_on
from liftwatch.audit.entry import Act, Entry
from liftwatch.audit.export import jsonl, table
from liftwatch.audit.persons import IdentityError, Line, opened
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import begin_ms, estate_day, now_ms, parse_ms, rfc3339
from liftwatch.commands.wiring import books_or_fail, settings_or_fail
from liftwatch.failure import Failure
from liftwatch.ports import StoreUnavailable

DASH = Path("-")
PAGE = 2_000
FORMATS = {"jsonl": jsonl, "csv": table}


def verify_command(file: Path | None) -> bool:
    """Print the verdict; False when an entry is wrong."""
    kept = [] if file is None else anchors_of(file)
    with _opened() as books:
        verdict = verdict_of(books, kept)
    print(sentence(verdict), flush=True)
    for note in verdict.notes:
        _say(note)
    return verdict.wrong is None


def verdict_of(books: SqlBooks, kept: Iterable[Anchor] = ()) -> Verdict:
    """Whether the trail of some books is whole, by the keys they have."""
    # whatever has an anchor is below the head, and what comes meanwhile is not looked at
    anchors, head = books.audit_anchors(), books.audit_head()
    return verdict_on(
        takewhile(lambda entry: entry.n <= head.n, _entries(books, AuditFilter())),
        [*anchors, *kept],
        keys=books.audit_keys,
        last=head.n,
        identities=books.audit_identities(),
    )


def sentence(verdict: Verdict) -> str:
    """What became of the check, in one line.

    >>> from liftwatch.audit.check import Wrong
    >>> sentence(Verdict(3, 1, 3, 0, Wrong(4, "changed", "does not fit its hash"), ()))
    'entry 4: changed: does not fit its hash; 3 before it are right'
    """
    if verdict.wrong is not None:
        n, fault, why = verdict.wrong
        return f"entry {n}: {fault}: {why}; {verdict.entries} before it are right"
    if not verdict.entries:
        return "intact: no entries"
    span = f"{verdict.entries} entries, {verdict.first} to {verdict.last}"
    return f"intact: {span}; {verdict.anchors} anchors fit"


def anchors_command() -> None:
    """Print all anchors, the newest entry behind them."""
    with _opened() as books:
        anchors, end = books.audit_anchors(), end_of(books)
    for anchor in [*anchors, *end]:
        print(line_of(anchor))


def end_of(books: SqlBooks) -> list[Anchor]:
    """The newest entry as an anchor, or nothing where there is none."""
    head = books.audit_head()
    return [Anchor(day=estate_day(now_ms()), n=head.n, hash=head.hash)] if head.n else []


def chosen(from_: str | None, to: str | None) -> AuditFilter:
    """Of the options of the command line; Failure when one cannot be understood."""
    from_ms = None if from_ is None else _moment("--from", from_, end=False)
    to_ms = None if to is None else _moment("--to", to, end=True)
    if from_ms is not None and to_ms is not None and to_ms <= from_ms:
        raise Failure("audit: --to is not after --from")
    return AuditFilter(from_ms=from_ms, to_ms=to_ms)


def _moment(option: str, text: str, *, end: bool) -> int:
    """A moment, or a day's beginning or end in the estates."""
    with contextlib.suppress(ValueError):
        day = date.fromisoformat(text)
        return begin_ms(date.fromordinal(day.toordinal() + end))
    try:
        return parse_ms(text)
    except ValueError:
        raise Failure(
            f"audit: {option}: {text!r} is no day, and no moment with an offset"
        ) from None


def export_command(which: AuditFilter, *, format: str) -> None:
    """Note that it is done and by whom, then write it: no reading without an entry."""
    with _opened() as books:
        with books.begin() as work:
            work.audit(_export_act(which, format))
        for text in FORMATS[format](_lines(books, which)):
            sys.stdout.write(text)


def _export_act(which: AuditFilter, format: str) -> Act:
    span = {"from": which.from_ms, "to": which.to_ms}
    return Act(
        at_ms=now_ms(),
        person=f"os:{user_here()}",
        action="audit.export",
        target_kind="audit",
        channel="cli",
        detail={"format": format}
        | {name: rfc3339(ms) for name, ms in span.items() if ms is not None},
    )


def user_here() -> str:
    """Whoever is at the command line, by the name or number the machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container a number may have no name
        return str(os.getuid())


def _entries(books: SqlBooks, which: AuditFilter) -> Iterator[Entry]:
    """In order, a page after another; of what comes meanwhile, too."""
    after = 0
    while page := books.audit_after(after, where=which, limit=PAGE):
        yield from page
        after = page[-1].n


def _lines(books: SqlBooks, which: AuditFilter) -> Iterator[Line]:
    identities = books.audit_identities()
    return (opened(entry, identities) for entry in _entries(books, which))


def anchors_of(file: Path) -> list[Anchor]:
    """Anchors that were kept elsewhere; Failure when the file holds none."""
    try:
        lines: Iterable[str]
        lines = sys.stdin if file == DASH else file.read_text(encoding="utf-8").splitlines()
        return parse_anchors(lines)
    except (AnchorError, OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise Failure(f"audit: {file}: {why}") from error


@contextlib.contextmanager
def _opened() -> Iterator[SqlBooks]:
    """The books; what goes wrong with them is one line."""
    settings = settings_or_fail()
    with contextlib.closing(books_or_fail(settings, settings.data_dir)) as books:
        try:
            yield books
        except (StoreUnavailable, SealError, IdentityError) as error:
            raise Failure(f"audit: {error}") from error


def _say(text: str) -> None:
    print(f"liftwatch: {text}", file=sys.stderr)
