"""Views for Grafana in a schema of their own, and the rows each of its organisations may read.

Grafana sends whatever SQL somebody writes into a panel, so the database itself must bound it. A
reader is a PostgreSQL role of one Grafana organisation; it may read the views and nothing else.
The views belong to `liftwatch_views`, which nobody can sign in as, and the tables beneath them
have row-level security for that role: rows are those that `grafana.reader` gives the one who
signed in (`session_user`, which neither SET ROLE nor a function changes). Whoever else uses the
tables is not bounded by it.

SQLite has no roles: there is nothing of this there, and Grafana needs PostgreSQL. Where the role
that migrates may not make roles nothing is made either; `liftwatch dashboards reader` makes it
later by the same statements, which may be run again.
"""

from typing import Any

from alembic import op
from sqlalchemy import Connection, text

from liftwatch.adapters.sql.migrations.grafana_views import VIEWS, VIEWS_OF

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

OWNER = "liftwatch_views"
COLUMNS = {
    "lift": "lift, area, estate, facts, state, state_ms, online, heard_ms, exercise",
    "lift_register": "lift, entered",
    "locality": "area, estate, building, name, name_en",
    "organisation": "id, name",
    "contract": "lift, organisation, from_ms, until_ms",
    "incident": (
        "id, kind, severity, severity_max, opened_ms, raised_ms, area, estate, lift, state, alarm,"
        " cleared_ms, late, exercise, scope, occurrences, parent, evidence"
    ),
    "incident_course": (
        "incident, level, acknowledged_ms, dispatched_ms, arrived_ms, released_ms, resolved_ms,"
        " closed_ms, trapped, cause"
    ),
    "incident_clock": "incident, occurrence, name, due_ms, met_ms, missed_ms, dropped_ms",
    "account": "day, area, estate, terminal, lift, received, late, duplicates, missing",
    "canary": "name, at_ms, through_ms, deaf_ms, stuck",
    "outbox": "n, channel, made_ms, due_ms, attempts, verdict, urgency",
    "fund_account": "id, kind, area, estate, building, side",
    "fund_posting": "account, entry, balance",
    "fund_case": "id, area, estate, building, lift, path, stage, opened_ms, expires_ms",
    "fund_case_move": "case_id, n, move, at_ms, amount_fen",
    "fund_publication": "case_id, n, what, at_ms",
}
"""What the views may read of each table; nothing of people, no text that people wrote."""

_SEES_ALL = "(SELECT grafana.sees_all())"
_PLACES = (
    "area IN (SELECT grafana.seen_areas('{%(roles)s}')) OR (area, estate) IN"
    " (SELECT one.area, one.estate FROM grafana.seen_estates('{%(roles)s}') AS one)"
)
_WATCHED = _PLACES % {"roles": "property,supervision"}
_FUND = _PLACES % {"roles": "custodian,supervision"}
POLICIES = {
    "lift": f"{_SEES_ALL} OR {_WATCHED} OR lift IN (SELECT grafana.held_lifts(false))",
    "account": f"{_SEES_ALL} OR {_WATCHED} OR lift IN (SELECT grafana.held_lifts(false))",
    "incident": (
        f"{_SEES_ALL} OR {_WATCHED} OR (lift IN (SELECT grafana.held_lifts(true))"
        " AND grafana.held_then(lift, raised_ms))"
    ),
    "contract": "lift IN (SELECT seen.lift FROM public.lift AS seen)",
    "canary": _SEES_ALL,
    "outbox": _SEES_ALL,
    "fund_account": _FUND,
    "fund_case": _FUND,
}
"""Which rows the views have, for whoever signed in. What has no place of its own is reached by its
incident, case or account alone."""

_MINE = "FROM grafana.reader AS mine WHERE mine.name = session_user"
_FUNCTIONS = {
    "sees_all() RETURNS boolean": (
        f"SELECT EXISTS (SELECT 1 {_MINE} AND mine.role = 'operations')"
    ),
    "seen_areas(roles text[]) RETURNS SETOF text": (
        "SELECT place.area::text FROM public.organisation_place AS place"
        f" WHERE place.estate = '' AND place.organisation = (SELECT mine.organisation {_MINE}"
        " AND mine.role = ANY (roles))"
    ),
    "seen_estates(roles text[]) RETURNS TABLE (area text, estate text)": (
        "SELECT place.area::text, place.estate::text FROM public.organisation_place AS place"
        " WHERE place.estate <> '' AND place.building = '' AND place.organisation ="
        f" (SELECT mine.organisation {_MINE} AND mine.role = ANY (roles))"
    ),
    "held_lifts(ever boolean) RETURNS SETOF text": (
        "SELECT held.lift::text FROM public.contract AS held WHERE held.organisation ="
        f" (SELECT mine.organisation {_MINE} AND mine.role = 'maintenance')"
        " AND (ever OR (held.from_ms <= extract(epoch FROM now()) * 1000"
        " AND (held.until_ms IS NULL OR held.until_ms > extract(epoch FROM now()) * 1000)))"
    ),
    "held_then(one text, at_ms bigint) RETURNS boolean": (
        "SELECT EXISTS (SELECT 1 FROM public.contract AS held WHERE held.lift = one"
        " AND held.from_ms <= at_ms AND (held.until_ms IS NULL OR held.until_ms > at_ms)"
        f" AND held.organisation = (SELECT mine.organisation {_MINE}"
        " AND mine.role = 'maintenance'))"
    ),
}
"""They look past row-level security, at what the reader itself reaches and at nothing else."""


