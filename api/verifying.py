"""Verifying the fund's books beside other work: one at a time, with how far it is.

It takes seconds for 100 000 entries, so it runs in a thread of its own, which pauses for whoever
waits. What came of the newest ones is known until the service stops; the books stay what they are.
"""

import logging
import threading
from collections import OrderedDict

from msgspec import Struct, structs

from liftwatch.audit.chain import SealError
from liftwatch.clock import SECOND_MS
from liftwatch.fund.anchors import AnchorError, AnchorPlace
from liftwatch.fund.books import Unreadable
from liftwatch.fund.check import Verdict, verify_books
from liftwatch.ports import Books, StoreUnavailable
from liftwatch.said import Said

log = logging.getLogger(__name__)

PAUSE_MS = 60 * SECOND_MS
"""Between two beginnings [our choice]."""
REST_S = 0.002
"""A rest after every hundred entries: requests of others come in between."""
KEPT = 20
STOP_S = 10.0


class Run(Struct, frozen=True, kw_only=True):
    """One verification: `upto` entries there were, `checked` of them are right so far; `verdict`
    once it is over, `failed` where it could not be."""

    id: str
    person: str
    begun_ms: int
    upto: int
    checked: int = 0
    verdict: Verdict | None = None
    failed: Said | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.verdict is not None or self.failed is not None


class TooSoon(Exception):
    """The last one has just begun; in so many seconds there may be another."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"in {seconds} s")
        self.seconds = seconds


class _Stopped(Exception):
    """The service stops."""


class Verifier:
    """At most one thread; `begin` and `known` may be asked by many at once."""

    def __init__(self, books: Books, anchors: AnchorPlace | None) -> None:
        self._books, self._anchors = books, anchors
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._thread: threading.Thread | None = None

    def begin(self, id: str, *, person: str, now_ms: int) -> Run:
        """Begin one, or the one that is going on. Raises TooSoon, Unreadable."""
        with self._lock:
            newest = next(reversed(self._runs.values()), None)
            if newest is not None and not newest.is_over:
                return newest
            if newest is not None and 0 <= now_ms - newest.begun_ms < PAUSE_MS:
                raise TooSoon((newest.begun_ms + PAUSE_MS - now_ms) // SECOND_MS + 1)
            run = Run(id=id, person=person, begun_ms=now_ms, upto=self._books.fund_head().n)
            self._runs[id] = run
            while len(self._runs) > KEPT:
                self._runs.popitem(last=False)
            self._thread = threading.Thread(
                target=self._verify, args=(id,), name="verify-fund", daemon=True
            )
            self._thread.start()
            return run

    def known(self, id: str) -> Run | None:
        """How far one is, of the newest ones."""
        with self._lock:
            return self._runs.get(id)

    def newest(self) -> list[Run]:
        """Those that are known, the newest first."""
        with self._lock:
            return list(reversed(self._runs.values()))

    def close(self) -> None:
        """Stop what is going on."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join(STOP_S)

    def _verify(self, id: str) -> None:
        try:
            anchors = [] if self._anchors is None else self._anchors.all()
            verdict = verify_books(
                self._books,
                anchors,
                keys=self._books.fund_keys,
                cases=self._books,
                heard=lambda count: self._heard(id, count),
            )
        except _Stopped:
            self._note(id, failed=Said("the service stopped"))
        except (AnchorError, SealError, StoreUnavailable, Unreadable) as error:
            log.error("the fund's books could not be verified: %s", error)
            self._note(id, failed=Said("a store does not answer, or the anchors cannot be read"))
        except BaseException:  # told, and not swallowed: who asks must not wait for ever
            self._note(id, failed=Said("the service failed; the log knows more"))
            raise
        else:
            if not verdict.good:
                log.error("the fund's books are not right: `liftwatch fund verify` tells")
            self._note(id, verdict=verdict, checked=verdict.entries)

    def _heard(self, id: str, count: int) -> None:
        self._note(id, checked=count)
        if self._stop.wait(REST_S):
            raise _Stopped

    def _note(self, id: str, **news: object) -> None:
        with self._lock:
            if id in self._runs:
                self._runs[id] = structs.replace(self._runs[id], **news)
