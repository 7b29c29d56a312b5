"""Pages of administrators: people with their roles, and ways to let them in or keep them out."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import Sent, TheForm, chosen, done, typed_over
from api.console.kinds import ROLE_TEXTS
from api.console.language import Language
from api.console.own_page import identity_row
from api.console.render import language_of, render_form
from api.gate import Gate
from api.identities import provider_of
from api.once import Done
from api.parts import TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.problems import Problem, shown
from liftwatch.access.dwellings import Dwelling
from liftwatch.access.identities import Asserted
from liftwatch.access.people import AccessError, Membership
from liftwatch.access.roles import ROLES
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import estate_day, now_ms
from liftwatch.handlers import identities, people, sign_in
from liftwatch.handlers.dwellings import end_dwelling, give_dwelling
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
PAGE = 100
IdPath = Annotated[str, Path(max_length=64)]
After = Annotated[str, Query(max_length=64)]
Reads = Depends(allow("people.read"))
WRITE = "people.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]
Values = dict[str, Any]


@router.get("/people", dependencies=[Reads])
def everybody(request: Request, gate: TheGate, after: After = "") -> Response:
    """All who may sign in, and a form for somebody more."""
    return _people(request, gate, after=after)


@router.post("/people")
def make_person(request: Request, gate: TheGate, principal: Writer, *, form: TheForm) -> Response:
    """Somebody new, who comes in by a link."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        made = people.make_person(
            work,
            login=form.text("login"),
            name=form.text("name"),
            phone=form.text("phone") or None,
            now_ms=at_ms,
        )
        return Done(Nothing(), "make", ("person", made.id))

    wrong = done(gate, principal, WRITE, form=form, act=act)
    if wrong:
        return _people(request, gate, wrong=wrong, form=form)
    with gate.people.reading() as reads:
        made = reads.person_of_login(form.text("login").lower())
    return RedirectResponse(f"/people/{made.id}" if made else "/people", status_code=303)


