"""Pages of administrators: organisations with their contracts, people with their roles."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import Sent, TheForm, done, fresh_key
from api.console.kinds import KIND_WORDS, ROLE_TEXTS
from api.console.language import Language
from api.console.own_page import identity_row
from api.console.render import language_of, render
from api.gate import Gate
from api.identities import provider_of
from api.once import Act, Done
from api.organisations import contract_of, days_of
from api.parts import TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.problems import BadParameter, Problem, shown
from liftwatch.access.identities import Asserted
from liftwatch.access.people import AccessError, Contract, Membership, Organisation
from liftwatch.access.roles import ROLES
from liftwatch.access.sight import Place
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import begin_ms, date_of, day_of, estate_day, now_ms
from liftwatch.handlers import identities, people, sign_in
from liftwatch.register.columns import KINDS
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
PAGE = 100
IdPath = Annotated[str, Path(max_length=64)]
After = Annotated[str, Query(max_length=64)]
Reads = Depends(allow("people.read"))
WRITE = "people.write"
Writer = Annotated[Principal, Depends(allow(WRITE))]
Values = dict[str, Any]


@router.get("/organisations", dependencies=[Reads])
def organisations(request: Request, gate: TheGate, after: After = "") -> Response:
    """All of them, and a form for another."""
    return _organisations(request, gate, after=after)


@router.post("/organisations")
def make_organisation(
    request: Request, gate: TheGate, principal: Writer, *, form: TheForm
) -> Response:
    """A new one."""

    def act(work: PeopleWork, at_ms: int) -> Done:
        made = people.make_organisation(
            work,
            name=form.text("name"),
            credit_code=form.text("credit_code").upper() or None,
            phone=form.text("phone") or None,
            places=places_of(form.text("places")),
            kind=form.text("kind") or None,
            now_ms=at_ms,
        )
        return Done(Nothing(), "make", ("organisation", made.id))

    wrong = done(gate, principal, WRITE, form=form, act=act)
    if wrong:
        return _organisations(request, gate, wrong=wrong, form=form)
    return RedirectResponse("/organisations", status_code=303)


def _organisations(
    request: Request,
    gate: Gate,
    *,
    after: str = "",
    wrong: Said | None = None,
    form: Sent | None = None,
) -> Response:
    language = language_of(request)
    with gate.people.reading() as reads:
        rows = reads.organisations(after=after, limit=PAGE + 1)
    values: Values = {
        "rows": [organisation_row(one, language) for one in rows[:PAGE]],
        "more": rows[PAGE - 1].id if len(rows) > PAGE else None,
        "kinds": kind_words(language),
    }
    return _shown(request, "organisations.html", values, wrong=wrong, form=form)


@router.get("/organisations/{id}", dependencies=[Reads])
def organisation(request: Request, gate: TheGate, id: IdPath) -> Response:
    """One of them: what it reaches, and the lifts it maintains."""
    return _organisation(request, gate, id)


@router.post("/organisations/{id}")
def change_organisation(
    request: Request, gate: TheGate, principal: Writer, *, id: IdPath, form: TheForm
) -> Response:
    """What its form says, or a contract."""

    def change(work: PeopleWork, at_ms: int) -> Done:
        people.change_organisation(
            work,
            id,
            version=form.number("version"),
            now_ms=at_ms,
            name=form.text("name"),
            credit_code=form.text("credit_code").upper() or None,
            phone=form.text("phone") or None,
            places=places_of(form.text("places")),
            kind=form.text("kind") or None,
            closed=form.text("closed") == "yes",
        )
        return Done(Nothing(), "change", ("organisation", id))

    acts = {"change": change, **_contract_acts(id, form)}
    wrong = done(gate, principal, WRITE, form=form, act=_chosen(form, acts))
    if wrong:
        return _organisation(request, gate, id, wrong=wrong, form=form)
    return RedirectResponse(f"/organisations/{id}", status_code=303)


def _contract_acts(id: str, form: Sent) -> dict[str, Act]:
    """What may be done with an organisation's contracts."""
    about = ("organisation", id)

    def until_ms() -> int | None:
        last = form.text("last_day")
        return _day_ms(last, days=1) if last else None

    def contract(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        made = people.make_contract(
            work,
            lift=form.text("lift"),
            organisation=id,
            from_ms=_day_ms(form.text("first_day")),
            until_ms=until_ms(),
        )
        return Done(Nothing(), "contract", about, facts=days_of(made))

    def end(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        found = contract_of(work, id, form.text("contract"))
        version = form.number("version")
        made = people.end_contract(work, found, version=version, until_ms=until_ms())
        return Done(Nothing(), "end_contract", about, facts=days_of(made))

    def withdraw(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        found = contract_of(work, id, form.text("contract"))
        work.delete_contract(found.id)
        return Done(Nothing(), "withdraw_contract", about, facts=days_of(found))

    return {"contract": contract, "end": end, "withdraw": withdraw}


def _organisation(
    request: Request, gate: Gate, id: str, *, wrong: Said | None = None, form: Sent | None = None
) -> Response:
    language = language_of(request)
    with gate.people.reading() as reads:
        found = reads.organisation(id)
        if found is None:
            raise Problem("not-found", Said("there is no organisation %(id)s", id=shown(id)))
        contracts = reads.contracts(organisation=id)
    values: Values = {
        "one": organisation_row(found, language),
        "kinds": kind_words(language),
        "contracts": [contract_row(one, language, now_ms()) for one in contracts],
    }
    return _shown(request, "organisation.html", values, wrong=wrong, form=form)


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
    return _shown(request, "people.html", values, wrong=wrong, form=form)


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
    wrong = done(gate, principal, WRITE, form=form, act=_chosen(form, acts))
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
    values: Values = {
        "openid": gate.provider.label if gate.provider else None,
        "identities": [identity_row(one, language) for one in elsewhere],
        "one": found,
        "roles": [role_row(one, language, names) for one in roles],
        "role_words": [(name, language.say(text)) for name, text in ROLE_TEXTS.items()],
        "units": [(one.id, one.name) for one in units if one.closed_ms is None],
        "link": link,
    }
    return _shown(request, "person.html", values, wrong=wrong, form=form)


def _shown(
    request: Request, template: str, values: Values, *, wrong: Said | None, form: Sent | None
) -> Response:
    """A page with forms: what was typed stays, with the reason why it cannot be."""
    values |= {"wrong": wrong, "typed": form.fields if form else {}, "key": fresh_key}
    return render(request, template, values, status=422 if wrong else 200)


def _chosen(form: Sent, acts: Mapping[str, Act]) -> Act:
    act = acts.get(form.text("what"))
    if act is None:
        raise BadParameter("what", Said("is none of %(acts)s", acts=", ".join(acts)))
    return act


def organisation_row(one: Organisation, language: Language) -> Values:
    """An organisation as its page shows it; a place is a line."""
    lines = ["/".join(filter(None, (p.area, p.estate, p.building))) for p in one.places]
    return {
        "id": one.id,
        "name": one.name,
        "credit_code": one.credit_code or "",
        "phone": one.phone or "",
        "kind": one.kind or "",
        "kind_word": language.say(KIND_WORDS[one.kind]) if one.kind else "",
        "places": lines,
        "closed": one.closed_ms is not None,
        "version": one.version,
    }


def kind_words(language: Language) -> list[tuple[str, str]]:
    """What an organisation can be."""
    return [(kind, language.say(KIND_WORDS[kind])) for kind in KINDS]


def contract_row(one: Contract, language: Language, at_ms: int) -> Values:
    """A contract as a page shows it, with its days inclusive."""
    return {
        "id": one.id,
        "version": one.version,
        "lift": one.lift,
        "first": language.day(estate_day(one.from_ms)),
        "last": None if one.until_ms is None else language.day(estate_day(one.until_ms - 1)),
        "last_day": "" if one.until_ms is None else str(date_of(estate_day(one.until_ms - 1))),
        "current": one.from_ms <= at_ms and (one.until_ms is None or at_ms < one.until_ms),
    }


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


def names_of(reads: PeopleReads, roles: list[Membership]) -> dict[str, str]:
    """The names of the organisations of some roles."""
    wanted = {one.organisation for one in roles if one.organisation}
    found = (reads.organisation(id) for id in wanted)
    return {one.id: one.name for one in found if one is not None}


def places_of(text: str) -> tuple[Place, ...]:
    """Places as they are typed, one a line: an area, with an estate, with a building of it.

    >>> places_of("320583/garden\\n320584") == (Place("320583", "garden"), Place("320584"))
    True
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(Place(*map(str.strip, line.split("/", 2))) for line in lines)


def _day_ms(text: str, *, days: int = 0) -> int:
    try:
        return begin_ms(date_of(day_of(text) + days))
    except (ValueError, OverflowError) as error:
        raise AccessError(
            Said("%(text)s is no day such as 2026-03-02", text=repr(text[:20]))
        ) from error


assert set(ROLE_TEXTS) == set(ROLES), "a role without a word"
assert set(KINDS) <= set(KIND_WORDS), "a kind of organisation without a word"
