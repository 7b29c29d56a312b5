"""What the credit list looks like in JSON, asked and answered."""

from typing import Annotated

from msgspec import Meta, Struct, field

from api.instruction_shapes import Sha256, Words
from api.people_shapes import Id
from api.rota_shapes import At
from api.silence_shapes import Area
from liftwatch.care.sanctions import (
    FACTS_MAX,
    SHORT_MAX,
    Entry,
    Fact,
    FactKind,
    Kind,
    Line,
    State,
)
from liftwatch.clock import rfc3339

Short = Annotated[str, Meta(min_length=1, max_length=SHORT_MAX)]


class CreditFact(Struct, kw_only=True, forbid_unknown_fields=True):
    """What an entry rests on, by its kind and its id; of a contradiction that of its incident."""

    kind: FactKind
    id: Id


class NewCredit(Struct, kw_only=True, forbid_unknown_fields=True):
    """About whom, on what it rests, by which article and decision.

    `hear_by` ends the time to answer; it counts `from` then or later, `until` its end. `paper` is
    the SHA-256 of the decision.
    """

    area: Area
    organisation: Id
    kind: Kind
    facts: Annotated[list[CreditFact], Meta(min_length=1, max_length=FACTS_MAX)]
    what: Words
    article: Short
    decision: Short
    paper: Sha256 | None = None
    hear_by: At
    from_: At = field(name="from")
    until: At


class CreditWords(Struct, kw_only=True, forbid_unknown_fields=True):
    """The organisation's answer, or why an entry is withdrawn."""

    text: Words


class CreditNothing(Struct, kw_only=True, forbid_unknown_fields=True):
    """A move that needs no words."""


class KnownCreditFact(Struct, kw_only=True):
    """A fact as the books have it, or had it when the entry was written; `word` is its kind of
    incident, its topic or its state."""

    kind: FactKind
    id: str
    at: str
    estate: str
    lift: str | None
    word: str


class CreditShape(Struct, kw_only=True):
    """An entry as it stands; `whole` is false for whoever sees only what is in force for all:
    then nothing is told of facts and answer."""

    id: str
    area: str
    organisation: str
    kind: Kind
    what: str
    article: str
    decision: str
    paper: str | None
    issuer: str
    issued_at: str
    announced_at: str | None
    hear_by: str
    from_at: str
    until_at: str
    state: State
    whole: bool
    facts: list[KnownCreditFact]
    answer: str | None
    answered_at: str | None
    version: int


class CreditLine(Struct, kw_only=True):
    """A line of an entry's story; `by` is the organisation that did it."""

    n: int
    at: str
    what: str
    before: State
    state: State
    by: str | None
    text: str | None


class CreditWhole(Struct, kw_only=True):
    """An entry, and to its parties its story."""

    entry: CreditShape
    story: list[CreditLine]


class CreditList(Struct):
    """A page of entries."""

    items: list[CreditShape]
    next: str | None


class KnownCreditFacts(Struct):
    """Facts about an organisation, by kind, the newest first."""

    items: list[KnownCreditFact]


DESCRIBED_CREDIT = (
    CreditFact,
    NewCredit,
    CreditWords,
    CreditNothing,
    CreditShape,
    CreditLine,
    CreditWhole,
    CreditList,
    KnownCreditFact,
    KnownCreditFacts,
)


def credit_shape(one: Entry, *, whole: bool) -> CreditShape:
    """An entry as the API shows it to one of its parties, or to anybody else."""
    return CreditShape(
        id=one.id,
        area=one.area,
        organisation=one.organisation,
        kind=one.kind,
        what=one.what,
        article=one.article,
        decision=one.decision,
        paper=one.paper,
        issuer=one.issuer,
        issued_at=rfc3339(one.issued_ms),
        announced_at=_at(one.announced_ms),
        hear_by=rfc3339(one.hear_by_ms),
        from_at=rfc3339(one.from_ms),
        until_at=rfc3339(one.until_ms),
        state=one.state,
        whole=whole,
        facts=[known_fact_shape(fact) for fact in one.facts] if whole else [],
        answer=one.answer if whole else None,
        answered_at=_at(one.answered_ms) if whole else None,
        version=one.version,
    )


def credit_line_shape(one: Line) -> CreditLine:
    """A line as the API shows it: which organisation, not who of it."""
    return CreditLine(
        n=one.n,
        at=rfc3339(one.at_ms),
        what=one.what,
        before=one.before,
        state=one.state,
        by=one.by.organisation,
        text=one.text,
    )


def known_fact_shape(one: Fact) -> KnownCreditFact:
    """A fact as the API shows it."""
    return KnownCreditFact(
        kind=one.kind,
        id=one.id,
        at=rfc3339(one.at_ms),
        estate=one.estate,
        lift=one.lift,
        word=one.word,
    )


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
