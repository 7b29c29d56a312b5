"""An HTTP proxy before a store that misbehaves on demand, request by request.

Every request has a connection of its own, so that a new behaviour holds from the next one on.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from typing import Literal

Behaviour = Literal["pass", "503", "429", "slow", "refuse", "cut", "lose answer", "hang"]

HOST = "127.0.0.1"
SLOW_S = 1.5
HEAD_MAX = 64 * 2**10
STATUS = {"503": "503 Service Unavailable", "429": "429 Too Many Requests"}


class Proxy:
    """Stands on a port of its own before another one; `behave` may be called from any thread."""

    def __init__(self, port: int, *, upstream: int) -> None:
        self.port, self._upstream = port, upstream
        self.behaviour: Behaviour = "pass"
        self.answered: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    @property
    def url(self) -> str:
        """Where it stands."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Listen, and pass everything on."""
        self._thread.start()
        self._call("pass")

    def behave(self, behaviour: Behaviour) -> None:
        """Treat requests this way from now on."""
        self._call(behaviour)

    def stop(self) -> None:
        """Close the port, and end."""
        self._call("refuse")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, behaviour: Behaviour) -> None:
        asyncio.run_coroutine_threadsafe(self._turn(behaviour), self._loop).result(10)

    async def _turn(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        if behaviour == "refuse":
            if self._server is not None:
                self._server.close()
                self._server = None
        elif self._server is None:
            self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behaviour, changed = self.behaviour, self._changed
        try:
            head, body = await read_request(reader)
            self.answered[behaviour] = self.answered.get(behaviour, 0) + 1
            if behaviour in STATUS:
                writer.write(refusal(STATUS[behaviour]))
                await writer.drain()
            elif behaviour == "hang":
                await changed.wait()
                abort(writer)
            else:
                await self._pass_on(head, body, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            abort(writer)  # the store is away, or the client went first
        finally:
            with contextlib.suppress(OSError):
                writer.close()
                await writer.wait_closed()

    async def _pass_on(self, head: bytes, body: bytes, writer: asyncio.StreamWriter) -> None:
        behaviour = self.behaviour
        if behaviour == "slow":
            await asyncio.sleep(SLOW_S)
        upper, up = await asyncio.open_connection(HOST, self._upstream)
        try:
            if behaviour == "cut":
                up.write(head + body[: len(body) // 2])
                await up.drain()
                abort(up)
                abort(writer)
                return
            up.write(head + body)
            await up.drain()
            answer = await upper.read()
            if behaviour == "lose answer" or not answer:
                abort(writer)
                return
            writer.write(answer)
            await writer.drain()
        finally:
            up.close()


async def read_request(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Head, asking for a closed connection, and body of a request."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head[:-4].split(b"\r\n")
    names = {line.split(b":", 1)[0].strip().lower(): line for line in lines[1:]}
    length = int(names.get(b"content-length", b":0").split(b":", 1)[1])
    kept = [line for line in lines if not line.lower().startswith((b"connection:", b"expect:"))]
    body = await reader.readexactly(length)
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n", body


def refusal(status: str) -> bytes:
    """A whole answer without a body that helps."""
    said = b'{"error":"not now"}'
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n" % len(said) + said


def abort(writer: asyncio.StreamWriter) -> None:
    """Reset the connection: the other side sees an error in the middle, not an end."""
    connection = writer.get_extra_info("socket")
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