def upgrade() -> None:
    """Make all of it, where there are roles and we may make one."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql" and may_make(connection):
        make(connection)


def may_make(connection: Connection) -> bool:
    """Whether the role that asks may make roles."""
    found = connection.execute(
        text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    )
    return bool(found.scalar_one())


def make(connection: Connection) -> None:
    """Make all of it, or bring it to this version's; what readers there are stay."""
    for statement in statements():
        connection.execute(text(statement))
    grant(connection)


def grant(connection: Connection) -> None:
    """Let every reader read the views of its role, and no others."""
    for name, (role, _) in readers_of(connection).items():
        every, its = (
            ", ".join(f"grafana.{view}" for view in views) for views in (VIEWS, VIEWS_OF[role])
        )
        connection.execute(text(f"GRANT USAGE ON SCHEMA grafana TO {name}"))
        connection.execute(text(f"REVOKE ALL ON {every} FROM {name}"))
        connection.execute(text(f"GRANT SELECT ON {its} TO {name}"))


def statements() -> list[str]:
    """What makes it, in order."""
    return [*_owner(), *_readers(), *_functions(), *_policies(), *_views()]


def _owner() -> list[str]:
    made = (
        f"DO $$ BEGIN CREATE ROLE {OWNER} NOLOGIN; EXCEPTION WHEN duplicate_object"
        " OR unique_violation THEN NULL; END $$"
    )
    joined = (
        "DO $$ BEGIN IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN"
        f" EXECUTE format('GRANT {OWNER} TO %I', current_user); END IF; END $$"
    )
    return [
        made,
        joined,
        "CREATE SCHEMA IF NOT EXISTS grafana",
        f"GRANT USAGE, CREATE ON SCHEMA grafana TO {OWNER}",
    ]


def _readers() -> list[str]:
    names = ", ".join(f"'{role}'" for role in VIEWS_OF)
    return [
        'CREATE TABLE IF NOT EXISTS grafana.reader (name text COLLATE "C" PRIMARY KEY,'
        f" role text NOT NULL CHECK (role IN ({names})), organisation text"
        " REFERENCES public.organisation (id),"
        " CHECK ((role = 'operations') = (organisation IS NULL)))",
    ]


def _functions() -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION grafana.{head} LANGUAGE sql STABLE SECURITY DEFINER"
        f" SET search_path = pg_catalog AS $$ {body} $$"
        for head, body in _FUNCTIONS.items()
    ]


def _policies() -> list[str]:
    made = []
    for table, columns in COLUMNS.items():
        made.append(f"GRANT SELECT ({columns}) ON public.{table} TO {OWNER}")
    made.append(f"GRANT USAGE ON SCHEMA public TO {OWNER}")
    for table, rows in POLICIES.items():
        made += [
            f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY",
            f"DROP POLICY IF EXISTS all_rows ON public.{table}",
            f"CREATE POLICY all_rows ON public.{table} USING (true) WITH CHECK (true)",
            f"DROP POLICY IF EXISTS rows_of_reader ON public.{table}",
            f"CREATE POLICY rows_of_reader ON public.{table} AS RESTRICTIVE FOR SELECT"
            f" TO {OWNER} USING ({rows})",
        ]
    return made


def _views() -> list[str]:
    made = []
    for name, query in VIEWS.items():
        made += [
            f"DROP VIEW IF EXISTS grafana.{name}",
            f"CREATE VIEW grafana.{name} WITH (security_barrier) AS {query}",
            f"ALTER VIEW grafana.{name} OWNER TO {OWNER}",
        ]
    return made


def readers_of(connection: Connection) -> dict[str, Any]:
    """Readers by name: their role and their organisation."""
    rows = connection.execute(text("SELECT name, role, organisation FROM grafana.reader"))
    return {row.name: (row.role, row.organisation) for row in rows}
