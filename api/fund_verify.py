"""`/v1/fund/verifications`: everything reckoned anew from zero, as long work with its progress."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from msgspec import Struct

from api.fund_seen import SeenFund, TheFund, fund_problems
from api.parts import TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.shapes import answer, described
from api.trail import act_of
from api.verifying import Run, TooSoon
from api.who import person_of
from liftwatch.access.rights import ACTIONS
from liftwatch.clock import now_ms, rfc3339
from liftwatch.ids import new_id
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
VERIFY = "fund.verify"
Verifying = Annotated[Principal, Depends(allow(VERIFY))]


class WrongEntry(Struct, kw_only=True):
    """The first entry that is wrong; `why` is told to who sees all of the fund."""

    n: int
    fault: str
    why: str | None


class UnlikeCase(Struct, kw_only=True):
    """The first case, or account, that says another thing than the entries."""

    name: str
    newest_entry: int
    why: str


class Verification(Struct, kw_only=True):
    """How far it is; once it is `over`, whether all is `good`, and what is not.

    `checked` of `upto` entries are right so far. `damage`, `unlike` and `why` name what is of all
    buildings: they are told to who sees them all, and are empty for others.
    """

    id: str
    begun_at: str
    person: str
    over: bool
    upto: int
    checked: int
    failed: str | None
    good: bool | None
    postings: int | None
    anchors: int | None
    cases: int | None
    wrong: WrongEntry | None
    unlike: UnlikeCase | None
    damaged: int | None
    damage: list[str]
    notes: list[str]


@router.post(
    "/v1/fund/verifications",
    status_code=202,
    responses=described(Verification, "It has begun, or is going on", status=202),
)
def begin(*, principal: Verifying, fund: TheFund, parts: ThePart, gate: TheGate) -> Response:
    """Verify the fund's books from zero. One goes on at a time, and whoever asks meanwhile is told
    of it; another one may begin a minute later. It changes nothing, so it needs no key."""
    at_ms = now_ms()
    try:
        with fund_problems():
            run = parts.verifier.begin(new_id(), person=person_of(principal), now_ms=at_ms)
    except TooSoon as error:
        told = Said("the books were just verified: again in %(s)s s", s=error.seconds)
        headers = {"Retry-After": str(error.seconds)}
        raise Problem("too-many", told, headers=headers) from error
    about = ("fund verification", run.id)
    gate.note(act_of(principal, ACTIONS[VERIFY], about, at_ms=at_ms))
    response = answer(_shape(run, whole=_sees_all(fund, parts)))
    response.status_code = 202
    return response


@router.get(
    "/v1/fund/verifications/{id}",
    dependencies=[Depends(allow(VERIFY))],
    responses=described(Verification, "How far it is, or what came of it"),
)
def read(
    *, fund: TheFund, parts: ThePart, id: Annotated[str, Path(pattern="^[0-9a-z-]{1,64}$")]
) -> Response:
    """One of the newest verifications since the service was started."""
    run = parts.verifier.known(id)
    if run is None:
        raise Problem("not-found", Said("there is no verification %(id)s", id=shown(id)))
    return answer(_shape(run, whole=_sees_all(fund, parts)))


def newest(fund: SeenFund, parts: ThePart) -> list[Verification]:
    """Those that are known, the newest first, as far as they are told to whoever asks."""
    whole = _sees_all(fund, parts)
    return [_shape(run, whole=whole) for run in parts.verifier.newest()]


def _sees_all(fund: SeenFund, parts: ThePart) -> bool:
    with fund_problems():
        return fund.sees_places(parts.books.fund_places())


def _shape(run: Run, *, whole: bool) -> Verification:
    verdict = run.verdict
    wrong = verdict.wrong if verdict else None
    unlike = verdict.unlike if verdict and whole else None
    damage = verdict.damage if verdict else ()
    return Verification(
        id=run.id,
        begun_at=rfc3339(run.begun_ms),
        person=run.person,
        over=run.is_over,
        upto=run.upto,
        checked=run.checked,
        failed=None if run.failed is None else str(run.failed),
        good=verdict.good if verdict else None,
        postings=verdict.postings if verdict else None,
        anchors=verdict.anchors if verdict else None,
        cases=verdict.cases if verdict else None,
        wrong=WrongEntry(n=wrong.n, fault=wrong.fault, why=wrong.why if whole else None)
        if wrong
        else None,
        unlike=UnlikeCase(name=unlike.name, newest_entry=unlike.n, why=unlike.why)
        if unlike
        else None,
        damaged=len(damage) if verdict else None,
        damage=list(damage) if whole else [],
        notes=[str(one) for one in verdict.notes] if verdict else [],
    )
