"""The trail as others see it: what can be asked of it, and the ports that write and read it.

Acts are noted in the transaction of what they tell, with `Work.audit`, and numbered and sealed at
its very end: so both are committed or neither, and the one row that gives the numbers is held for
the shortest time and never before another.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

from msgspec import Struct

from liftwatch.audit.chain import Anchor, Head
from liftwatch.audit.entry import Act, Entry
from liftwatch.audit.persons import Identity, Line


class AuditFilter(Struct, frozen=True, kw_only=True):
    """Which entries: None is no condition; `from_ms` inclusive to `to_ms` exclusive.

    `actor` is a pseudonym, `person` and `about` are people by the register's id: who did it, and
    whom it was done to.
    """

    actor: str | None = None
    person: str | None = None
    about: str | None = None
    action: tuple[str, ...] = ()
    target_kind: str | None = None
    target: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None


class AuditPage(NamedTuple):
    """Some entries, the newest first, and the number after which the next page begins."""

    items: list[Line]
    next: int | None


class AuditWork(Protocol):
    """The part of a transaction that the trail is written in."""

    def audit(self, act: Act) -> None:
        """Note an act; it gets its number and seal when the transaction ends.

        Then SealError is raised where the trail is sealed with a key that is none of ours.
        """

    def erase_person(self, person: str) -> str | None:
        """Forget who a pseudonym is, and the key to what is personal; the pseudonym, or None.

        Whoever calls notes it: an act `audit.erase` on the target `pseudonym`. A person who acts
        again later gets another pseudonym.
        """

    def put_anchor(self, anchor: Anchor) -> bool:
        """Remember where the trail stood at the end of a day; False when that day has one."""

    def give_up_audit(self, anchor: Anchor) -> bool:
        """Give up all entries up to an anchor: no read shows them, and `sweep_audit` may delete
        them. False when they were given up before. Whoever calls notes it (`audit.prune`)."""

    def sweep_audit(self) -> int:
        """Delete some of what was given up, so many as do not hold up others: how many."""


class AuditReads(Protocol):
    """The part of the books that tells of the trail."""

    def audit_page(
        self, where: AuditFilter, *, after: int | None = None, limit: int = 50
    ) -> AuditPage:
        """Entries, the newest first, opened where the persons are known.

        Raises IdentityError where an identity is not the one that an entry was made with.
        """

    def audit_after(
        self, n: int, *, where: AuditFilter | None = None, limit: int = 1_000
    ) -> list[Entry]:
        """Entries numbered above n as they stand, in order; none that was given up."""

    def audit_before(self, at_ms: int) -> Entry | None:
        """The entry with the highest number of those that are older than a moment."""

    def audit_identities(self, pseudonyms: Collection[str] | None = None) -> Mapping[str, Identity]:
        """Of these pseudonyms those that are somebody's; None: all."""

    def audit_head(self) -> Head:
        """The end of the trail."""

    def audit_anchors(self) -> list[Anchor]:
        """All anchors in order of their days."""
