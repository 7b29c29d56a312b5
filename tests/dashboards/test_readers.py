"""Grafana's readers on PostgreSQL: each sees its own rows, whatever SQL is sent."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from liftwatch.adapters.sql import BooksError
from liftwatch.adapters.sql.grafana import drop_reader, known_readers, make_reader
from liftwatch.adapters.sql.migrations.grafana_views import VIEWS, VIEWS_OF
from liftwatch.ports import IncidentFilter
from tests.dashboards.conftest import DSN, OURS, THEIRS, Town, raise_alarm

FOREIGN = ("L-0001", "L-0002", f"/{THEIRS}", "lake & Co")
"""What only rows of the other property hold; no attempt below has it in its own text."""

LEAK = (
    "CREATE FUNCTION pg_temp.leak(x text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
    " $$ BEGIN RAISE NOTICE 'leak %%', x; RETURN true; END $$"
)
ATTEMPTS = (
    # plainly
    "SELECT * FROM lift",
    "SELECT * FROM incident",
    "SELECT * FROM incident_clock",
    "SELECT * FROM contract",
    "SELECT * FROM completeness",
    "SELECT * FROM lift WHERE estate <> 'garden' OR 1=1",
    "SELECT a.*, b.* FROM lift a CROSS JOIN incident b",
    "SELECT * FROM lift FULL JOIN incident USING (lift)",
    "SELECT * FROM incident i WHERE EXISTS (SELECT 1 FROM lift l WHERE l.estate <> i.estate)",
    "WITH RECURSIVE w AS (SELECT lift FROM lift UNION SELECT lift FROM incident) SELECT * FROM w",
    "SELECT lift FROM lift UNION ALL SELECT lift FROM public.lift",
    "TABLE public.incident",
    "SELECT * FROM public.organisation",
    "SELECT * FROM public.person",
    "SELECT * FROM reader",
    # functions of our own and of the server
    "SELECT * FROM seen_estates('{property,supervision,custodian,maintenance,operations}')",
    "SELECT seen_areas('{supervision}'), held_lifts(true), sees_all()",
    "SELECT held_then(lift, 0) FROM lift",
    "SELECT query_to_xml('SELECT * FROM public.lift', true, false, '')",
    "SELECT query_to_xml('SELECT * FROM grafana.lift', true, false, '')",
    "SELECT table_to_xml('public.lift', true, false, '')",
    "SELECT schema_to_xml('grafana', true, false, '')",
    "SELECT database_to_xml(true, false, '')",
    "SELECT * FROM ts_stat('SELECT to_tsvector(lift) FROM public.lift')",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT pg_ls_dir('base')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM dblink('', 'SELECT 1') AS t(x int)",
    "DO $$ DECLARE r record; BEGIN FOR r IN SELECT lift FROM grafana.lift LOOP"
    " RAISE NOTICE '%%', r.lift; END LOOP; END $$",
    "DO $$ BEGIN EXECUTE 'SELECT * FROM public.lift'; END $$",
    # becoming another
    "SET ROLE liftwatch_views",
    "SET ROLE lift",
    "SET ROLE NONE; SELECT * FROM lift",
    "SET SESSION AUTHORIZATION lift",
    "SET SESSION AUTHORIZATION DEFAULT; SELECT * FROM lift",
    "RESET ALL; SELECT * FROM lift",
    "SET row_security = off; SELECT * FROM lift",
    "ALTER VIEW grafana.lift OWNER TO CURRENT_USER",
    "ALTER VIEW grafana.lift SET (security_barrier = false)",
    "ALTER TABLE public.lift DISABLE ROW LEVEL SECURITY",
    "GRANT liftwatch_views TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER BYPASSRLS",
    "CREATE ROLE other SUPERUSER",
    "INSERT INTO grafana.reader VALUES (session_user, 'operations', NULL)",
    "SET default_transaction_read_only = off; UPDATE grafana.reader SET role = 'operations'",
    "SET default_transaction_read_only = off; UPDATE grafana.lift SET estate = 'garden'",
    "SET search_path = public; SELECT * FROM lift",
    # catalogues and statistics
    "SELECT * FROM pg_stats",
    "SELECT * FROM pg_stats_ext",
    "SELECT * FROM pg_statistic",
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'lift'",
    "SELECT query FROM pg_stat_activity",
    "SELECT * FROM pg_roles",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_prepared_xacts",
    "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM lift",
    # copying
    "COPY grafana.lift TO STDOUT",
    "COPY (SELECT * FROM grafana.incident) TO STDOUT",
    "COPY public.lift TO STDOUT",
    "COPY (SELECT * FROM public.lift) TO PROGRAM 'cat'",
    "COPY public.lift TO '/tmp/liftwatch-leak'",
    # statements that last
    "PREPARE p AS SELECT * FROM grafana.lift; EXECUTE p",
    "PREPARE q (text) AS SELECT * FROM grafana.lift WHERE estate = $1; EXECUTE q ('lake')",
    "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT * FROM grafana.lift; FETCH ALL c; COMMIT",
    "SELECT * FROM lift FOR UPDATE",
    "LOCK TABLE public.lift",
    "SELECT * FROM lift TABLESAMPLE SYSTEM (100)",
    "LISTEN incident; SELECT * FROM lift",
    # casts and operators that tell what they were given
    "SELECT lift::integer FROM lift",
    "SELECT * FROM lift WHERE lift::integer > 0",
    "SELECT * FROM incident WHERE estate::inet IS NOT NULL",
    "SELECT * FROM lift WHERE xmlparse(document lift) IS NOT NULL",
    "SELECT * FROM lift WHERE (lift || 'x')::date > now()",
    "SELECT * FROM lift WHERE to_number(lift, '9999') > 0",
    "SELECT regexp_replace(lift, '(', 'x') FROM lift",
    f"{LEAK}; SELECT count(*) FROM lift WHERE pg_temp.leak(lift || '/' || estate)",
    f"{LEAK}; SELECT count(*) FROM incident i JOIN lift l USING (lift)"
    " WHERE pg_temp.leak(i.lift) AND pg_temp.leak(l.estate_name)",
    f"{LEAK}; SELECT 1 FROM lift GROUP BY lift HAVING pg_temp.leak(lift)",
    f"{LEAK}; SELECT * FROM lift ORDER BY pg_temp.leak(lift)",
    f"SET enable_hashjoin = off; {LEAK}; SELECT * FROM incident_clock WHERE pg_temp.leak(lift)",
)
ORACLES = (
    "SELECT 1 / (CASE WHEN estate = 'lake' THEN 0 ELSE 1 END) FROM lift",
    "SELECT 1 FROM lift WHERE 1 / (CASE WHEN estate = 'lake' THEN 0 ELSE 1 END) = 1",
    "SELECT 1 FROM incident WHERE 1 / (CASE WHEN estate = 'lake' THEN 0 ELSE 1 END) = 1",
    "SELECT 1 FROM lift l JOIN incident i ON 1 / (position('garden' in i.estate)) = 1",
    "SELECT 1 FROM incident_clock WHERE 1 / (position('garden' in estate)) = 1",
    "SELECT 1 / count(*) FROM lift WHERE estate = 'garden' HAVING 1 / min(length(estate) - 4) = 0",
    "SELECT 1 FROM lift ORDER BY 1 / (position('garden' in estate))",
)


def tried(connection: "psycopg.Connection[Any]", sql: str) -> str:
    """All that comes back of some SQL: rows, copied text, notices, errors."""
    told: list[str] = []
    connection.execute("SET default_transaction_read_only = off")
    connection.add_notice_handler(lambda notice: told.append(str(notice.message_primary)))
    try:
        for statement in (
            (sql,) if "$$" in sql and "; " not in sql.rsplit("$$", maxsplit=1)[-1] else parts(sql)
        ):
            with connection.cursor() as cursor:
                if statement.startswith("COPY") and "STDOUT" in statement:
                    with cursor.copy(statement.encode()) as out:
                        told += [bytes(block).decode() for block in out]
                else:
                    cursor.execute(statement.replace("%%", "%").encode())
                    if cursor.description is not None:
                        told += [str(row) for row in cursor.fetchall()]
    except psycopg.Error as error:
        told.append(str(error))
    return "\n".join(told)


def parts(sql: str) -> list[str]:
    """The statements of a text, in order; a body between dollars is of one."""
    pieces, inside = [""], False
    for word in sql.split("; "):
        pieces[-1] += ("; " if pieces[-1] else "") + word
        inside = pieces[-1].count("$$") % 2 == 1
        if not inside:
            pieces.append("")
    return [one for one in pieces if one]


def test_each_reader_sees_its_own(town: Town) -> None:
    """Its estate, its contracts, its area, or everything; and only views of its role."""
    seen = {}
    for who in ("garden", "lake", "unit", "regulation", "operations"):
        with town.sign_in(who) as connection:
            rows = connection.execute("SELECT lift FROM lift ORDER BY lift").fetchall()
            seen[who] = [row[0] for row in rows]
    everything = ["G-0001", "G-0002", "L-0001", "L-0002"]
    assert seen == {
        "garden": ["G-0001", "G-0002"],
        "lake": ["L-0001", "L-0002"],
        "unit": ["G-0001"],
        "regulation": everything,
        "operations": everything,
    }


def test_a_unit_sees_what_was_raised_while_it_held_the_contract(town: Town) -> None:
    """The entrapment was before it; the door fault is its own."""
    with town.sign_in("unit") as connection:
        rows = connection.execute("SELECT lift, kind FROM incident").fetchall()
    assert rows == [("G-0001", "door_fault")]


def test_views_of_other_roles_are_refused(town: Town) -> None:
    """The fund is no business of a property, nor lifts of a custodian."""
    for who in ("garden", "unit", "regulation", "custodian", "operations"):
        role = "property" if who == "garden" else {"unit": "maintenance"}.get(who, who)
        role = {"regulation": "supervision"}.get(role, role)
        with town.sign_in(who) as connection:
            for view in VIEWS:
                if view in VIEWS_OF[role]:
                    connection.execute(f"SELECT * FROM grafana.{view}".encode())
                else:
                    with pytest.raises(errors.InsufficientPrivilege):
                        connection.execute(f"SELECT * FROM grafana.{view}".encode())


def test_there_is_something_to_find(town: Town) -> None:
    """What the attempts look for is told to whom it belongs: else they would prove nothing."""
    with town.sign_in("lake") as connection:
        told = tried(connection, "SELECT * FROM lift") + tried(connection, "TABLE incident")
        leaked = tried(connection, f"{LEAK}; SELECT 1 FROM lift WHERE pg_temp.leak(lift)")
    assert "L-0001" in told
    assert "leak L-0001" in leaked
    with psycopg.connect(town.url) as connection:
        told = tried(connection, "SELECT * FROM grafana.lift")
    assert "L-0001" not in told, "who is no reader has no rows in the views, the owner included"


@pytest.mark.parametrize("who", ["garden", "unit"])
def test_nobody_reads_anothers_rows(town: Town, who: str) -> None:
    """Joins, functions, casts, roles, catalogues, copies, statements that last."""
    for sql in ATTEMPTS:
        with town.sign_in(who) as connection:
            told = tried(connection, sql)
        assert [one for one in FOREIGN if one in told] == [], (sql, told)


def test_errors_tell_nothing_either(town: Town) -> None:
    """A condition that fails on another's row is never asked of it."""
    for sql in ORACLES:
        with town.sign_in("garden") as connection:
            connection.execute(sql.encode())
    with town.sign_in("regulation") as connection, pytest.raises(errors.DivisionByZero):
        connection.execute(ORACLES[0].encode())


