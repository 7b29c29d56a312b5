"""Which organisations an instruction may lie with, and who of one is told."""

from collections.abc import Iterable, Iterator, Sequence

from liftwatch.access.people import Organisation
from liftwatch.access.store import PeopleReads
from liftwatch.care.instruction_clocks import AUTHORITIES, HEADS, ISSUER, OFFERED, RESPONSIBLE
from liftwatch.care.instructions import Instruction
from liftwatch.handlers.calls import organisations_of
from liftwatch.handlers.paging import Reached
from liftwatch.handlers.rotas import on_duty
from liftwatch.register.record import Record


def parties_of(
    reads: PeopleReads, *, area: str, estate: str, lifts: Sequence[str], at_ms: int
) -> list[Organisation]:
    """Who may have to put something right there: the property manager of the estate, and the
    maintenance units that hold a contract of one of the lifts now; none that is closed."""
    here = Record(lift="", area=area, estate=estate)
    found = {one.id: one for one in organisations_of(reads, here, "property", at_ms=at_ms)}
    units = {
        held.organisation
        for lift in lifts
        for held in reads.contracts(lift=lift)
        if held.from_ms <= at_ms and (held.until_ms is None or at_ms < held.until_ms)
    }
    for id in sorted(units - found.keys()):
        unit = reads.organisation(id)
        if unit is not None and unit.closed_ms is None:
            found[id] = unit
    return list(found.values())


def told_organisations(
    reads: PeopleReads, one: Instruction, tells: str, *, at_ms: int
) -> list[str]:
    """The organisations behind the letters of a notice, each once, in order of the letters."""
    found: list[str | None] = []
    for letter in tells:
        if letter == RESPONSIBLE:
            found.append(one.responsible)
        elif letter == ISSUER:
            found.append(one.issuer)
        elif letter == OFFERED:
            found.append(one.offered_to)
        elif letter == AUTHORITIES:
            here = Record(lift="", area=one.area, estate=one.estate)
            some = organisations_of(reads, here, "supervision", at_ms=at_ms)
            found += [organisation.id for organisation in some]
    return list(dict.fromkeys(id for id in found if id is not None))


def reached(
    reads: PeopleReads, one: Instruction, tells: str, *, at_ms: int
) -> list[tuple[str, list[Reached]]]:
    """For each organisation of a notice who of it is reached, of the responsible one its heads
    where they are told; nobody where nobody can be."""
    return [
        (id, reached_of(reads, id, heads=HEADS in tells and id == one.responsible, at_ms=at_ms))
        for id in told_organisations(reads, one, tells, at_ms=at_ms)
    ]


def reached_of(
    reads: PeopleReads, organisation: str, *, heads: bool = False, at_ms: int
) -> list[Reached]:
    """Who of an organisation is reached: those on duty, with their heads where asked; else whoever
    leads it; else its own number and address; nobody where it has none."""
    people = list(_people(reads, organisation, heads=heads, at_ms=at_ms))
    return people or list(_office(reads, organisation))


def _people(reads: PeopleReads, organisation: str, *, heads: bool, at_ms: int) -> Iterator[Reached]:
    known: set[str] = set()
    for rota in on_duty(reads, organisation, at_ms):
        there = [one for one in rota.now if one.absence is None]
        head = [rota.head] if heads and rota.head is not None else []  # None where absent
        for one in (*there, *head):
            if (one.phone or one.email) and one.person not in known:
                known.add(one.person)
                phone, email = one.phone is not None, one.email is not None
                yield Reached("", organisation, one.person, phone, email)
    if known:
        return
    yield from _leading(reads, organisation, at_ms=at_ms)


def _leading(reads: PeopleReads, organisation: str, *, at_ms: int) -> Iterable[Reached]:
    for held in reads.members(organisation):
        current = held.from_ms <= at_ms and (held.until_ms is None or at_ms < held.until_ms)
        person = reads.person(held.person) if held.lead and current else None
        if person is not None and person.disabled_ms is None and (person.phone or person.email):
            phone, email = person.phone is not None, person.email is not None
            yield Reached("", organisation, person.id, phone, email)


def _office(reads: PeopleReads, organisation: str) -> Iterable[Reached]:
    known, own = reads.organisation(organisation), reads.contacts(organisation)
    phone = own.phone or (known and known.phone)
    if phone or own.email:
        yield Reached("", organisation, None, bool(phone), bool(own.email))
