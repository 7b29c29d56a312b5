"""The pages of rotas of duty: who is there now, who is next, the coming days with their gaps."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from msgspec.structs import replace

from api.console.duty_views import (
    PLACES_MAX,
    contacts_view,
    form_view,
    hour_words,
    is_simple,
    on_call_view,
    rota_view,
)
from api.console.forms import Sent, TheForm, chosen, degrees, done, fresh_key, typed_day
from api.console.language import Language
from api.console.render import language_of, render
from api.contacts import WRITE as CONTACTS
from api.gate import Gate
from api.once import Act, Done
from api.own import is_admin, leads, led_organisation, own_organisation
from api.parts import TheGate
from api.people_shapes import Nothing
from api.principal import Principal, allow
from api.rota_shapes import minutes_of
from api.rotas import READ, TAKE, WRITE, found_rota
from liftwatch.access.duty import DutyRota
from liftwatch.access.people import AccessError, Organisation
from liftwatch.access.store import PeopleReads, PeopleWork
from liftwatch.clock import (
    DAY_MS,
    MINUTE_MS,
    begin_ms,
    day_text,
    estate_day,
    now_ms,
)
from liftwatch.handlers import rotas
from liftwatch.handlers.calls import change_contacts
from liftwatch.handlers.rotas import Plan
from liftwatch.register.rota import Rota, Substitution, Turns
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
IdPath = Annotated[str, Path(max_length=64)]
Reader = Annotated[Principal, Depends(allow(READ))]
Writer = Annotated[Principal, Depends(allow(WRITE))]
Values = dict[str, Any]
NOBODY = "nobody"
PAGE = 500


@router.get("/duty")
def organisations(request: Request, gate: TheGate, principal: Reader) -> Response:
    """One's own organisations, and who is on duty for them now."""
    language, at_ms = language_of(request), now_ms()
    with gate.people.reading() as reads:
        rows = [
            _now_row(reads, one, language=language, at_ms=at_ms) for one in _own(reads, principal)
        ]
    return render(request, "duty.html", {"rows": rows})


def _own(reads: PeopleReads, principal: Principal) -> list[Organisation]:
    """All that are open for an administrator, else those of which one is a member."""
    if is_admin(principal):
        found = reads.organisations(limit=PAGE)
    else:
        ids = sorted({grant.organisation for grant in principal.grants if grant.organisation})
        found = [one for id in ids if (one := reads.organisation(id)) is not None]
    return [one for one in found if one.closed_ms is None]


def _now_row(reads: PeopleReads, one: Organisation, *, language: Language, at_ms: int) -> Values:
    calls = rotas.on_duty(reads, one.id, at_ms)
    return {
        "id": one.id,
        "name": one.name,
        "calls": [on_call_view(language, call) for call in calls],
        "troubles": len(rotas.warnings(reads, one.id, at_ms)),
    }


@router.get("/duty/{id}")
def organisation(request: Request, gate: TheGate, principal: Reader, *, id: IdPath) -> Response:
    """The rotas of one, with the coming days."""
    return _page(request, gate, principal, id=id)


@router.post("/duty/{id}")
def change(
    request: Request, gate: TheGate, principal: Writer, *, id: IdPath, form: TheForm
) -> Response:
    """What one of the forms of the page asks."""
    act = chosen(form, _ACTS)
    action = {"take": TAKE, "reach": CONTACTS}.get(form.text("what"), WRITE)
    wrong = done(gate, principal, action, form=form, act=_acting(act, principal, id, form=form))
    if wrong:
        return _page(request, gate, principal, id=id, wrong=wrong, form=form)
    return RedirectResponse(f"/duty/{id}", status_code=303)


def _acting(act: Any, principal: Principal, id: str, *, form: Sent) -> Act:
    def acting(work: PeopleWork, at_ms: int) -> Done:
        done_: Done = act(work, at_ms, principal=principal, id=id, form=form)
        return done_

    return acting


