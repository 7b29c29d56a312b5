"""What instructions look like in JSON, asked and answered."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from api.people_shapes import Id
from api.rota_shapes import At
from api.silence_shapes import Area, Estate
from liftwatch.care.instruction_bases import BASES
from liftwatch.care.instructions import (
    DOCUMENTS_MAX,
    KINDS_MAX,
    NAME_MAX,
    Instruction,
    Line,
    Signals,
    Source,
    State,
)
from liftwatch.clock import rfc3339
from liftwatch.incidents.moves import TEXT_MAX

Words = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
AskedSource = Literal["hazard", "repeated_fault", "failed_duty", "contradicted_visit", "free"]
"""What somebody instructs because of; of a recall instructions come by themselves."""
BasisName = Annotated[str, Meta(pattern=f"^({'|'.join(BASES)})$")]


class ProofShape(Struct, kw_only=True, forbid_unknown_fields=True):
    """A document: what it is called, and the SHA-256 of its bytes."""

    name: Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
    sha256: Sha256


class NewInstruction(Struct, kw_only=True, forbid_unknown_fields=True):
    """About a `lift`, an area's `estate`, or a `unit` in an area; `kinds` must not come again.

    `cause` is the id of the incident or hazard it comes from.
    """

    lift: Id | None = None
    area: Area | None = None
    estate: Estate | None = None
    unit: Id | None = None
    source: AskedSource
    cause: Id | None = None
    kinds: Annotated[list[Id], Meta(max_length=KINDS_MAX)] = []
    what: Words
    basis: BasisName
    deadline: At
    responsible: Id


class InstructionMove(Struct, kw_only=True, forbid_unknown_fields=True):
    """What a move tells: words, whom it is offered to, a deadline, documents."""

    text: Words | None = None
    to: Id | None = None
    deadline: At | None = None
    documents: Annotated[list[ProofShape], Meta(max_length=DOCUMENTS_MAX)] = []


class InstructionShape(Struct, kw_only=True):
    """An instruction as it stands; `responsible` has it, alone, until another has taken it over."""

    id: str
    area: str
    estate: str | None
    lift: str | None
    unit: str | None
    source: Source
    cause: str | None
    kinds: list[str]
    what: str
    basis: str
    issuer: str
    issued_at: str
    deadline_at: str
    overdue: bool
    level: int
    responsible: str
    offered_to: str | None
    asked_until: str | None
    state: State
    reported_at: str | None
    verified_at: str | None
    watched_until: str | None
    signals: Signals | None
    closed_at: str | None
    version: int


class InstructionLineShape(Struct, kw_only=True):
    """A line of the story."""

    n: int
    at: str
    what: str
    before: State
    state: State
    person: str | None
    organisation: str | None
    channel: str
    text: str | None
    facts: dict[str, Any]


class InstructionWhole(Struct, kw_only=True):
    """An instruction with its story."""

    instruction: InstructionShape
    story: list[InstructionLineShape]


class InstructionList(Struct):
    """A page of instructions."""

    items: list[InstructionShape]
    next: str | None


DESCRIBED_INSTRUCTIONS = (
    ProofShape,
    NewInstruction,
    InstructionMove,
    InstructionShape,
    InstructionLineShape,
    InstructionWhole,
    InstructionList,
)


def instruction_shape(one: Instruction, *, now_ms: int) -> InstructionShape:
    """An instruction as the API shows it."""
    return InstructionShape(
        id=one.id,
        area=one.area,
        estate=one.estate or None,
        lift=one.lift,
        unit=one.unit,
        source=one.source,
        cause=one.cause,
        kinds=list(one.kinds),
        what=one.what,
        basis=one.basis,
        issuer=one.issuer,
        issued_at=rfc3339(one.issued_ms),
        deadline_at=rfc3339(one.deadline_ms),
        overdue=is_overdue(one, now_ms),
        level=one.level,
        responsible=one.responsible,
        offered_to=one.offered_to,
        asked_until=_at(one.asked_ms),
        state=one.state,
        reported_at=_at(one.reported_ms),
        verified_at=_at(one.verified_ms),
        watched_until=_at(one.watched_until_ms),
        signals=one.signals,
        closed_at=_at(one.closed_ms),
        version=one.version,
    )


def line_shape(line: Line) -> InstructionLineShape:
    """A line of the story as the API shows it."""
    return InstructionLineShape(
        n=line.n,
        at=rfc3339(line.at_ms),
        what=line.what,
        before=line.before,
        state=line.state,
        person=line.by.person,
        organisation=line.by.organisation,
        channel=line.by.channel,
        text=line.text,
        facts=line.facts,
    )


def is_overdue(one: Instruction, now_ms: int) -> bool:
    """Whether work is to be done, and its time is over."""
    return one.state in ("issued", "accepted") and now_ms >= one.deadline_ms


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
