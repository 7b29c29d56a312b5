"""Visits of maintenance: check in, fill in, check out, sign; one transaction each.

The rules are `liftwatch.care.visit`; here they meet what the store knows. What detectors have to
hear of it is kept in the same transaction (`liftwatch.care.phases`).
"""

from collections.abc import Callable, Mapping

from msgspec import structs

from liftwatch.care import answer as answers
from liftwatch.care.answer import Answer
from liftwatch.care.inspection import Inspection, check_certificate, check_unused
from liftwatch.care.regime import Regime, check_regime
from liftwatch.care.visit import (
    CannotVisit,
    Part,
    Photo,
    Signature,
    Visit,
    add_part,
    add_photo,
    begin,
    fill,
    leave,
    sign,
)
from liftwatch.care.visit_store import VisitWork
from liftwatch.clock import date_of, estate_day
from liftwatch.handlers.register import change_lift
from liftwatch.ports import Stale, Work
from liftwatch.register.changes import Origin
from liftwatch.said import Said

Change = Callable[[Visit], Visit]
CONTRADICTED = "maintenance_contradicted"


class NoSuchVisit(Exception):
    """There is none of that id."""


def check_in(work: VisitWork, visit: Visit) -> Visit:
    """Begin a visit; one that was left open for too long lapses by it. Raises CannotVisit."""
    standing = work.open_visits(lift=visit.lift, technician=visit.technician)
    theirs = next((one for one in standing if one.technician == visit.technician), None)
    there = next((one for one in standing if one.lift == visit.lift), None)
    lapsed = begin(visit, of_lift=there, of_technician=theirs)
    if lapsed is not None:
        work.put_visit(lapsed, there)
    work.put_visit(visit, None)
    work.tell_phase(visit)
    return visit


def change_visit(work: VisitWork, id: str, change: Change, *, version: int | None) -> Visit:
    """A visit after a change; `version` None takes it as it stands.

    Raises NoSuchVisit, Stale, CannotVisit.
    """
    before = work.visit_locked(id)
    if before is None:
        raise NoSuchVisit(id)
    if version is not None and before.version != version:
        raise Stale(Said("it is at version %(version)s", version=before.version))
    after = change(before)
    if after is not before:
        work.put_visit(after, before)
    if before.out_ms is None and after.out_ms is not None:
        work.tell_phase(after)
    return after


def own(visit: Visit, person: str) -> Visit:
    """The visit, where it is of this person; raises CannotVisit."""
    if visit.technician != person:
        raise CannotVisit(Said("this is the visit of somebody else"))
    return visit


def filling(found: Mapping[str, tuple[str, str]], *, person: str, now_ms: int) -> Change:
    """Save some results of the list."""
    return lambda visit: fill(own(visit, person), found, now_ms=now_ms)


def adding_part(part: Part, *, person: str) -> Change:
    """Name a part that was replaced."""
    return lambda visit: add_part(own(visit, person), part)


def adding_photo(photo: Photo, *, person: str) -> Change:
    """Name a photograph."""
    return lambda visit: add_photo(own(visit, person), photo)


def leaving(*, person: str, remark: str, broken_off: str, now_ms: int) -> Change:
    """Check out."""
    return lambda visit: leave(
        own(visit, person), remark=remark, broken_off=broken_off, now_ms=now_ms
    )


def signing(by: Signature) -> Change:
    """Sign."""
    return lambda visit: sign(visit, by)


def file_regime(work: VisitWork, wanted: Regime, *, version: int) -> Regime:
    """Say how a lift is kept. Raises CannotVisit, Stale."""
    before = work.regime_locked(wanted.lift)
    if (before.version if before else 0) != version:
        raise Stale(Said("it is at version %(version)s", version=before.version if before else 0))
    made = structs.replace(check_regime(wanted), version=version + 1)
    work.put_regime(made, before)
    return made


def file_certificate(work: Work, one: Inspection, *, now_ms: int) -> Inspection:
    """Keep a certificate; the register learns its dates, and by it the detectors.

    Raises CannotVisit, also for a certificate that stands for another lift.
    """
    check_certificate(one, today=date_of(estate_day(now_ms)))
    made = structs.replace(one, number=one.number.strip())
    check_unused(made, work.certificate_known(number=made.number, sha256=made.sha256))
    work.add_inspection(made)
    record = work.records([one.lift]).get(one.lift)
    if record is not None:
        dates = {"inspected_on": made.inspected_on, "next_inspection_on": made.next_on}
        told = {name: day for name, day in dates.items() if day is not None}
        entered = record.known.entered.inspected_on
        if entered is None or entered <= made.inspected_on:  # an old one found later tells no date
            by = Origin(made.person or "", now_ms)
            change_lift(work, one.lift, told, version=record.version, by=by)
    return made


def answer_one(
    work: VisitWork, asked: Answer, text: str, *, person: str, version: int, now_ms: int
) -> Answer:
    """The unit's side of a contradiction. Raises CannotVisit, Stale."""
    _same(asked, version)
    made = answers.reply(asked, text, person=person, now_ms=now_ms)
    work.put_answer(made, asked if asked.version else None)
    return made


def decide_one(
    work: VisitWork,
    asked: Answer,
    *,
    counts: bool,
    text: str,
    person: str,
    version: int,
    now_ms: int,
) -> Answer:
    """Whether a contradiction counts. Raises CannotVisit, Stale."""
    _same(asked, version)
    made = answers.rule(asked, counts=counts, text=text, person=person, now_ms=now_ms)
    work.put_answer(made, asked if asked.version else None)
    return made


def _same(asked: Answer, version: int) -> None:
    if asked.version != version:
        raise Stale(Said("it is at version %(version)s", version=asked.version))
