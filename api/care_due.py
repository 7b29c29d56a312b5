"""What is due of lifts: regimes and plans, the calendar, certificates, contradictions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from api.care_due_shapes import (
    CalendarShape,
    CertificateBody,
    ContradictionList,
    ContradictionShape,
    InspectionList,
    PlanShape,
    RegimeBody,
    ReplyBody,
    RulingBody,
    calendar_row,
    contradiction_shape,
    plan_shape,
    standing_shape,
)
from api.care_seen import SeenCare, TheCare
from api.once import Act, Done, TheOnce, TheVersion, act_once, body_of, takes
from api.parameters import Day, LiftPath
from api.parts import TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, BadParameter
from api.shapes import answer, described
from api.trail import organisation_of
from api.who import person_of
from liftwatch.access.rights import ACTIONS
from liftwatch.care.answer import ANSWER_MS, Answer
from liftwatch.care.inspection import Inspection
from liftwatch.care.regime import Regime
from liftwatch.care.visit import CannotVisit
from liftwatch.clock import date_of, day_of, estate_day, now_ms
from liftwatch.handlers import care_visits as handlers
from liftwatch.handlers.care_plans import Row, calendar
from liftwatch.ids import new_id
from liftwatch.incidents.incident import Incident
from liftwatch.office import OfficeWork
from liftwatch.said import Said

router = APIRouter(tags=["maintenance"], responses=DOCUMENTED)
READ, REGIMES, CERTIFY = "care.read", "regimes.write", "inspections.write"
ANSWER, DECIDE = "visits.answer", "visits.decide"
AHEAD_DAYS, SPAN_DAYS_MAX = 31, 400
Reader = Annotated[Principal, Depends(allow(READ))]
Keeper = Annotated[Principal, Depends(allow(REGIMES))]
Certifier = Annotated[Principal, Depends(allow(CERTIFY))]
Unit = Annotated[Principal, Depends(allow(ANSWER))]
Judge = Annotated[Principal, Depends(allow(DECIDE))]
IncidentPath = Annotated[str, Path(max_length=64)]
EstateQuery = Annotated[
    str | None,
    Query(description="Only this estate.", json_schema_extra={"pattern": "^[a-z0-9-]{1,32}$"}),
]


@router.get("/v1/calendar", responses=described(CalendarShape, "What is due, and what is over"))
def read_calendar(
    *,
    principal: Reader,
    care: TheCare,
    from_: Annotated[Day, Query(alias="from")] = None,
    to: Day = None,
    estate: EstateQuery = None,
) -> Response:
    """Visits, inspections, assessments and checks of governors that are due from a day (default:
    today) to another (default: 31 days on); what is over since before stands in front."""
    del principal
    today = estate_day(now_ms())
    first = today if from_ is None else _day("from", from_)
    last = first + AHEAD_DAYS if to is None else _day("to", to)
    if not 0 <= last - first <= SPAN_DAYS_MAX:
        raise BadParameter("to", Said("is at most 400 days after from"))
    rows = due_rows(care, estate=estate)
    begin, end = date_of(first), date_of(last)
    found = [row for row in rows if begin <= row.day <= end or (row.over and row.day < begin)]
    return answer(CalendarShape([calendar_row(row) for row in found]))


def _day(name: str, text: str) -> int:
    try:
        return day_of(text)
    except ValueError as error:
        raise BadParameter(name, Said("is no day such as 2026-03-02")) from error


def due_rows(care: SeenCare, *, estate: str | None = None) -> list[Row]:
    """All that is due of lifts that are seen, in the order of days."""
    at_ms = now_ms()
    return calendar(care.plans(care.lifts(estate=estate), now_ms=at_ms), now_ms=at_ms)


@router.get("/v1/lifts/{lift}/plan", responses=described(PlanShape, "How the lift is kept"))
def read_plan(*, principal: Reader, care: TheCare, lift: LiftPath) -> Response:
    """Its regime with every condition and why it is met or not, and what is due when."""
    del principal
    at_ms = now_ms()
    (found,) = care.plans([care.lift(lift)], now_ms=at_ms)
    return answer(plan_shape(found, now_ms=at_ms))


@router.post(
    "/v1/lifts/{lift}/regime",
    responses=described(Regime, "How the lift is kept from now on"),
    openapi_extra=takes(RegimeBody),
)
def file_regime(
    *,
    principal: Keeper,
    care: TheCare,
    gate: TheGate,
    lift: LiftPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[RegimeBody, Depends(body_of(RegimeBody))],
) -> Response:
    """Say how a lift is kept. On demand holds only as long as every condition is met."""
    act = filing_regime(care, principal, lift, version=version, body=body)
    return act_once(gate, principal, REGIMES, once=once, act=act)


def filing_regime(
    care: SeenCare, principal: Principal, lift: str, *, version: int, body: RegimeBody
) -> Act:
    """How somebody says how a lift is kept."""
    row = care.lift(lift)

    def act(work: OfficeWork, at_ms: int) -> Done:
        wanted = Regime(
            lift=row.lift,
            kind=body.kind,
            interval_days=body.interval_days,
            filing_no=body.filing_no.strip(),
            insurance_policy=body.insurance_policy.strip(),
            insured_until=body.insured_until,
            unit_class=body.unit_class.strip(),
            declared=body.declared,
            person=principal.person,
            at_ms=at_ms,
        )
        made = handlers.file_regime(work.books, wanted, version=version)
        facts = {"kind": made.kind, "days": str(made.interval_days)}
        return Done(made, "file", ("regime", row.lift), status=200, facts=facts)

    return act


@router.get(
    "/v1/inspections", responses=described(InspectionList, "A lift's inspections and standing")
)
def list_inspections(
    *,
    principal: Reader,
    care: TheCare,
    lift: Annotated[str, Query(json_schema_extra={"pattern": "^[0-9A-Za-z-]{4,32}$"})],
) -> Response:
    """Certificates of a lift, until when it is to be inspected, and whether it may be used."""
    del principal
    (found,) = care.plans([care.lift(lift)], now_ms=now_ms())
    papers = care.inspections(lift)
    return answer(InspectionList(lift, standing_shape(found.standing), papers))


@router.post(
    "/v1/inspections",
    status_code=201,
    responses=described(Inspection, "The certificate", status=201),
    openapi_extra=takes(CertificateBody),
)
def file_certificate(
    *,
    principal: Certifier,
    care: TheCare,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[CertificateBody, Depends(body_of(CertificateBody))],
) -> Response:
    """File a certificate by its hash; refused where it stands for another lift already."""
    return act_once(gate, principal, CERTIFY, once=once, act=certifying(care, principal, body))


def certifying(care: SeenCare, principal: Principal, body: CertificateBody) -> Act:
    """How somebody files a certificate; the register learns its dates."""
    row = care.lift(body.lift)

    def act(work: OfficeWork, at_ms: int) -> Done:
        one = Inspection(
            id=new_id(),
            lift=row.lift,
            area=row.area,
            estate=row.estate,
            number=body.number,
            sha256=body.sha256,
            verdict=body.verdict,
            inspected_on=body.inspected_on,
            next_on=body.next_on,
            body=body.body,
            person=principal.person,
            organisation=organisation_of(principal.grants, ACTIONS[CERTIFY].roles),
            made_ms=at_ms,
        )
        made = handlers.file_certificate(work.books, one, now_ms=at_ms)
        facts = {"lift": made.lift, "verdict": made.verdict}
        return Done(made, "file", ("inspection", made.id), facts=facts)

    return act


@router.get(
    "/v1/contradictions", responses=described(ContradictionList, "Records that signals contradict")
)
def list_contradictions(*, principal: Reader, care: TheCare, part: ThePart) -> Response:
    """The newest first, at most 200: what was said to each, and whether it counts."""
    del principal
    found = care.contradictions(exercise=part.exercise)
    known = care.answers([one.id for one in found])
    return answer(ContradictionList([_shape(care, one, known.get(one.id)) for one in found]))


@router.post(
    "/v1/contradictions/{incident}/answer",
    responses=described(ContradictionShape, "The contradiction, answered"),
    openapi_extra=takes(ReplyBody),
)
def reply(
    *,
    principal: Unit,
    care: TheCare,
    gate: TheGate,
    incident: IncidentPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[ReplyBody, Depends(body_of(ReplyBody))],
) -> Response:
    """The unit's side, once and in time; until then nothing counts against it."""
    act = replying(care, principal, incident, version=version, why=body.why)
    return act_once(gate, principal, ANSWER, once=once, act=act)


