"""`/v1/credit`: what supervision puts on record about organisations, heard first."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.credit_seen import (
    ANSWER,
    READ,
    WRITE,
    SeenCredit,
    TheCredit,
    authority,
    no_entry,
    side_of,
)
from api.credit_shapes import (
    CreditList,
    CreditNothing,
    CreditShape,
    CreditWhole,
    CreditWords,
    KnownCreditFacts,
    NewCredit,
    credit_line_shape,
    credit_shape,
    known_fact_shape,
)
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import moment_ms
from api.parts import TheGate
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem
from api.shapes import answer, described
from liftwatch.care.sanctions import MOVES, Entry, Fact
from liftwatch.clock import DAY_MS, now_ms
from liftwatch.handlers.care_credit import NoSuchEntry, make_move, write
from liftwatch.ids import new_id
from liftwatch.incidents.course import Actor
from liftwatch.incidents.moves import CannotMove, Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["credit"], responses=DOCUMENTED)
LIST = "credit"
SINCE_MS = 366 * DAY_MS
Writer = Annotated[Principal, Depends(allow(WRITE))]
Answerer = Annotated[Principal, Depends(allow(ANSWER))]
IdPath = Annotated[str, Path(max_length=64)]
Whose = Annotated[str, Query(max_length=64)]


@router.get(
    "/v1/credit",
    dependencies=[Depends(allow(READ))],
    responses=described(CreditList, "The newest first"),
)
def list_entries(
    *,
    seen: TheCredit,
    open_: Annotated[bool, Query(alias="open")] = True,
    public: bool = False,
    organisation: Whose | None = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """What is in force for all, and of one's own what was announced or written; with `open=false`
    also what is over, with `public=true` only what is in force."""
    after = read_cursor(cursor, LIST, tuple[int, str]) if cursor else None
    rows = seen.list(
        living=open_, public=public, organisation=organisation, limit=limit + 1, after=after
    )
    page = rows[:limit]
    more = len(rows) > limit
    following = write_cursor(LIST, [page[-1].issued_ms, page[-1].id]) if more else None
    return answer(CreditList([credit_shape(one, whole=seen.whole(one)) for one in page], following))


@router.get("/v1/credit/facts", responses=described(KnownCreditFacts, "By kind, the newest first"))
def list_facts(
    *,
    principal: Writer,
    seen: TheCredit,
    gate: TheGate,
    organisation: Whose,
    area: Annotated[str, Query(pattern="^[0-9]{6,12}$")],
) -> Response:
    """What an entry about an organisation may rest on, of the last year."""
    places = authority(principal, area).places
    with gate.people.reading() as reads:
        since_ms = now_ms() - SINCE_MS
        found = list(seen.facts(reads, places).about(organisation, area, since_ms=since_ms))
    return answer(KnownCreditFacts([known_fact_shape(one.fact) for one in found]))


@router.get(
    "/v1/credit/{entry}",
    dependencies=[Depends(allow(READ))],
    responses=described(CreditWhole, "The entry, and to its parties its story"),
)
def read_entry(seen: TheCredit, entry: IdPath) -> Response:
    """One of them."""
    one = seen.one(entry)
    story = [credit_line_shape(line) for line in seen.story(one)]
    return answer(CreditWhole(entry=credit_shape(one, whole=seen.whole(one)), story=story))


@router.post(
    "/v1/credit",
    status_code=201,
    responses=described(CreditShape, "The draft", status=201),
    openapi_extra=takes(NewCredit),
)
def write_entry(
    *,
    principal: Writer,
    seen: TheCredit,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewCredit, Depends(body_of(NewCredit))],
) -> Response:
    """Write a draft; nobody but the authority sees it before it is announced."""
    return act_once(gate, principal, WRITE, once=once, act=writing(seen, principal, body))


def writing(seen: SeenCredit, principal: Principal, body: NewCredit) -> Act:
    """How somebody writes a draft; a problem where that cannot be."""
    grant = authority(principal, body.area)
    terms = (("hear_by", body.hear_by), ("from", body.from_), ("until", body.until))
    hear_by_ms, from_ms, until_ms = (moment_ms(name, text) or 0 for name, text in terms)
    by = _by(principal, grant.organisation)

    def act(work: OfficeWork, at_ms: int) -> Done:
        one = Entry(
            id=new_id(),
            area=body.area,
            organisation=body.organisation,
            kind=body.kind,
            facts=tuple(Fact(kind=fact.kind, id=fact.id) for fact in body.facts),
            what=body.what.strip(),
            article=body.article.strip(),
            decision=body.decision.strip(),
            paper=body.paper,
            issuer=grant.organisation,
            issued_by=principal.person or "",
            issued_ms=at_ms,
            hear_by_ms=hear_by_ms,
            from_ms=from_ms,
            until_ms=until_ms,
            exercise=seen.exercise,
        )
        if work.organisation(one.organisation) is None:
            raise Problem("unusable", Said("there is no such organisation"))
        try:
            facts = seen.facts(work, grant.places)
            made = write(work.books, one, facts=facts, by=by, now_ms=at_ms)
        except Untold as error:
            raise Problem("unusable", said_by(error)) from error
        told = {"organisation": one.organisation, "kind": one.kind}
        return Done(credit_shape(made, whole=True), "draft", ("credit", one.id), facts=told)

    return act


@router.post(
    "/v1/credit/{entry}/announce",
    responses=described(CreditShape, "The entry as it is then"),
    openapi_extra=takes(CreditNothing),
)
def announce_entry(
    *,
    principal: Writer,
    seen: TheCredit,
    gate: TheGate,
    entry: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[CreditNothing, Depends(body_of(CreditNothing))],
) -> Response:
    """Announce a draft to its organisation, which may answer until the term is over."""
    del body
    act = moving(seen, principal, entry, name="announce", text=None, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/credit/{entry}/answer",
    responses=described(CreditShape, "The entry as it is then"),
    openapi_extra=takes(CreditWords),
)
def answer_entry(
    *,
    principal: Answerer,
    seen: TheCredit,
    gate: TheGate,
    entry: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[CreditWords, Depends(body_of(CreditWords))],
) -> Response:
    """Answer what is announced about one's own organisation, once."""
    act = moving(seen, principal, entry, name="answer", text=body.text, version=version)
    return act_once(gate, principal, ANSWER, once=once, act=act)


