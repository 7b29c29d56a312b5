"""A run written down: the contract's replay file, and the truth beside it."""

import heapq
from collections.abc import Iterator, Mapping
from random import Random
from typing import IO

import msgspec

from simulators.fleet import Fleet
from simulators.stamps import stamp
from simulators.terminal import Outgoing

_ENCODE = msgspec.json.Encoder().encode
DELAY_MS = (20, 180)  # from the terminal to the broker, on a fair day


def write_replay(fleet: Fleet, until_ms: int, *, out_file: IO[str], truth_file: IO[str]) -> int:
    """Write what is sent until then, as received, and what happened; returns the lines written."""
    lines, write = 0, out_file.write
    for received_ms, sent in received(fleet.run(until_ms), Random(f"{fleet.seed}/delay")):
        write(line_of(received_ms, sent))
        lines += 1
    for truth in fleet.truth():
        truth_file.write(_json(truth.line(until_ms=until_ms)))
    return lines


def line_of(received_ms: int, sent: Outgoing) -> str:
    """One line of a replay file (contract, section 3)."""
    payload = _ENCODE(sent.payload).decode()
    return f'{{"topic":"{sent.topic}","payload":{payload},"received_at":"{stamp(received_ms)}"}}\n'


def received(sent: Iterator[Outgoing], rng: Random) -> Iterator[tuple[int, Outgoing]]:
    """Messages with the moments of their arrival, in that order; those under way are few.

    A terminal has one connection: what it sends arrives in the order in which it was sent.
    """
    under_way: list[tuple[int, int, Outgoing]] = []
    last_ms: dict[str, int] = {}
    least_ms, spread_ms = DELAY_MS[0], DELAY_MS[1] - DELAY_MS[0] + 1
    for count, one in enumerate(sent):
        while under_way and under_way[0][0] < one.at_ms:
            received_ms, _, first = heapq.heappop(under_way)
            yield received_ms, first
        terminal = one.payload["terminal"]
        delay_ms = least_ms + int(rng.random() * spread_ms)
        arrives_ms = max(one.at_ms + delay_ms, last_ms.get(terminal, 0))
        last_ms[terminal] = arrives_ms
        heapq.heappush(under_way, (arrives_ms, count, one))
    while under_way:
        received_ms, _, first = heapq.heappop(under_way)
        yield received_ms, first


def _json(line: Mapping[str, object]) -> str:
    return msgspec.json.encode(line).decode() + "\n"
