"""What the clock does with complaints: closes what was answered, erases what residents gave."""

from liftwatch.clock import HOUR_MS
from liftwatch.engine.clockwork import Job
from liftwatch.handlers.care_complaints import SLICE, close_old, erase_old
from liftwatch.office import Office


def complaints_job(office: Office) -> Job:
    """The job, once an hour."""
    return Job("keep-complaints", HOUR_MS, lambda now_ms, _: keep(office, now_ms), lane="slow")


def keep(office: Office, now_ms: int) -> bool:
    """Close and erase some; whether there may be more at once."""
    with office.begin() as work:
        closed = close_old(work, now_ms=now_ms)
    with office.begin() as work:
        erased = erase_old(work, now_ms=now_ms)
    return SLICE in (closed, erased)