@router.post(
    "/v1/credit/{entry}/enforce",
    responses=described(CreditShape, "The entry as it is then"),
    openapi_extra=takes(CreditNothing),
)
def enforce_entry(
    *,
    principal: Writer,
    seen: TheCredit,
    gate: TheGate,
    entry: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[CreditNothing, Depends(body_of(CreditNothing))],
) -> Response:
    """Put in force what was heard, while all that it rests on stands: all see it from now on."""
    del body
    act = moving(seen, principal, entry, name="enforce", text=None, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


@router.post(
    "/v1/credit/{entry}/withdraw",
    responses=described(CreditShape, "The entry as it is then"),
    openapi_extra=takes(CreditWords),
)
def withdraw_entry(
    *,
    principal: Writer,
    seen: TheCredit,
    gate: TheGate,
    entry: IdPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[CreditWords, Depends(body_of(CreditWords))],
) -> Response:
    """Withdraw an entry, with a reason."""
    act = moving(seen, principal, entry, name="withdraw", text=body.text, version=version)
    return act_once(gate, principal, WRITE, once=once, act=act)


def moving(
    seen: SeenCredit,
    principal: Principal,
    id: str,
    *,
    name: str,
    text: str | None,
    version: int,
) -> Act:
    """How somebody moves an entry; a problem where that cannot be."""
    one = seen.one(id)
    found = side_of(principal, one)
    if found is None or found[0] != MOVES[name].side:
        raise Problem("forbidden", Said("this is for another to do"))
    side, grant = found
    by = _by(principal, grant.organisation)

    def act(work: OfficeWork, at_ms: int) -> Done:
        stand = seen.facts(work, grant.places) if name in ("announce", "enforce") else None
        try:
            made = make_move(
                work.books,
                id,
                name,
                by=by,
                side=side,
                version=version,
                now_ms=at_ms,
                text=None if text is None else text.strip(),
                facts=stand,
            )
        except NoSuchEntry as error:
            raise no_entry(id) from error
        except (CannotMove, Untold) as error:
            problem = "conflict" if isinstance(error, CannotMove) else "unusable"
            raise Problem(problem, said_by(error)) from error
        return Done(credit_shape(made, whole=True), name, ("credit", id), status=200)

    return act


def _by(principal: Principal, organisation: str) -> Actor:
    channel = principal.where.channel
    return Actor(person=principal.person, organisation=organisation, channel=channel)
