"""`/v1/fund/votes`: owners' votes on a plan, on papers that two people read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from api.case_seen import TheCases, case_problems
from api.case_shapes import NewVote, Papers, StruckPaper, VoteList, VoteShape, vote_shape
from api.fund_cases import CasePath, Reader
from api.once import Done, TheOnce, TheVersion, act_once, body_of, takes
from api.parameters import moment_ms
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter
from api.shapes import answer, described
from api.who import person_of
from liftwatch.fund.ballots import Vote
from liftwatch.handlers import fund_cases
from liftwatch.ids import new_id
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["fund"], responses=DOCUMENTED)
VOTE = "fund.vote"
Holder = Annotated[Principal, Depends(allow(VOTE))]
VotePath = Annotated[str, Path(pattern=r"^[0-9a-z-]{1,64}$")]


@router.get("/v1/fund/cases/{case}/votes", responses=described(VoteList, "Its votes"))
def list_votes(*, principal: Reader, cases: TheCases, case: CasePath) -> Response:
    """The votes of a case with their ballots, the first one first."""
    del principal
    cases.one(case)
    return answer(VoteList([vote_shape(*one) for one in cases.votes(case)]))


@router.post(
    "/v1/fund/cases/{case}/votes",
    status_code=201,
    responses=described(VoteShape, "The vote", status=201),
    openapi_extra=takes(NewVote),
)
def open_vote(
    *,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    case: CasePath,
    once: TheOnce,
    body: Annotated[NewVote, Depends(body_of(NewVote))],
) -> Response:
    """Open a vote on the plan that hangs out, from now on."""
    cases.one(case)
    closes_ms = moment_ms("closes_at", body.closes_at) or 0

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            made = fund_cases.open_vote(
                work.books, case, vote=new_id(), closes_ms=closes_ms, now_ms=at_ms
            )
        return _done(made, "open", 201)

    return act_once(gate, principal, VOTE, once=once, act=act)


@router.post(
    "/v1/fund/votes/{vote}/enter",
    responses=described(VoteShape, "The vote as it is now"),
    openapi_extra=takes(Papers),
)
def enter(
    *,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    vote: VotePath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[Papers, Depends(body_of(Papers))],
) -> Response:
    """Enter papers with the hash of their scan; each counts when another person has read it."""
    cases.vote(vote)
    papers = []
    for one in body.papers:
        cast_ms = moment_ms("cast_at", one.cast_at)
        if one.scan is None or cast_ms is None:
            raise BadParameter("papers", Said("a paper has a scan, and when it was handed in"))
        papers.append((one.head, one.choice, one.scan, cast_ms))
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            held = fund_cases.locked_vote(work.books, vote, version=version)
            made = fund_cases.enter(work.books, held, papers, by=person, now_ms=at_ms)
        return _done(made, "enter", 200)

    return act_once(gate, principal, VOTE, once=once, act=act)


@router.post(
    "/v1/fund/votes/{vote}/confirm",
    responses=described(VoteShape, "The vote as it is now"),
    openapi_extra=takes(Papers),
)
def confirm(
    *,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    vote: VotePath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[Papers, Depends(body_of(Papers))],
) -> Response:
    """Say what one has read on papers that another person entered."""
    cases.vote(vote)
    papers = [(one.head, one.choice) for one in body.papers]
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            held = fund_cases.locked_vote(work.books, vote, version=version)
            made = fund_cases.read_again(work.books, held, papers, by=person, now_ms=at_ms)
        return _done(made, "confirm", 200)

    return act_once(gate, principal, VOTE, once=once, act=act)


@router.post(
    "/v1/fund/votes/{vote}/strike",
    responses=described(VoteShape, "The vote as it is now"),
    openapi_extra=takes(StruckPaper),
)
def strike(
    *,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    vote: VotePath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[StruckPaper, Depends(body_of(StruckPaper))],
) -> Response:
    """Take a paper out, with the reason; what two have read takes a third person."""
    cases.vote(vote)
    person = person_of(principal)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            held = fund_cases.locked_vote(work.books, vote, version=version)
            made = fund_cases.strike(
                work.books, held, body.head, why=body.why, by=person, now_ms=at_ms
            )
        return _done(made, "strike", 200)

    return act_once(gate, principal, VOTE, once=once, act=act)


@router.post(
    "/v1/fund/votes/{vote}/close", responses=described(VoteShape, "The vote and its tally")
)
def close(
    *,
    principal: Holder,
    cases: TheCases,
    gate: TheGate,
    vote: VotePath,
    once: TheOnce,
    version: TheVersion,
) -> Response:
    """Count it, once its time is over and no paper waits for its second reader."""
    cases.vote(vote)

    def act(work: OfficeWork, at_ms: int) -> Done:
        with case_problems():
            held = fund_cases.locked_vote(work.books, vote, version=version)
            closed, outcome = fund_cases.close(work.books, held, now_ms=at_ms)
        return Done(vote_shape(closed, outcome), "close", ("fund vote", vote), 200)

    return act_once(gate, principal, VOTE, once=once, act=act)


def _done(made: Vote, what: str, status: int) -> Done:
    return Done(vote_shape(made, None), what, ("fund vote", made.id), status)
