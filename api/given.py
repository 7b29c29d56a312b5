"""What a request brings to show who is asking: a bearer token, or the cookie of a session."""

from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from fastapi import Request, Response

from liftwatch.access.hosts import PORTS, Host, parse_host

SESSION = "lw_session"
SESSION_OF_TLS = "__Host-lw_session"
"""Browsers keep it only for this very host and only encrypted: no neighbour of ours can set it."""
CSRF = "csrf"
SECRET_MAX = 2_048


class Given(NamedTuple):
    """A secret and how it came."""

    kind: Literal["bearer", "session"]
    secret: str


def given_of(request: Request) -> Given | None:
    """What a request brings; the header counts before the cookie. None when it brings nothing."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        secret = secret.strip() if scheme.lower() == "bearer" else ""
        return Given("bearer", secret[:SECRET_MAX])
    secret = session_of(request)
    return Given("session", secret[:SECRET_MAX]) if secret else None


def is_own_page(request: Request) -> bool:
    """Whether a browser says that a page of this very host asks; one that says nothing is told by
    its token alone."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or is_origin(origin, request)


def is_origin(origin: str, request: Request) -> bool:
    """Whether an origin is the very one a request came to: scheme, host and port."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    theirs, ours = parse_host(parts.netloc), parse_host(request.headers.get("host", ""))
    if theirs is None or ours is None or parts.scheme != request.url.scheme:
        return False
    return with_port(theirs, parts.scheme) == with_port(ours, parts.scheme)


def with_port(host: Host, scheme: str) -> Host:
    """A host with the port that goes without saying.

    >>> with_port(Host("lift.example.cn"), "https")
    Host(name='lift.example.cn', port=443)
    """
    return host if host.port is not None else Host(host.name, PORTS.get(scheme))


def session_name(request: Request) -> str:
    """What the session's cookie is called: with TLS nothing else than `__Host-` will do."""
    return SESSION_OF_TLS if is_encrypted(request) else SESSION


def session_of(request: Request) -> str:
    """The secret of the session a request brings; empty when it brings none."""
    return request.cookies.get(session_name(request), "")


def forget_session(request: Request, response: Response) -> None:
    """Have the browser forget its session."""
    secure = is_encrypted(request)
    response.delete_cookie(session_name(request), secure=secure, httponly=True, samesite="lax")


def is_encrypted(request: Request) -> bool:
    """Whether it came by TLS, to us or to a proxy of ours."""
    return request.url.scheme == "https"
