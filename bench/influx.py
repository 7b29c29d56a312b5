"""What an InfluxDB holds, asked of the server itself."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

Identity = tuple[str, int]
"""Lift and `seq`: here a lift has one terminal, and that never boots again."""


def query(url: str, text: str, *, database: str = "", post: bool = False) -> list[dict[str, Any]]:
    """The series of an InfluxQL statement, read chunk by chunk."""
    address = f"{url}/query?epoch=ns&chunked=true&db={database}&q={quote(text)}"
    series: list[dict[str, Any]] = []
    with urlopen(Request(address, method="POST" if post else "GET"), timeout=120) as answer:
        for line in answer:
            for result in json.loads(line)["results"]:
                series += result.get("series", [])
    return series


def make_database(url: str, name: str) -> None:
    """An empty database."""
    query(url, f'DROP DATABASE "{name}"', post=True)
    query(url, f'CREATE DATABASE "{name}"', post=True)


def measurements(url: str, database: str, kinds: Sequence[str]) -> Iterator[str]:
    """Where points of these kinds may lie: under every retention policy there is."""
    for one in query(url, f'SHOW RETENTION POLICIES ON "{database}"'):
        for row in one.get("values", []):
            yield from (f'"{database}"."{row[0]}"."lift_{kind}"' for kind in kinds)


def count_points(url: str, kinds: Sequence[str], *, database: str, estate: str) -> int:
    """How many points an estate has."""
    total = 0
    for place in measurements(url, database, kinds):
        text = f"SELECT count(seq) FROM {place} WHERE estate = '{estate}'"
        total += sum(row[1] for one in query(url, text) for row in one["values"])
    return total


def points_of(url: str, kinds: Sequence[str], *, database: str, estate: str) -> Counter[Identity]:
    """Every message that is there, and how many points it has."""
    found: Counter[Identity] = Counter()
    for place in measurements(url, database, kinds):
        text = f"SELECT seq FROM {place} WHERE estate = '{estate}' GROUP BY lift"
        for one in query(url, text):
            lift = one["tags"]["lift"]
            found.update((lift, int(row[1])) for row in one["values"])
    return found
