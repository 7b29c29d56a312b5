"""What a request brings to show who is asking: a bearer token, or the cookie of a session."""

from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from fastapi import Request

SESSION = "lw_session"
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
    secret = request.cookies.get(SESSION, "")
    return Given("session", secret[:SECRET_MAX]) if secret else None


def is_own_page(request: Request) -> bool:
    """Whether a browser says that a page of this very host asks; one that says nothing is told by
    its token alone."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        return False
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
