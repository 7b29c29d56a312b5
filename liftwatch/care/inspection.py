"""Statutory inspection of a lift: when it is due by its age, its certificates, forbidden use.

The scheme since TSG T7001-2023 and T7008-2023 (in force 2024-04-02): inspection in the years 1, 4,
7, 9, 11, 13 and 15, then every year; in the years between the use unit has it tested (domain 5.2,
there marked as from memory: to be held against the bought text before anybody is told it is law).
A register that tells `next_inspection_on` is believed before this table.
"""

from datetime import date
from typing import Literal, NamedTuple

from msgspec import Struct

from liftwatch.care.visit import CannotVisit, check_hash
from liftwatch.register.facts import Facts
from liftwatch.said import Said

YEARS = (1, 4, 7, 9, 11, 13, 15)
"""Inspections after the first supervised one, by the lift's age; above the last every year."""
NOTICE_DAYS = 30  # the use unit asks a month before (Special Equipment Safety Law art. 40)
DESIGN_LIFE_YEARS = 15  # contract, section 1: default of `design_life_years`
ASSESSED_FOR_YEARS = 3  # contract, section 2: `ageing`
GOVERNOR_OLD_YEARS = 15  # domain 5.1, A-4: governor check every 2 years, every year above this age
TEXT_MAX = 64
Verdict = Literal["passed", "rectify", "failed"]
VERDICTS: tuple[Verdict, ...] = ("passed", "rectify", "failed")


class Inspection(Struct, frozen=True, kw_only=True):
    """A certificate: of which lift, its number, the SHA-256 of the paper, until when it holds."""

    id: str
    lift: str
    area: str
    estate: str
    number: str
    sha256: str
    verdict: Verdict
    inspected_on: date
    next_on: date | None = None
    body: str = ""
    person: str | None = None
    organisation: str | None = None
    made_ms: int = 0


def check_certificate(one: Inspection, *, today: date) -> Inspection:
    """The certificate as it may be filed; raises CannotVisit."""
    if one.verdict not in VERDICTS:
        raise CannotVisit(Said("the verdict is none of %(acts)s", acts=", ".join(VERDICTS)))
    if not 0 < len(one.number.strip()) <= TEXT_MAX or len(one.body) > TEXT_MAX:
        raise CannotVisit(
            Said("a certificate has a number of at most %(most)s signs", most=TEXT_MAX)
        )
    if one.inspected_on > today:
        raise CannotVisit(Said("nothing is inspected in the future"))
    if one.verdict == "passed":
        if one.next_on is None:
            raise CannotVisit(Said("say when the next inspection is due"))
        if one.next_on <= one.inspected_on:
            raise CannotVisit(Said("the next inspection lies after this one"))
    check_hash(one.sha256)
    return one


def check_unused(one: Inspection, known: Inspection | None) -> None:
    """Raise CannotVisit where a certificate with its number or its hash is on file already."""
    if known is None:
        return
    if known.lift == one.lift:
        raise CannotVisit(Said("this certificate is on file for this lift already"))
    raise CannotVisit(
        Said(
            "this certificate stands for lift %(lift)s already: one certificate is of one lift",
            lift=known.lift,
        )
    )


def anniversary(begun: date, years: int) -> date:
    """The day so many years on; 29 February becomes 1 March.

    >>> anniversary(date(2024, 2, 29), 1), anniversary(date(2020, 5, 4), 15)
    (datetime.date(2025, 3, 1), datetime.date(2035, 5, 4))
    """
    try:
        return begun.replace(year=begun.year + years)
    except ValueError:
        return date(begun.year + years, 3, 1)


def due_by_age(begun: date, after: date) -> date:
    """The first inspection by the table that lies after a day.

    >>> begun = date(2010, 6, 1)
    >>> due_by_age(begun, date(2022, 1, 1)), due_by_age(begun, date(2026, 7, 1))
    (datetime.date(2023, 6, 1), datetime.date(2027, 6, 1))
    """
    for years in YEARS:
        if (due := anniversary(begun, years)) > after:
            return due
    years = max(YEARS[-1] + 1, after.year - begun.year)
    while (due := anniversary(begun, years)) <= after:
        years += 1
    return due


class Standing(NamedTuple):
    """How a lift stands before the law: `due_on` by whom, and whether it may be used.

    `by` is `register` where somebody or a terminal told the date, `age` where the table did.
    `due_on` None: neither is known. `forbidden` only by a date that was told, or a failed verdict.
    """

    due_on: date | None
    by: Literal["register", "age"] | None
    forbidden: bool
    failed: bool
    life_ends_on: date | None
    assessed_until: date | None
    governor_every_years: int | None


def standing(facts: Facts, newest: Inspection | None, *, today: date) -> Standing:
    """How a lift stands today.

    >>> old = Facts(installed_on=date(2005, 1, 1), next_inspection_on=date(2026, 11, 1))
    >>> one = standing(old, None, today=date(2026, 11, 30))
    >>> one.forbidden, one.life_ends_on, one.governor_every_years
    (True, datetime.date(2020, 1, 1), 1)
    """
    begun = facts.renewed_on or facts.installed_on
    due_on, by = facts.next_inspection_on, "register"
    if due_on is None and begun is not None:
        due_on, by = due_by_age(begun, facts.inspected_on or today), "age"
    failed = newest is not None and newest.verdict == "failed"
    life = round(facts.design_life_years or DESIGN_LIFE_YEARS)
    assessed = facts.assessed_on
    told_over = facts.next_inspection_on is not None and facts.next_inspection_on <= today
    old = begun is not None and anniversary(begun, GOVERNOR_OLD_YEARS) <= today
    return Standing(
        due_on=due_on,
        by=None if due_on is None else "register" if by == "register" else "age",
        forbidden=failed or told_over,
        failed=failed,
        life_ends_on=None if begun is None else anniversary(begun, life),
        assessed_until=None if assessed is None else anniversary(assessed, ASSESSED_FOR_YEARS),
        governor_every_years=None if begun is None else 1 if old else 2,
    )


def needs_assessment(one: Standing, *, today: date) -> bool:
    """Whether its design life is over and no assessment of the last three years stands."""
    over = one.life_ends_on is not None and one.life_ends_on <= today
    return over and (one.assessed_until is None or one.assessed_until <= today)
