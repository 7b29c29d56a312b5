"""`/v1/reports`: reports of months and quarters, as JSON, HTML, CSV, PDF; and one made now."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.console.render import language_of
from api.console.report_csv import report_csv
from api.console.report_html import report_html
from api.console.report_pdf import report_pdf
from api.console.report_views import Words, report_view
from api.moves import actor_of
from api.once import Act, Done, TheOnce, act_once, body_of, takes
from api.paging import LIMIT_DEFAULT, Cursor, Limit, read_cursor, write_cursor
from api.parts import Parts, TheBooks, TheGate, ThePart
from api.principal import Principal, allow
from api.problems import DOCUMENTED, Problem, shown
from api.report_shapes import Format, NewReport, ReportList, ReportWhole, report_shape, report_whole
from api.seen import SeenBooks
from api.shapes import NO_STORE, answer, described
from liftwatch.access.sight import Sight
from liftwatch.care.report import (
    Period,
    PeriodKind,
    Report,
    ReportFilter,
    Scope,
    ScopeKind,
    period_of,
)
from liftwatch.clock import now_ms
from liftwatch.handlers.care_report_reads import Source
from liftwatch.handlers.care_reports import (
    By,
    ReportChanged,
    asked_scope,
    content_of,
    draw_up_report,
    keep_report,
    seen_scopes,
)
from liftwatch.handlers.care_scores import score_reads
from liftwatch.incidents.moves import Untold
from liftwatch.office import OfficeWork
from liftwatch.said import Said, said_by

router = APIRouter(tags=["statistics"], responses=DOCUMENTED)
READ, MAKE, LIST = "reports.read", "reports.make", "reports"
CSV, PDF, HTML = "text/csv", "application/pdf", "text/html"
Place_ = tuple[int, str]
Maker = Annotated[Principal, Depends(allow(MAKE))]
ReportPath = Annotated[str, Path(max_length=64)]
FormatQuery = Annotated[Format | None, Query(description="By default as `Accept` says.")]
_WHOLE = described(ReportWhole, "The report; also HTML, CSV and PDF")
_WHOLE[200]["content"] |= {
    CSV: {"schema": {"type": "string"}},
    HTML: {"schema": {"type": "string"}},
    PDF: {"schema": {"type": "string", "format": "binary"}},
}


@router.get(
    "/v1/reports",
    dependencies=[Depends(allow(READ))],
    responses=described(ReportList, "The newest first, without what they say"),
)
def list_reports(
    *,
    books: TheBooks,
    kind: PeriodKind | None = None,
    scope_kind: ScopeKind | None = None,
    scope: Annotated[str | None, Query(max_length=64)] = None,
    period: Annotated[str | None, Query(max_length=7)] = None,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Response:
    """Every version that is kept of what somebody sees."""
    where = ReportFilter(kind=kind, scope_kind=scope_kind, scope=scope, period=period)
    after = read_cursor(cursor, LIST, Place_) if cursor else None
    rows = books.reports(where, after=after, limit=limit + 1)
    page = rows[:limit]
    more = len(rows) > limit
    following = write_cursor(LIST, [page[-1].made_ms, page[-1].id]) if more else None
    return answer(ReportList([report_shape(one) for one in page], following))


@router.get("/v1/reports/{report}", dependencies=[Depends(allow(READ))], responses=_WHOLE)
def read_report(
    *,
    request: Request,
    parts: ThePart,
    books: TheBooks,
    report: ReportPath,
    format: FormatQuery = None,
) -> Response:
    """A report as it was made; PDF and CSV are in the language of `Accept-Language`."""
    one = report_of(books, report)
    accept = request.headers.get("accept", "")
    wanted = format or wanted_of(accept)
    if wanted == "json":
        content = content_of(one)
        return answer(report_whole(one, content.made_from, content.sections))
    headers = NO_STORE | {"Content-Disposition": f'attachment; filename="{file_name(one, wanted)}"'}
    language = language_of(request)
    if wanted == "pdf":
        data = report_pdf(report_view(parts, language, one), language)
        return Response(data, media_type=PDF, headers=headers)
    if wanted == "html":
        text = report_html(report_view(parts, language, one), language)
        return Response(text, media_type=f"{HTML}; charset=utf-8", headers=headers)
    content = content_of(one)
    text = report_csv(one, content, Words(parts, language, [content]))
    return Response(text, media_type=f"{CSV}; charset=utf-8", headers=headers)


@router.post(
    "/v1/reports",
    status_code=201,
    responses=described(ReportWhole, "The report", status=201),
    openapi_extra=takes(NewReport),
)
def make_report(
    *,
    principal: Maker,  # first: it bounds the books
    parts: ThePart,
    books: TheBooks,
    gate: TheGate,
    once: TheOnce,
    body: Annotated[NewReport, Depends(body_of(NewReport))],
) -> Response:
    """Make a report now; where there is one it is the next version, and both are kept."""
    act = making(parts, books.sight, principal, body=body)
    return act_once(gate, principal, MAKE, once=once, act=act)


def making(parts: Parts, sight: Sight, principal: Principal, *, body: NewReport) -> Act:
    """How somebody has a report made of what they see whole; problems for what cannot be.

    What it counts is read before the transaction that keeps it.
    """
    try:
        scope = asked_scope(parts.books, body.scope_kind, body.scope)
        period = period_of(body.period)
    except Untold as error:
        raise Problem("unusable", said_by(error)) from error
    if scope not in seen_scopes(parts.books, sight, now_ms=now_ms()):
        raise Problem(
            "not-found",
            Said(
                "there are no lifts of %(kind)s %(id)s",
                kind=body.scope_kind,
                id=shown(body.scope[:64]),
            ),
        )
    actor = actor_of(principal, MAKE)
    by = By(actor.person, actor.organisation)
    made = _drawn(parts, scope, period, by=by)

    def act(work: OfficeWork, at_ms: int) -> Done:
        del at_ms
        kept = keep_report(work.books, made)
        content = content_of(kept)
        facts = {"scope": kept.scope, "period": kept.period, "sha256": kept.sha256}
        shape = report_whole(kept, content.made_from, content.sections)
        return Done(shape, "make", ("report", kept.id), facts=facts)

    return act


def report_of(books: SeenBooks, id: str) -> Report:
    """A report that is seen; the problem `not-found` for another."""
    found = books.report(id)
    if found is None:
        raise Problem("not-found", Said("there is no report %(id)s", id=shown(id)))
    try:
        content_of(found)
    except ReportChanged as error:
        raise Problem("conflict", said_by(error)) from error
    return found


def wanted_of(accept: str) -> Format:
    """What a reader asks for by the header."""
    found: tuple[tuple[str, Format], ...] = ((CSV, "csv"), (PDF, "pdf"), (HTML, "html"))
    return next((kind for media, kind in found if media in accept), "json")


def file_name(one: Report, kind: Format) -> str:
    """A name that every system takes."""
    scope = one.scope.replace("/", "-")[:40]
    return f"report-{scope}-{one.period}-v{one.version}.{kind}"


def _drawn(parts: Parts, scope: Scope, period: Period, *, by: By) -> Report:
    at_ms = now_ms()
    try:
        if parts.gate is None:
            source = Source(parts.books, None, parts.exercise)
            return draw_up_report(source, scope, period, by=by, now_ms=at_ms)
        scores = score_reads(parts.books, parts.gate.people, exercise=parts.exercise)
        with parts.gate.people.reading() as reads:
            source = Source(parts.books, reads.care, parts.exercise, scores)
            return draw_up_report(source, scope, period, by=by, now_ms=at_ms)
    except Untold as error:
        raise Problem("unusable", said_by(error)) from error
