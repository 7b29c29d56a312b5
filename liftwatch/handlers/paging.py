"""Whom a notice tells, and by what: found while nobody waits, carried out in one transaction.

The people are those on duty now, each with what reaches them; where nobody is named it is the
organisation's own number and address. Whoever is called next stands in the notice's next step.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from liftwatch.access.contacts import Call
from liftwatch.access.duty import OnCall, OnDuty
from liftwatch.access.store import PeopleReads
from liftwatch.clock import rfc3339
from liftwatch.handlers.calls import organisations_of, who_to_call
from liftwatch.handlers.course import note
from liftwatch.handlers.rotas import on_duty
from liftwatch.handlers.together import hide, is_paged
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor, Line
from liftwatch.incidents.incident import Incident
from liftwatch.incidents.kinds import CUSTODIAN, MAINTENANCE, PROPERTY, RESCUE, SUPERVISION
from liftwatch.incidents.page_texts import Text
from liftwatch.incidents.pages import (
    BY_SEVERITY,
    CLEARED,
    FIRE,
    HEADS,
    RAISINGS,
    STATION,
    STEPS,
    UNANSWERED_MS,
    URGENT,
    Held,
    Notice,
    Page,
    Ways,
    quiet_until,
)
from liftwatch.ports import Deadline, Promise, Work
from liftwatch.register.places import Place
from liftwatch.register.record import Record

PARTS = {
    PROPERTY: "property",
    MAINTENANCE: "maintenance",
    RESCUE: "rescue",
    STATION: "station",
    FIRE: "fire",
}
KINDS = {SUPERVISION: "supervision", CUSTODIAN: "custodian"}
ON_SITE = (PROPERTY, MAINTENANCE)
"""Parties whose next are called when those on duty do not answer."""
PAGED = "paged"
"""What a line of the story is called that tells who was told, or that nobody was."""
ENGINE = Actor(channel="engine")
NUMBERED = frozenset({"sms", "voice"})


class Reached(NamedTuple):
    """Somebody and what reaches them; a person, or an organisation where nobody is named."""

    party: str
    organisation: str
    person: str | None = None
    phone: bool = False
    email: bool = False


class Chosen(NamedTuple):
    """Whom a notice tells now, and at which step they stand; `hooks` are organisations' own."""

    step: int
    people: tuple[Reached, ...] = ()
    organisations: tuple[tuple[str, str], ...] = ()


def choose(
    reads: PeopleReads,
    record: Record,
    notice: Notice,
    *,
    now_ms: int,
    estate: Place | None = None,
) -> Chosen:
    """Whom a notice tells at a moment: of the first step at which anybody can be reached."""
    calls = _calls(reads, record, notice.parties, now_ms=now_ms, estate=estate)
    whose = tuple(dict.fromkeys((party, call.organisation) for party, call in calls))
    for step in range(notice.step, STEPS + 1):
        found = {one.person or one.organisation: one for one in _people(calls, notice, step)}
        if found:
            return Chosen(step, tuple(found.values()), whose if notice.step == 1 else ())
    return Chosen(STEPS, (), whose if notice.step == 1 else ())


def _calls(
    reads: PeopleReads, record: Record, parties: str, *, now_ms: int, estate: Place | None
) -> list[tuple[str, Call]]:
    known = who_to_call(reads, record, now_ms, estate=estate).calls
    found: list[tuple[str, Call]] = []
    for party in parties:
        if party in PARTS:
            mine = [(party, call) for call in known if call.part == PARTS[party]]
            found += mine[:1] if party == STATION else mine
        elif party in KINDS:
            for one in organisations_of(reads, record, KINDS[party], at_ms=now_ms):
                own = reads.contacts(one.id)
                duty = tuple(on_duty(reads, one.id, now_ms))
                phone = own.phone or one.phone
                call = Call(
                    part="property",
                    organisation=one.id,
                    name=one.name,
                    phone=phone,
                    round_the_clock=own.phone is not None,
                    email=own.email,
                    on_call=duty,
                )
                found.append((party, call))
    return found


