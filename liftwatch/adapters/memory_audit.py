"""The trail in memory: the measure for the real ones."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from msgspec import structs

from liftwatch.audit.chain import Anchor, Head, Keys, chained
from liftwatch.audit.entry import NAME_MAX, Act, Entry, clean
from liftwatch.audit.persons import Identity, drafted, new_identity, opened
from liftwatch.audit.trail import AuditFilter, AuditPage


class AuditState:
    """Entries and anchors in order, and identities by person; each is replaced, never changed."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.anchors: tuple[Anchor, ...] = ()
        self.people: dict[str, Identity] = {}
        self.head = Head()


class MemoryAuditReads:
    """Fulfils `liftwatch.audit.trail.AuditReads`."""

    _audit: AuditState

    def audit_page(
        self, where: AuditFilter, *, after: int | None = None, limit: int = 50
    ) -> AuditPage:
        """Entries, the newest first, opened where the persons are known."""
        found = [one for one in self._found(where) if after is None or one.n < after][::-1]
        page, people = found[:limit], self.audit_identities()
        more = len(found) > limit > 0
        return AuditPage([opened(one, people) for one in page], page[-1].n if more else None)

    def audit_after(
        self, n: int, *, where: AuditFilter | None = None, limit: int = 1_000
    ) -> list[Entry]:
        """Entries numbered above n as they stand, in order; none that was given up."""
        return [one for one in self._found(where or AuditFilter()) if one.n > n][:limit]

    def audit_before(self, at_ms: int) -> Entry | None:
        """The entry with the highest number of those that are older than a moment."""
        return max(self._found(AuditFilter(to_ms=at_ms)), key=lambda one: one.n, default=None)

    def audit_identities(self, pseudonyms: Collection[str] | None = None) -> Mapping[str, Identity]:
        """Of these pseudonyms those that are somebody's; None: all."""
        people = {one.pseudonym: one for one in self._audit.people.values()}
        return {k: v for k, v in people.items() if pseudonyms is None or k in pseudonyms}

    def audit_head(self) -> Head:
        """The end of the trail."""
        return self._audit.head

    def audit_anchors(self) -> list[Anchor]:
        """All anchors in order of their days."""
        return sorted(self._audit.anchors, key=lambda one: one.day)

    def _found(self, where: AuditFilter) -> Iterator[Entry]:
        people = self._audit.people
        kept = (one for one in self._audit.entries if one.n > self._audit.head.pruned)
        return (one for one in kept if _matches(one, where, people))


class MemoryAuditWork:
    """Fulfils `liftwatch.audit.trail.AuditWork`; each step says how it is undone."""

    _audit: AuditState
    _drafts: list[Entry]
    _undo: list[Callable[[], Any]]
    _put_row: Callable[[Any, Any, Any], None]

    def audit(self, act: Act) -> None:
        """Note an act; it gets its number and seal when the transaction ends."""
        who = self._identity(clean(act.person, NAME_MAX))
        about = None if act.about is None else self._identity(act.about)
        self._drafts.append(drafted(act, who, about))

    def erase_person(self, person: str) -> str | None:
        """Forget who a pseudonym is, and its key; the pseudonym, or None."""
        known = self._audit.people.get(person)
        self._put_row(self._audit.people, person, None)
        return None if known is None else known.pseudonym

    def put_anchor(self, anchor: Anchor) -> bool:
        """Remember where the trail stood at the end of a day; False when that day has one."""
        if anchor.day in {one.day for one in self._audit.anchors}:
            return False
        self._set_audit("anchors", (*self._audit.anchors, anchor))
        return True

    def give_up_audit(self, anchor: Anchor) -> bool:
        """Give up all entries up to an anchor; False when they were given up before."""
        if self._audit.head.pruned >= anchor.n:
            return False
        self._set_audit("head", structs.replace(self._audit.head, pruned=anchor.n))
        return True

    def sweep_audit(self) -> int:
        """Delete what was given up: how many."""
        before = self._audit.entries
        self._set_audit("entries", tuple(one for one in before if one.n > self._audit.head.pruned))
        return len(before) - len(self._audit.entries)

    def write_audit(self, keys: Keys) -> None:
        """Number and seal what was noted: the last thing of a transaction."""
        if self._drafts:
            drafts, self._drafts = self._drafts, []
            entries, head = chained(self._audit.head, drafts, keys=keys)
            self._set_audit("entries", (*self._audit.entries, *entries))
            self._set_audit("head", head)

    def _identity(self, person: str) -> Identity:
        if person not in self._audit.people:
            self._put_row(self._audit.people, person, new_identity(person))
        return self._audit.people[person]

    def _set_audit(self, name: str, value: Any) -> None:
        old = getattr(self._audit, name)
        self._undo.append(lambda: setattr(self._audit, name, old))
        setattr(self._audit, name, value)


def _matches(entry: Entry, where: AuditFilter, people: Mapping[str, Identity]) -> bool:
    """Whether an entry is among those asked for; an erased person is nobody's."""
    person = None if where.person is None else people.get(where.person)
    about = None if where.about is None else people.get(where.about)
    return (
        where.actor in (None, entry.actor)
        and (where.person is None or (person is not None and entry.actor == person.pseudonym))
        and (where.about is None or (about is not None and entry.target == about.pseudonym))
        and (not where.action or entry.action in where.action)
        and where.target_kind in (None, entry.target_kind)
        and where.target in (None, entry.target)
        and (where.from_ms is None or entry.at_ms >= where.from_ms)
        and (where.to_ms is None or entry.at_ms < where.to_ms)
    )
