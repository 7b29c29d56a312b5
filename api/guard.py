"""What every answer carries and every request must: safe headers, and a host name that is ours.

As long as there is no administrator, being on this machine is the only credential. A page of the
internet can make a browser here send requests under its own name (DNS rebinding); the host check
refuses them.
"""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, problem_response, shown
from liftwatch.said import Said

_OURS = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)

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
    return _OURS.fullmatch(host) is not None


def host_of(scope: Scope) -> str:
    """The Host header, empty when there is none or there are several."""
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    return hosts[0].decode("latin-1") if len(hosts) == 1 else ""


class Guard:
    """Refuses foreign hosts and adds the headers to whatever is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, pass on, add headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        host = host_of(scope)
        if is_ours(host):
            await self.app(scope, receive, adding)
            return
        problem = Problem(
            "bad-host", Said("%(host)s is not localhost, 127.0.0.1 or [::1]", host=shown(host))
        )
        response = problem_response(problem, instance=scope["path"])
        await response(scope, receive, adding)