WRITING = ("DELETE FROM {}", "UPDATE {} SET lift = 'x'", "INSERT INTO {} (lift) VALUES ('x')")


def test_nothing_is_written(town: Town) -> None:
    """Even without the setting that says so."""
    before = town.books.incidents(IncidentFilter()).items
    for view in VIEWS_OF["property"]:
        for verb in (
            "DELETE FROM {}",
            "UPDATE {} SET lift = 'x'",
            "INSERT INTO {} (lift) VALUES ('x')",
        ):
            with town.sign_in("garden") as connection:
                connection.execute("SET default_transaction_read_only = off")
                with pytest.raises(psycopg.Error):
                    connection.execute(verb.format(f"grafana.{view}").encode())
    assert town.books.incidents(IncidentFilter()).items == before


def test_the_service_is_not_bounded(town: Town) -> None:
    """It reads and writes as before: every row, of every estate."""
    raise_alarm(town.books, "L-0001", "overspeed", at_ms=1_772_439_240_000)
    assert len(town.books.lifts()) == 4
    assert {one.estate for one in town.books.incidents(IncidentFilter()).items} == {OURS, THEIRS}


def test_a_service_that_does_not_own_its_tables_is_not_bounded_either(town: Town) -> None:
    """Row-level security would hide all rows of a role that no policy names."""
    with psycopg.connect(town.url, autocommit=True) as connection:
        name = f"service_{connection.info.dbname}"
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        connection.execute(f"GRANT SELECT, UPDATE ON public.lift TO {name}".encode())
    try:
        with psycopg.connect(town.url.replace("lift@", f"{name}@")) as connection:
            assert connection.execute("SELECT count(*) FROM public.lift").fetchall() == [(4,)]
            assert connection.execute("UPDATE lift SET online = 'offline'").rowcount == 4
    finally:
        with psycopg.connect(town.url, autocommit=True) as connection:
            connection.execute(f"DROP OWNED BY {name}; DROP ROLE {name}".encode())


