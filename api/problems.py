"""Errors as RFC 9457 problems: one table of them, and handlers for all that can go wrong.

Whoever asks for a page with a browser gets a page instead; `api.console` brings its looks.
"""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from liftwatch.access.people import AccessError
from liftwatch.audit.chain import SealError
from liftwatch.ports import Conflict, Stale, StoreUnavailable
from liftwatch.said import Said, of_field, said_by

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
VALUE_SHOWN_MAX = 80


class Row(NamedTuple):
    """One sort of problem; its `type` is a URN made of its name."""

    name: str
    status: int
    title: str


SORTS: dict[str, Row] = {
    row.name: row
    for row in (
        Row("bad-parameter", 400, "A parameter cannot be used"),
        Row("bad-host", 400, "This host name is not served"),
        Row("unauthenticated", 401, "Not signed in"),
        Row("forbidden", 403, "Not allowed"),
        Row("not-found", 404, "Not found"),
        Row("conflict", 409, "Another was there first"),
        Row("stale", 412, "It has changed meanwhile"),
        Row("unsupported-media", 415, "Not a form of body that is read here"),
        Row("unusable", 422, "This cannot be done like that"),
        Row("method-not-allowed", 405, "Method not allowed"),
        Row("too-large", 413, "Body too large"),
        Row("too-many", 429, "Too many tries"),
        Row("internal", 500, "Internal error"),
        Row("unavailable", 503, "Unavailable for the moment"),
    )
}
_BY_STATUS = {row.status: row for row in reversed(SORTS.values())}


class Problem(Exception):
    """Raised anywhere beneath a route to answer with a problem."""

    def __init__(
        self, name: str, detail: Said, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.row = SORTS[name]
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


class BadParameter(Problem):
    """A parameter that cannot be used, named together with what was wrong."""

    def __init__(self, parameter: str, reason: Said) -> None:
        super().__init__("bad-parameter", of_field(parameter, reason), parameter=parameter)
        self.reason = reason


def shown(value: object) -> str:
    """A value as a problem quotes it: short, and with nothing unprintable in it.

    >>> shown("a\\x00b")
    "'a\\\\x00b'"
    """
    text = str(value)
    cut = text if len(text) <= VALUE_SHOWN_MAX else text[:VALUE_SHOWN_MAX] + "…"
    return repr(cut)


def unavailable(what: Said) -> Problem:
    """The problem of a part that does not answer now and may in a moment."""
    return Problem("unavailable", what, headers={"Retry-After": str(RETRY_AFTER_S)})


def problem_body(problem: Problem, *, instance: str) -> dict[str, Any]:
    """The members of RFC 9457, and what this problem adds."""
    return {
        "type": f"urn:liftwatch:problem:{problem.row.name}",
        "title": problem.row.title,
        "status": problem.row.status,
        "detail": str(problem.detail),  # plain: msgspec encodes no other
        "instance": instance,
        **problem.more,
    }


def problem_response(problem: Problem, *, instance: str) -> Response:
    """The answer a machine gets."""
    return Response(
        msgspec.json.encode(problem_body(problem, instance=instance)),
        status_code=problem.row.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


Page = Callable[[Request, Problem], Response]


def wants_page(request: Request) -> bool:
    """Tell whether a person with a browser is asking, outside the machines' paths."""
    path: str = request.url.path
    html = "text/html" in request.headers.get("accept", "")
    return html and not path.startswith("/v1/") and request.method in ("GET", "HEAD", "POST")


def answer_of(request: Request, problem: Problem, *, page: Page) -> Response:
    """A page for people, a problem for machines."""
    if wants_page(request):
        return page(request, problem)
    return problem_response(problem, instance=request.url.path)


def add_problem_handlers(app: FastAPI, *, page: Page) -> None:
    """Turn every exception a route can raise into a problem, as `page` for browsers."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = as_problem(error)
        if problem.row.status == HTTPStatus.METHOD_NOT_ALLOWED:
            problem.headers["Allow"] = ", ".join(methods_of(app, request.url.path))
        return answer_of(request, problem, page=page)

    for sort in (
        Problem,
        HTTPException,
        RequestValidationError,
        StoreUnavailable,
        AccessError,
        Conflict,
        SealError,
    ):
        app.add_exception_handler(sort, answer)
    app.add_middleware(Crashes, page=page)


def methods_of(app: FastAPI, path: str) -> list[str]:
    """All methods of a path, whatever route has them: the framework names those of the first."""
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Route) and route.path_regex.match(path):
            found |= route.methods or set()
    return sorted(found)


def as_problem(error: Exception) -> Problem:
    """The problem an exception stands for; what nobody foresaw says nothing of its insides."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, AccessError):
        return Problem("unusable", said_by(error))
    if isinstance(error, Conflict):
        return Problem("stale" if isinstance(error, Stale) else "conflict", said_by(error))
    if isinstance(error, SealError):
        log.error("the trail has another key than this process: nothing is done without it")
        return unavailable(Said("the trail of acts cannot be written"))
    if isinstance(error, StoreUnavailable):
        return unavailable(Said("a store does not answer"))
    if isinstance(error, HTTPException):
        return _of_status(error)
    return Problem("internal", Said("the service failed; the log knows more"))


def _of_status(error: HTTPException) -> Problem:
    row = _BY_STATUS.get(error.status_code)
    if row is None:
        row = Row(f"http-{error.status_code}", error.status_code, str(error.detail))
    detail = _PHRASES.get(str(error.detail)) or Said(str(error.detail))
    problem = Problem("internal", detail, headers=error.headers)
    problem.row = row
    return problem


_PHRASES = {str(one): one for one in (Said("Not Found"), Said("Method Not Allowed"))}
"""What the framework says of an address that has no page, or none for this method."""
_INVALID = {
    "missing": Said("Field required"),
    "string_too_long": Said("String should have at most %(max_length)s characters"),
    "int_parsing": Said("Input should be a valid integer"),
    "greater_than_equal": Said("Input should be greater than or equal to %(ge)s"),
    "less_than_equal": Said("Input should be less than or equal to %(le)s"),
}
"""What may be the matter with a parameter of a page, by the types of pydantic's errors."""


def _invalid(error: RequestValidationError) -> Problem:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("query", "path", "header")]
    known = _INVALID.get(first["type"])
    words, value = str(first["msg"]), shown(first["input"])
    why = Said(words) if known is None else Said(known.template, **first.get("ctx", {}))
    return BadParameter(
        ".".join(place) or "request", Said("%(why)s, not %(value)s", why=why, value=value)
    )


class Crashes:
    """The outermost layer of ours: a defect is logged in full and answered with a problem."""

    def __init__(self, app: ASGIApp, page: Page) -> None:
        self.app = app
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; answer 500 if nothing has been sent when it fails."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if not started:
                response = answer_of(Request(scope), as_problem(error), page=self.page)
                await response(scope, receive, send)


def problem_schema() -> dict[str, Any]:
    """The OpenAPI schema of a problem."""
    text = {"type": "string"}
    members: dict[str, Any] = {"type": text, "title": text, "detail": text, "instance": text}
    members["status"] = {"type": "integer", "minimum": HTTPStatus.BAD_REQUEST.value}
    return {"type": "object", "properties": members, "required": sorted(members)}


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457)",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
"""What every route of the API may answer beside its own answer."""
