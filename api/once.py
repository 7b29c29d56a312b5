"""Requests that create or move something: they count once, and against a known version.

Every such POST has an `Idempotency-Key`: the same key and body get the same answer, however often
they come; another body under the key is 409. What is changed has `If-Match` with its version.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec
from fastapi import Depends, Header, Request, Response
from msgspec import Struct

from api.gate import Gate
from api.plain import check_plain
from api.principal import Principal
from api.problems import BadParameter, Problem
from api.shapes import NO_STORE
from api.trail import act_of
from liftwatch.access.people import Answered
from liftwatch.access.rights import ACTIONS
from liftwatch.audit.entry import Act as Noted
from liftwatch.clock import now_ms
from liftwatch.office import OfficeWork
from liftwatch.said import Said

_KEY = re.compile(r"[!-~]{8,64}")
_VERSION = re.compile(r'"?([0-9]{1,9})"?')
REPLAYED = "Idempotency-Replayed"
KEY_HEADER = Header(
    alias="Idempotency-Key",
    description="8 to 64 printable characters, new for every act: a UUID is good.",
    json_schema_extra={"pattern": "^[!-~]{8,64}$"},
)
MATCH_HEADER = Header(
    alias="If-Match",
    description="The version that is to be changed.",
    json_schema_extra={"pattern": '^"[0-9]{1,9}"$'},
)


class Once(NamedTuple):
    """The key of a request, and the digest of all it asks."""

    key: str
    digest: str


async def once_of(
    request: Request, idempotency_key: Annotated[str | None, KEY_HEADER] = None
) -> Once:
    """The key and the digest of a request; the problem `bad-parameter` without a key of use."""
    if idempotency_key is None or not _KEY.fullmatch(idempotency_key):
        raise BadParameter(
            "Idempotency-Key", Said("is missing, or not 8 to 64 printable characters")
        )
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    digest = hashlib.sha256(asked + await request.body()).hexdigest()
    return Once(idempotency_key, digest)


async def version_of(if_match: Annotated[str | None, MATCH_HEADER] = None) -> int:
    """The version that is to be changed; the problem `bad-parameter` without one."""
    found = _VERSION.fullmatch(if_match or "")
    if found is None:
        raise BadParameter("If-Match", Said('is missing, or not a version such as "3"'))
    return int(found[1])


Shape = TypeVar("Shape", bound=Struct)
TheOnce = Annotated[Once, Depends(once_of)]
TheVersion = Annotated[int, Depends(version_of)]


class Done(NamedTuple):
    """What came of an act: its answer, a word for it, kind and id of what it was done to.

    `facts` stand in the trail beside the word: what nobody could look up any more.
    """

    data: Any
    what: str
    about: tuple[str, str]
    status: int = 201
    facts: Mapping[str, str] = {}


Act = Callable[[OfficeWork, int], Done]
"""What is done, in a transaction and at a moment."""


def act_once(gate: Gate, principal: Principal, action: str, *, once: Once, act: Act) -> Response:
    """Do it in one transaction with its entry in the trail and the answer that is kept of it, or
    answer as before."""
    at_ms, caller = now_ms(), principal.person or principal.name
    with gate.people.begin() as work:
        known = work.answered(caller, once.key)
        if known is None:
            done = act(work, at_ms)
            work.audit(_noted(principal, action, done, at_ms=at_ms))
            body = msgspec.json.encode(done.data).decode()
            fresh = Answered(once.digest, done.status, body)
            work.keep_answer(caller, once.key, fresh, now_ms=at_ms)
            return _response(fresh)
    if known.digest != once.digest:
        raise Problem("conflict", Said("another request was made under this Idempotency-Key"))
    return _response(known, replayed=True)


def change(gate: Gate, principal: Principal, action: str, *, act: Act) -> Response:
    """Do it in one transaction with its entry in the trail; its version makes it count once."""
    at_ms = now_ms()
    with gate.people.begin() as work:
        done = act(work, at_ms)
        work.audit(_noted(principal, action, done, at_ms=at_ms))
    return _response(Answered("", 200, msgspec.json.encode(done.data).decode()))


def _noted(principal: Principal, action: str, done: Done, *, at_ms: int) -> Noted:
    detail = {"what": done.what, **done.facts}
    return act_of(principal, ACTIONS[action], done.about, at_ms=at_ms, detail=detail)


def _response(answered: Answered, *, replayed: bool = False) -> Response:
    headers = NO_STORE | ({REPLAYED: "true"} if replayed else {})
    return Response(
        answered.body,
        status_code=answered.status,
        media_type="application/json",
        headers=headers,
    )


def body_of(shape: type[Shape]) -> Callable[[Request], Awaitable[Shape]]:
    """The dependency that reads a JSON body of a shape; what cannot be used is named, and so is a
    text with a character that nobody sees."""
    decoder = msgspec.json.Decoder(shape)

    async def read(request: Request) -> Shape:
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise Problem("unsupported-media", Said("the body must be application/json"))
        try:
            body = decoder.decode(await request.body())
            check_plain(body)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise BadParameter("body", Said(str(error)[:200])) from error
        return body

    return read


def takes(shape: type[Struct]) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads a body of a shape."""
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
