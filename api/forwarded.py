"""What a proxy on this machine says of a request: from whom it is, and whether it came encrypted.

Of `X-Forwarded-For` the last word counts and no other. A proxy may add its word to what it was
given, so all before it can be a client's; uvicorn's own reading goes on to those where the last
word is a proxy's address, as it is of whoever asks on this machine.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from liftwatch.access.hosts import address_of

PROXIES = ("127.0.0.1", "::1")
SCHEMES = ("http", "https")


def last_word(scope: Scope, header: bytes) -> str:
    """The end of a list that may stand in several headers; empty when there is none.

    >>> last_word({"headers": [(b"x-a", b"1, 2"), (b"x-b", b"9"), (b"x-a", b"3, 4 ")]}, b"x-a")
    '4'
    """
    values = [value for name, value in scope["headers"] if name == header]
    return values[-1].decode("latin-1").rpartition(",")[2].strip() if values else ""


class Forwarded:
    """Puts the client's address and scheme in the place of the proxy's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; of whoever is no proxy of ours as it is."""
        if scope["type"] != "lifespan" and (scope.get("client") or ("",))[0] in PROXIES:
            scope = {**scope, **_said(scope)}
        await self.app(scope, receive, send)


def _said(scope: Scope) -> Scope:
    said: Scope = {}
    scheme = last_word(scope, b"x-forwarded-proto")
    if scheme in SCHEMES:
        said["scheme"] = scheme
    client = last_word(scope, b"x-forwarded-for")
    if client:  # no address is nobody's: it must not pass for the proxy's own
        address = address_of(client)
        said["client"] = (str(address), 0) if address else None
    return said
