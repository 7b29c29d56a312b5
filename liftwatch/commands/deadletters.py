"""`liftwatch deadletters`: what could not be used, and another try once it is mended."""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from ingest.dead_letters import NOT_TO_RETRY, DeadLetters, LetterFilter
from ingest.journal import JournalError
from ingest.pipeline import hold_alone
from liftwatch.clock import now_ms, parse_ms, rfc3339
from liftwatch.commands.wiring import settings_or_fail
from liftwatch.failure import Failure
from liftwatch.ports import StoreUnavailable
from liftwatch.settings import Settings

SHOWN_CHARS = 100


def chosen(
    numbers: Sequence[int], *, reason: str | None, topic: str | None, since: str | None
) -> LetterFilter:
    """Of the options of the command line; Failure when one cannot be understood."""
    try:
        since_ms = None if since is None else parse_ms(since)
    except ValueError:
        raise Failure(f"deadletters: --since: {since!r} is no moment with an offset") from None
    return LetterFilter(tuple(numbers) or None, reason=reason, topic=topic, since_ms=since_ms)


def narrowed(which: LetterFilter, *, every: bool) -> LetterFilter:
    """What is to be retried; all of it only when that was said. One named may have been before."""
    if which == LetterFilter() and not every:
        raise Failure("deadletters: give numbers, --reason, --topic, --since or --all")
    return which._replace(waiting=which.ids is None)


def list_command(which: LetterFilter, *, limit: int) -> None:
    """One line a letter, the newest first."""
    letters = _with_letters(lambda dead: dead.letters(which, limit=limit))
    for one in letters:
        said = one.rejection
        state = "" if one.retried_ms is None else f"  (retried {rfc3339(one.retried_ms)})"
        if one.asked_ms is not None and one.retried_ms is None:
            state = "  (asked for)"
        place = "" if said.element is None else f" [{said.element}]"
        detail = shown(said.detail)[:SHOWN_CHARS]
        line = f"{one.id:>8}  {rfc3339(said.received_ms)}  {said.reason:<18}"
        print(f"{line}  {shown(said.topic)}{place}  {detail}{state}")
    if len(letters) == limit:
        print(f"only the newest {limit}; --limit shows more", file=sys.stderr)


def show_command(number: int) -> None:
    """Everything of one letter; a payload that is no text in hexadecimal."""
    which = LetterFilter(ids=(number,), waiting=False)
    found = _with_letters(lambda dead: dead.letters(which, limit=1))
    if not found:
        raise Failure(f"deadletters: there is no letter {number}")
    one = found[0]
    said = one.rejection
    rows = {
        "letter": str(one.id),
        "reason": said.reason,
        "detail": shown(said.detail),
        "topic": shown(said.topic),
        "element": "-" if said.element is None else str(said.element),
        "received_at": rfc3339(said.received_ms),
        "asked_at": "-" if one.asked_ms is None else rfc3339(one.asked_ms),
        "retried_at": "-" if one.retried_ms is None else rfc3339(one.retried_ms),
        "bytes": str(len(said.payload)),
    }
    for name, value in rows.items():
        print(f"{name:<12} {value}")
    print(readable(said.payload))


def retry_command(which: LetterFilter) -> None:
    """Ask for another try, which the service makes: now, or at its next start."""
    settings = settings_or_fail()
    asked = _with_letters(lambda dead: dead.ask(which, now_ms()), settings)
    if which.ids is not None and asked < len(which.ids):
        _say_why_not(which.ids, settings)
    if not asked:
        print("nothing to retry")
        return
    when = "within seconds" if _is_served(settings.data_dir) else "when the service is started"
    print(f"{asked} asked for; tried {when}")


def _say_why_not(ids: tuple[int, ...], settings: Settings) -> None:
    which = LetterFilter(ids=ids, waiting=False)
    known = {
        one.id: one.rejection.reason
        for one in _with_letters(lambda dead: dead.letters(which, limit=len(ids)), settings)
    }
    for number in ids:
        reason = known.get(number)
        if reason is None:
            print(f"{number}: there is no such letter", file=sys.stderr)
        elif reason in NOT_TO_RETRY:
            print(f"{number}: {reason}: {NOT_TO_RETRY[reason]}", file=sys.stderr)


def _is_served(folder: Path) -> bool:
    """Whether a service holds the data folder."""
    try:
        hold_alone(folder).close()
    except JournalError:
        return True
    return False


T = TypeVar("T")


def _with_letters(use: Callable[[DeadLetters], T], settings: Settings | None = None) -> T:
    """Use the file of the data folder; Failure when there is none or it cannot be used."""
    path = (settings or settings_or_fail()).data_dir / "dead_letters.sqlite"
    if not path.exists():
        raise Failure(f"deadletters: {path}: no such file; LIFTWATCH_DATA_DIR names the folder")
    try:
        with closing(DeadLetters(path)) as dead:
            return use(dead)
    except (OSError, StoreUnavailable) as error:
        raise Failure(f"deadletters: {error}") from error


def readable(payload: bytes) -> str:
    """Bytes as somebody can read them, whatever they are."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        text = None
    if text is not None and all(c.isprintable() or c in "\n\t" for c in text):
        return text
    lines = [payload[k : k + 16] for k in range(0, len(payload), 16)]
    return "\n".join(
        f"{16 * k:08x}  {line.hex(' '):<47}  {_ascii(line)}" for k, line in enumerate(lines)
    )


def _ascii(line: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in line)


def shown(text: str) -> str:
    """A text from outside without what moves a terminal's cursor."""
    return "".join(c if c.isprintable() else "�" for c in text)
