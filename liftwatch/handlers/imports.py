"""Sheets into the register: all rows of a file in one transaction, or none.

A dry run does the same and gives it up at the end, so that it says what keeping will say.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, structs

from liftwatch.access.people import AccessError, Organisation
from liftwatch.access.store import PeopleStore, PeopleWork
from liftwatch.clock import date_of, estate_day
from liftwatch.handlers import people
from liftwatch.handlers.calls import change_contacts
from liftwatch.handlers.register import check_chain, taken
from liftwatch.records import RegisterReads
from liftwatch.register.cells import Given
from liftwatch.register.changes import Origin
from liftwatch.register.columns import LiftRow, OrganisationRow, Sheet
from liftwatch.register.doubts import Wrong
from liftwatch.register.localities import Key, Locality, change_locality, estates_by_name
from liftwatch.register.record import Record, change, notes
from liftwatch.register.sheets import Problem, Row, scan
from liftwatch.said import Said, said_by

SHOWN_MAX = 500
"""Problems that are told one by one where not all can be: errors before what is only unusual."""
PAGE = 500


Tell = Callable[[Problem], None]


class Findings:
    """What is the matter with a file: how much, and the first of it; `tell` is called for each."""

    def __init__(self, tell: Tell | None = None) -> None:
        self._tell = tell
        self.errors = self.remarks = 0
        self._errors: list[Problem] = []
        self._remarks: list[Problem] = []

    def note(self, problem: Problem) -> None:
        """One more."""
        if self._tell is not None:
            self._tell(problem)
        self.errors += problem.is_error
        self.remarks += not problem.is_error
        kept = self._errors if problem.is_error else self._remarks
        if len(kept) < SHOWN_MAX:
            kept.append(problem)

    @property
    def first(self) -> list[Problem]:
        """At most SHOWN_MAX, in the order of lines."""
        shown = (self._errors + self._remarks)[:SHOWN_MAX]
        return sorted(shown, key=lambda problem: problem.line or 0)

    @property
    def more(self) -> int:
        """How many there are besides."""
        return self.errors + self.remarks - len(self.first)


class Judged(Struct, frozen=True):
    """A file that was read, and of what use it is."""

    sheet: str
    rows: tuple[Row, ...]
    findings: Findings

    @property
    def is_clean(self) -> bool:
        """Whether all of it can be kept."""
        return not self.findings.errors


class NotKept(Exception):
    """Something of a sheet cannot be; nothing of it is kept."""

    def __init__(self, judged: Judged) -> None:
        super().__init__(f"{judged.findings.errors} errors: nothing was kept")
        self.judged = judged


_BLANK = Record(lift="", area="", estate="")


class _GivenUp(Exception):
    """The end of a dry run."""


def known_estates(books: RegisterReads) -> dict[str, str]:
    """Codes of estates by the names people use."""
    rows: list[Locality] = []
    after = None
    while page := books.localities_after(after=after, limit=PAGE):
        rows += page
        after = page[-1].key
    return estates_by_name(rows)


def judge(
    data: bytes,
    sheet: Sheet,
    *,
    now_ms: int,
    defaults: Mapping[str, str] | None = None,
    estates: Mapping[str, str] | None = None,
    tell: Tell | None = None,
) -> Judged:
    """Read a file; `tell` is called for every problem, also those found later. `estates` are the
    codes of estates by the names people use (`known_estates`).

    Raises ValueError for a default that cannot be read.
    """
    year = date_of(estate_day(now_ms)).year
    given = Given(year=year, estates=estates or {}, defaults=defaults or {})
    findings = Findings(tell)
    rows: list[Row] = []
    for one in scan(data, sheet, given):
        if isinstance(one, Row):
            rows.append(one)
        else:
            findings.note(one)
    return Judged(sheet.name, tuple(rows), findings)


def keep(work: PeopleWork, judged: Judged, *, by: Origin) -> None:
    """Put the rows into the caller's transaction; NotKept, which ends it, if any row is wrong.

    Where some are wrong of themselves the others are looked at too: all that is wrong is told.
    """
    for problem in _KEEPERS[judged.sheet](work, judged, by):
        judged.findings.note(problem)
    if not judged.is_clean:
        raise NotKept(judged)


def try_out(store: PeopleStore, judged: Judged, *, by: Origin) -> None:
    """What `keep` would find is in the findings then; nothing is kept."""
    try:
        with store.begin() as work:
            keep(work, judged, by=by)
            raise _GivenUp
    except (_GivenUp, NotKept):
        pass


def _lifts(work: PeopleWork, judged: Judged, by: Origin) -> Iterator[Problem]:
    """Lifts that say something new; what a cell does not tell stays as it is."""
    rows = judged.rows
    found = work.register.records([row.value.lift for row in rows])
    made: dict[str, Record] = {}
    lines: dict[str, int] = {}
    for row in rows:
        lines[row.value.lift] = row.line
        before = found.get(row.value.lift)
        try:
            after = _entered(before, row.value, by)
        except ValueError as error:
            yield Problem(row.line, None, Wrong(said_by(error)))
            continue
        if after is not before:
            made[after.lift] = after
    wrong = taken(work.register, list(made.values()))
    for lift, fields in wrong.items():
        for field, other in fields.items():
            yield Problem(lines[lift], field, Wrong(Said("it is that of %(other)s", other=other)))
    if wrong:
        return
    work.register.put_records(list(made.values()))
    work.register.note_entries(
        {lift: notes(found.get(lift, _BLANK), one, by=by) for lift, one in made.items()}
    )
    if not judged.is_clean:
        return  # the lift before may stand in a row that is wrong
    for one in made.values():
        before = found.get(one.lift)
        told = one.site.predecessor
        if told is not None and (before is None or told != before.site.predecessor):
            try:
                check_chain(work.register, one.lift, told)
            except AccessError as error:
                yield Problem(lines[one.lift], "predecessor", Wrong(said_by(error)))


def _entered(before: Record | None, row: LiftRow, by: Origin) -> Record:
    """The record after a row; the same where it says nothing new. ValueError for what cannot be."""
    record = before or Record(lift=row.lift, area=row.area, estate=row.estate)
    if (record.area, record.estate) != (row.area, row.estate):
        if record.is_heard:
            raise ValueError(
                Said(
                    "its terminal says it is in %(area)s/%(estate)s",
                    area=record.area,
                    estate=record.estate,
                )
            )
        record = structs.replace(record, area=row.area, estate=row.estate)
    values = _told(row.facts) | _told(row.site)
    return change(record, values, who=by.who, at_ms=by.at_ms)


def _told(one: Struct) -> dict[str, Any]:
    values = ((name, getattr(one, name)) for name in one.__struct_fields__)
    return {name: value for name, value in values if value is not None}


def _households(work: PeopleWork, judged: Judged, by: Origin) -> Iterator[Problem]:
    del by
    work.register.put_households([row.value for row in judged.rows])
    yield from ()


def _places(work: PeopleWork, judged: Judged, by: Origin) -> Iterator[Problem]:
    """Names of places; what a cell does not tell stays as it is."""
    del by
    blanks = [
        Locality(area=row.value.area, estate=row.value.estate, building=row.value.building)
        for row in judged.rows
    ]
    known = work.register.known_localities([one.key for one in blanks])
    made: dict[Key, Locality] = {}  # of two rows for one place, which is wrong, one is looked at
    for row, blank in zip(judged.rows, blanks, strict=True):
        found = known.get(blank.key, blank)
        try:
            after = change_locality(found, row.value.told)
        except ValueError as error:
            yield Problem(row.line, None, Wrong(said_by(error)))
            continue
        if after is not found:
            made[after.key] = after
    work.register.put_localities(list(made.values()))


def _organisations(work: PeopleWork, judged: Judged, by: Origin) -> Iterator[Problem]:
    """An organisation is known by its code, else by its kind and name."""
    known = list(_all(work))
    by_code = {one.credit_code: one for one in known if one.credit_code}
    by_name = {(one.kind, one.name): one for one in known}
    for row in judged.rows:
        told: OrganisationRow = row.value
        found = by_code.get(told.credit_code) if told.credit_code else None
        found = found or by_name.get((told.kind, told.name))
        try:
            made = _organisation(work, found, told, now_ms=by.at_ms)
        except AccessError as error:
            yield Problem(row.line, None, Wrong(said_by(error)))
            continue
        numbers = {"phone": told.duty_phone, "email": told.email}
        try:
            _reached(work, made.id, {n: v for n, v in numbers.items() if v is not None})
        except AccessError as error:
            yield Problem(row.line, None, Wrong(said_by(error)))
        if made.credit_code:
            by_code[made.credit_code] = made
        by_name[made.kind, made.name] = made


def _organisation(
    work: PeopleWork, found: Organisation | None, told: OrganisationRow, *, now_ms: int
) -> Organisation:
    values = {n: v for n, v in _told(told).items() if n not in ("duty_phone", "email")}
    if found is None:
        return people.make_organisation(work, now_ms=now_ms, **values)
    if found.kind not in (None, told.kind):
        raise AccessError(
            Said(
                "%(credit_code)s is in the register as %(kind)s, %(name)s",
                credit_code=found.credit_code,
                kind=found.kind,
                name=found.name,
            )
        )
    if found.credit_code and told.credit_code and found.credit_code != told.credit_code:
        raise AccessError(
            Said(
                "%(name)s is in the register with the code %(credit_code)s",
                name=found.name,
                credit_code=found.credit_code,
            )
        )
    changes = {name: value for name, value in values.items() if value != getattr(found, name)}
    if not changes:
        return found
    return people.change_organisation(
        work, found.id, version=found.version, now_ms=now_ms, **changes
    )


def _reached(work: PeopleWork, organisation: str, told: Mapping[str, str]) -> None:
    """How it is reached at any hour, where a row says something new."""
    known = work.contacts(organisation)
    if any(value != getattr(known, name) for name, value in told.items()):
        change_contacts(work, organisation, version=known.version, **told)


def _all(work: PeopleWork) -> Iterator[Organisation]:
    after = ""
    while page := work.organisations(after=after, limit=PAGE):
        yield from page
        after = page[-1].id


_KEEPERS: Mapping[str, Callable[[PeopleWork, Judged, Origin], Iterator[Problem]]] = {
    "lifts": _lifts,
    "households": _households,
    "organisations": _organisations,
    "places": _places,
}
