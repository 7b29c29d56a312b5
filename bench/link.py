"""A TCP link between two parts that breaks on demand: refused, cut in mid-packet, or silent."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Literal

from bench.proxy import HOST, abort

State = Literal["up", "refused", "silent"]
CHUNK_BYTES = 16 * 1024


class Link:
    """Listens on a port of its own, and carries every connection to another one."""

    def __init__(self, port: int, *, upstream: int) -> None:
        self.port, self._upstream = port, upstream
        self._open: set[asyncio.StreamWriter] = set()
        self._speaking = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="link", daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        self.turn("up")

    def turn(self, state: State) -> None:
        """Refuse (which also cuts), fall silent, or be as a link should be."""
        self._call(self._turn(state))

    def cut(self) -> None:
        """Reset every connection, wherever in a packet it is; new ones are taken."""
        self._call(self._cut())

    def stop(self) -> None:
        """Cut everything, and end."""
        self.turn("refused")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, what: Coroutine[None, None, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    async def _turn(self, state: State) -> None:
        self._speaking.clear() if state == "silent" else self._speaking.set()
        if state == "refused":
            if self._server is not None:
                self._server.close()
                self._server = None
            await self._cut()
        elif self._server is None:
            self._server = await asyncio.start_server(self._serve, HOST, self.port)

    async def _cut(self) -> None:
        for writer in list(self._open):
            abort(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up: asyncio.StreamWriter | None = None
        self._open.add(writer)
        try:
            upper, up = await asyncio.open_connection(HOST, self._upstream)
            self._open.add(up)
            done, rest = await asyncio.wait(
                {
                    asyncio.ensure_future(self._carry(reader, up)),
                    asyncio.ensure_future(self._carry(upper, writer)),
                },
                return_when=asyncio.FIRST_COMPLETED,
            )
            for one in rest:
                one.cancel()
            await asyncio.gather(*done, *rest, return_exceptions=True)
        except OSError:
            pass  # the other part is away; whoever came sees a connection reset
        finally:
            for one in (writer, up):
                if one is not None:
                    abort(one)
                    self._open.discard(one)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_BYTES):
                await self._speaking.wait()
                writer.write(data)
                await writer.drain()