def _people(calls: Sequence[tuple[str, Call]], notice: Notice, step: int) -> Iterator[Reached]:
    for party, call in calls:
        if step > 1 and party not in ON_SITE:
            continue
        people = [*_of_step(call.on_call, step)]
        if step == 1 and HEADS in notice.parties and party in ON_SITE:
            people += [*_of_step(call.on_call, STEPS)]
        named = [_reached(party, call.organisation, one) for one in people]
        reachable = [one for one in named if one.phone or one.email]
        if not reachable and step == 1 and (call.phone or call.email):
            phone, email = call.phone is not None, call.email is not None
            reachable = [Reached(party, call.organisation, None, phone, email)]
        yield from reachable


def _of_step(rotas: Iterable[OnCall], step: int) -> Iterator[OnDuty]:
    for rota in rotas:
        if step == 1:
            there = [one for one in rota.now if one.absence is None]
            yield from there or [one for one in rota.answering if one.absence is None]
        elif step == 2:
            yield from (one for one in rota.next if one.absence is None)
        elif rota.head is not None:
            yield rota.head


def _reached(party: str, organisation: str, one: OnDuty) -> Reached:
    return Reached(party, organisation, one.person, one.phone is not None, one.email is not None)


def page(
    work: Work, notice: Notice, chosen: Chosen, *, ways: Ways, text: Text, now_ms: int
) -> list[Page]:
    """Carry a notice out: its pages with their promises, its next step, a line of the story.

    Nothing where the notice is not as it was read: somebody else has carried it out.
    """
    incident = work.locked_incident(notice.incident)
    if incident is None or notice not in work.notices(incident.id):
        return []
    if notice.step > 1 and incident.state != "raised":
        work.put_notice(structs.replace(notice, due_ms=None))  # it is answered
        return []
    later_ms = quiet_until(ways, incident.severity_max, now_ms)
    held = _held(work, incident, notice, ways=ways, now_ms=now_ms)
    if later_ms is not None and held is None:
        work.put_notice(structs.replace(notice, due_ms=later_ms))
        return []
    pages = list[Page]()
    if held is None:
        pages, held = _pages(work, incident, notice, chosen=chosen, ways=ways, now_ms=now_ms)
    for one in pages:
        _promise(work, incident, one, ways=ways, text=text)
    work.put_notice(_after(notice, incident, chosen.step, held=held, now_ms=now_ms))
    if held not in ("no_way", "over", "parent"):
        _tell_story(work, incident, notice, pages=pages, held=held, now_ms=now_ms)
    return pages


def _held(
    work: Work, incident: Incident, notice: Notice, *, ways: Ways, now_ms: int
) -> Held | None:
    if not ways.all_channels:
        return "no_way"
    if notice.why == CLEARED:
        return None  # whoever was told of it learns of its end
    paged = is_paged(work, incident, at_ms=now_ms)
    if paged.yes:
        return None
    if paged.by == "silence":
        hide(work, incident, paged, at_ms=now_ms)
    return "over" if paged.by is None else "parent" if paged.by == "cause" else paged.by


def _pages(
    work: Work,
    incident: Incident,
    notice: Notice,
    *,
    chosen: Chosen,
    ways: Ways,
    now_ms: int,
) -> tuple[list[Page], Held | None]:
    planned = (
        _told_before(work.pages(incident.id), incident)
        if notice.why == CLEARED
        else list(_planned(chosen, incident, ways))
    )
    drill = incident.exercise or ways.exercise
    allowed = [one for one in planned if not drill or one[1] in ways.for_exercises]
    pages = [
        Page(
            id=new_id(),
            incident=incident.id,
            occurrence=notice.occurrence,
            why=notice.why,
            step=chosen.step,
            party=who.party,
            organisation=who.organisation,
            person=who.person,
            channel=channel,
            made_ms=now_ms,
        )
        for who, channel in dict.fromkeys(allowed)
    ]
    if pages:
        return pages, None
    if notice.step > 1 or notice.why == CLEARED:
        return [], None
    return [], "exercise" if planned else "nobody"


