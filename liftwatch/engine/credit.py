"""Follows the credit list: the term to be heard ends, an entry expires, and people are told.

A move, its line and its entry in the trail are one transaction under the entry's row: an engine
that dies at any point, or another beside it, moves nothing twice and tells nobody twice.
"""

import structlog

from liftwatch.access.store import PeopleStore
from liftwatch.audit.entry import ENGINE, Act
from liftwatch.care.credit_texts import text_of
from liftwatch.care.sanctions import Entry, whom
from liftwatch.clock import MINUTE_MS
from liftwatch.engine.clockwork import Job
from liftwatch.engine.telling import held_of, told_facts, ways_to
from liftwatch.handlers.care_credit import by_clock, note_told, telling_line
from liftwatch.handlers.care_parties import reached_of
from liftwatch.handlers.paging import Reached, body_of, send
from liftwatch.ids import new_id
from liftwatch.incidents.page_texts import LANGUAGES
from liftwatch.incidents.pages import Ways, quiet_until
from liftwatch.office import Office
from liftwatch.ports import Books

log = structlog.get_logger()

KEEP = "keep-credit"
PERIOD_MS = 5 * MINUTE_MS
"""So long after a term is over, or an entry was announced, it is noticed at the latest."""
URGENCY = 4
AT_ONCE = 500


def credit_job(books: Books, office: Office, ways: Ways) -> Job:
    """The row of the table of jobs."""
    return Job(
        KEEP,
        PERIOD_MS,
        lambda now_ms, _: keep(books, office, ways, now_ms=now_ms),
        lane="slow",
        lease_ms=5 * MINUTE_MS,
    )


def keep(books: Books, office: Office, ways: Ways, *, now_ms: int) -> bool:
    """Move what is due and tell of what has moved; whether there is more to do at once.

    Raises StoreUnavailable; what was done by then is, and is not done again. At night nobody is
    told.
    """
    still = quiet_until(ways, URGENCY, now_ms) is not None
    due = books.credit_due(now_ms, limit=AT_ONCE)
    for id in due:
        _move(office, id, now_ms=now_ms)
        entry = books.credit_entry(id, now_ms=now_ms)
        if entry is not None and not still:
            tell(books, office, ways, entry=entry, now_ms=now_ms)
    return len(due) == AT_ONCE and not still


def tell(books: Books, people: PeopleStore, ways: Ways, *, entry: Entry, now_ms: int) -> None:
    """Tell an organisation how an entry stands, where it was not told yet."""
    organisation = whom(entry)
    if organisation is None:
        return
    with people.reading() as reads:
        reached = reached_of(reads, organisation, at_ms=now_ms)
    chosen = ways_to([(organisation, reached)], ways, urgency=URGENCY)
    held = held_of(chosen, ways)
    facts = {"to": organisation} | told_facts(chosen, held)
    with books.begin() as work:
        if not note_told(work, entry, telling_line(entry, facts=facts, now_ms=now_ms)):
            return
        for who, channel in chosen:
            id = new_id()
            body = _body(entry, who, ways, id=id, now_ms=now_ms)
            send(work, body, id=id, channel=channel, now_ms=now_ms, urgency=URGENCY)
    log.info("told of an entry of the credit list", entry=entry.id, state=entry.state, held=held)


def _move(office: Office, id: str, *, now_ms: int) -> None:
    with office.begin() as work:
        done = by_clock(work.books, id, now_ms=now_ms)
        if done is None:
            return
        name, entry = done
        work.audit(_act(name, entry, now_ms))
    log.info("an entry of the credit list goes on", entry=id, move=name, state=entry.state)


def _body(entry: Entry, who: Reached, ways: Ways, *, id: str, now_ms: int) -> str:
    return body_of(
        text_of(
            entry,
            language="en" if ways.language == "en" else LANGUAGES[0],
            link=f"{ways.page}credit/{entry.id}" if ways.page else "",
            drill=ways.exercise or entry.exercise,
        ),
        to=(who.person, who.organisation),
        id=id,
        made_ms=now_ms,
        exercise=ways.exercise or entry.exercise,
        data={"entry": entry.id, "state": entry.state},
        kind="credit.page",
    )


def _act(name: str, entry: Entry, now_ms: int) -> Act:
    return Act(
        at_ms=now_ms,
        person=ENGINE,
        action=f"credit.{name}",
        target_kind="credit",
        target=entry.id,
        channel="engine",
        detail={"state": entry.state},
    )
