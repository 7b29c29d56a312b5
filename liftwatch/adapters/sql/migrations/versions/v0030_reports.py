"""Reports of months and quarters: each version as it was made, and never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

SAME = "a report that was made is not changed: it is made anew"
RULES = {"report_same": "UPDATE", "report_kept": "DELETE"}


def upgrade() -> None:
    """Make the table; none was made before."""
    op.create_table(
        "report",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("kind", _name(16), nullable=False),
        sa.Column("scope_kind", _name(16), nullable=False),
        sa.Column("scope", _name(64), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("unit", _name(64), nullable=False),
        sa.Column("period", _name(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('month', 'quarter')", name="report_kind"),
        sa.CheckConstraint("scope_kind IN ('area', 'estate', 'unit')", name="report_scope_kind"),
        sa.CheckConstraint("version > 0", name="report_versions"),
    )
    version = ["scope_kind", "scope", "period", "version"]
    op.create_index("report_version", "report", version, unique=True)
    op.create_index("report_newest", "report", ["made_ms", "id"])
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for name, act in RULES.items():
        for statement in _sqlite(name, act) if sqlite else _postgresql(name, act):
            connection.exec_driver_sql(statement)


def _sqlite(name: str, act: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {act} ON report BEGIN SELECT RAISE(ABORT, '{SAME}'); END"
    ]


def _postgresql(name: str, act: str) -> list[str]:
    body = f"BEGIN RAISE EXCEPTION '{SAME}' USING ERRCODE = '23514'; END"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"CREATE TRIGGER {name} BEFORE {act} ON report FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]


def _name(length: int) -> TypeEngine[str]:
    """As the tables have it: compared byte by byte on PostgreSQL."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
