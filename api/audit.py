"""`/v1/audit`: who did or read what, for administrators; and the erasing of a person."""

from collections.abc import Collection
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from api.once import Done, TheOnce, act_once
from api.paging import INT_MAX, LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parameters import Moment, Words, known_words, moment_ms
from api.parts import TheGate, ThePart
from api.people_shapes import AuditList, AuditShape, Nothing
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter, Problem, shown
from api.shapes import answer, described
from api.trail import act_of
from liftwatch.access.people import AccessError
from liftwatch.access.rights import ACTIONS
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.audit.persons import Line
from liftwatch.audit.trail import AuditFilter
from liftwatch.clock import now_ms, rfc3339
from liftwatch.handlers import people
from liftwatch.said import Said

router = APIRouter(tags=["audit"], responses=DOCUMENTED)
LIST, READ, ERASE = "audit", "audit.read", "audit.erase"
OWN_ACTIONS = ("audit.export", "audit.prune", "audit.seal")
"""Acts of the service and of its commands, which no route has."""
Word = Annotated[str | None, Query(max_length=200)]


def audit_filter(
    *,
    reads: PeopleReads,
    action: Collection[str] = (),
    who: str | None = None,
    about: str | None = None,
    target: str | None = None,
    from_ms: int | None = None,
    to_ms: int | None = None,
) -> AuditFilter:
    """Of logins and words; a login nobody has finds nothing."""
    people_named = {name: _person(reads, login) for name, login in (("who", who), ("about", about))}
    return AuditFilter(
        person=people_named["who"],
        about=people_named["about"],
        action=tuple(action),
        target=target,
        from_ms=from_ms,
        to_ms=to_ms,
    )


@router.get("/v1/audit", responses=described(AuditList, "Acts, the newest first"))
def list_acts(
    *,
    parts: ThePart,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(READ))],
    action: Words,
    who: Word = None,
    about: Word = None,
    target: Word = None,
    from_: Annotated[Moment, Query(alias="from")] = None,
    to: Moment = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Acts that fit all that is asked; `who` and `about` are logins. This read is one itself."""
    known = (*ACTIONS, *OWN_ACTIONS)
    after = read_cursor(cursor, LIST, int) if cursor else None
    if after is not None and not 0 <= after <= INT_MAX:
        raise BadParameter("cursor", Said("this is not a cursor of ours"))
    gate.note(act_of(principal, ACTIONS[READ], ("list", "/v1/audit"), at_ms=now_ms()))
    with gate.people.reading() as reads:
        where = audit_filter(
            reads=reads,
            action=known_words("action", action, known),
            who=who,
            about=about,
            target=target,
            from_ms=moment_ms("from", from_),
            to_ms=moment_ms("to", to),
        )
        page = parts.books.audit_page(where, after=after, limit=limit)
        logins = logins_of(reads, page.items)
    items = [audit_shape(line, logins) for line in page.items]
    return answer(AuditList(items, None if page.next is None else write_cursor(LIST, page.next)))


@router.post(
    "/v1/people/{id}/erase", responses=described(Nothing, "Erased: nobody knows who it was")
)
def erase_person(
    *,
    gate: TheGate,
    principal: Annotated[Principal, Depends(allow(ERASE))],
    id: Annotated[str, Path(max_length=64)],
    once: TheOnce,
) -> Response:
    """Forget a disabled person: name, number, login, and who their pseudonym in the trail is."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        found = work.person(id)
        if found is None:
            raise Problem("not-found", Said("there is no person %(id)s", id=shown(id)))
        if found.disabled_ms is None:
            raise AccessError(Said("disable them first: whoever is erased cannot come back"))
        pseudonym = people.erase(work, found)
        return Done(Nothing(), "erase", ("pseudonym", pseudonym or "none"), 200)

    return act_once(gate, principal, ERASE, once=once, act=act)


def audit_shape(line: Line, logins: dict[str, str]) -> AuditShape:
    """An act as the API shows it."""
    entry = line.entry
    return AuditShape(
        n=entry.n,
        at=rfc3339(entry.at_ms),
        who=None if line.who is None else logins.get(line.who, line.who),
        organisation=entry.organisation,
        action=entry.action,
        target_kind=entry.target_kind,
        target=entry.target,
        about=logins.get(line.about, line.about) if line.about else None,
        outcome=entry.outcome,
        channel=entry.channel,
        address=line.address,
        why=line.why,
        detail=msgspec.json.decode(entry.detail),
        private=line.private,
        hash=entry.hash,
    )


def logins_of(reads: PeopleReads, lines: Collection[Line]) -> dict[str, str]:
    """The logins of the people of some acts."""
    wanted = {one for line in lines for one in (line.who, line.about) if one}
    found = (reads.person(id) for id in wanted)
    return {one.id: one.login for one in found if one is not None}


def _person(reads: PeopleReads, login: str | None) -> str | None:
    if login is None:
        return None
    found = reads.person_of_login(login.strip().lower())
    return "none" if found is None else found.id
