"""The page of how a lift is kept: its regime and plan, certificates, age, and its visits."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.care_due import CERTIFY, READ, REGIMES, certifying, filing_regime
from api.care_due_shapes import CertificateBody, RegimeBody
from api.care_seen import SeenCare, TheCare
from api.console.care_forms import attempt
from api.console.forms import Sent, TheForm, fresh_key, typed_day
from api.console.fund_forms import hash_of, shaped
from api.console.render import language_of, render
from api.console.silence_views import names_by_id
from api.console.visit_texts import BY_TEXTS, VERDICT_TEXTS, WORK_TEXTS
from api.console.visit_views import LiftNames, visit_line
from api.once import Act, act_once
from api.parameters import LiftPath
from api.parts import Parts, TheGate, ThePart
from api.principal import Principal, allow, may
from api.problems import BadParameter
from api.seen import SeenBooks
from liftwatch.access.rights import ACTIONS
from liftwatch.access.sight import sight_of
from liftwatch.care.inspection import VERDICTS, needs_assessment
from liftwatch.care.regime import INTERVAL_DAYS, is_overdue
from liftwatch.care.visit_store import VisitFilter
from liftwatch.clock import date_of, day_text, estate_day, now_ms
from liftwatch.handlers.care_plans import governor_day, is_notified
from liftwatch.said import Said

router = APIRouter(include_in_schema=False)
Reader = Annotated[Principal, Depends(allow(READ))]
Keeper = Annotated[Principal, Depends(allow(REGIMES))]
Certifier = Annotated[Principal, Depends(allow(CERTIFY))]
Values = dict[str, Any]
VISITS_MAX = 20


@router.get("/lifts/{lift}/care")
def care_page(
    *, request: Request, principal: Reader, care: TheCare, part: ThePart, lift: LiftPath
) -> Response:
    """How a lift is kept."""
    return _page(request, part, principal, care=care, lift=lift)


@router.post("/lifts/{lift}/care/regime")
def file_regime(
    *,
    request: Request,
    principal: Keeper,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    lift: LiftPath,
    form: TheForm,
) -> Response:
    """Say how it is kept from now on."""

    def make() -> Act:
        body = shaped(
            RegimeBody,
            kind=form.text("kind"),
            interval_days=form.number("interval_days"),
            filing_no=form.text("filing_no"),
            insurance_policy=form.text("insurance_policy"),
            insured_until=_day(form, "insured_until"),
            unit_class=form.text("unit_class"),
            declared=bool(form.text("declared")),
        )
        return filing_regime(care, principal, lift, version=form.number("version"), body=body)

    wrong = attempt(lambda: act_once(gate, principal, REGIMES, once=form.once, act=make()))
    if isinstance(wrong, Said):
        kept = ("regime", form)
        return _page(request, part, principal, care=care, lift=lift, form=kept, wrong=wrong)
    return RedirectResponse(f"/lifts/{lift}/care", status_code=303)


@router.post("/lifts/{lift}/care/certificate")
def file_certificate(
    *,
    request: Request,
    principal: Certifier,
    care: TheCare,
    gate: TheGate,
    part: ThePart,
    lift: LiftPath,
    form: TheForm,
) -> Response:
    """File a certificate of inspection."""

    def make() -> Act:
        inspected_on = _day(form, "inspected_on")
        if inspected_on is None:
            raise BadParameter("inspected_on", Said("choose one first"))
        body = shaped(
            CertificateBody,
            lift=lift,
            number=form.text("number"),
            sha256=hash_of(form.text("sha256")),
            verdict=form.text("verdict"),
            inspected_on=inspected_on,
            next_on=_day(form, "next_on"),
            body=form.text("body"),
        )
        return certifying(care, principal, body)

    wrong = attempt(lambda: act_once(gate, principal, CERTIFY, once=form.once, act=make()))
    if isinstance(wrong, Said):
        kept = ("certificate", form)
        return _page(request, part, principal, care=care, lift=lift, form=kept, wrong=wrong)
    return RedirectResponse(f"/lifts/{lift}/care", status_code=303)


def _day(form: Sent, name: str) -> date | None:
    text = form.text(name)
    return typed_day(text) if text else None


def _page(
    request: Request,
    part: Parts,
    principal: Principal,
    *,
    care: SeenCare,
    lift: str,
    form: tuple[str, Sent] | None = None,
    wrong: Said | None = None,
) -> Response:
    language, at_ms = language_of(request), now_ms()
    today = date_of(estate_day(at_ms))
    care = SeenCare(part.books, sight_of(principal.grants, ACTIONS[READ].roles))
    row = care.lift(lift)
    (found,) = care.plans([row], now_ms=at_ms)
    where = LiftNames(SeenBooks(part.books, care.sight), language, [row]).of(lift)
    visits = care.visits(VisitFilter(lift=lift), limit=VISITS_MAX)
    names = names_by_id(part.gate, [one.technician for one in visits], [found.unit])
    stands, signed_in = found.standing, principal.person is not None
    values: Values = {
        "where": where,
        "plan": found,
        "unit": names.get(found.unit or "", ""),
        "kind": language.say(BY_TEXTS[found.regime.kind]),
        "ordinary": INTERVAL_DAYS,
        "conditions": found.conditions,
        "dues": [
            (
                language.word(WORK_TEXTS[due.work]),
                day_text(estate_day(due.due_ms)),
                "" if due.last_ms is None else day_text(estate_day(due.last_ms)),
                is_overdue(due, now_ms=at_ms),
            )
            for due in found.dues
        ],
        "stands": stands,
        "by": language.say(BY_TEXTS[stands.by]) if stands.by else "",
        "notified": is_notified(stands, today=today),
        "assess": needs_assessment(stands, today=today),
        "governor": governor_day(found),
        "papers": [
            (one, language.word(VERDICT_TEXTS[one.verdict])) for one in care.inspections(lift)
        ],
        "verdicts": [(name, language.word(VERDICT_TEXTS[name])) for name in VERDICTS],
        "visits": [visit_line(language, one, where, people=names, now_ms=at_ms) for one in visits],
        "keeps": signed_in and may(principal.roles, ACTIONS[REGIMES]),
        "certifies": signed_in and may(principal.roles, ACTIONS[CERTIFY]),
        "failed": form[0] if form else "",
        "typed": form[1].fields if form else {},
        "wrong": wrong,
        "key": fresh_key,
    }
    return render(request, "lift_care.html", values, status=422 if wrong else 200)
