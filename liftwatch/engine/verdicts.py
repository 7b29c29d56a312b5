"""Which kinds people reject so often that they are written down and page nobody."""

import structlog

from liftwatch.incidents.verdicts import SPAN_MS, below
from liftwatch.ports import Books

log = structlog.get_logger()

JUDGE = "judge-kinds"


def judge(books: Books, *, floor: float, now_ms: int) -> bool:
    """Read back what people said; a floor of 0 lets every kind page."""
    rows = below(books.judged(now_ms - SPAN_MS, now_ms), floor=floor, now_ms=now_ms)
    before = {one.kind for one in books.recorded()}
    if {one.kind for one in rows} != before:
        for one in rows:
            log.warning("a kind pages nobody", kind=one.kind, right=one.right, wrong=one.wrong)
        for kind in sorted(before - {one.kind for one in rows}):
            log.info("a kind pages again", kind=kind)
    with books.begin() as work:
        work.put_recorded(rows)
    return False
