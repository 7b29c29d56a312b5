"""The account of loss: figures per terminal, lift and day, and what is missing of each boot."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its tables."""
    op.create_table(
        "account",
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("area", _name(16), primary_key=True),
        sa.Column("estate", _name(64), primary_key=True),
        sa.Column("terminal", _name(64), primary_key=True),
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("source", _name(64), primary_key=True),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("duplicates", sa.BigInteger(), nullable=False),
        sa.Column("ahead_ms", sa.BigInteger()),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("jumps", sa.BigInteger(), nullable=False),
    )
    op.create_index("account_by_lift", "account", ["lift", "day"])
    op.create_table(
        "account_gap",
        sa.Column("terminal", _name(64), primary_key=True),
        sa.Column("area", _name(16), primary_key=True),
        sa.Column("estate", _name(64), primary_key=True),
        sa.Column("boot", _name(64), primary_key=True),
        sa.Column("first_seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("source", _name(64), primary_key=True),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
    )


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
