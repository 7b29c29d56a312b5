"""Databases of a PostgreSQL server, each for one test."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def database(url: str, *, template: str = "template1") -> Iterator[str]:
    """The URL of a new database of the server behind `url`, dropped afterwards."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield url.replace("/postgres", f"/{name}")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