@router.post(
    "/v1/contradictions/{incident}/decide",
    responses=described(ContradictionShape, "The contradiction, decided"),
    openapi_extra=takes(RulingBody),
)
def decide(
    *,
    principal: Judge,
    care: TheCare,
    gate: TheGate,
    incident: IncidentPath,
    once: TheOnce,
    version: TheVersion,
    body: Annotated[RulingBody, Depends(body_of(RulingBody))],
) -> Response:
    """Whether it counts; after the unit was heard, or had the time to be."""
    act = deciding(care, principal, incident, version=version, counts=body.counts, why=body.why)
    return act_once(gate, principal, DECIDE, once=once, act=act)


def standing_answer(care: SeenCare, incident: Incident, known: Answer | None) -> Answer:
    """How a contradiction stands; where nobody said anything yet, as it was asked."""
    if known is not None:
        return known
    visit = care.visit_of(incident)
    return Answer(
        incident=incident.id,
        lift=incident.lift or "",
        area=incident.area,
        estate=incident.estate,
        organisation="" if visit is None else visit.organisation,
        visit=None if visit is None else visit.id,
        asked_ms=incident.raised_ms,
        due_ms=incident.raised_ms + ANSWER_MS,
    )


def replying(care: SeenCare, principal: Principal, id: str, *, version: int, why: str) -> Act:
    """How a unit answers; only the one whose visit it was, where that is known."""
    person, incident = person_of(principal), care.contradiction(id)
    begun = standing_answer(care, incident, None)
    mine = {one.organisation for one in principal.grants if one.role == "maintenance"}
    if begun.organisation and begun.organisation not in mine:
        raise CannotVisit(Said("it was the visit of another unit"))

    def act(work: OfficeWork, at_ms: int) -> Done:
        asked = work.books.answer_locked(id) or begun
        made = handlers.answer_one(
            work.books, asked, why, person=person, version=version, now_ms=at_ms
        )
        return _done(care, incident, made, what="answer")

    return act


def deciding(
    care: SeenCare, principal: Principal, id: str, *, version: int, counts: bool, why: str
) -> Act:
    """How supervision decides."""
    person, incident = person_of(principal), care.contradiction(id)
    begun = standing_answer(care, incident, None)

    def act(work: OfficeWork, at_ms: int) -> Done:
        asked = work.books.answer_locked(id) or begun
        made = handlers.decide_one(
            work.books,
            asked,
            counts=counts,
            text=why,
            person=person,
            version=version,
            now_ms=at_ms,
        )
        return _done(care, incident, made, what=made.state)

    return act


def _done(care: SeenCare, incident: Incident, made: Answer, *, what: str) -> Done:
    facts = {"lift": made.lift, "state": made.state}
    about = ("contradiction", made.incident)
    return Done(_shape(care, incident, made), what, about, status=200, facts=facts)


def _shape(care: SeenCare, incident: Incident, known: Answer | None) -> ContradictionShape:
    said = incident.evidence.get("contradicted_by")
    return contradiction_shape(
        standing_answer(care, incident, known),
        raised_ms=incident.raised_ms,
        contradicted_by=[str(one) for one in said] if isinstance(said, list) else [],
    )
