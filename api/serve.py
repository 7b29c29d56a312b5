"""Serving an application: this machine, or with TLS whoever knows us by a name of the settings."""

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import uvicorn
from fastapi import FastAPI

from api.certificates import Certificates
from api.connections import KEEP_ALIVE_S, Connection, Loop
from api.forwarded import Forwarded
from api.measure import HttpFigures
from api.parts import Parts
from liftwatch.clock import DAY_MS, now_ms

log = logging.getLogger(__name__)

GRACE_S = 5
BACKLOG = 128
LOOPBACK = ("127.0.0.1", "localhost", "::1")  # what `api.guard` takes for this machine
SIGNALS = (signal.SIGINT, signal.SIGTERM)
LOOK_TICKS = 100  # of uvicorn, ten a second: how often files of certificates are looked at


class Way(NamedTuple):
    """How requests come: with TLS of ours, through a proxy on this machine, or plainly."""

    certificates: Certificates | None = None
    proxy: bool = False


PLAIN = Way()


class ServeError(Exception):
    """The address cannot be served; one line says why."""


def serve(
    app: FastAPI,
    *,
    host: str,
    port: int,
    way: Way = PLAIN,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM, then return. Raises ServeError before anything is served.

    `ready` is called once connections are accepted.
    """
    with bind(host, port, way=way) as listener:
        server_of(app, way=way, ready=ready).run(sockets=[listener])


def server_of(
    app: FastAPI, *, way: Way = PLAIN, ready: Callable[[], None] | None = None
) -> uvicorn.Server:
    """A server for an application: run it with sockets; `should_exit` ends it."""
    context = way.certificates.context if way.certificates else None
    config = uvicorn.Config(
        Forwarded(app) if way.proxy else app,
        loop=f"{Loop.__module__}:{Loop.__name__}",
        http=Connection,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,  # else uvicorn believes whoever is on this machine
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ssl_context_factory=None if context is None else lambda *_: context,
    )
    return _Server(config, app=app, way=way, ready=ready)


def bind(host: str, port: int, *, way: Way = PLAIN) -> socket.socket:
    """A listening socket; other than of this machine only for TLS. Raises ServeError."""
    address = f"{host}:{port}"
    if host not in LOOPBACK and way.certificates is None:
        raise ServeError(
            f"{address}: without TLS, only this machine may connect: use 127.0.0.1, or give"
            " LIFTWATCH_HTTP_CERT_FILE"
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1" if host == "localhost" else host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ServeError(f"{address}: {getattr(error, 'strerror', None) or error}") from error
    return listener


class _Server(uvicorn.Server):
    """Ends event streams before it waits for connections, returns from a signal, and takes a
    renewed certificate up: when its file changes, and at once at SIGHUP."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        app: FastAPI,
        way: Way,
        ready: Callable[[], None] | None,
    ) -> None:
        super().__init__(config)
        self._parts: Parts = app.state.parts
        self._figures: HttpFigures = app.state.figures
        self._certificates = way.certificates
        self._ready = ready
        self._told = False

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals while serving; do not raise them again, so that our caller can clean up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[int, Any] = {
            number: signal.signal(number, self.handle_exit) for number in SIGNALS
        }
        if self._certificates is not None:
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._tell)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _tell(self, *_: Any) -> None:
        self._told = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where we listen and who may come."""
        await super().startup(sockets)
        for listener in sockets or []:
            log.info("listening on %s:%d, %s", *listener.getsockname()[:2], self._for_whom())
        if self._certificates is not None:
            self._figures.certificate(days_left(self._certificates))
        if self._ready is not None:
            self._ready()

    def _for_whom(self) -> str:
        tls = "with TLS" if self._certificates else "without TLS"
        names = ", ".join(map(str, self._parts.hosts)) or "this machine only"
        return f"{tls}, for {names}"

    async def on_tick(self, counter: int) -> bool:
        """Look at the certificate's files, besides."""
        if self._certificates is not None and (self._told or counter % LOOK_TICKS == 0):
            told, self._told = self._told, False
            self._certificates.look(now_ms(), told=told)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams never end by themselves: end them first."""
        self._parts.feed.close()
        await super().shutdown(sockets)


def days_left(certificates: Certificates) -> Callable[[], float]:
    """How many days the certificate in use is good for."""
    return lambda: (certificates.facts.ends_ms - now_ms()) / DAY_MS
