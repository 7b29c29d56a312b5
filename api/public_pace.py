"""How often who has no account may look, tell, and guess: by address, counted in this process."""

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.problems import Problem
from liftwatch.access.hosts import neighbourhood_of
from liftwatch.clock import MINUTE_MS
from liftwatch.said import Said

LOOKS = parse("120/minute")
"""Pages of one address: a building behind one router, all looking at once."""
TELLS = parse("12/10 minutes")
"""Complaints, ratings and the like of one address: a family, or a carrier's shared address."""
TELLS_OF_DAY = parse("60/day")
MISSES = parse("30/10 minutes")
"""Codes and numbers that lead nowhere: whoever mistypes, never whoever guesses. All our choice."""


class PublicPace:
    """Counts by address; each of these raises the problem `too-many` above its limit."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def look(self, address: str) -> None:
        """Somebody looks at a public page, or asks its data; not after too many misses."""
        near = neighbourhood_of(address)
        if not self._limiter.test(MISSES, "miss", near):
            raise _too_many()
        self._hit(LOOKS, "look", near)

    def tell(self, address: str) -> None:
        """Somebody tells something."""
        near = neighbourhood_of(address)
        self._hit(TELLS, "tell", near)
        self._hit(TELLS_OF_DAY, "tell", near)

    def miss(self, address: str) -> None:
        """Somebody asked for what is not there: it counts, and is answered."""
        self._limiter.hit(MISSES, "miss", neighbourhood_of(address))

    def _hit(self, limit: RateLimitItem, what: str, near: str) -> None:
        if not self._limiter.hit(limit, what, near):
            raise _too_many()


def _too_many() -> Problem:
    told = Said("too many from this address: wait ten minutes, or call 12345; in danger call 96333")
    return Problem("too-many", told, headers={"Retry-After": str(10 * MINUTE_MS // 1000)})
