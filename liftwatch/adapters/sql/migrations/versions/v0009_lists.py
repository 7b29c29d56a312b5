"""Indexes by which a page of incidents is found without reading what is not on it.

SQLite is told what a grown table looks like: without figures it takes a kind, an area and a lift
for equally rare. They are the same whenever they are read, so that plans are, too.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = "state NOT IN ('closed', 'rejected')"
NARROWED = ("area", "estate", "lift", "kind", "severity", "state")
ROWS, OPEN_ROWS, CONTRACTS = 1_000_000, 5_000, 10_000
EACH = {"lift": 100, "estate": 2_500, "kind": 25_000, "severity": 100_000, "area": 150_000}
"""Incidents of each lift, estate, ...: of 10 000 lifts in two years. The severities that are asked
for are the rare ones, so theirs is below the mean."""


def upgrade() -> None:
    """Make them anew, longer."""
    for name in ("incident_of_lift", "incident_of_estate", "incident_of_parent"):
        op.drop_index(name, "incident")
    for first in EACH:
        op.create_index(f"incident_of_{first}", "incident", _newest(first))
    op.create_index("incident_of_parent", "incident", ["parent", "lift", "raised_ms"])
    where = sa.text(OPEN)
    op.create_index(
        "incident_open", "incident", _newest(), sqlite_where=where, postgresql_where=where
    )
    if op.get_bind().dialect.name == "sqlite":
        _tell_sqlite()


def _newest(*first: str) -> list[str]:
    return [*first, "raised_ms", "id", *(name for name in NARROWED if name not in first)]


def _tell_sqlite() -> None:
    """Rows of `sqlite_stat1` (sqlite.org/fileformat2.html, 2.6.3), which ANALYZE makes."""
    op.execute("ANALYZE counter")  # the smallest table
    op.execute("DELETE FROM sqlite_stat1 WHERE tbl IN ('counter', 'incident', 'contract')")
    _tell("incident_newest", ROWS, 1, 1)
    _tell("incident_open", OPEN_ROWS, *([1] * len(_newest())))
    _tell("incident_open_of_lift", OPEN_ROWS, 1, 1)
    _tell("incident_of_parent", ROWS, 5, 1, 1)
    for first, each in EACH.items():
        _tell(f"incident_of_{first}", ROWS, each, *([1] * (len(_newest(first)) - 1)))
    _tell("contract_of_organisation", CONTRACTS, 100, 1, 1)
    _tell("contract_of_lift", CONTRACTS, 2, 1)
    op.execute("ANALYZE sqlite_schema")  # reads the figures


def _tell(index: str, *figures: int) -> None:
    values = {"tbl": index.partition("_")[0], "idx": index, "stat": " ".join(map(str, figures))}
    row = sa.text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)")
    op.execute(row.bindparams(**values))
