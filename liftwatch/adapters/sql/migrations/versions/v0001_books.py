"""The first tables: lifts, incidents, the alarms beneath them, and the numbered stream."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OPEN = "state NOT IN ('closed', 'rejected')"


def upgrade() -> None:
    """Make them in an empty database."""
    _lift()
    _incident()
    _incident_indexes()
    _alarm_change()
    _stream()


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _lift() -> None:
    op.create_table(
        "lift",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("state", sa.JSON()),
        sa.Column("state_ms", sa.BigInteger()),
        sa.Column("online", sa.String(16)),
        sa.Column("heard_ms", sa.BigInteger()),
        sa.Column("exercise", sa.Boolean(), nullable=False),
    )
    op.create_index("lift_by_estate", "lift", ["estate", "lift"])


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("severity_max", sa.Integer(), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("lift", _name(64)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("alarm", sa.String(16), nullable=False),
        sa.Column("cleared_ms", sa.BigInteger()),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("scope", sa.String(400)),
        sa.Column("lifts", sa.JSON(), nullable=False),
        sa.Column("parent", _name(64), sa.ForeignKey("incident.id", name="incident_parent")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
    )


def _incident_indexes() -> None:
    op.create_index("incident_newest", "incident", ["raised_ms", "id"])
    op.create_index("incident_of_lift", "incident", ["lift", "raised_ms", "id"])
    op.create_index("incident_of_estate", "incident", ["estate", "raised_ms", "id"])
    op.create_index("incident_of_parent", "incident", ["parent"])
    _open_index("incident_open_of_lift", "lift", f"{OPEN} AND lift IS NOT NULL")
    _open_index("incident_open_of_scope", "scope", f"{OPEN} AND lift IS NULL")


def _open_index(name: str, whose: str, condition: str) -> None:
    """At most one open incident for a lift (or scope) and kind, whoever writes it."""
    op.create_index(
        name,
        "incident",
        [whose, "kind"],
        unique=True,
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def _alarm_change() -> None:
    op.create_table(
        "alarm_change",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("edge", sa.String(16), primary_key=True),
        sa.Column("opened_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("late", sa.Boolean(), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
    )


def _stream() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "stream",
        sa.Column("n", number, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    counter = op.create_table(
        "counter",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(counter, [{"name": "stream", "value": 0}])
