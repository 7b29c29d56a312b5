"""Whoever asks the API, from a process of its own.

`python -m bench.api_client PORT RATE SECONDS FILE` asks at a steady rate, whether answers come or
not, for the requests of a JSON file (a list of path and token) in turn. Each answer's time counts
from when its request was due: what waits for a connection waits. Prints one line of JSON.
"""

import asyncio
import http.client
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

CONNECTIONS = 64
DUE_S = 1.0
"""The first request is due so long after the start, once all connections stand."""


class Times(NamedTuple):
    """Milliseconds: the middle, of a hundred the slowest, and the slowest of all."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float

    def row(self) -> str:
        """For a table, without the count."""
        return f"{self.p50:>8.1f}{self.p95:>8.1f}{self.p99:>8.1f}"


def times_of(seconds: Sequence[float]) -> Times:
    """The figures of some measured seconds, at least one.

    >>> times_of(range(1, 101))
    Times(count=100, p50=51000, p95=96000, p99=100000, worst=100000)
    """
    ms = sorted(1_000 * one for one in seconds)
    at = [ms[int(len(ms) * share)] for share in (0.5, 0.95, 0.99)]
    return Times(len(ms), *at, ms[-1])


def one_by_one(port: int, path: str, *, token: str, times: int) -> list[float]:
    """Seconds of each of some requests over one connection that is kept alive."""
    connection, taken = http.client.HTTPConnection("127.0.0.1", port, timeout=60), []
    for _ in range(times):
        begin_s = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        taken.append(time.perf_counter() - begin_s)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
    connection.close()
    return taken


async def steadily(
    port: int, asked: Sequence[tuple[str, str]], *, rate: float, for_s: float
) -> tuple[list[float], int]:
    """Seconds from due to answered, and how many were not answered with 200."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    taken: list[float] = []
    failed = 0
    begin_s = time.perf_counter() + DUE_S

    async def ask(n: int, due_s: float) -> None:
        nonlocal failed
        path, token = asked[n % len(asked)]
        reader, writer = await free.get()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {token}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        free.put_nowait((reader, writer))
        taken.append(time.perf_counter() - due_s)
        failed += not head.startswith(b"HTTP/1.1 200")

    async with asyncio.TaskGroup() as group:
        for n in range(int(rate * for_s)):
            due_s = begin_s + n / rate
            await asyncio.sleep(max(due_s - time.perf_counter(), 0))
            group.create_task(ask(n, due_s))
    return taken, failed


def main() -> None:
    """Ask, and print the figures, in milliseconds."""
    port, rate, seconds, file = sys.argv[1:]
    asked = json.loads(Path(file).read_text())
    taken, failed = asyncio.run(steadily(int(port), asked, rate=float(rate), for_s=float(seconds)))
    print(json.dumps(times_of(taken)._asdict() | {"failed": failed}))


if __name__ == "__main__":
    main()
