"""From the lift to a draft: what work a fault points to, what such work costs, whether it hurries.

A draft is a suggestion with its evidence. It reserves nothing, publishes nothing and asks for
nothing: each of these is a person's move (`liftwatch.fund.moves`).
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct, structs

from liftwatch.fund.case import Case, Custody
from liftwatch.fund.documents import Document, file_documents
from liftwatch.fund.moves import open_case
from liftwatch.fund.refusals import Untold
from liftwatch.said import Said


class Work(NamedTuple):
    """A class of work: its code, what it is, and what it usually costs, in fen (domain 6.4)."""

    code: str
    what: str
    low_fen: int
    high_fen: int
    major: bool = False


WORKS: Mapping[str, Work] = {
    row.code: row
    for row in (
        Work("door_machine", "door machine", 300_000, 800_000),
        Work("ropes", "traction ropes", 800_000, 2_000_000),
        Work("main_board", "main board", 600_000, 1_500_000),
        Work("brake", "brake", 500_000, 1_200_000),
        Work("sheave", "traction sheave", 1_000_000, 2_500_000),
        Work("renewal", "renewal of the lift", 15_000_000, 15_000_000, major=True),
    )
}
"""Typical repairs are estimates [P]; the renewal is the subsidy of RMB 150 000 a lift [S17, D]:
what a lift really costs is more."""


class Pointer(NamedTuple):
    """A row: a kind of incident, the work it points to, and whether it may be an emergency."""

    kind: str
    works: tuple[str, ...]
    urgent: bool = False


POINTERS: Mapping[str, Pointer] = {
    row.kind: row
    for row in (
        Pointer("unintended_movement", ("brake", "sheave"), urgent=True),
        Pointer("overspeed", ("brake", "sheave"), urgent=True),
        Pointer("free_fall", ("ropes", "brake"), urgent=True),
        Pointer("overrun", ("brake", "main_board"), urgent=True),
        Pointer("moving_with_open_door", ("door_machine",), urgent=True),
        Pointer("safety_chain_open", ("door_machine", "main_board")),
        Pointer("stopped_outside_zone", ("main_board",)),
        Pointer("door_fault", ("door_machine",)),
        Pointer("door_impact", ("door_machine",)),
        Pointer("door_wear", ("door_machine",)),
        Pointer("position_lost", ("main_board",)),
        Pointer("run_time_limit", ("main_board", "sheave")),
        Pointer("out_of_service", ("main_board",)),
        Pointer("button_dead", ("main_board",)),
        Pointer("levelling_error", ("brake", "main_board")),
        Pointer("vibration_wear", ("sheave",)),
        Pointer("brake_wear", ("brake",)),
        Pointer("rope_slip", ("ropes", "sheave")),
        Pointer("ageing", ("renewal",)),
    )
}
"""After the table of incidents (domain 10, fund relevance): what is missing here points to no
work of the fund, such as a blocked door (whoever blocks it pays) or a power cut."""


EVIDENCE = frozenset({"fault_history", "photo"})
"""Kinds of documents a machine may attach: none of them is anybody's word for anything."""


class Fault(Struct, frozen=True, kw_only=True):
    """An incident or a trend as the fund sees it: of which lift, of what kind, since when."""

    id: str
    kind: str
    lift: str
    raised_ms: int


class Suggestion(Struct, frozen=True, kw_only=True):
    """What a draft suggests: work and what it may cost, from the least to the most of it."""

    works: tuple[str, ...]
    low_fen: int
    high_fen: int
    major: bool
    urgent: bool


def suggest(kind: str) -> Suggestion | None:
    """What a kind of incident points to; None: nothing the fund would pay.

    >>> found = suggest("brake_wear")
    >>> found.works, found.low_fen, found.high_fen, found.urgent
    (('brake',), 500000, 1200000, False)
    >>> suggest("door_blocked") is None
    True
    """
    pointer = POINTERS.get(kind)
    if pointer is None:
        return None
    works = [WORKS[code] for code in pointer.works]
    return Suggestion(
        works=pointer.works,
        low_fen=min(work.low_fen for work in works),
        high_fen=max(work.high_fen for work in works),
        major=any(work.major for work in works),
        urgent=pointer.urgent,
    )


def draft_of(
    fault: Fault,
    *,
    id: str,
    place: tuple[str, str, str],
    custody: Custody,
    bank: str,
    evidence: Iterable[Document] = (),
    used: Mapping[str, str] = {},
    now_ms: int,
) -> tuple[Case, Suggestion]:
    """A draft for a fault of a lift, and what it suggests; raises Untold where the fund pays none.

    Its path is the ordinary one, however urgent it is: people choose another, and prove an
    emergency. `evidence` is of the lift's own: fault history and charts.
    """
    found = tuple(evidence)
    for one in found:
        if one.kind not in EVIDENCE:
            raise Untold(Said("%(kind)s is no evidence of a lift", kind=one.kind))
    suggestion = suggest(fault.kind)
    if suggestion is None:
        raise Untold(Said("a %(kind)s points to no work of the fund", kind=fault.kind))

    case = open_case(
        id,
        place=place,
        lift=fault.lift,
        path="ordinary",
        custody=custody,
        bank=bank,
        now_ms=now_ms,
        incident=fault.id,
    )
    papers = file_documents((), found, path=case.path, plan=0, used=used, now_ms=now_ms)
    return structs.replace(case, documents=papers), suggestion
