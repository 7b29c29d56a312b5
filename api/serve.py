"""Serving an application on this machine only, until it serves TLS."""

import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.parts import Parts

log = logging.getLogger(__name__)

GRACE_S = 5
BACKLOG = 128
LOOPBACK = ("127.0.0.1", "localhost", "::1")  # what `api.guard` takes for us
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class ServeError(Exception):
    """The address cannot be served; one line says why."""


def serve(app: FastAPI, *, host: str, port: int, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then return. Raises ServeError before anything is served.

    `ready` is called once connections are accepted.
    """
    with bind(host, port) as listener:
        server_of(app, ready=ready).run(sockets=[listener])


def server_of(app: FastAPI, *, ready: Callable[[], None] | None = None) -> uvicorn.Server:
    """A server for an application: run it with sockets; `should_exit` ends it."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    return _Server(config, parts=app.state.parts, ready=ready)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket on a loopback address. Raises ServeError."""
    address = f"{host}:{port}"
    if host not in LOOPBACK:
        raise ServeError(
            f"{address}: until it serves TLS, only this machine may connect: use 127.0.0.1"
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
    """Ends event streams before it waits for connections, and returns from a signal."""

    def __init__(
        self, config: uvicorn.Config, *, parts: Parts, ready: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._parts = parts
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals while serving; do not raise them again, so that our caller can clean up."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before: dict[int, Any] = {
            number: signal.signal(number, self.handle_exit) for number in SIGNALS
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say where we listen and who may come."""
        await super().startup(sockets)
        for listener in sockets or []:
            log.info(
                "listening on http://%s:%d, for this machine only until it serves TLS",
                *listener.getsockname()[:2],
            )
        if self._ready is not None:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Streams never end by themselves: end them first."""
        self._parts.feed.close()
        await super().shutdown(sockets)