def _planned(chosen: Chosen, incident: Incident, ways: Ways) -> Iterator[tuple[Reached, str]]:
    """Who is told by what; a robot once, however many parties stand behind it."""
    allowed = BY_SEVERITY[incident.severity_max]
    for who in chosen.people:
        for channel in ways.channels:
            has = who.phone if channel in NUMBERED else who.email
            if channel in allowed and has:
                yield who, channel
    robots: dict[str, Reached] = {}
    for party, organisation in chosen.organisations:
        for hook in (*ways.hooks.get(organisation, ()), *ways.hooks.get("*", ())):
            robots.setdefault(hook, Reached(party, organisation))
    yield from ((who, hook) for hook, who in robots.items())


def _told_before(pages: Iterable[Page], incident: Incident) -> list[tuple[Reached, str]]:
    """Whoever was told of this occurrence, by the same channels; no telephone rings for an end."""
    return [
        (Reached(one.party, one.organisation, one.person), one.channel)
        for one in pages
        if one.occurrence == incident.occurrences and one.channel != "voice"
        if one.why != CLEARED
    ]


def _after(
    notice: Notice, incident: Incident, step: int, *, held: Held | None, now_ms: int
) -> Notice:
    """A notice after a step: the next one is due when nobody has answered by then."""
    more = notice.why in RAISINGS and incident.severity_max <= URGENT and step < STEPS
    goes_on = more and held is None and any(one in notice.parties for one in ON_SITE)
    due_ms = now_ms + UNANSWERED_MS if goes_on else None
    return structs.replace(notice, step=step + 1 if goes_on else step, due_ms=due_ms, held=held)


def _promise(work: Work, incident: Incident, one: Page, *, ways: Ways, text: Text) -> None:
    said = body_of(
        text,
        to=(one.person, one.organisation),
        id=one.id,
        made_ms=one.made_ms,
        exercise=incident.exercise or ways.exercise,
        data={
            "incident": incident.id,
            "lift": incident.lift,
            "kind": incident.kind,
            "severity": incident.severity,
            "why": one.why,
            "opened_at": rfc3339(incident.opened_ms),
        },
    )
    work.add_page(one)
    send(work, said, id=one.id, channel=one.channel, now_ms=one.made_ms, urgency=incident.severity)


def send(work: Work, body: str, *, id: str, channel: str, now_ms: int, urgency: int = 4) -> None:
    """Promise that something leaves by a channel of pages, and wake the engine for it."""
    made = Promise(
        id=id, channel=channel, body=body, made_ms=now_ms, due_ms=now_ms, urgency=urgency
    )
    work.promise(made)
    name = send_name(channel)
    work.arm(Deadline(name=name, what=name, due_ms=now_ms))


def send_name(channel: str) -> str:
    """The engine's job that empties a channel."""
    return f"send-pages/{channel}"


def body_of(
    text: Text,
    *,
    to: tuple[str | None, str],
    id: str,
    made_ms: int,
    exercise: bool,
    data: dict[str, Any],
    kind: str = "incident.page",
) -> str:
    """What is promised; to whom stands as ids, since numbers and addresses are kept sealed."""
    person, organisation = to
    said = {
        "type": kind,
        "id": id,
        "timestamp": rfc3339(made_ms),
        "exercise": exercise,
        "title": text.title,
        "text": text.body,
        "to": {"person": person, "organisation": organisation},
        "data": data,
    }
    return msgspec.json.encode(said).decode()


def _tell_story(
    work: Work,
    incident: Incident,
    notice: Notice,
    *,
    pages: Sequence[Page],
    held: Held | None,
    now_ms: int,
) -> None:
    if not pages and held is None:
        return
    facts: dict[str, Any] = {
        "why": notice.why,
        "step": pages[0].step if pages else notice.step,
        "people": sorted({one.person for one in pages if one.person}),
        "organisations": sorted({one.organisation for one in pages if one.organisation}),
        "channels": sorted({one.channel for one in pages}),
    }
    line = Line(
        incident=incident.id,
        at_ms=now_ms,
        noted_ms=now_ms,
        what=PAGED,
        before=incident.state,
        state=incident.state,
        by=ENGINE,
        facts=facts | ({"held": held} if held else {}),
    )
    note(work, line)
