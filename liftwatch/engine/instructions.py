"""Looks at the clocks of instructions, listens to the signals, and tells people.

What is due stands in the database. A step, its line, its level and that people are to be told are
one transaction under the instruction's row: an engine that dies at any point, or another beside
it, finds a step that was taken or one that was not, and takes none twice.
"""

from functools import partial

import structlog
from msgspec import structs

from liftwatch.access.sight import Place, Sight
from liftwatch.access.store import PeopleReads, PeopleStore
from liftwatch.care.instruction_clocks import DAY_RECEIVED_MIN, Heard, is_over, judged
from liftwatch.care.instruction_store import InstructionNotice
from liftwatch.care.instruction_texts import text_of
from liftwatch.care.instructions import WATCH_MS, Instruction, Line
from liftwatch.clock import MINUTE_MS, estate_day
from liftwatch.engine.clockwork import Job, Ran
from liftwatch.engine.paging import LANE
from liftwatch.engine.telling import held_of, told_facts, ways_to
from liftwatch.handlers.care_instructions import CLOCKS, ENGINE, TELL, escalate, hear, next_look
from liftwatch.handlers.care_parties import reached
from liftwatch.handlers.paging import Reached, body_of, send
from liftwatch.ids import new_id
from liftwatch.incidents.page_texts import LANGUAGES, Text
from liftwatch.incidents.pages import Held, Ways, quiet_until
from liftwatch.ports import Books, Deadline, IncidentFilter, Work

log = structlog.get_logger()

LEASE_MS = MINUTE_MS
LIFTS_MAX = 500
"""So many lifts of an estate or a unit are asked how well they were heard."""
CAME_AGAIN_MAX = 20
URGENCY = {0: 4, 1: 4, 2: 2, 3: 2}
"""By the level what a page counts as: from the second on a message by telephone goes out, too, and
a telephone rings for none [our choice]."""


def instruction_jobs(books: Books, people: PeopleStore, ways: Ways) -> tuple[Job, ...]:
    """The rows of the table of jobs."""
    return (
        Job(
            CLOCKS,
            None,
            lambda now_ms, due: look(books, due, now_ms),
            lane="slow",
            lease_ms=LEASE_MS,
        ),
        Job(
            TELL,
            None,
            lambda now_ms, due: tell_due(books, people, ways, due=due, now_ms=now_ms),
            lane=LANE,
            lease_ms=LEASE_MS,
            pause_ms_max=MINUTE_MS,
        ),
    )


def look(books: Books, due: Deadline, now_ms: int) -> Ran:
    """Take the steps of one that are due, and hear what the signals say; when to look again.

    Raises StoreUnavailable; what was done by then is, and is not done again.
    """
    id = str(due.data["instruction"])
    one = books.instruction(id)
    if one is not None and one.watched_until_ms is not None:
        heard = heard_of(books, one, now_ms=now_ms)
        said = judged(heard[0], over=is_over(one, now_ms))
        if said is not None:
            found = {"incidents": heard[1], "heard": [list(row) for row in heard[0].days[:20]]}
            with books.begin() as work:
                done = hear(work, one, said, found=found, now_ms=now_ms)
            log.info("signals of an instruction", instruction=id, said=said, done=done)
    with books.begin() as work:
        steps = escalate(work, id, now_ms=now_ms)
    for step in steps:
        log.warning("a step of an instruction", instruction=id, step=step.name, level=step.level)
    return Ran(due=partial(_next, id, now_ms))


def _next(id: str, now_ms: int, work: Work) -> int | None:
    return next_look(work, id, now_ms=now_ms)


def sight_of_subject(one: Instruction) -> Sight:
    """What an instruction is about, as rows: an estate's, or those under a unit's contracts."""
    if one.unit is not None and not one.estate:
        return Sight(contracts_of=(one.unit,))
    return Sight(places=(Place(one.area, one.estate),))


