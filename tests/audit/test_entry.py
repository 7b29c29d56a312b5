"""What may be noted, what is kept apart, and what a spreadsheet makes of it."""

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from liftwatch.audit.anchors import AnchorError, line_of, parse_anchors
from liftwatch.audit.chain import Anchor, Head, chained
from liftwatch.audit.entry import Act
from liftwatch.audit.export import FORMULA, harmless
from liftwatch.audit.persons import (
    Identity,
    IdentityError,
    drafted,
    new_identity,
    opened,
    shut,
    unlocked,
)

WHO = Identity(person="p-1", pseudonym="a" * 32, key=b"1" * 32)


def act(**fields: Any) -> Act:
    """A reading of a lift."""
    given_: dict[str, Any] = {"at_ms": 0, "person": "p-1", "action": "lifts.read", "channel": "api"}
    return Act(**given_ | {"target_kind": "lift", "target": "L-1"} | fields)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "read"}, "is no action"),
        ({"action": "Lifts.read"}, "is no action"),
        ({"action": "lifts.read\n"}, "is no action"),
        ({"action": "lifts." + "x" * 59}, "is no action"),
        ({"person": ""}, "NOBODY"),
        ({"detail": {"note": "Mrs Zhao, third floor"}}, "free text belongs in private"),
        ({"detail": {"name": "赵"}}, "free text"),
        ({"detail": {"mail": "zhao@example.org"}}, "free text"),
        ({"detail": {"phone": "+86 138"}}, "free text"),
        ({"detail": {"people": ["p 1"]}}, "free text"),
        ({"detail": {"deep": {"a": 1}}}, "free text"),
        ({"detail": {"rows": list(range(9_000))}}, "longer than"),
        ({"private": {"text": "x" * 9_000}}, "longer than"),
        ({"private": {"text": "\ud800"}}, "surrogates"),
    ],
)
def test_our_own_mistakes_are_refused(fields: dict[str, Any], said: str) -> None:
    """Where an act is made, not where it is written."""
    with pytest.raises(ValueError, match=said):
        act(**fields)


def test_a_chain_can_be_reckoned_by_hand() -> None:
    """As the docstrings say it, without any of our code."""
    one, two = chained(
        Head(), [drafted(act(), WHO, None), drafted(act(target=""), WHO, None)], keys=[b"k" * 32]
    )[0]

    def net(*fields: Any) -> bytes:
        whole = b""
        for field in fields:
            data = str(field).encode()
            whole += b"-" if field is None else str(len(data)).encode() + b":" + data + b","
        return whole

    seal = hashlib.sha256(b"liftwatch audit key" + b"k" * 32).hexdigest()[:16]
    hash_ = bytes(32)
    for n, entry, target in ((1, one, "L-1"), (2, two, "")):
        data = net("liftwatch audit 1", n, 0, "a" * 32, None, "lifts.read", "lift", target)
        data += net("done", "api", "{}", entry.sealed, None, seal)
        hash_ = hmac.digest(b"k" * 32, hash_ + data, "sha256")
        assert entry.hash == hash_.hex()


def test_pseudonyms_and_keys_do_not_repeat() -> None:
    """128 bits and 256, anew for each, and not shown."""
    made = [new_identity("p-1") for _ in range(100)]
    assert len({one.pseudonym for one in made}) == len({one.key for one in made}) == 100
    assert {(len(one.pseudonym), len(one.key)) for one in made} == {(32, 32)}
    assert str(made[0].key) not in repr(made[0])
    assert "p-1" not in repr(made[0])
    assert shut(made[0], {"a": 1}) != shut(made[0], {"a": 1})


@pytest.mark.parametrize("text", ["", "AAAA", "no base64", "Ä", "A" * 64])
def test_what_was_not_shut_does_not_open(text: str) -> None:
    """One error for whatever it is."""
    with pytest.raises(IdentityError):
        unlocked(WHO, text)


def test_what_was_shut_for_one_does_not_open_for_another() -> None:
    """Neither with another key nor under another pseudonym."""
    text = shut(WHO, {"why": "so"})
    for changed in ({"key": b"2" * 32}, {"pseudonym": "b" * 32}):
        with pytest.raises(IdentityError):
            unlocked(structs.replace(WHO, **changed), text)


@given(st.text(max_size=50), st.text(max_size=50), st.text(max_size=300))
def test_whatever_is_said_is_said_again(address: str, why: str, target: str) -> None:
    """Cut and cleaned; printable text as it was."""
    line = opened(
        drafted(act(address=address, why=why, target=target), WHO, None), {WHO.pseudonym: WHO}
    )
    assert len(line.entry.target) == min(len(target), 200)
    assert line.address is not None
    assert line.why is not None
    if (address + why).isprintable():
        assert (line.address, line.why) == (address, why)
    line.entry.target.encode()  # no text but one that a database takes


@given(st.text(max_size=20))
def test_no_cell_begins_a_formula(cell: str) -> None:
    """And nothing is lost of it."""
    safe = harmless(cell)
    assert not safe.lstrip().startswith(FORMULA)
    assert safe in (cell, f"'{cell}")


@given(st.integers(0, 40_000), st.integers(1, 2**62), st.binary(min_size=32, max_size=32))
def test_an_anchor_is_read_as_it_was_written(day: int, n: int, data: bytes) -> None:
    """Between comments and empty lines."""
    anchor = Anchor(day=day, n=n, hash=data.hex())
    assert parse_anchors(["# kept", "", f"  {line_of(anchor)}\n"]) == [anchor]


@pytest.mark.parametrize(
    "line",
    [
        "2026-03-02 1",
        f"2026-03-02 0 {'0' * 64}",
        f"2026-03-02 -1 {'0' * 64}",
        f"2026-03-02 ٣ {'0' * 64}",
        f"02.03.2026 1 {'0' * 64}",
        f"2026-02-30 1 {'0' * 64}",
        f"2026-03-02 1 {'0' * 63}",
        f"2026-03-02 1 {'G' * 64}",
        f"2026-03-02 1 {'0' * 64} more",
    ],
)
def test_a_bad_line_is_named(line: str) -> None:
    """By its number."""
    with pytest.raises(AnchorError, match=r"\Aline 2 is not"):
        parse_anchors([f"2026-03-02 1 {'0' * 64}", line])
