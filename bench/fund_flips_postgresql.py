"""`make fund-flips-postgresql`: the same with PostgreSQL, in a cluster of its own.

Bytes of the files of the fund's tables and indexes are flipped while the server is down, one at a
time; half of them where pages have checksums, half where they have none and `amcheck` looks at
the indexes. Each must be found, or the books' content be unchanged. A flip takes two seconds:
FLIPS (100), SEED (1), FLIP_ENTRIES (200). It needs PostgreSQL's programs (Debian: postgresql-15).
"""

import os
import pwd
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bench.fund_books import BEGIN_MS, KEYS, fill
from bench.fund_flips import TABLES, Flipped, Rows
from liftwatch.adapters.sql import BooksError, SqlBooks, open_books
from liftwatch.fund.anchors import Anchor
from liftwatch.fund.books import Unreadable
from liftwatch.fund.check import verify_books
from liftwatch.handlers.fund_sources import close_year
from liftwatch.ports import StoreUnavailable

FOLDERS = "/usr/sbin:/usr/lib/postgresql/15/bin:/usr/lib/postgresql/16/bin"
FILES = """SELECT pg_relation_filepath(c.oid) FROM pg_class c WHERE c.relkind IN ('r', 'i')
AND (c.relname = ANY(:tables) OR c.oid IN (SELECT indexrelid FROM pg_index i JOIN pg_class t
ON t.oid = i.indrelid WHERE t.relname = ANY(:tables)))"""


class Cluster:
    """A server that is stopped and started over the same folder."""

    def __init__(self, folder: Path, *, checksums: bool) -> None:
        self.data, self.folder = folder / "data", folder
        self.user = "postgres" if os.getuid() == 0 else None
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        more = ["--data-checksums"] if checksums else []
        self._run("initdb", "-U", "lift", "-A", "trust", "-E", "UTF8", "--no-sync", *more)

    def _run(self, program: str, *words: str) -> bool:
        found = shutil.which(program, path=f"{os.environ['PATH']}:{FOLDERS}")
        assert found is not None, "asked in main"
        done = subprocess.run(
            [found, "-D", str(self.data), *words],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
        )
        return done.returncode == 0

    def start(self) -> bool:
        """Whether it takes queries."""
        told = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.folder}"
        return self._run("pg_ctl", "-w", "-o", told, "-l", str(self.folder / "log"), "start")

    def stop(self, *, how: str = "immediate") -> None:
        """And what it has not written is not needed: the files are put back."""
        self._run("pg_ctl", "-w", "-m", how, "stop")

    @property
    def url(self) -> str:
        """Of the database every cluster begins with."""
        return f"postgresql://lift@127.0.0.1:{self.port}/postgres"


def main() -> int:
    """Print the count of each outcome; 1 when a change was missed."""
    if shutil.which("pg_ctl", path=f"{os.environ['PATH']}:{FOLDERS}") is None:
        print("PostgreSQL's programs are not installed: nothing was tried")
        return 0
    flips, seed = int(os.environ.get("FLIPS", "100")), int(os.environ.get("SEED", "1"))
    entries, bad = int(os.environ.get("FLIP_ENTRIES", "200")), []
    for checksums in (True, False):
        with tempfile.TemporaryDirectory(prefix="liftwatch-flips-") as folder:
            cluster = Cluster(Path(folder), checksums=checksums)
            found = run(cluster, entries=entries, flips=flips // 2, seed=seed)
        name = "checksums" if checksums else "amcheck"
        for one, count in sorted(Counter(flip.word for flip in found).items()):
            print(f"{count:>6} {name}: {one}", flush=True)
        bad += [flip for flip in found if flip.detail]
    for flip in bad:
        print(f"BAD: {flip.word}: {flip.detail}")
    return 1 if bad else 0


def run(cluster: Cluster, *, entries: int, flips: int, seed: int) -> list[Flipped]:
    """Fill it, and flip one byte after another."""
    assert cluster.start(), "a fresh cluster starts"
    books = open_books(cluster.url, fund_keys=KEYS)
    fill(books, entries)
    with books.begin() as work:
        close_year(work, 2025, person="p-li", second="p-wang", now_ms=BEGIN_MS)
    with books.engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION amcheck"))
    anchors = [
        Anchor(at_ms=one.at_ms, n=one.n, hash=one.hash)
        for one in books.fund_journal(entries)
        if one.n % 10 == 0 or one.n == entries
    ]
    with books.engine.connect() as connection:
        paths = connection.execute(text(FILES), {"tables": list(TABLES)}).scalars().all()
    rows = rows_of(books)
    with books.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM FREEZE"))
        connection.execute(text("CHECKPOINT"))
    books.close()
    cluster.stop(how="fast")
    kept = cluster.folder / "kept"
    shutil.copytree(cluster.data, kept)
    files = {path: (cluster.data / path).read_bytes() for path in paths}
    dice, found = random.Random(seed), []
    for _ in range(flips):
        path = dice.choice([one for one in paths if files[one]])
        place, mask = dice.randrange(len(files[path])), dice.randrange(1, 256)
        data = bytearray(files[path])
        data[place] ^= mask
        (cluster.data / path).write_bytes(data)
        flip = outcome(cluster, rows, anchors)
        cluster.stop()
        shutil.rmtree(cluster.data)
        shutil.copytree(kept, cluster.data)
        _own(cluster)
        where = flip.detail and f"{path} byte {place} with {mask:#04x}: {flip.detail}"
        found.append(Flipped(flip.word, where))
    return found


def _own(cluster: Cluster) -> None:
    """What was copied is the server's again."""
    if cluster.user:
        owner = pwd.getpwnam(cluster.user)
        for one in (cluster.data, *cluster.data.rglob("*")):
            os.chown(one, owner.pw_uid, owner.pw_gid)
    cluster.data.chmod(0o700)


def outcome(cluster: Cluster, before: Rows, anchors: list[Anchor]) -> Flipped:
    """Whether verify says so, or nothing has changed."""
    if not cluster.start():
        return Flipped("found: the server does not start")
    books = SqlBooks(cluster.url, fund_keys=KEYS)
    try:
        verdict = verify_books(books, anchors, keys=KEYS)
        if not verdict.good:
            named = "entry named" if verdict.wrong else "damage told"
            return Flipped(f"found: {named}")
        if rows_of(books) == before:
            return Flipped("content unchanged")
        return Flipped("MISSED", "content differs")
    except (BooksError, StoreUnavailable, Unreadable, SQLAlchemyError):
        return Flipped("found: the database cannot be used")
    finally:
        books.close()


def rows_of(books: SqlBooks) -> Rows:
    """All rows of the fund, read through no index."""
    with books.engine.connect() as connection:
        for way in ("indexscan", "indexonlyscan", "bitmapscan"):
            connection.execute(text(f"SET enable_{way} = off"))
        return {
            table: sorted(map(tuple, connection.execute(text(f"SELECT * FROM {table}"))), key=repr)
            for table in TABLES
        }


if __name__ == "__main__":
    sys.exit(main())
