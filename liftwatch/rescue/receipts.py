"""What the platform answers to an event: a table of receipts, each with the move it makes.

    received ─ accepted ─ dispatched ─ arrived ─ released          refused, with a reason

Any of them makes the number done. They may come late, twice and in any order: each is kept once,
and moves the incident where the move fits (`liftwatch.incidents.moves`).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import Told, facts_of, missing
from liftwatch.said import Said

ReceiptName = Literal["received", "accepted", "dispatched", "arrived", "released", "refused"]


class Row(NamedTuple):
    """A row: what it is called, the move it makes, what it must tell, and what it means."""

    name: ReceiptName
    move: str | None
    needs: tuple[str, ...]
    what: str


RECEIPTS: Mapping[str, Row] = {
    row.name: row
    for row in (
        Row("received", None, (), "it has come"),
        Row("accepted", "acknowledge", (), "the platform has it"),
        Row("dispatched", "dispatch", ("crew",), "a crew is on its way"),
        Row("arrived", "arrive", (), "the crew is there"),
        Row(
            "released",
            "release",
            ("trapped", "injured", "cause", "confirmed_by"),
            "everybody is out",
        ),
        Row("refused", None, ("reason",), "the platform does not take it"),
    )
}


class Contradicts(Exception):
    """Another receipt of that number says otherwise; one line says which."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Lacks(Exception):
    """A receipt lacks what it has to tell; one line says what."""

    def __init__(self, why: Said) -> None:
        super().__init__(why)


class Receipt(Struct, frozen=True, kw_only=True):
    """One receipt of an event as it is kept. `told` is what it said, `moved` whether it moved the
    incident, and `why` why it did not, where it might have."""

    feed: str
    n: int
    name: str
    at_ms: int
    noted_ms: int
    by: Actor
    told: dict[str, Any]
    moved: bool = False
    why: str | None = None


def said(told: Told) -> dict[str, Any]:
    """What two receipts are compared by: all that was told."""
    more = {"at_ms": told.at_ms, "text": told.text, "reason": told.reason}
    return facts_of(told) | {name: value for name, value in more.items() if value is not None}


def known_as(name: str, told: Told, known: Iterable[Receipt]) -> Receipt | None:
    """The receipt that says the very same, or None for news.

    Raises Contradicts for what another receipt of that number rules out, Lacks for what is missing.
    """
    for need in RECEIPTS[name].needs:
        if getattr(told, need) in (None, ""):
            raise Lacks(missing(need, name))
    for one in known:
        if one.name == name:
            if one.told != said(told):
                raise Contradicts(
                    Said("this number was %(receipt)s before, and told otherwise", receipt=name)
                )
            return one
        if "refused" in (one.name, name) and "received" not in (one.name, name):
            raise Contradicts(Said("this number was %(receipt)s before", receipt=one.name))
    return None
