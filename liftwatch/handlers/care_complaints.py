"""Complaints: told by a resident, by telephone or by the city's hot line; moved, rated, erased.

Each is one act in the caller's transaction.
"""

from typing import NamedTuple

from msgspec import Struct, structs

from liftwatch.care.codes import new_number
from liftwatch.care.complaints import (
    CLOSED_AFTER_MS,
    JOINED_IN_HOUR_MAX,
    KEPT_MS,
    KEPT_UNANSWERED_MS,
    RATING_MAX,
    TOPICS,
    Channel,
    Complaint,
    Line,
    Party,
    Private,
    Topic,
    checked_phone,
    checked_text,
    due_ms,
    moved,
)
from liftwatch.clock import HOUR_MS
from liftwatch.ids import new_id
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.ports import LiftRow, Stale
from liftwatch.said import Said

RESIDENT = "resident"
SLICE = 200
"""So many matters a transaction of the clock takes."""


class Told(Struct, kw_only=True, frozen=True):
    """What somebody told, and how: `outside` is the hot line's number of it."""

    topic: Topic
    channel: Channel
    words: str | None = None
    phone: str | None = None
    photo: bytes | None = None
    inside: bool = False
    outside: str | None = None
    outside_due_ms: int | None = None


class By(NamedTuple):
    """For which party somebody acts; `called` is what the story calls them, where it is another."""

    party: Party
    person: str | None = None
    organisation: str | None = None
    called: str = ""


BY_CLOCK = By("property")


class Received(NamedTuple):
    """What came of it: the complaint, None where it was counted only; the matter it belongs to;
    whether it was known already."""

    complaint: Complaint | None
    matter: Complaint
    known: bool = False


class NoSuchComplaint(Exception):
    """There is none of that id or number."""


def receive(
    work: OfficeWork, lift: LiftRow, told: Told, *, by: By | None = None, now_ms: int
) -> Received:
    """A new matter, or one more of the same lift and thing, which joins the one that is open.

    Raises Untold for words, a number or a topic that cannot be. What the hot line sent before
    under its number is not new; Stale where it says something else under it.
    """
    _check(told)
    before = None if told.outside is None else work.care.complaint_of_outside(told.outside)
    if before is not None:
        if (before.lift, before.topic) != (lift.lift, told.topic):
            raise Stale(Said("another complaint came under this number"))
        return Received(before, _matter(work, before), known=True)
    matter = work.care.open_matter(lift.lift, told.topic)
    if matter is not None and _is_flood(work, lift, told, now_ms=now_ms):
        counted = structs.replace(matter, crowd=matter.crowd + 1, version=matter.version + 1)
        work.care.put_complaint(counted)
        return Received(None, counted)
    made = _made(lift, told, lead=None if matter is None else matter.id, now_ms=now_ms)
    work.care.put_complaint(made)
    _keep(work, made, told)
    if matter is None:
        _line(work, made, "received", before="", by=by, at_ms=now_ms)
        return Received(made, made)
    inside = matter.inside or told.inside
    due = matter.due_ms
    if told.inside and due is not None:
        due = min(due, now_ms + TOPICS[told.topic].take_ms)
    grown = structs.replace(
        matter, joined=matter.joined + 1, inside=inside, due_ms=due, version=matter.version + 1
    )
    work.care.put_complaint(grown)
    return Received(made, grown)


def move_complaint(
    work: OfficeWork, id: str, name: str, *, by: By, text: str | None, version: int, now_ms: int
) -> Complaint:
    """Make a move for a party. Raises NoSuchComplaint, Stale, and what `moved` raises."""
    one = work.care.locked_complaint(id)
    if one is None:
        raise NoSuchComplaint(id)
    if one.version != version:
        raise Stale(Said("somebody else has changed it"))
    after = moved(one, name, party=by.party, text=text, now_ms=now_ms)
    work.care.put_complaint(after)
    _line(work, after, name, before=one.state, by=by, text=text, at_ms=now_ms)
    return after


def reopen(work: OfficeWork, number: str, words: str, *, now_ms: int) -> Complaint:
    """The resident says that it is not in order: once for a matter, whoever of them says so.

    Raises NoSuchComplaint, CannotMove, Untold; CannotMove, too, where the like has been told anew.
    """
    one, matter = _followed(work, number)
    after = moved(matter, "reopen", party=None, text=words, now_ms=now_ms)
    if work.care.open_matter(matter.lift, matter.topic) is not None:
        raise CannotMove(Said("the same has been told anew meanwhile, and is open"))
    work.care.put_complaint(after)
    _line(work, after, "reopen", before=matter.state, by=None, at_ms=now_ms)
    held = work.care.private(one.id) or Private(id=one.id)
    work.care.put_private(structs.replace(held, again=words))
    if one.id != matter.id:
        _again(work, one)
    return after


