"""What the database finds wrong with the tables of the fund, and whether its guards stand.

An index that was damaged would give another balance than the table, so both are compared. A
trigger that is missing or changed has let through what it was made to refuse, or may do so next.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from liftwatch.adapters.sql.fund_reading import DAMAGED
from liftwatch.adapters.sql.migrations.versions import v0019_fund as made
from liftwatch.adapters.sql.migrations.versions import v0020_cases as cases
from liftwatch.adapters.sql.migrations.versions import v0021_evidence_of_cases as evidence
from liftwatch.adapters.sql.trouble import brief, code_of

TABLES = (
    *("fund_entry", "fund_posting", "fund_account", "fund_head", "fund_year"),
    *(*cases.KEPT, *cases.FOLLOWING, "fund_snapshot"),
)
FOUND_MAX = 20

_STRAY = """SELECT entry FROM fund_posting p
WHERE NOT EXISTS (SELECT 1 FROM fund_entry e WHERE e.n = p.entry) ORDER BY entry LIMIT 1"""
_AHEAD = """SELECT (SELECT MAX(n) FROM fund_entry), (SELECT MAX(n) FROM fund_head),
(SELECT COUNT(*) FROM fund_head)"""
_PG_TRIGGERS = """SELECT t.tgname, t.tgenabled, t.tgtype, p.proname, p.prosrc
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND c.relname LIKE 'fund~_%' ESCAPE '~'
AND pg_table_is_visible(c.oid)"""
_HOLES = """SELECT c.id, c.version, (SELECT COUNT(*) FROM fund_case_move m WHERE m.case_id = c.id)
FROM fund_case c
WHERE c.version <> 1 + (SELECT COUNT(*) FROM fund_case_move m WHERE m.case_id = c.id)
ORDER BY c.id LIMIT 1"""
_AMCHECK = "SELECT to_regprocedure('bt_index_check(regclass, boolean)')"
_INDEXES = """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c
ON c.oid = i.indrelid WHERE c.relname = ANY(:tables) AND pg_table_is_visible(c.oid) ORDER BY 1"""
_TYPES = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
"""Of PostgreSQL's `tgtype`, by the words that make a trigger."""


def damage(connection: Connection) -> list[str]:
    """One line each; none where all is well."""
    return list(_damage(connection))[:FOUND_MAX]


def _damage(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        yield from _sqlite(connection)
        guards = _sqlite_guards(connection)
    else:
        yield from _postgresql(connection)
        guards = _postgresql_guards(connection)
    for name, why in sorted(guards.items()):
        yield f"trigger {name} is {why}"
    stray = connection.execute(text(_STRAY)).first()
    if stray is not None:
        yield f"postings of entry {stray[0]} are there, and it is not"
    newest, head, heads = connection.execute(text(_AHEAD)).one()
    if heads == 1 and (newest or 0) != head:
        yield f"the head says that entry {head} is the newest, and it is {newest or 0}"
    hole = connection.execute(text(_HOLES)).first()
    if hole is not None:
        yield f"case {hole[0]} is at version {hole[1]}, and {hole[2]} moves of it are there"


def _sqlite(connection: Connection) -> Iterator[str]:
    """Tables against their indexes, checks and references."""
    for table in TABLES:
        for (found,) in connection.exec_driver_sql(f"PRAGMA integrity_check('{table}')"):
            if found != "ok":
                yield f"{table}: {found.splitlines()[-1]}"
        for row in connection.exec_driver_sql(f"PRAGMA foreign_key_check('{table}')"):
            yield f"{table}: a row names what is not in {row[2]}"


def _postgresql(connection: Connection) -> Iterator[str]:
    """Indexes against their tables, where the extension `amcheck` is installed."""
    if connection.execute(text(_AMCHECK)).scalar() is None:
        return
    for (index,) in connection.execute(text(_INDEXES), {"tables": list(TABLES)}).all():
        try:
            with connection.begin_nested():
                connection.execute(text("SELECT bt_index_check(:i, true)"), {"i": index})
        except DBAPIError as error:
            if code_of(error)[:2] not in DAMAGED:
                raise
            yield f"index {index}: {brief(error)}"


def _sqlite_guards(connection: Connection) -> dict[str, str]:
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'fund~_%'"
    found = {row[0]: row[1] for row in connection.exec_driver_sql(f"{query} ESCAPE '~'")}
    every = made.sqlite_triggers() | cases.sqlite_triggers() | evidence.sqlite_triggers()
    return _differences(every, found)


def _postgresql_guards(connection: Connection) -> dict[str, str]:
    rows = connection.execute(text(_PG_TRIGGERS)).all()
    found = {row.tgname: f"{row.tgenabled} {row.tgtype} {row.proname} {row.prosrc}" for row in rows}
    wanted = {}
    later = cases.postgresql_triggers() | evidence.postgresql_triggers()
    for name, rest in (made.TRIGGERS | later).items():
        function = rest.rpartition("EXECUTE FUNCTION ")[2].partition("(")[0]
        body = (made.FUNCTIONS | cases.FUNCTIONS)[function]
        words = rest.partition(" WHEN ")[0].partition("EXECUTE")[0].split()
        kind = sum(_TYPES.get(word, 0) for word in words)
        wanted[name] = f"O {kind} {function} {body}"
    return _differences(wanted, found)


def _differences(wanted: dict[str, str], found: dict[str, str]) -> dict[str, str]:
    """By name what is wrong with each.

    >>> _differences({"a": "1", "b": "2"}, {"b": "3", "c": "4"})
    {'a': 'missing', 'b': 'changed', 'c': 'none of ours'}
    """
    wrong = dict.fromkeys(found.keys() - wanted.keys(), "none of ours")
    wrong |= {name: "changed" for name in wanted.keys() & found if wanted[name] != found[name]}
    wrong |= dict.fromkeys(wanted.keys() - found.keys(), "missing")
    return dict(sorted(wrong.items()))
