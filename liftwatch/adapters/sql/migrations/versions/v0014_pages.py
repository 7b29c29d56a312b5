"""Notices and pages of incidents; what leaves may be more urgent than what waits before it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LONG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make their tables; what is promised already is as urgent as it was."""
    op.create_table(
        "incident_notice",
        sa.Column("incident", _name(64), _incident("incident_notice"), primary_key=True),
        sa.Column("occurrence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("why", _name(32), primary_key=True),
        sa.Column("parties", _name(16), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("held", _name(16)),
    )
    op.create_table(
        "page",
        sa.Column("n", LONG_KEY, primary_key=True),
        sa.Column("id", _name(64), nullable=False, unique=True),
        sa.Column("incident", _name(64), _incident("page"), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("why", _name(32), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("party", _name(4), nullable=False),
        sa.Column("organisation", _name(64), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("channel", _name(64), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_ms", sa.BigInteger()),
        sa.Column("verdict", sa.String(16)),
        sa.Column("detail", sa.String(300)),
    )
    op.create_index("page_by_incident", "page", ["incident", "n"])
    urgency = sa.Column("urgency", sa.Integer(), nullable=False, server_default="4")
    op.add_column("outbox", urgency)


def _incident(table: str) -> sa.ForeignKey:
    return sa.ForeignKey("incident.id", name=f"{table}_incident", ondelete="CASCADE")


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
