"""What cases and votes of the fund look like in JSON, and what is sent to move them."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from api.fund_bodies import DayText, Name, Text, Word
from api.parameters import day_number
from liftwatch.clock import day_text, rfc3339
from liftwatch.fund.ballots import Outcome, Vote
from liftwatch.fund.case import Case
from liftwatch.fund.documents import DOCUMENTS_MAX, Document
from liftwatch.fund.kept import Publication
from liftwatch.fund.votes import Choice, heads_of

Sentence = Annotated[str, Meta(max_length=1_000)]
Id = Annotated[str, Meta(pattern="^[0-9A-Za-z-]{1,64}$")]
Moment = Annotated[str, Meta(max_length=40)]


class PaperBody(Struct, kw_only=True, forbid_unknown_fields=True):
    """A document: its kind, the SHA-256 of its bytes, the day it is dated."""

    kind: Word
    sha256: Name
    dated: DayText
    name: Text = ""


class PaperShape(Struct, kw_only=True):
    """A document of a case, and the version of the plan for which it was filed."""

    kind: str
    sha256: str
    dated: str
    name: str
    plan: int


class NewCase(Struct, kw_only=True, forbid_unknown_fields=True):
    """A case that has nothing but its lift; `custody` is who keeps the fund of the estate."""

    area: Word
    estate: Word
    building: Word
    lift: Id
    path: Word
    custody: Word
    bank: Word
    programme: Word = ""
    incident: Id | None = None


class NewDraft(Struct, kw_only=True, forbid_unknown_fields=True):
    """Who keeps the fund of the estate, and the last part of its bank account's name."""

    custody: Word
    bank: Word


class CaseMove(Struct, kw_only=True, forbid_unknown_fields=True):
    """What is told with a move; which of it belongs to which stands in `docs/fund-cases.md`.

    `role` says as what one acts, where one has several; `plan` is as a case shows it.
    """

    documents: Annotated[list[PaperBody], Meta(max_length=DOCUMENTS_MAX)] = []
    text: Sentence | None = None
    plan: dict[str, Any] | None = None
    amount_fen: int | None = None
    contractor: Name | None = None
    household: Word | None = None
    path: Word | None = None
    programme: Word | None = None
    role: Word | None = None


class DoneShape(Struct, kw_only=True):
    """A move that was made."""

    move: str
    at: str
    person: str | None
    organisation: str | None
    role: str | None
    plan: int
    amount_fen: int | None
    text: str | None


class CaseShape(Struct, kw_only=True):
    """A case, its money together, and the moves that whoever asks may make now."""

    id: str
    area: str
    estate: str
    building: str
    lift: str
    path: str
    custody: str
    bank: str
    programme: str
    incident: str | None
    stage: str
    version: int
    plan: dict[str, Any] | None
    plan_digest: str | None
    budget_fen: int | None
    opened_at: str
    published_at: str | None
    approved_at: str | None
    expires_at: str | None
    contractor: str | None
    contract_fen: int
    insured_fen: int
    audited_fen: int | None
    paid_fen: int
    free_fen: int
    owed_fen: int
    documents: list[PaperShape]
    done: list[DoneShape]
    moves: list[str]
    entries: list[int] = []


class CaseList(Struct):
    """A page of cases in the order in which they were opened."""

    items: list[CaseShape]
    next: str | None


class GivenTo(Struct, kw_only=True, forbid_unknown_fields=True):
    """The organisation of auditors."""

    organisation: Id


class ShareShape(Struct, kw_only=True):
    """What would fall to a household, and what of it its sub-account does not hold."""

    household: str
    share_fen: int
    taken_fen: int
    owed_fen: int
    left_fen: int
    must_top_up: bool


class ShareList(Struct):
    """What each household would pay."""

    items: list[ShareShape]


class PublicationShape(Struct, kw_only=True):
    """What hung out, as it hung there; `sha256` is of its JSON with names in order."""

    n: int
    what: str
    plan: int
    at: str
    sha256: str
    data: dict[str, Any]


class PublicationList(Struct):
    """What was published of a case, the first one first."""

    items: list[PublicationShape]


class NewVote(Struct, kw_only=True, forbid_unknown_fields=True):
    """When a vote on the plan that hangs out ends; it begins now."""

    closes_at: Moment


class Paper(Struct, kw_only=True, forbid_unknown_fields=True):
    """A paper ballot; its scan's hash and when it was handed in, where it is entered."""

    head: Text
    choice: Choice
    scan: Name | None = None
    cast_at: Moment | None = None


