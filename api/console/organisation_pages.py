"""Pages of administrators: organisations with what they reach, and their contracts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.console.forms import Sent, TheForm, chosen, done, typed_day, typed_over
from api.console.kinds import KIND_WORDS
from api.console.language import Language
from api.console.render import language_of, render_form
from api.gate import Gate
from api.once import Act, Done
from api.organisations import contract_of, days_of
from api.parts import TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.problems import Problem, shown
from liftwatch.access.people import Contract, Organisation
from liftwatch.access.sight import Place
from liftwatch.access.store import PeopleWork
from liftwatch.clock import begin_ms, date_of, estate_day, now_ms
from liftwatch.handlers import people
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
    return render_form(request, "organisations.html", values, wrong=wrong, form=form)


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
    wrong = done(gate, principal, WRITE, form=form, act=chosen(form, acts))
    if wrong:
        return _organisation(request, gate, id, wrong=wrong, form=form)
    return RedirectResponse(f"/organisations/{id}", status_code=303)


def _contract_acts(id: str, form: Sent) -> dict[str, Act]:
    """What may be done with an organisation's contracts."""
    about = ("organisation", id)

    def until_ms() -> int | None:
        last = form.text("last_day")
        return begin_ms(typed_day(last, days=1)) if last else None

    def contract(work: PeopleWork, at_ms: int) -> Done:
        del at_ms
        made = people.make_contract(
            work,
            lift=form.text("lift"),
            organisation=id,
            from_ms=begin_ms(typed_day(form.text("first_day"))),
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
    one = organisation_row(found, language)
    fields = {name: one[name] for name in ("name", "kind", "credit_code", "phone")}
    fields |= {"places": "\n".join(one["places"]), "closed": "yes" if one["closed"] else ""}
    values: Values = {
        "one": one,
        "fields": typed_over(fields, form, what="change"),
        "kinds": kind_words(language),
        "contracts": [contract_row(one, language, now_ms()) for one in contracts],
    }
    return render_form(request, "organisation.html", values, wrong=wrong, form=form)


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


def places_of(text: str) -> tuple[Place, ...]:
    """Places as they are typed, one a line: an area, with an estate, with a building of it.

    >>> places_of("320583/garden\\n320584") == (Place("320583", "garden"), Place("320584"))
    True
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return tuple(Place(*map(str.strip, line.split("/", 2))) for line in lines)


assert set(KINDS) <= set(KIND_WORDS), "a kind of organisation without a word"
