"""The feeds of rescue platforms: counters, what was told, what was answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

UNDONE = sa.text("done_ms IS NULL AND dead_ms IS NULL")


def upgrade() -> None:
    """Make their tables; of what is open already the platform learns with its next change."""
    op.create_table(
        "rescue_counter",
        sa.Column("feed", _name(32), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    key = sa.ForeignKey("incident.id", name="rescue_event_incident", ondelete="CASCADE")
    op.create_table(
        "rescue_event",
        *_numbered(),
        sa.Column("incident", _name(64), key, nullable=False),
        sa.Column("lift", _name(64)),
        sa.Column("what", _name(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(f"{name}_ms", sa.BigInteger()) for name in ("first", "done", "dead")),
        sa.Column("detail", sa.Text()),
        sa.Column("passed_ms", sa.BigInteger()),
        sa.Column("passed", _name(64)),
    )
    op.create_index("rescue_event_of_incident", "rescue_event", ["incident", "feed", "n"])
    op.create_index(
        "rescue_event_undone",
        "rescue_event",
        ["feed", "lift", "n"],
        sqlite_where=UNDONE,
        postgresql_where=UNDONE,
    )
    op.create_table(
        "rescue_receipt",
        *_numbered(),
        sa.Column("name", _name(16), primary_key=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("channel", _name(16), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text()),
        sa.ForeignKeyConstraint(
            ["feed", "n"],
            ["rescue_event.feed", "rescue_event.n"],
            name="rescue_receipt_event",
            ondelete="CASCADE",
        ),
    )


def _numbered() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("feed", _name(32), primary_key=True),
        sa.Column("n", sa.BigInteger(), primary_key=True, autoincrement=False),
    )


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