class Papers(Struct, kw_only=True, forbid_unknown_fields=True):
    """Papers that are entered, or read a second time."""

    papers: Annotated[list[Paper], Meta(min_length=1, max_length=500)]


class StruckPaper(Struct, kw_only=True, forbid_unknown_fields=True):
    """A paper that is taken out, and why."""

    head: Text
    why: Annotated[str, Meta(max_length=500)]


class BallotShape(Struct, kw_only=True):
    """A ballot, who read it, and whether it counts."""

    head: str
    choice: str
    scan: str | None
    cast_at: str
    entered_by: str
    confirmed_by: str | None
    struck_by: str | None
    why: str | None
    counts: bool


class VoteShape(Struct, kw_only=True):
    """A vote on one version of a plan; `areas` are the heads with their areas (0.01 m2).

    `tally` is there once it is closed.
    """

    id: str
    case: str
    act: str
    plan: str
    state: str
    version: int
    opens_at: str
    closes_at: str
    areas: dict[str, int]
    ballots: list[BallotShape]
    tally: dict[str, int | str] | None
    passed: bool | None


class VoteList(Struct):
    """The votes of a case, the first one first."""

    items: list[VoteShape]


DESCRIBED_CASES = (
    NewCase,
    NewDraft,
    CaseMove,
    CaseShape,
    CaseList,
    GivenTo,
    ShareList,
    PublicationList,
    NewVote,
    Papers,
    StruckPaper,
    VoteShape,
    VoteList,
)


def papers_of(body: CaseMove) -> tuple[Document, ...]:
    """The documents of a move; the problem `bad-parameter` for a day that is none."""
    return tuple(
        Document(
            kind=one.kind,
            sha256=one.sha256,
            dated=day_number("dated", one.dated) or 0,
            name=one.name,
        )
        for one in body.documents
    )


def case_shape(
    case: Case, *, moves: tuple[str, ...], entries: list[int] | None = None
) -> CaseShape:
    """A case as the API shows it."""
    same = {n: getattr(case, n) for n in CaseShape.__struct_fields__ if hasattr(case, n)}
    plan = case.plan
    return CaseShape(
        **same
        | {
            "plan": None if plan is None else msgspec.to_builtins(plan),
            "plan_digest": None if plan is None else plan.digest,
            "budget_fen": None if plan is None else plan.budget_fen,
            "opened_at": rfc3339(case.opened_ms),
            "published_at": _moment(case.published_ms),
            "approved_at": _moment(case.approved_ms),
            "expires_at": _moment(case.expires_ms),
            "paid_fen": case.purse.paid_fen,
            "free_fen": case.purse.free_fen,
            "owed_fen": case.purse.owed_fen,
            "documents": [
                PaperShape(
                    kind=one.kind,
                    sha256=one.sha256,
                    dated=day_text(one.dated),
                    name=one.name,
                    plan=one.plan,
                )
                for one in case.documents
            ],
            "done": [
                DoneShape(
                    move=one.move,
                    at=rfc3339(one.at_ms),
                    person=one.by.person,
                    organisation=one.by.organisation,
                    role=one.by.role,
                    plan=one.plan,
                    amount_fen=one.amount_fen,
                    text=one.text,
                )
                for one in case.done
            ],
            "moves": list(moves),
            "entries": entries or [],
        }
    )


def publication_shape(one: Publication) -> PublicationShape:
    """What hung out, as the API shows it."""
    return PublicationShape(
        n=one.n,
        what=one.what,
        plan=one.plan,
        at=rfc3339(one.at_ms),
        sha256=one.sha256,
        data=msgspec.json.decode(one.data),
    )


def vote_shape(vote: Vote, outcome: Outcome | None) -> VoteShape:
    """A vote as the API shows it."""
    return VoteShape(
        id=vote.id,
        case=vote.case,
        act=vote.act,
        plan=vote.plan,
        state=vote.state,
        version=vote.version,
        opens_at=rfc3339(vote.opens_ms),
        closes_at=rfc3339(vote.closes_ms),
        areas=heads_of(vote.roll),
        ballots=[
            BallotShape(
                head=one.head,
                choice=one.choice,
                scan=one.scan,
                cast_at=rfc3339(one.cast_ms),
                entered_by=one.entered_by,
                confirmed_by=one.confirmed_by,
                struck_by=one.struck_by,
                why=one.struck_why,
                counts=one.counts,
            )
            for one in vote.ballots
        ],
        tally=None if outcome is None else msgspec.to_builtins(outcome.tally),
        passed=None if outcome is None else outcome.tally.passed,
    )


def _moment(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
