"""A trail under every kind of harm, at every place: the first wrong entry is named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.audit.chain import Anchor, Head, chained
from liftwatch.audit.check import PRUNE, Verdict, verify
from liftwatch.audit.entry import Act, Entry, canonical
from liftwatch.audit.persons import Identity, drafted

KEY, OLD = b"k" * 32, b"o" * 32
WHO = Identity(person="p-1", pseudonym="a" * 32, key=b"1" * 32)
OTHER = Identity(person="p-2", pseudonym="b" * 32, key=b"2" * 32)
NUMBERS = st.integers(min_value=1, max_value=12)


def draft(k: int, **fields: Any) -> Entry:
    """What becomes the `k`th entry."""
    given_: dict[str, Any] = {"at_ms": k, "person": "p-1", "action": "lifts.read", "channel": "api"}
    act = Act(**given_ | {"target_kind": "lift", "target": f"L-{k}"} | fields)
    return drafted(act, WHO, None)


def trail(length: int = 12, *, keys: tuple[bytes, ...] = (KEY,), head: Head | None = None) -> Any:
    """Entries in a row, as the books have them."""
    made, _ = chained(head or Head(), [draft(k) for k in range(length)], keys=keys)
    return made


def named(verdict: Verdict) -> tuple[int, str] | None:
    """Number and fault of what is wrong."""
    return verdict.wrong and (verdict.wrong.n, verdict.wrong.fault)


def anchor(entry: Entry, day: int = 1) -> Anchor:
    """What remembers an entry."""
    return Anchor(day=day, n=entry.n, hash=entry.hash)


@given(NUMBERS, st.sampled_from(Entry.__struct_fields__), st.integers(1, 9))
def test_a_changed_field_is_found_at_its_entry(n: int, field: str, by: int) -> None:
    """Whichever entry, whichever field, by however little."""
    entries = trail()
    value = getattr(entries[n - 1], field)
    changed = value + by if isinstance(value, int) else f"{value or ''}{by}"
    entries[n - 1] = structs.replace(entries[n - 1], **{field: changed})
    found = named(verify(entries, keys=[KEY], last=12))
    faults = {"n": (n, "missing"), "seal": (n, "seal")}
    if field == "n" and n == 12:
        assert found == (12, "missing")
    else:
        assert found == faults.get(field, (n, "changed"))


@given(NUMBERS, NUMBERS)
def test_what_is_cut_out_is_found_at_its_beginning(first: int, length: int) -> None:
    """In the middle, at the beginning, at the end."""
    entries = trail()
    del entries[first - 1 : first - 1 + length]
    assert named(verify(entries, keys=[KEY], last=12)) == (first, "missing")


@given(st.permutations(range(12)))
def test_another_order_is_wrong(order: list[int]) -> None:
    """Every order but one."""
    entries = trail()
    verdict = verify([entries[k] for k in order], keys=[KEY], last=12)
    assert (verdict.wrong is None) == (order == list(range(12)))


@given(NUMBERS)
def test_a_repeated_entry_is_wrong(n: int) -> None:
    """Also when it is the very same."""
    entries = trail()
    entries.insert(n, entries[n - 1])
    assert named(verify(entries, keys=[KEY], last=12)) == (n, "order")


@given(NUMBERS, NUMBERS)
def test_what_was_sealed_anew_is_found_at_the_first_anchor_behind(n: int, at: int) -> None:
    """By somebody who has the key: only anchors kept elsewhere tell, and only those behind."""
    entries = trail()
    kept = [anchor(entries[at - 1]), anchor(entries[-1], 2)]
    head = Head(n=n - 1, hash=entries[n - 2].hash if n > 1 else Head().hash)
    forged = entries[: n - 1] + trail(13 - n, head=head)
    assert verify(forged, keys=[KEY], last=12).wrong is None
    assert named(verify(forged, kept, keys=[KEY], last=12)) == (at if at >= n else 12, "anchor")
    assert verify(entries, kept, keys=[KEY]).anchors == 2


@given(NUMBERS)
def test_without_the_key_nobody_goes_on(n: int) -> None:
    """Entries from `n` on sealed without one, or with a key of before, behind newer ones."""
    entries = trail()
    for keys in ((), (OLD,)):
        head = Head(n=n - 1, hash=entries[n - 2].hash if n > 1 else Head().hash)
        forged = entries[: n - 1] + trail(13 - n, keys=keys, head=head)
        wanted = n if n > 1 else 12  # all of them: the newest is told of
        assert named(verify(forged, keys=[KEY, OLD], last=12)) == (wanted, "seal")


@pytest.mark.parametrize("keys", [(), (KEY,), (KEY, OLD)])
def test_a_trail_without_anything_is_whole(keys: tuple[bytes, ...]) -> None:
    """It has no first entry."""
    assert verify([], keys=keys) == Verdict(0, 0, 0, 0, None, ())
    assert named(verify([], keys=keys, last=1)) == (1, "missing")


def pruned_trail() -> list[Entry]:
    """Eight entries, of which the last says that the first three were given up."""
    drafts = [draft(k) for k in range(7)]
    drafts.append(draft(7, action=PRUNE, detail={"until": 3}))
    return chained(Head(), drafts, keys=[KEY])[0]


def test_a_pruned_trail_begins_at_the_anchor_its_newest_pruning_names() -> None:
    """With another anchor, with none, or shortened further, it does not hold."""
    entries = pruned_trail()
    kept = anchor(entries[2])
    assert verify(entries[3:], [kept], keys=[KEY]).wrong is None
    assert verify(entries[1:], [anchor(entries[0])], keys=[KEY]).wrong is None  # half swept
    assert named(verify(entries[3:], keys=[KEY])) == (1, "missing")
    wrong = structs.replace(kept, hash="f" * 64)
    assert named(verify(entries[3:], [wrong], keys=[KEY])) == (4, "changed")
    assert named(verify(entries[3:], [kept, wrong], keys=[KEY])) == (4, "changed")
    for first in (5, 6):
        short = verify(entries[first - 1 :], [anchor(entries[first - 2])], keys=[KEY])
        assert named(short) == (4, "missing")
    refused = [draft(k) for k in range(3)] + [
        draft(3, action=PRUNE, outcome="refused", detail={"until": 3})
    ]
    tried = chained(Head(), refused, keys=[KEY])[0]
    assert named(verify(tried[3:], [anchor(tried[2])], keys=[KEY])) == (1, "missing")


def test_a_damage_within_is_named_before_a_missing_beginning() -> None:
    """Since only the end tells where it must begin."""
    entries = pruned_trail()
    entries[5] = structs.replace(entries[5], at_ms=0)
    assert named(verify(entries[4:], [anchor(entries[3])], keys=[KEY])) == (6, "changed")


def test_people_are_checked_where_they_are_known() -> None:
    """An erased one is no fault; one whose key or name was changed is."""
    entries = trail(3)
    known = {WHO.pseudonym: WHO}
    assert verify(entries, keys=[KEY], identities=known).notes == ()
    assert verify(entries, keys=[KEY]).notes == ()
    (note,) = verify(entries, keys=[KEY], identities={}).notes
    assert note.startswith("1 pseudonyms, the first at entry 1")
    for changed in ({"person": "p-2"}, {"key": b"3" * 32}, {"key": b""}, {"pseudonym": "c" * 32}):
        bad = {WHO.pseudonym: structs.replace(WHO, **changed)}
        assert named(verify(entries, keys=[KEY], identities=bad)) == (1, "person")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.tuples(TEXTS, TEXTS, st.none() | TEXTS), st.tuples(TEXTS, TEXTS, st.none() | TEXTS))
def test_two_that_differ_have_different_bytes(one: Any, two: Any) -> None:
    """However a text is moved from a field to its neighbour."""

    def made(words: tuple[str, str, str | None]) -> bytes:
        names = dict(zip(("target_kind", "target", "sealed_about"), words, strict=True))
        return canonical(structs.replace(draft(1), sealed="", **names))

    assert (made(one) == made(two)) == (one == two)
