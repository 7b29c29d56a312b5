"""From the lift to the fund and back: a draft for an incident, its evidence, and the aftermath."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Struct

from api.case_seen import TheCases, case_problems
from api.case_shapes import CaseShape, NewDraft, case_shape
from api.fund_cases import OPEN, CasePath
from api.fund_seen import account_or_problem
from api.incidents import find_incident
from api.once import Done, TheOnce, act_once, body_of, takes
from api.parts import TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem
from api.shapes import NO_STORE, answer, described
from liftwatch.clock import now_ms, rfc3339
from liftwatch.fund.drafts import Suggestion
from liftwatch.handlers.fund_aftermath import Seen, case_aftermath
from liftwatch.handlers.fund_drafts import building_of, open_for
from liftwatch.ids import new_id
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
HashPath = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class SuggestionShape(Struct, kw_only=True):
    """What a kind of incident points to: codes of work, and what such work usually costs."""

    works: list[str]
    low_fen: int
    high_fen: int
    major: bool
    may_be_urgent: bool


class DraftShape(Struct, kw_only=True):
    """The draft, what it suggests, and the hash of its evidence."""

    case: CaseShape
    suggestion: SuggestionShape
    evidence: str


class AftermathShape(Struct, kw_only=True):
    """What became of a repair: how often its fault was raised 90 days before and since.

    `verdict` is `came_back`, `stayed_away`, `too_early`, `cannot_tell` (the lift was not heard
    for more than a tenth of the time), or null before the work is accepted, and where no kind of
    incident points to it.
    """

    verdict: str | None = None
    kinds: list[str] = []
    done_at: str | None = None
    until: str | None = None
    before: int = 0
    after: int = 0
    first_at: str | None = None


def suggestion_shape(found: Suggestion) -> SuggestionShape:
    """A suggestion as the API shows it."""
    return SuggestionShape(
        works=list(found.works),
        low_fen=found.low_fen,
        high_fen=found.high_fen,
        major=found.major,
        may_be_urgent=found.urgent,
    )


def aftermath_shape(seen: Seen | None) -> AftermathShape:
    """The aftermath as the API shows it."""
    if seen is None:
        return AftermathShape()
    found = seen.found
    return AftermathShape(
        verdict=found.verdict,
        kinds=list(seen.kinds),
        done_at=rfc3339(seen.done_ms),
        until=rfc3339(found.until_ms),
        before=found.before,
        after=found.after,
        first_at=None if found.first_ms is None else rfc3339(found.first_ms),
    )


@router.post(
    "/v1/incidents/{id}/fund-case",
    status_code=201,
    responses=described(DraftShape, "The draft", status=201),
    openapi_extra=takes(NewDraft),
)
def open_draft(
    *,
    principal: Annotated[Principal, Depends(allow(OPEN))],
    books: TheBooks,
    parts: ThePart,
    cases: TheCases,
    gate: TheGate,
    id: str,
    once: TheOnce,
    body: Annotated[NewDraft, Depends(body_of(NewDraft))],
) -> Response:
    """Open a draft for an incident or a trend, with the lift's fault history as its evidence.

    It moves no money, and takes the ordinary path however urgent it is: people choose another.
    One goes on at a time for an incident.
    """
    incident = find_incident(books, id)
    with case_problems():
        place = building_of(parts.books, incident)
    account_or_problem(f"bank/{'/'.join(place)}/{body.bank}", cases.sight)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            work.books.fund_lock()  # no other draft for it meanwhile
            made = open_for(
                work.books,
                parts.books,
                incident,
                id=new_id().replace("-", ""),
                custody=body.custody,  # type: ignore[arg-type]  # it is asked there
                bank=body.bank,
                now_ms=at_ms,
            )
        shape = DraftShape(
            case=case_shape(made.case, moves=cases.moves(made.case, principal)),
            suggestion=suggestion_shape(made.suggestion),
            evidence=made.snapshot.sha256,
        )
        return Done(shape, "draft", ("fund case", made.case.id), facts={"incident": id})

    return act_once(gate, principal, OPEN, once=once, act=act)


@router.get(
    "/v1/fund/cases/{case}/documents/{sha256}",
    dependencies=[Depends(allow("fund.cases"))],
    responses={
        200: {
            "description": "The document, byte for byte",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
)
def read_document(*, parts: ThePart, cases: TheCases, case: CasePath, sha256: HashPath) -> Response:
    """A document of a case that the lift gave; of all others only the hash is kept here."""
    cases.one(case)
    with case_problems():
        found = parts.books.fund_snapshot(case, sha256)
    if found is None:
        raise Problem("not-found", Said("of this document only the hash is kept here, if at all"))
    return Response(found.data.encode(), media_type="application/json", headers=NO_STORE)


@router.get(
    "/v1/fund/cases/{case}/aftermath",
    dependencies=[Depends(allow("fund.disclosure"))],
    responses=described(AftermathShape, "Before and after the work"),
)
def read_aftermath(*, parts: ThePart, cases: TheCases, case: CasePath) -> Response:
    """Whether the fault of a case came back within 90 days, by the incidents of its lift."""
    found = cases.one(case)
    return answer(aftermath_shape(case_aftermath(parts.books, found, now_ms=now_ms())))
