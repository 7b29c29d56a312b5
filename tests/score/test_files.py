"""Lines of other people's files: what is passed over, and what is refused with its number."""

import pytest

from liftwatch.score.files import FOREVER_MS, BadLine, Quiet, Raised, Truth
from liftwatch.score.files import read_incidents as incidents
from liftwatch.score.files import read_truths as truths
from tests.score.conftest import encoded, never, raised, truth

DEEP = b'{"kind": "overspeed", "evidence": ' + b"[" * 200_000


def test_what_a_line_of_incidents_says() -> None:
    """Fields of later versions are ignored, empty lines passed over, their numbers kept."""
    lines = encoded([raised(1.5, "overspeed", opened_at="whatever", news={"a": [1]})])
    scope = raised(2, lift=None, scope="garden/3", lifts=["L-1"], late=True, evidence={"a": 1.0})
    found = incidents([b"\n", *lines, b"  \r\n", *encoded([scope])])
    evidence = b'{"a": 1.0}'
    assert found == [
        Raised(2, "L-1", "overspeed", 1_500),
        Raised(4, None, "overspeed", 2_000, True, "garden/3", ("L-1",), evidence),
    ]


def test_null_and_absent_are_the_same() -> None:
    """As everywhere in the contract."""
    null = dict.fromkeys(("scope", "lifts", "late", "parent", "evidence"))
    assert incidents(encoded([raised(1, **null)])) == incidents(encoded([raised(1)]))
    null = dict.fromkeys(("scope", "lifts", "also", "never", "kinds"))
    assert truths(encoded([truth(1, 2, **null)])) == truths(encoded([truth(1, 2)]))
    assert truths(encoded([truth(1, 2, never=False)])) == truths(encoded([truth(1, 2)]))


def test_what_a_line_of_truth_says() -> None:
    """With an end or without; a quiet window has neither kind nor seconds."""
    lines = [
        truth(1, None, within=0.25, also=["overrun"], seed=7),
        truth(1, 3, lift=None, scope="garden/3", lifts=["L-1"]),
        never(1, None, "overspeed", "overspeed", "overrun", kind=None),
    ]
    happened, quiet = truths(encoded(lines))
    assert happened == [
        Truth(1, "L-1", "overspeed", 1_000, FOREVER_MS, 250, also=("overrun",)),
        Truth(2, None, "overspeed", 1_000, 3_000, 5_000, "garden/3", ("L-1",)),
    ]
    assert quiet == [Quiet(3, "L-1", ("overspeed", "overrun"), 1_000, FOREVER_MS)]


def test_moments_in_any_form_of_rfc_3339() -> None:
    """Without milliseconds, and with an offset."""
    for text in ("1970-01-01T00:00:01Z", "1970-01-01T08:00:01.000+08:00"):
        assert incidents(encoded([raised(0, raised_at=text)]))[0].raised_ms == 1_000


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "truncated"),
        (b"\xff", "malformed"),
        (b"[]", "Expected `object`"),
        (b"1", "Expected `object`"),
        (b"{}", "missing required field `kind`"),
        (b'{"kind": "overspeed"}', "missing required field `raised_at`"),
        (b'{"kind": 1, "raised_at": "1970-01-01T00:00:00Z"}', "`$.kind`"),
        (b'{"kind": "\xff", "raised_at": "1970-01-01T00:00:00Z"}', "utf-8"),
        (b'{"kind": "overspeed", "raised_at": "noon"}', "raised_at: "),
        (b'{"kind": "overspeed", "raised_at": "1970-01-01T00:00:00"}', "raised_at: no offset"),
        (b'{"kind": "overspeed", "raised_at": "0001-01-01T00:00:00+14:00"}', "the calendar"),
        (b'{"kind": "overspeed", "raised_at": "1970-01-01T00:00:00Z", "lift": 7}', "`$.lift`"),
        (DEEP, "recursion"),
    ],
)
def test_an_incident_that_is_none(line: bytes, said: str) -> None:
    """Is refused with its number and what is wrong, on one line."""
    good = encoded([raised(1)])
    with pytest.raises(BadLine, match=r"^line 2: ") as caught:
        incidents([*good, line])
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (truth(1, 2, kind=None), "`kind`"),
        (truth(1, 2, expect_within_s=None), "`expect_within_s`"),
        (truth(1, 2, within=-1), "no span"),
        (truth(1, 2, within=1e300), "no span"),
        (truth(1, 2, expect_within_s="5"), "Expected `float | null`"),
        (truth(2, 1), "is before `from`"),
        ({"kind": "overspeed", "expect_within_s": 5}, "`from`"),
        (truth(1, 2) | {"to": "later"}, "to: "),
        (truth(1, 2, also="overrun"), "Expected `array | null`"),
        (never(1, 2), "needs `kinds`"),
        (never(1, 2, kinds=None), "needs `kinds`"),
        (never(2, 1, "overspeed"), "is before `from`"),
    ],
)
def test_a_truth_that_is_none(line: dict[str, object], said: str) -> None:
    """Likewise."""
    with pytest.raises(BadLine) as caught:
        truths(encoded([truth(1, 2), line]))
    assert caught.value.number == 2
    assert said in caught.value.reason