def rate(work: OfficeWork, number: str, *, stars: int, words: str | None) -> Complaint:
    """How content a resident is with the answer; the last word counts. Raises NoSuchComplaint,
    CannotMove before there is an answer, Untold for what is not 1 to 5."""
    one, matter = _followed(work, number)
    if matter.answer is None:
        raise CannotMove(Said("it has not been answered yet"))
    if not 1 <= stars <= RATING_MAX:
        raise Untold(Said("%(field)s is from %(low)s to %(high)s", field="rating", low=1, high=5))
    checked_text("words", words, needed=False)
    rated = structs.replace(one, rating=stars, version=one.version + 1)
    work.care.put_complaint(rated)
    if words is not None and one.erased_ms is None:
        held = work.care.private(one.id) or Private(id=one.id)
        work.care.put_private(structs.replace(held, rated=words))
    return rated


def forget(work: OfficeWork, id: str, *, now_ms: int) -> Complaint:
    """Erase what a resident gave: they asked for it, or its time is over; again changes nothing.

    What they complained about and what became of it stays. Raises NoSuchComplaint.
    """
    one = work.care.locked_complaint(id)
    if one is None:
        raise NoSuchComplaint(id)
    gone = work.care.erase_private(id)
    if not gone and one.erased_ms is not None:
        return one
    erased = structs.replace(
        one, has_phone=False, has_photo=False, erased_ms=now_ms, version=one.version + 1
    )
    work.care.put_complaint(erased)
    return erased


def close_old(work: OfficeWork, *, now_ms: int) -> int:
    """Close what was answered long ago and nobody reopened; how many."""
    found = work.care.to_close(now_ms - CLOSED_AFTER_MS, limit=SLICE)
    for one in found:
        after = structs.replace(one, state="closed", closed_ms=now_ms, version=one.version + 1)
        work.care.put_complaint(after)
        _line(work, after, "close", before=one.state, by=BY_CLOCK, at_ms=now_ms)
    return len(found)


def erase_old(work: OfficeWork, *, now_ms: int) -> int:
    """Erase what was given with complaints answered long ago, or never; how many."""
    told_before_ms = now_ms - KEPT_UNANSWERED_MS
    found = work.care.to_erase(now_ms - KEPT_MS, told_before_ms=told_before_ms, limit=SLICE)
    for one in found:
        forget(work, one.id, now_ms=now_ms)
    return len(found)


def _check(told: Told) -> None:
    if told.topic not in TOPICS:
        raise Untold(Said("choose what it is about"))
    checked_text("words", told.words, needed=told.topic == "other")
    checked_phone(told.phone)


def _is_flood(work: OfficeWork, lift: LiftRow, told: Told, *, now_ms: int) -> bool:
    """Whether one more of a lift is only counted: never what is typed by people on duty, and
    never who says that somebody is inside."""
    if told.channel != "page" or told.inside:
        return False
    return work.care.told_since(lift.lift, now_ms - HOUR_MS) >= JOINED_IN_HOUR_MAX


def _made(lift: LiftRow, told: Told, *, lead: str | None, now_ms: int) -> Complaint:
    made = Complaint(
        id=new_id(),
        number=new_number(),
        area=lift.area,
        estate=lift.estate,
        building=lift.facts.building or "",
        lift=lift.lift,
        topic=told.topic,
        channel=told.channel,
        told_ms=now_ms,
        inside=told.inside,
        exercise=lift.exercise,
        lead=lead,
        state="received" if lead is None else "joined",
        outside=told.outside,
        outside_due_ms=told.outside_due_ms,
        has_phone=checked_phone(told.phone) is not None,
        has_photo=told.photo is not None,
    )
    return structs.replace(made, due_ms=due_ms(made))


def _keep(work: OfficeWork, made: Complaint, told: Told) -> None:
    private = Private(
        id=made.id, words=told.words, phone=checked_phone(told.phone), photo=told.photo
    )
    if private != Private(id=made.id):
        work.care.put_private(private)


def _again(work: OfficeWork, one: Complaint) -> None:
    work.care.put_complaint(structs.replace(one, asked_again=True, version=one.version + 1))


def _matter(work: OfficeWork, one: Complaint) -> Complaint:
    if one.lead is None:
        return one
    lead = work.care.locked_complaint(one.lead)
    assert lead is not None, "the key of the database"
    return lead


def _followed(work: OfficeWork, number: str) -> tuple[Complaint, Complaint]:
    found = work.care.complaint_of_number(number)
    one = None if found is None else work.care.locked_complaint(found.id)
    if one is None:
        raise NoSuchComplaint(number)
    return one, _matter(work, one)


def _line(
    work: OfficeWork,
    one: Complaint,
    move: str,
    *,
    before: str,
    by: By | None,
    at_ms: int,
    text: str | None = None,
) -> None:
    number = len(work.care.story(one.id)) + 1
    work.care.add_line(
        Line(
            complaint=one.id,
            n=number,
            move=move,
            at_ms=at_ms,
            before=before,
            state=one.state,
            party=RESIDENT if by is None else by.called or by.party,
            person=None if by is None else by.person,
            organisation=None if by is None else by.organisation,
            text=text,
        )
    )
