"""What the contract of the trail is told with: acts, and somebody who writes SQL by hand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from liftwatch.adapters.sql import SqlBooks
from liftwatch.audit.chain import Anchor
from liftwatch.audit.check import PRUNE, Verdict, verify
from liftwatch.audit.entry import ENGINE, Act
from liftwatch.ports import Books

MONDAY_MS = 1_772_439_247_420
DAY = 20_514
KEY, OTHER = b"k" * 32, b"o" * 32

TRIGGERS = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS audit_unchanged",
        "DROP TRIGGER IF EXISTS audit_unreplaced",
        "DROP TRIGGER IF EXISTS audit_undeleted",
        "DROP TRIGGER IF EXISTS audit_anchor_unchanged",
        "DROP TRIGGER IF EXISTS audit_head_forward",
    ),
    "postgresql": (
        "ALTER TABLE audit DISABLE TRIGGER USER",
        "ALTER TABLE audit_anchor DISABLE TRIGGER USER",
        "ALTER TABLE audit_head DISABLE TRIGGER USER",
    ),
}


def act(k: int = 0, **fields: Any) -> Act:
    """What somebody did `k` seconds into Monday."""
    given: dict[str, Any] = {
        "at_ms": MONDAY_MS + k * 1000,
        "person": "p-li",
        "organisation": "property-1",
        "action": "incidents.read",
        "target_kind": "incident",
        "target": f"i-{k}",
        "channel": "api",
        "address": "203.0.113.7",
        "why": f"reason {k}",
        "detail": {"rows": k},
    }
    return Act(**given | fields)


def note(books: Books, *acts: Act) -> None:
    """Write acts down, each in a transaction of its own."""
    for one in acts:
        with books.begin() as work:
            work.audit(one)


def checked(
    books: Books, anchors: Sequence[Anchor] = (), keys: Sequence[bytes] = (KEY,)
) -> Verdict:
    """The verdict on all there is."""
    head = books.audit_head()
    entries = books.audit_after(0, limit=10_000)
    all_anchors = [*books.audit_anchors(), *anchors]
    return verify(entries, all_anchors, keys=keys, last=head.n, identities=books.audit_identities())


def by_hand(books: SqlBooks, *statements: str) -> None:
    """As somebody who may write the database, and has put the triggers aside."""
    with books.engine.begin() as connection:
        for statement in (*TRIGGERS[books.engine.dialect.name], *statements):
            connection.execute(text(statement))


def give_up(books: Books, anchor: Anchor) -> None:
    """Give up what an anchor vouches for, as the engine does."""
    with books.begin() as work:
        assert work.give_up_audit(anchor)
        detail = {"until": anchor.n}
        work.audit(act(8, person=ENGINE, action=PRUNE, target_kind="audit", detail=detail))