def heard_of(books: Books, one: Instruction, *, now_ms: int) -> tuple[Heard, list[str]]:
    """What was heard of its lifts since the work was verified; the incidents that came again.

    What people rejected, what is late history and what began before does not count.
    """
    since_ms = one.verified_ms or now_ms
    until_ms = min(now_ms, since_ms + WATCH_MS)
    where = IncidentFilter(kind=one.kinds, lift=one.lift, from_ms=since_ms, to_ms=until_ms)
    sight = sight_of_subject(one)
    page = books.incidents(where, limit=CAME_AGAIN_MAX, sight=sight)
    again = [
        incident.id
        for incident in page.items
        if not incident.late and incident.state != "rejected" and incident.opened_ms >= since_ms
    ]
    days = range(estate_day(since_ms) + 1, estate_day(until_ms))
    names = [one.lift] if one.lift else [r.lift for r in books.lifts(limit=LIFTS_MAX, sight=sight)]
    found = []
    for name in names if days else ():
        told = books.completeness_of(name, days.start, days.stop)
        heard = sum(row.received >= DAY_RECEIVED_MIN for row in told if row.day in days)
        found.append((heard, len(days)))
    return Heard(len(again), found), again


def tell_due(books: Books, people: PeopleStore, ways: Ways, *, due: Deadline, now_ms: int) -> Ran:
    """Tell people of one instruction what they were not told yet.

    Raises StoreUnavailable; what was told by then is, and is not repeated. At night nobody is.
    """
    id = str(due.data["instruction"])
    later_ms = quiet_until(ways, 4, now_ms)
    one = books.instruction(id)
    if later_ms is not None or one is None:
        return Ran(due=lambda _: later_ms)
    for notice in books.instruction_notices(id):
        if notice.told_ms is None:
            with people.reading() as reads:
                chosen = _chosen(reads, one, notice, ways=ways, now_ms=now_ms)
            text = _text(books, one, notice, ways=ways)
            with books.begin() as work:
                _tell(work, one, notice, chosen=chosen, text=text, ways=ways, now_ms=now_ms)
    return Ran(due=partial(_untold, id, now_ms))


def _untold(id: str, now_ms: int, work: Work) -> int | None:
    """It holds the row, so that nobody adds a notice meanwhile."""
    work.locked_instruction(id)
    return now_ms if work.instruction_notices_due(id) else None


def _chosen(
    reads: PeopleReads, one: Instruction, notice: InstructionNotice, *, ways: Ways, now_ms: int
) -> list[tuple[Reached, str]]:
    """Who is told by what."""
    whom = reached(reads, one, notice.tells, at_ms=now_ms)
    return ways_to(whom, ways, urgency=URGENCY[min(notice.level, max(URGENCY))])


def _tell(
    work: Work,
    one: Instruction,
    notice: InstructionNotice,
    *,
    chosen: list[tuple[Reached, str]],
    text: Text,
    ways: Ways,
    now_ms: int,
) -> None:
    """Carry a notice out in one transaction; nothing where somebody else has."""
    if work.locked_instruction(one.id) is None:
        return
    if notice.n not in {row.n for row in work.instruction_notices_due(one.id)}:
        return
    held = held_of(chosen, ways)
    for who, channel in chosen:
        id = new_id()
        body = body_of(
            text,
            to=(who.person, who.organisation),
            id=id,
            made_ms=now_ms,
            exercise=ways.exercise,
            data={"instruction": one.id, "lift": one.lift, "why": notice.why},
            kind="instruction.page",
        )
        urgency = URGENCY[min(notice.level, max(URGENCY))]
        send(work, body, id=id, channel=channel, now_ms=now_ms, urgency=urgency)
    work.put_instruction_notice(structs.replace(notice, told_ms=now_ms, held=held))
    work.add_instruction_line(_line(one, notice, chosen, held=held, now_ms=now_ms))


def _text(books: Books, one: Instruction, notice: InstructionNotice, *, ways: Ways) -> Text:
    language = "en" if ways.language == "en" else LANGUAGES[0]
    key = (one.area, one.estate, "")
    known = books.localities([key]).get(key)
    return text_of(
        one,
        notice.why,
        place=(known and known.called(language)) or one.estate or one.area,
        language=language,
        link=f"{ways.page}instructions/{one.id}" if ways.page else "",
        drill=ways.exercise,
    )


def _line(
    one: Instruction,
    notice: InstructionNotice,
    chosen: list[tuple[Reached, str]],
    *,
    held: Held | None,
    now_ms: int,
) -> Line:
    return Line(
        instruction=one.id,
        at_ms=now_ms,
        what="paged",
        before=one.state,
        state=one.state,
        by=ENGINE,
        facts={"why": notice.why} | told_facts(chosen, held),
    )
