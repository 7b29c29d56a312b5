"""Credentials at the broker, and the lifts they are bound to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "terminal",
        sa.Column("name", _name(64), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("secret", sa.String(300)),
        sa.Column("gateway", _name(64)),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "terminal_lift",
        sa.Column(
            "terminal",
            _name(64),
            sa.ForeignKey("terminal.name", name="terminal_lift_terminal", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("lift", _name(64), primary_key=True),
    )
    op.create_index("terminal_lift_by_lift", "terminal_lift", ["lift"])


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