def _make(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    led_organisation(work, principal, WRITE, id=id)
    made = rotas.make_rota(work, id, _plan_of(form, None), now_ms=at_ms)
    return Done(Nothing(), "make", ("rota", made.id))


def _change(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    found = _led(work, principal, id, form=form)
    plan = _plan_of(form, found)
    rotas.change_rota(work, found, plan, version=form.number("version"), now_ms=at_ms)
    return Done(Nothing(), "change", ("rota", found.id))


def _except(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    found = _led(work, principal, id, form=form)
    rows = (*found.rota.substitutions, _exception_of(form, found))
    return _with_exceptions(work, found, rows, form=form, at_ms=at_ms)


def _restore(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    found = _led(work, principal, id, form=form)
    number = form.number("number")
    rows = tuple(row for n, row in enumerate(found.rota.substitutions) if n != number)
    return _with_exceptions(work, found, rows, form=form, at_ms=at_ms)


def _with_exceptions(
    work: PeopleWork, found: DutyRota, rows: tuple[Substitution, ...], *, form: Sent, at_ms: int
) -> Done:
    plan = Plan(
        name=found.name,
        rota=replace(found.rota, substitutions=rows),
        holidays=found.holidays,
        workdays=found.workdays,
        head=found.head,
    )
    rotas.change_rota(work, found, plan, version=form.number("version"), now_ms=at_ms)
    return Done(Nothing(), "change", ("rota", found.id))


def _end(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    found = _led(work, principal, id, form=form)
    rotas.end_rota(work, found, version=form.number("version"), now_ms=at_ms)
    return Done(Nothing(), "end", ("rota", found.id))


def _take(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    own_organisation(work, principal, TAKE, id=id)
    found = found_rota(work, id, form.text("rota"))
    rotas.take_over(work, found, principal.person or "", now_ms=at_ms)
    return Done(Nothing(), "take", ("rota", found.id))


def _reach(work: PeopleWork, at_ms: int, *, principal: Principal, id: str, form: Sent) -> Done:
    del at_ms
    led_organisation(work, principal, CONTACTS, id=id)
    latitude, longitude = (degrees(form.text(name)) for name in ("latitude", "longitude"))
    change_contacts(
        work,
        id,
        version=form.number("version"),
        phone=form.text("phone") or None,
        email=form.text("email") or None,
        station=form.text("station") == "yes",
        latitude=latitude,
        longitude=longitude,
        datum=form.text("datum") or None,
    )
    return Done(Nothing(), "change", ("organisation", id))


_ACTS: Mapping[str, Any] = {
    "make": _make,
    "change": _change,
    "except": _except,
    "restore": _restore,
    "end": _end,
    "take": _take,
    "reach": _reach,
}


def _led(work: PeopleWork, principal: Principal, id: str, *, form: Sent) -> DutyRota:
    led_organisation(work, principal, WRITE, id=id)
    return found_rota(work, id, form.text("rota"))


def _plan_of(form: Sent, found: DutyRota | None) -> Plan:
    """The plan of a form: its one row of turns; what the form does not show stays."""
    persons = tuple(name for n in range(1, PLACES_MAX + 1) if (name := form.text(f"person_{n}")))
    turns = Turns(
        persons=persons,
        first_day=typed_day(form.text("first_day")),
        from_min=minutes_of(form.text("hand_over")),
        hours=form.number("hours"),
    )
    before = found or DutyRota(
        id="", organisation="", name="", rota=Rota(), made_ms=0, changed_ms=0
    )
    shows = is_simple(before)
    return Plan(
        name=form.text("name"),
        rota=replace(before.rota, turns=(turns,)) if shows else before.rota,
        holidays=before.holidays,
        workdays=before.workdays,
        head=form.text("head") or None,
    )


def _exception_of(form: Sent, found: DutyRota) -> Substitution:
    """From the hand-over of the first day to the one after the last."""
    first = typed_day(form.text("from_day"))
    last = typed_day(form.text("last_day") or form.text("from_day"))
    if not found.rota.turns:
        raise AccessError(Said("exceptions of a weekly pattern are made by the API"))
    hand_over_ms = found.rota.turns[0].from_min * MINUTE_MS
    by = form.text("by")
    return Substitution(
        person=form.text("instead_of") or None,
        by=None if by == NOBODY else by,
        from_ms=begin_ms(first) + hand_over_ms,
        to_ms=begin_ms(last) + DAY_MS + hand_over_ms,
    )


def _page(
    request: Request,
    gate: Gate,
    principal: Principal,
    *,
    id: str,
    wrong: Said | None = None,
    form: Sent | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    typed = form.fields if form else {}
    with gate.people.reading() as reads:
        found = own_organisation(reads, principal, READ, id=id)
        kept = reads.rotas(id)
        held = [one.person for one in reads.members(id)]
        staff = rotas.staff_of(reads, id, kept, also=held)
        calls = rotas.on_duty(reads, id, at_ms)
        contacts = reads.contacts(id)
        may_change = leads(reads, principal, WRITE, id=id)
    here = [(name, staff.name(name) or name) for name in dict.fromkeys(held)]
    here = sorted((row for row in here if not staff.absence(row[0], at_ms)), key=lambda r: r[1])
    views = [
        rota_view(
            language,
            one,
            call,
            staff=staff,
            at_ms=at_ms,
            here=here,
            typed=typed if typed.get("rota") == one.id else {},
        )
        for one, call in zip(kept, calls, strict=True)
    ]
    fresh = typed if typed.get("what") == "make" else {}
    values: Values = {
        "one": {"id": found.id, "name": found.name},
        "rotas": views,
        "blank": form_view(None, fresh or {})
        | ({} if fresh else {"first_day": day_text(estate_day(at_ms))}),
        "contacts": contacts_view(contacts, typed if typed.get("what") == "reach" else {}),
        "members": here,
        "hours": hour_words(language),
        "may_change": may_change,
        "myself": principal.person,
        "wrong": wrong,
        "typed": typed,
        "key": fresh_key,
    }
    return render(request, "duty_of.html", values, status=422 if wrong else 200)
