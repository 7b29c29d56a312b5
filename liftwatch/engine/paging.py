"""Tells people of incidents: finds who is on duty, promises pages, and sends what is promised.

Each channel has a job and a thread of its own, so that a slow one holds up no other; of what waits
for a channel the most urgent leaves first, and what must be tried again holds up nothing.
"""

from collections.abc import Callable, Mapping
from functools import partial

import structlog

from liftwatch.access.store import PeopleStore
from liftwatch.clock import HOUR_MS, MINUTE_MS
from liftwatch.engine.clockwork import Job, Ran
from liftwatch.engine.outbox import PAUSE_MS_MIN, say
from liftwatch.handlers.notices import PAGE
from liftwatch.handlers.paging import choose, page, send_name
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.page_texts import LANGUAGES, Where, text_of
from liftwatch.incidents.pages import Notice, Page, Ways, next_of
from liftwatch.ports import Attempt, Books, Channel, Deadline, Promise, Sent, Work
from liftwatch.register.changes import facts_of
from liftwatch.register.record import Record

log = structlog.get_logger()

LANE = "pages"
LEASE_MS = MINUTE_MS
"""Above one try of a channel, a mail server's dialogue of ten steps among them."""
PAUSE_MS_MAX = 5 * MINUTE_MS
GIVEN_UP_MS = 12 * HOUR_MS
"""A page that nobody has taken for so long tells nobody anything any more [our choice]."""


def paging_jobs(
    books: Books, people: PeopleStore, ways: Ways, *, channels: Mapping[str, Channel]
) -> tuple[Job, ...]:
    """The rows of the table of jobs: one that finds whom to tell, one for each channel."""
    rows = [
        Job(
            PAGE,
            None,
            lambda now_ms, due: page_due(books, people, ways, due=due, now_ms=now_ms),
            lane=LANE,
            lease_ms=LEASE_MS,
            pause_ms_max=MINUTE_MS,
        )
    ]
    for name, channel in channels.items():
        rows.append(
            Job(
                send_name(name),
                PAUSE_MS_MIN,
                _sending(books, channel, name),
                lane=send_name(name),
                lease_ms=LEASE_MS,
            )
        )
    return tuple(rows)


def page_due(books: Books, people: PeopleStore, ways: Ways, *, due: Deadline, now_ms: int) -> Ran:
    """Carry out every notice of an incident that is due, and say when the next step is.

    Raises StoreUnavailable; what is carried out by then is, and is not repeated.
    """
    id = str(due.data["incident"])
    incident = books.incident(id)
    if incident is not None:
        for notice in books.notices_of(id):
            if notice.due_ms is not None and notice.due_ms <= now_ms:
                told = _carry_out(books, people, ways, incident=incident, notice=notice, at=now_ms)
                _say(books, notice, told)
    return Ran(due=partial(next_step, id))


def next_step(incident: str, work: Work) -> int | None:
    """When the next step of an incident's notices is due; it holds the row."""
    return None if work.locked_incident(incident) is None else next_of(work.notices(incident))


def _carry_out(
    books: Books, people: PeopleStore, ways: Ways, *, incident: Incident, notice: Notice, at: int
) -> list[Page]:
    record = record_of(books, incident)
    key = (incident.area, incident.estate, "")
    estate = books.localities([key]).get(key)
    with people.reading() as reads:
        place = estate.place if estate else None
        chosen = choose(reads, record, notice, now_ms=at, estate=place)
    text = text_of(
        incident,
        notice.why,
        where=where_of(books, record, ways.language),
        language="en" if ways.language == "en" else LANGUAGES[0],
        link=f"{ways.page}incidents/{incident.id}" if ways.page else "",
        drill=incident.exercise or ways.exercise,
    )
    with books.begin() as work:
        return page(work, notice, chosen, ways=ways, text=text, now_ms=at)


def record_of(books: Books, incident: Incident) -> Record:
    """What is on record of the lift, of the first of several, or of a place alone."""
    lift = incident.lift or next(iter(incident.lifts), "")
    found = books.record_of(lift) if lift else None
    return found or Record(lift=lift, area=incident.area, estate=incident.estate)


def where_of(books: Books, record: Record, language: str) -> Where:
    """What a lift's place is called, by the names that people gave it, else by its codes."""
    facts = facts_of(record.known)
    building = facts.building or ""
    keys = [(record.area, record.estate, ""), (record.area, record.estate, building)]
    found = books.localities([*dict.fromkeys(keys)])
    estate, house = (found.get(key) for key in keys)
    parts = [(estate and estate.called(language)) or record.estate]
    if building:
        parts.append((house and house.called(language)) or building)
    if facts.unit:
        parts.append(facts.unit)
    return Where(" ".join(parts), facts.rescue_code)


def _say(books: Books, notice: Notice, told: list[Page]) -> None:
    facts = {"incident": notice.incident, "why": notice.why}
    if told:
        log.info("people are told of an incident", pages=len(told), step=told[0].step, **facts)
        return
    kept = (one for one in books.notices_of(notice.incident) if one.why == notice.why)
    if any(one.held == "nobody" and one.occurrence == notice.occurrence for one in kept):
        log.error("nobody can be told of an incident", parties=notice.parties, **facts)


def _sending(books: Books, channel: Channel, name: str) -> Callable[[int, Deadline], bool]:
    return lambda now_ms, _: send_urgent(books, channel, name=name, now_ms=now_ms)


def send_urgent(books: Books, channel: Channel, *, name: str, now_ms: int) -> bool:
    """Send the most urgent of a channel that is due; whether there was one.

    Raises StoreUnavailable, and Conflict when another engine has sent it meanwhile.
    """
    promise = books.urgent_promise(name, now_ms)
    if promise is None:
        return False
    sent = _given_up(promise, channel.send(promise, now_ms=now_ms), now_ms)
    n = promise.attempts + 1
    tried = Attempt(promise=promise.id, n=n, at_ms=now_ms, verdict=sent.verdict, detail=sent.detail)
    facts = {"attempts": n, "tried_ms": now_ms, "verdict": sent.verdict, "detail": sent.detail}
    with books.begin() as work:
        work.note_attempt(tried, due_ms=now_ms + pause_ms(n))
        work.note_page(promise.id, facts)
    say(promise, sent, n)
    return True


def pause_ms(attempts: int) -> int:
    """How long to wait after so many tries.

    >>> [pause_ms(n) // 1000 for n in (1, 2, 5, 40)]
    [5, 10, 80, 300]
    """
    return min(PAUSE_MS_MIN << min(attempts - 1, 30), PAUSE_MS_MAX)


def _given_up(promise: Promise, sent: Sent, now_ms: int) -> Sent:
    if sent.verdict == "retry" and now_ms - promise.made_ms > GIVEN_UP_MS:
        return Sent("refused", f"given up after {GIVEN_UP_MS // HOUR_MS} h: {sent.detail}"[:300])
    return sent
