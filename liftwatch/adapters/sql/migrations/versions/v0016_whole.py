"""What people ended of alarms that latch."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was ended by people before."""
    op.create_table(
        "alarm_ending",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("opened_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
