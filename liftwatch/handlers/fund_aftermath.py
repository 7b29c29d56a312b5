"""Before and after, by what the lift really did: incidents of its kinds, and whether it was heard.

The lift is looked up in the estate of the case alone: a case that names another estate's lift
tells nothing of it.
"""

from liftwatch.access.sight import Place, Sight
from liftwatch.clock import DAY_MS, estate_day
from liftwatch.fund.aftermath import SPAN_MS, Aftermath, aftermath, kinds_of
from liftwatch.fund.case import Case
from liftwatch.fund.disclosure_report import accepted_ms
from liftwatch.fund.drafts import POINTERS, Fault
from liftwatch.ports import Books, IncidentFilter

PAGE = 500
PPM = 1_000_000


def aftermath_of(books: Books, case: Case, *, now_ms: int) -> Aftermath | None:
    """Whether the fault of a case came back within 90 days of the accepted work.

    None where the work is not accepted, no kind of incident points to it, or the estate has no
    such lift. Incidents that people rejected are none; those of exercises neither.
    """
    done_ms = accepted_ms(case)
    sight = Sight(places=(Place(case.area, case.estate),))
    if done_ms is None or books.lift(case.lift, sight=sight) is None:
        return None
    kinds = kinds_for(books, case, sight)
    if not kinds:
        return None
    return aftermath(
        faults_of(books, case, kinds, sight, done_ms=done_ms),
        lift=case.lift,
        kinds=kinds,
        done_ms=done_ms,
        now_ms=now_ms,
        blind_ms=blind_ms(books, case.lift, done_ms, min(now_ms, done_ms + SPAN_MS)),
    )


def kinds_for(books: Books, case: Case, sight: Sight) -> frozenset[str]:
    """The kinds that ought to stay away: of its works, and of the incident it began with."""
    works = (one.code for one in case.plan.items) if case.plan else ()
    began = books.incident(case.incident, sight=sight) if case.incident else None
    own = {began.kind} & POINTERS.keys() if began else frozenset()
    return kinds_of(works) | own


def faults_of(
    books: Books, case: Case, kinds: frozenset[str], sight: Sight, *, done_ms: int
) -> list[Fault]:
    """Its lift's incidents of these kinds, 90 days before and after."""
    where = IncidentFilter(
        lift=case.lift,
        kind=tuple(sorted(kinds)),
        from_ms=done_ms - SPAN_MS,
        to_ms=done_ms + SPAN_MS,
    )
    found: list[Fault] = []
    after = None
    while True:
        page = books.incidents(where, after=after, limit=PAGE, sight=sight)
        found += [
            Fault(id=one.id, kind=one.kind, lift=case.lift, raised_ms=one.raised_ms)
            for one in page.items
            if one.state != "rejected" and not one.exercise
        ]
        if page.next is None:
            return found
        after = page.next


def blind_ms(books: Books, lift: str, from_ms: int, to_ms: int) -> int:
    """For how long nothing was heard of a lift, by the account of loss: whole days in between.

    A day of which there is no account is one on which nothing came; of others that part counts
    that is missing.
    """
    first, last = estate_day(from_ms) + 1, estate_day(to_ms) - 1
    if last < first:
        return 0
    known = {one.day: one for one in books.completeness_of(lift, first, last)}
    lost = 0
    for day in range(first, last + 1):
        one = known.get(day)
        lost += PPM if one is None or not one.received else one.lost_ppm
    return lost * DAY_MS // PPM