def test_another_password_and_no_reader_any_more(town: Town) -> None:
    """Asked for again it is the same role; taken away it cannot sign in."""
    old = town.readers["lake"]
    again = make_reader(town.url, role="property", organisation=town.organisations["lake"])
    assert (again.name, again.password == old.password) == (old.name, False)
    assert drop_reader(town.url, old.name)
    assert not drop_reader(town.url, old.name)
    assert old.name not in known_readers(town.url)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(DSN.format(**again._asdict()))
    town.readers["lake"] = make_reader(
        town.url, role="property", organisation=town.organisations["lake"]
    )


def test_what_supervision_asks_stands_in_the_servers_log(town: Town) -> None:
    """Where a superuser has made its reader; of others it is no business."""
    for who, logged in (("regulation", "all"), ("garden", "none")):
        with town.sign_in(who) as connection:
            assert connection.execute("SHOW log_statement").fetchall() == [(logged,)]


def test_what_cannot_be_made(town: Town, tmp_path: Any) -> None:
    """One line each."""
    organisation = town.organisations["garden"]
    for role, of, said in (
        ("owner", organisation, "is none of property"),
        ("property", None, "is of one organisation"),
        ("operations", organisation, "is of one organisation"),
        ("property", "nobody", "there is no organisation 'nobody'"),
    ):
        with pytest.raises(BooksError, match=said):
            make_reader(town.url, role=role, organisation=of)
    with pytest.raises(BooksError, match="SQLite has no roles"):
        make_reader(f"sqlite:///{tmp_path}/x.sqlite", role="operations", organisation=None)
