"""Whether a trail is whole: entries one after another, against their seals and against anchors.

What is looked for, in this order at every entry:

    missing  a number is not there          order   a number comes again, or after a higher one
    seal     sealed with a key that is not given, or with an older key after a newer one
    changed  the entry does not fit its hash and the one before it
    anchor   all fits, but is not what an anchor remembers: it was sealed anew
    person   its identity has been exchanged, or was changed

The beginning is judged at the end, because only the newest pruning tells where a trail must begin;
so a wrong entry within is named first. Memory grows with days and people, not with entries.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from liftwatch.audit.chain import GENESIS, Anchor, Keys, hash_after, seal_name
from liftwatch.audit.entry import Entry
from liftwatch.audit.persons import Identity, IdentityError, opened
from liftwatch.clock import day_text

PRUNE = "audit.prune"
"""The action of the entry that says up to which number the trail was given up."""
ERASE = "audit.erase"
"""The action of the entry that says which pseudonym is nobody's any more."""

Fault = Literal["missing", "order", "seal", "changed", "anchor", "person"]


class Wrong(NamedTuple):
    """The first wrong entry, and what is wrong with it."""

    n: int
    fault: Fault
    why: str


class Verdict(NamedTuple):
    """What became of a check; `anchors` is how many of them fit, `notes` what one ought to know."""

    entries: int
    first: int
    last: int
    anchors: int
    wrong: Wrong | None
    notes: tuple[str, ...]


def verify(
    entries: Iterable[Entry],
    anchors: Iterable[Anchor] = (),
    *,
    keys: Keys = (),
    last: int = 0,
    identities: Mapping[str, Identity] | None = None,
) -> Verdict:
    """Check entries in the order of their numbers, as they come; they are not kept.

    `anchors` may come from anywhere and count alike; those of the place where the trail begins
    vouch for what was given up. `keys` are the newest first, `last` is the number that the books
    gave last. `identities` by pseudonym, if given, are checked against what the entries say.
    """
    check = _Check(anchors, keys, identities)
    for entry in entries:
        wrong = check.wrong_with(entry)
        if wrong is not None:
            return check.verdict(wrong)
        check.take(entry)
    return check.verdict(check.wrong_at_the_end(last))


class _Check:
    """Where a check stands between two entries."""

    def __init__(
        self, anchors: Iterable[Anchor], keys: Keys, identities: Mapping[str, Identity] | None
    ) -> None:
        self.anchors: defaultdict[int, list[Anchor]] = defaultdict(list)
        for anchor in anchors:
            self.anchors[anchor.n].append(anchor)
        self.keys: dict[str, bytes | None] = {"": None}
        self.keys |= {seal_name(key): key for key in reversed(keys)}
        self.ranks = {seal: rank for rank, seal in enumerate(self.keys)}
        self.identities = identities
        self.before: Entry | None = None
        self.first = self.count = self.fitting = self.unkeyed = self.rank = self.pruned = 0
        self.known: set[str] = set()
        self.gone: dict[str, int] = {}
        self.erased: set[str] = set()

    def wrong_with(self, entry: Entry) -> Wrong | None:
        """What is wrong with the next entry."""
        before = self.before
        if before is not None and entry.n <= before.n:
            return Wrong(entry.n, "order", f"comes after entry {before.n}")
        if before is not None and entry.n > before.n + 1:
            return _missing(before.n + 1, entry.n - 1)
        if before is None and entry.n > 1 and entry.n - 1 not in self.anchors:
            return _missing(1, entry.n - 1, "and no anchor vouches for them")
        return self._sealed(entry) or self._anchored(entry) or self._person(entry)

    def _sealed(self, entry: Entry) -> Wrong | None:
        rank = self.ranks.get(entry.seal)
        if rank is None:
            return Wrong(entry.n, "seal", f"sealed with key {entry.seal}, which is not given")
        if rank < self.rank:
            what = f"older key {entry.seal}" if entry.seal else "no key"
            return Wrong(entry.n, "seal", f"sealed with {what} after entries with a newer one")
        starts = [self.before.hash] if self.before else self._starts(entry.n)
        try:
            right = {hash_after(start, entry, key=self.keys[entry.seal]) for start in starts}
        except ValueError:  # no hexadecimal digits, or text that has no bytes
            right = set()
        if right != {entry.hash}:
            return Wrong(entry.n, "changed", "does not fit its hash and the entry before it")
        return None

    def _starts(self, n: int) -> list[str]:
        return [GENESIS] if n == 1 else [anchor.hash for anchor in self.anchors[n - 1]]

    def _anchored(self, entry: Entry) -> Wrong | None:
        for anchor in self.anchors.get(entry.n, ()):
            if anchor.hash != entry.hash:
                why = f"is not what the anchor of {day_text(anchor.day)} remembers: sealed anew"
                return Wrong(entry.n, "anchor", why)
        return None

    def _person(self, entry: Entry) -> Wrong | None:
        """One entry a pseudonym is enough: all open with the same key and hold the same person."""
        people = {entry.actor} | ({entry.target} if entry.sealed_about is not None else set())
        if self.identities is None or people <= self.known:
            return None
        self.known |= people
        for one in sorted(people - self.identities.keys()):
            self.gone.setdefault(one, entry.n)
        try:
            opened(entry, self.identities)
        except IdentityError as error:
            return Wrong(entry.n, "person", str(error))
        return None

    def take(self, entry: Entry) -> None:
        """Go on behind an entry that is right."""
        self.first = self.first or entry.n
        self.count += 1
        self.fitting += len(self.anchors.get(entry.n, ()))
        self.unkeyed += not entry.seal
        self.rank = self.ranks[entry.seal]
        self.before = entry
        if entry.outcome != "done":
            return
        if entry.action == PRUNE:
            self.pruned = msgspec.json.decode(entry.detail).get("until", self.pruned)
        elif entry.action == ERASE:
            self.erased.add(entry.target)

    def wrong_at_the_end(self, last: int) -> Wrong | None:
        """What only shows when all has been read: a missing beginning or end, an old seal."""
        end = self.before.n if self.before else 0
        known = max([last, *self.anchors], default=0)
        if self.first and self.first - 1 > self.pruned:
            return _missing(self.pruned + 1, self.first - 1, "and no entry says that they were")
        if end < known:
            return _missing(end + 1, known, "at the end")
        if self.before is not None and self.rank < len(self.keys) - 1:
            what = f"an older key, {self.before.seal}" if self.before.seal else "no key"
            why = f"the newest entry is sealed with {what}, as if by somebody without the newest"
            return Wrong(end, "seal", why)
        return None

    def verdict(self, wrong: Wrong | None) -> Verdict:
        """All that is to be told."""
        notes = []
        if self.unkeyed:
            notes.append(
                f"{self.unkeyed} entries are sealed without a key: whoever can write the database"
                " could have sealed them anew; only anchors kept elsewhere would show it"
            )
        unsaid = sorted(self.gone[one] for one in self.gone.keys() - self.erased)
        if unsaid and wrong is None:
            notes.append(
                f"{len(unsaid)} pseudonyms, the first at entry {unsaid[0]}, have no person any"
                f" more, and no {ERASE} says so"
            )
        end = self.before.n if self.before else 0
        return Verdict(self.count, self.first, end, self.fitting, wrong, tuple(notes))


def _missing(first: int, last: int, more: str = "") -> Wrong:
    which = f"entry {first} is" if first == last else f"entries {first} to {last} are"
    return Wrong(first, "missing", f"{which} not there {more}".strip())
