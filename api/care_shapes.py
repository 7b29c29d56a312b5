"""What visits of maintenance look like in JSON."""

from typing import Annotated

from msgspec import Meta, Struct

from liftwatch.care.checklist import BY_CODE, Work, care_of, items_of
from liftwatch.care.checklist_items import Item, Place
from liftwatch.care.marks import Mark, marks
from liftwatch.care.visit import NOTE_MAX as NOTE_LENGTH
from liftwatch.care.visit import Entry, Method, Part, Photo, Result, Signature, State, Visit
from liftwatch.care.witness import After, ItemAfter, Witness
from liftwatch.clock import SECOND_MS, rfc3339

LiftName = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{4,32}$")]
Code = Annotated[str, Meta(pattern="^A-[1-4]-[0-9]{2}$")]
Note = Annotated[str, Meta(max_length=NOTE_LENGTH)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Tag = Annotated[str, Meta(min_length=4, max_length=500)]
Short = Annotated[str, Meta(max_length=64)]


class ItemShape(Struct, kw_only=True):
    """An item of a list; `named` false: we know its subject from memory only, verify it."""

    code: str
    place: Place
    en: str
    zh: str
    named: bool
    key: bool
    kinds: list[str]
    judged: bool


class ChecklistShape(Struct, kw_only=True):
    """The list of a kind of routine care, and every how many days it is due by rule."""

    work: Work
    table: str
    days: int
    source: str
    items: list[ItemShape]


class ChecklistList(Struct):
    """All lists, the shortest first; each holds the one before."""

    items: list[ChecklistShape]


class NewVisit(Struct, kw_only=True, forbid_unknown_fields=True):
    """A check-in: what the code in the car said, how it was read; `lift` is what was planned."""

    tag: Tag
    method: Method
    work: Work
    lift: LiftName | None = None


class Filled(Struct, kw_only=True, forbid_unknown_fields=True):
    """A result of one item."""

    code: Code
    result: Result
    note: Note = ""


class FilledBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """Some results; items that are not told stay as they are."""

    items: Annotated[list[Filled], Meta(max_length=100)]


class PartBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A part that was replaced, its life, and what it cost in fen."""

    name: Annotated[str, Meta(min_length=1, max_length=NOTE_LENGTH)]
    code: Code | None = None
    life_months: Annotated[int, Meta(ge=0, le=600)] | None = None
    life_rides: Annotated[int, Meta(ge=0, le=100_000_000)] | None = None
    cost_fen: Annotated[int, Meta(ge=0, le=10_000_000_000)] | None = None


class PhotoBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A photograph by the SHA-256 of its bytes."""

    sha256: Hash
    code: Code | None = None
    name: Note = ""


class OutBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A check-out; `broken_off` says why the list was not finished, then it is no care."""

    remark: Note = ""
    broken_off: Note = ""


class SignBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A signature, with what whoever signs has to say."""

    remark: Note = ""


class EntryShape(Struct):
    """What was found at one item."""

    code: str
    result: Result
    note: str
    at: str


class SignatureShape(Struct, kw_only=True):
    """Who signed, for whom; `digest` is the SHA-256 of what was signed."""

    person: str
    organisation: str
    role: str
    at: str
    digest: str
    remark: str


class MarkShape(Struct):
    """A fact of how the record was made; `figure` are seconds, minutes or a count."""

    mark: Mark
    figure: int


class VisitShape(Struct, kw_only=True):
    """A visit as it stands."""

    id: str
    lift: str
    area: str
    estate: str
    organisation: str
    technician: str
    work: Work
    method: Method
    state: State
    in_at: str
    out_at: str | None
    cared: Work | None
    items: list[EntryShape]
    parts: list[Part]
    photos: list[Photo]
    remark: str
    broken_off: str
    signatures: list[SignatureShape]
    marks: list[MarkShape]
    version: int


class VisitList(Struct):
    """A page of visits."""

    items: list[VisitShape]
    next: str | None


class AfterShape(Struct, kw_only=True):
    """What became of what an item bears on, in the 24 hours after."""

    code: str
    result: str
    after: After
    incidents: list[str]


class WitnessShape(Struct, kw_only=True):
    """What the signals say of a visit; `speaks` false: the lift told too little to know."""

    visit: str
    speaks: bool
    states: int
    inspection_s: int
    doors: int
    rides: int
    rides_with_people: int
    tests_ok: int
    tests_failed: int
    items: list[AfterShape]


DESCRIBED_CARE = (
    NewVisit,
    FilledBody,
    PartBody,
    PhotoBody,
    OutBody,
    SignBody,
)


def item_shape(item: Item) -> ItemShape:
    """An item as the API shows it."""
    return ItemShape(**item._asdict() | {"kinds": list(item.kinds)})


def checklist_shape(work: Work, source: str) -> ChecklistShape:
    """A list as the API shows it."""
    care = care_of(work)
    assert care is not None, "asked for routine care only"
    items = [item_shape(item) for item in items_of(work)]
    return ChecklistShape(work=work, table=care.table, days=care.days, source=source, items=items)


def _entry(one: Entry) -> EntryShape:
    return EntryShape(one.code, one.result, one.note, rfc3339(one.at_ms))


def _signature(one: Signature) -> SignatureShape:
    return SignatureShape(
        person=one.person,
        organisation=one.organisation,
        role=one.role,
        at=rfc3339(one.at_ms),
        digest=one.digest,
        remark=one.remark,
    )


def visit_shape(one: Visit) -> VisitShape:
    """A visit as the API shows it."""
    return VisitShape(
        id=one.id,
        lift=one.lift,
        area=one.area,
        estate=one.estate,
        organisation=one.organisation,
        technician=one.technician,
        work=one.work,
        method=one.method,
        state=one.state,
        in_at=rfc3339(one.in_ms),
        out_at=None if one.out_ms is None else rfc3339(one.out_ms),
        cared=one.cared,
        items=[_entry(entry) for entry in one.entries],
        parts=list(one.parts),
        photos=list(one.photos),
        remark=one.remark,
        broken_off=one.broken_off,
        signatures=[_signature(signature) for signature in one.signatures],
        marks=[MarkShape(*mark) for mark in marks(one)],
        version=one.version,
    )


def witness_shape(visit: Visit, seen: Witness, after: list[ItemAfter]) -> WitnessShape:
    """What the signals say as the API shows it."""
    return WitnessShape(
        visit=visit.id,
        speaks=seen.speaks,
        states=seen.told,
        inspection_s=seen.inspection_ms // SECOND_MS,
        doors=seen.doors,
        rides=seen.rides,
        rides_with_people=seen.rides_with_people,
        tests_ok=seen.tests_ok,
        tests_failed=seen.tests_failed,
        items=[
            AfterShape(
                code=one.code, result=one.result, after=one.after, incidents=list(one.incidents)
            )
            for one in after
        ],
    )


assert set(BY_CODE) == {item.code for item in items_of("year")}
