"""One connection, and how long it may take and how much it may bring before it is understood.

uvicorn waits for ever for the rest of a request, and reads a head of any length; to its loop it
hands no other time for a handshake than the usual minute.
"""

import asyncio
from typing import Any

import uvloop
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.feed import FOLLOWERS_MAX

HANDSHAKE_S = 10.0  # and for a farewell
HEAD_S = 20.0
BODY_S = 300.0  # a sheet of 64 MB at 2 Mbit/s
KEEP_ALIVE_S = 20
HEAD_MAX = 64 * 1024
CONNECTIONS_MAX = FOLLOWERS_MAX + 300
assert CONNECTIONS_MAX < 1_024 // 2  # files a process may usually open: half is left for the stores


class Loop(uvloop.Loop):
    """Gives up a handshake in time."""

    async def create_server(self, *args: Any, **named: Any) -> asyncio.AbstractServer:  # type: ignore[override]
        """With TLS, times for it that uvicorn does not name."""
        if named.get("ssl") is not None:
            named |= {"ssl_handshake_timeout": HANDSHAKE_S, "ssl_shutdown_timeout": HANDSHAKE_S}
        return await super().create_server(*args, **named)


class Connection(HttpToolsProtocol):
    """Closes whoever does not come to an end with a request, and the one too many."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._head_bytes: int | None = None  # None between requests, and while a body comes

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first head is due; one too many is closed before it can say anything."""
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS_MAX:
            transport.abort()
            return
        self._expect(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """More of a request, or the beginning of the next, whose head is due from now on."""
        if self._deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect(HEAD_S)
        super().data_received(data)
        if self._head_bytes is not None:
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_MAX:
                self.transport.abort()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head_bytes = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole; its body is due."""
        self._head_bytes = None
        self._expect(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: the answer may take as long as it likes."""
        self._expect(None)
        super().on_message_complete()

    def _expect(self, within_s: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if within_s is not None:
            self._deadline = self.loop.call_later(within_s, self._give_up)

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()
