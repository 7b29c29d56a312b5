"""What every answer carries and every request must: safe headers, and a host name that is ours.

As long as there is no administrator, being on this machine is the only credential. A page of the
internet can make a browser here send requests under its own name (DNS rebinding); the host check
refuses them. Names of this machine are for whoever is on it; all others come under the names of the
settings, and encrypted.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, problem_response, shown
from liftwatch.access.hosts import HERE, Host, is_among, is_loopback_address, parse_host
from liftwatch.said import Said

YEAR_S = 365 * 24 * 3600
STRICT = f"max-age={YEAR_S}"  # RFC 6797; for our names alone, not for what lies below them
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'; object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def is_ours(host: str) -> bool:
    """Tell whether a Host header names this machine to itself.

    >>> is_ours("127.0.0.1:8080"), is_ours("[::1]"), is_ours("localhost.evil.example")
    (True, True, False)
    """
    asked = parse_host(host)
    return asked is not None and asked.name in HERE


def host_of(scope: Scope) -> str:
    """The Host header, empty when there is none or there are several."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return hosts[0].decode("latin-1") if len(hosts) == 1 else ""


def is_here(scope: Scope) -> bool:
    """Whether whoever asks is on this machine, by address and by the name they ask for."""
    client = scope.get("client")
    return client is not None and is_loopback_address(client[0]) and is_ours(host_of(scope))


class Guard:
    """Refuses foreign hosts and adds the headers to whatever is answered."""

    def __init__(self, app: ASGIApp, hosts: tuple[Host, ...] = ()) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, pass on, add headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        ours = self._is_for_others(scope)
        headers = dict(HEADERS)
        if ours and scope["scheme"] == "https":
            headers["Strict-Transport-Security"] = STRICT

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = MutableHeaders(scope=message)
                for name, value in headers.items():
                    given.setdefault(name, value)
            await send(message)

        if is_here(scope) or (ours and scope["scheme"] == "https"):
            await self.app(scope, receive, adding)
            return
        problem = Problem("bad-host", self._why(scope, ours=ours))
        response = problem_response(problem, instance=scope["path"])
        await response(scope, receive, adding)

    def _is_for_others(self, scope: Scope) -> bool:
        asked = parse_host(host_of(scope))
        return asked is not None and is_among(asked, self.hosts, scheme=scope["scheme"])

    def _why(self, scope: Scope, *, ours: bool) -> Said:
        host = shown(host_of(scope))
        if ours:
            return Said(
                "%(host)s is served with TLS only: the proxy must say so by X-Forwarded-Proto",
                host=host,
            )
        if self.hosts:
            return Said("%(host)s is none of our names (LIFTWATCH_HTTP_HOSTS)", host=host)
        return Said("%(host)s is not localhost, 127.0.0.1 or [::1]", host=host)
