"""Trying again with a growing pause, and saying a loss once and the return once."""

import threading
from collections.abc import Callable

import structlog

from liftwatch.ports import StoreUnavailable

log = structlog.get_logger()

PAUSE_S_MIN, PAUSE_S_MAX = 0.2, 15.0


class Stopped(Exception):
    """The service stops while something could not be carried out; it will be, next time."""


def until_it_works(
    attempt: Callable[[], object],
    *,
    stopping: threading.Event,
    what: str,
    tell: Callable[[str | None], None],
) -> bool:
    """Call `attempt` until it does not raise StoreUnavailable; False when stopped before.

    `tell` learns of the trouble, and with None of its end.
    """
    pause_s, lost = PAUSE_S_MIN, False
    while True:
        try:
            attempt()
        except StoreUnavailable as error:
            tell(f"{what}: {error}"[:200])
            if not lost:
                log.warning(f"{what} lost", reason=str(error)[:200])
                lost = True
            if stopping.wait(max(pause_s, error.retry_after_s or 0.0)):
                return False
            pause_s = min(pause_s * 2, PAUSE_S_MAX)
        else:
            if lost:
                log.info(f"{what} back")
                tell(None)
            return True
