"""What recalls, and what lifts have in common, look like in JSON, asked and answered."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Literal

from msgspec import Meta, Struct, convert, field

from api.instruction_shapes import Sha256
from api.people_shapes import Id
from api.rota_shapes import At
from liftwatch.care.commonalities import Group
from liftwatch.care.instructions import KINDS_MAX
from liftwatch.care.recalls import (
    NAME_MAX,
    REASON_MAX,
    STANDINGS,
    WORDS_MAX,
    Criterion,
    Hit,
    How,
    Origin,
    Recall,
    RecallState,
    Standing,
)
from liftwatch.clock import rfc3339

Fact = Annotated[str, Meta(min_length=1, max_length=NAME_MAX)]
RecallWords = Annotated[str, Meta(min_length=1, max_length=WORDS_MAX)]
Reason = Annotated[str, Meta(min_length=1, max_length=REASON_MAX)]


class CriterionShape(Struct, kw_only=True, forbid_unknown_fields=True):
    """What lifts have in common: all that is given holds of each of them.

    `make`, `model`, `firmware` as in the register, whatever their case; `kind` of an incident,
    `part` that was replaced, `code` that was told, from `from` to `to` or for ever on.
    """

    make: Fact | None = None
    model: Fact | None = None
    firmware: Fact | None = None
    kind: Id | None = None
    part: Id | None = None
    code: Fact | None = None
    dialect: Fact | None = None
    from_: At | None = field(name="from", default=None)
    to: At | None = None


class NewRecall(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is recalled, on whose word (the name of the notice on record), why, and what to do."""

    criterion: CriterionShape
    origin: Origin
    word: Fact
    paper: Sha256 | None = None
    what: RecallWords
    why: RecallWords
    remedy: RecallWords
    kinds: Annotated[list[Id], Meta(max_length=KINDS_MAX)] = []
    deadline: At


class RecallEnd(Struct, kw_only=True, forbid_unknown_fields=True):
    """Why it is over."""

    text: Reason


class RecallException(Struct, kw_only=True, forbid_unknown_fields=True):
    """Of which lift nothing is asked any more, and why."""

    lift: Id
    text: Reason


class StandingCounts(Struct, kw_only=True):
    """How many of the lifts that one sees stand how."""

    nobody: int
    withdrawn: int
    work: int
    judged: int
    done: int
    excepted: int


class RecallShape(Struct, kw_only=True):
    """A recall as it stands; it is to be closed when `left` is 0."""

    id: str
    issuer: str
    issued_at: str
    origin: Origin
    word: str
    paper: str | None
    criterion: CriterionShape
    what: str
    why: str
    remedy: str
    kinds: list[str]
    deadline_at: str
    state: RecallState
    ended_at: str | None
    ended_why: str | None
    lifts: int
    left: int
    standing: StandingCounts
    version: int


class RecallLiftShape(Struct, kw_only=True):
    """A lift in a recall: who has it, and how far that has come.

    With `standing` "nobody" it lies with the authority that recalls, as `responsible` says.
    """

    lift: str
    area: str
    estate: str
    joined_at: str
    how: How
    standing: Standing
    instruction: str | None
    responsible: str
    deadline_at: str
    overdue: bool
    excepted_at: str | None
    excepted_why: str | None


class RecallWhole(Struct, kw_only=True):
    """A recall with the lifts that one sees, open ones first."""

    recall: RecallShape
    lifts: list[RecallLiftShape]


class RecallList(Struct):
    """A page of recalls."""

    items: list[RecallShape]
    next: str | None


class AlikeLift(Struct, kw_only=True):
    """A lift that meets a criterion."""

    lift: str
    area: str
    estate: str
    make: str | None
    model: str | None
    firmware: str | None


class AlikeLifts(Struct, kw_only=True):
    """How many meet it, and the first of them."""

    at: str
    lifts: int
    items: list[AlikeLift]


class CommonalityShape(Struct, kw_only=True):
    """Lifts of one make (model, firmware) against all others, as `liftwatch.care.commonalities`."""

    make: str | None
    model: str | None
    firmware: str | None
    lifts: int
    hit: int
    events: int
    years: float
    rate: float
    rate_low: float
    rate_high: float
    share: float
    share_low: float
    share_high: float
    rest_share: float | None
    ratio: float | None
    ratio_low: float
    ratio_high: float | None
    stands_out: bool


class CommonalityList(Struct, kw_only=True):
    """The groups with any fault, what stands out first."""

    from_at: str
    to_at: str
    by: Literal["make", "model", "firmware"]
    lifts: int
    hit: int
    items: list[CommonalityShape]


DESCRIBED_RECALLS = (
    CriterionShape,
    NewRecall,
    RecallEnd,
    RecallException,
    StandingCounts,
    RecallShape,
    RecallLiftShape,
    RecallWhole,
    RecallList,
    AlikeLift,
    AlikeLifts,
    CommonalityShape,
    CommonalityList,
)


def criterion_shape(one: Criterion) -> CriterionShape:
    """A criterion as the API shows it."""
    return CriterionShape(
        make=one.make,
        model=one.model,
        firmware=one.firmware,
        kind=one.kind,
        part=one.part,
        code=one.code,
        dialect=one.dialect,
        from_=_at(one.from_ms),
        to=_at(one.to_ms),
    )


def recall_shape(one: Recall, hits: Iterable[Hit]) -> RecallShape:
    """A recall as the API shows it, with the lifts that are seen."""
    counts = Counter(hit.standing for hit in hits)
    standing = StandingCounts(**{name: counts[name] for name in STANDINGS})
    return RecallShape(
        id=one.id,
        issuer=one.issuer,
        issued_at=rfc3339(one.issued_ms),
        origin=one.origin,
        word=one.word,
        paper=one.paper,
        criterion=criterion_shape(one.criterion),
        what=one.what,
        why=one.why,
        remedy=one.remedy,
        kinds=list(one.kinds),
        deadline_at=rfc3339(one.deadline_ms),
        state=one.state,
        ended_at=_at(one.ended_ms),
        ended_why=one.ended_why,
        lifts=counts.total(),
        left=counts.total() - standing.done - standing.excepted,
        standing=standing,
        version=one.version,
    )


def recall_lift_shape(one: Recall, hit: Hit, *, now_ms: int) -> RecallLiftShape:
    """A lift in a recall as the API shows it."""
    row = hit.row
    return RecallLiftShape(
        lift=row.lift,
        area=row.area,
        estate=row.estate,
        joined_at=rfc3339(row.joined_ms),
        how=row.how,
        standing=hit.standing,
        instruction=row.instruction,
        responsible=hit.responsible or one.issuer,
        deadline_at=rfc3339(hit.deadline_ms or one.deadline_ms),
        overdue=is_late(one, hit, now_ms),
        excepted_at=_at(row.excepted_ms),
        excepted_why=row.excepted_why,
    )


def is_late(one: Recall, hit: Hit, now_ms: int) -> bool:
    """Whether it is still to be put right, and its time is over."""
    due_ms = hit.deadline_ms or one.deadline_ms
    return hit.standing in ("nobody", "work", "withdrawn") and now_ms >= due_ms


def commonality_shape(one: Group) -> CommonalityShape:
    """A group as the API shows it."""
    figures = {
        name: round(value, 4) if isinstance(value, float) else value
        for name in Group.__struct_fields__
        for value in [getattr(one, name)]
    }
    return convert(figures, CommonalityShape)


def _at(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