def _people(
    request: Request,
    gate: Gate,
    *,
    after: str = "",
    wrong: Said | None = None,
    form: Sent | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    with gate.people.reading() as reads:
        rows = reads.people(after=after, limit=PAGE + 1)
        roles = reads.memberships([one.id for one in rows])
        names = names_of(reads, roles)
    held = [(one, [r for r in roles if r.person == one.id]) for one in rows[:PAGE]]
    values: Values = {
        "rows": [
            (one, [role_row(r, language, names) for r in has if r.until_ms is None])
            for one, has in held
        ],
        "more": rows[PAGE - 1].login if len(rows) > PAGE else None,
        "locked": {one.id for one in rows if (one.locked_until_ms or 0) > at_ms},
    }
    return render_form(request, "people.html", values, wrong=wrong, form=form)


@router.get("/people/{id}", dependencies=[Reads])
def person(request: Request, gate: TheGate, id: IdPath) -> Response:
    """Somebody: their roles, and ways to let them in or keep them out."""
    return _person(request, gate, id)


@router.post("/people/{id}")
def change_person(
    request: Request, gate: TheGate, principal: Writer, *, id: IdPath, form: TheForm
) -> Response:
    """What one of the forms of the page asks."""
    link: list[str] = []

    def give(work: PeopleWork, at_ms: int) -> Done:
        organisation = form.text("organisation") or None
        people.grant(
            work,
            id,
            form.text("role"),
            organisation=organisation,
            now_ms=at_ms,
            lead=form.text("lead") == "yes",
        )
        return Done(Nothing(), f"give.{form.text('role')}", ("person", id))

    def withdraw(work: PeopleWork, at_ms: int) -> Done:
        people.withdraw(work, id, form.text("membership"), now_ms=at_ms)
        return Done(Nothing(), "withdraw", ("person", id))

    def change(work: PeopleWork, at_ms: int) -> Done:
        people.change_person(
            work,
            id,
            version=form.number("version"),
            now_ms=at_ms,
            name=form.text("name"),
            phone=form.text("phone") or None,
            email=form.text("email") or None,
            disabled=form.text("disabled") == "yes",
        )
        return Done(Nothing(), "change", ("person", id))

    def let_in(work: PeopleWork, at_ms: int) -> Done:
        found = work.person(id)
        if found is None or found.disabled_ms is not None:
            raise AccessError(Said("who is disabled may not come in"))
        link.append(sign_in.issue(work, id, "link", now_ms=at_ms).secret)
        return Done(Nothing(), "link", ("person", id))

    def identity(work: PeopleWork, at_ms: int) -> Done:
        asserted = Asserted(provider_of(gate).issuer, form.text("subject"))
        identities.link(work, id, asserted, now_ms=at_ms)
        return Done(Nothing(), "identity", ("person", id))

    def unlink(work: PeopleWork, at_ms: int) -> Done:
        identities.unlink(work, id, form.text("identity"), now_ms=at_ms)
        return Done(Nothing(), "identity.end", ("person", id))

    acts = {"give": give, "withdraw": withdraw, "change": change, "link": let_in}
    acts |= {"identity": identity, "unlink": unlink}
    acts |= dwelling_acts(id, form, principal)
    wrong = done(gate, principal, WRITE, form=form, act=chosen(form, acts))
    if wrong or link:
        url = f"{request.url.scheme}://{request.url.netloc}/enter/{link[0]}" if link else None
        return _person(request, gate, id, wrong=wrong, form=form if wrong else None, link=url)
    return RedirectResponse(f"/people/{id}", status_code=303)


def _person(
    request: Request,
    gate: Gate,
    id: str,
    *,
    wrong: Said | None = None,
    form: Sent | None = None,
    link: str | None = None,
) -> Response:
    language = language_of(request)
    with gate.people.reading() as reads:
        found = reads.person(id)
        if found is None:
            raise Problem("not-found", Said("there is no person %(id)s", id=shown(id)))
        roles = reads.memberships([id])
        names = names_of(reads, roles)
        units = reads.organisations(limit=500)
        elsewhere = identities.standing(reads, id)
        homes = reads.dwellings(id)
    values: Values = {
        "dwellings": [dwelling_row(one, language) for one in homes],
        "openid": gate.provider.label if gate.provider else None,
        "identities": [identity_row(one, language) for one in elsewhere],
        "one": found,
        "fields": typed_over(
            {
                "name": found.name,
                "phone": found.phone or "",
                "email": found.email or "",
                "disabled": "yes" if found.disabled_ms is not None else "",
            },
            form,
            what="change",
        ),
        "roles": [role_row(one, language, names) for one in roles],
        "role_words": [(name, language.say(text)) for name, text in ROLE_TEXTS.items()],
        "units": [(one.id, one.name) for one in units if one.closed_ms is None],
        "link": link,
    }
    return render_form(request, "person.html", values, wrong=wrong, form=form)


def role_row(one: Membership, language: Language, names: dict[str, str]) -> Values:
    """A role as a page shows it."""
    return {
        "id": one.id,
        "word": language.say(ROLE_TEXTS[one.role]),
        "lead": one.lead,
        "organisation": one.organisation,
        "name": names.get(one.organisation or "", ""),
        "since": language.day(estate_day(one.from_ms)),
        "until": None if one.until_ms is None else language.day(estate_day(one.until_ms)),
    }


def dwelling_acts(
    id: str, form: Sent, principal: Principal
) -> dict[str, Callable[[PeopleWork, int], Done]]:
    """What the forms of dwellings ask: one more, or one less."""

    def dwelling(work: PeopleWork, at_ms: int) -> Done:
        door = door_of(form.text("door"))
        give_dwelling(work, id, door, told_by=principal.person, now_ms=at_ms)
        return Done(Nothing(), "dwelling", ("person", id))

    def moved_out(work: PeopleWork, at_ms: int) -> Done:
        end_dwelling(work, id, form.text("dwelling"), now_ms=at_ms)
        return Done(Nothing(), "dwelling.end", ("person", id))

    return {"dwelling": dwelling, "moved": moved_out}


def door_of(text: str) -> tuple[str, str, str, str]:
    """A household as it is typed: area/estate/building/household. AccessError for what is none.

    >>> door_of(" 320583/garden/7/1203 ")
    ('320583', 'garden', '7', '1203')
    """
    parts = [part.strip() for part in text.split("/")]
    if len(parts) != 4 or not all(parts):
        raise AccessError(Said("a household is written as area/estate/building/household"))
    return parts[0], parts[1], parts[2], parts[3]


def dwelling_row(one: Dwelling, language: Language) -> Values:
    """A dwelling as a page shows it."""
    return {
        "id": one.id,
        "door": "/".join(one.door),
        "since": language.day(estate_day(one.from_ms)),
        "until": None if one.until_ms is None else language.day(estate_day(one.until_ms)),
    }


def names_of(reads: PeopleReads, roles: list[Membership]) -> dict[str, str]:
    """The names of the organisations of some roles."""
    wanted = {one.organisation for one in roles if one.organisation}
    found = (reads.organisation(id) for id in wanted)
    return {one.id: one.name for one in found if one is not None}


assert set(ROLE_TEXTS) == set(ROLES), "a role without a word"
