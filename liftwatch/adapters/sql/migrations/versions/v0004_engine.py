"""What the engine lives on: heartbeats of canaries, deadlines, and what is promised to leave."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make its tables."""
    _canary()
    _deadline()
    _outbox()
    _attempt()


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _canary() -> None:
    op.create_table(
        "canary",
        sa.Column("name", _name(64), primary_key=True),
        sa.Column("serves", sa.JSON(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("through_ms", sa.BigInteger(), nullable=False),
        sa.Column("seen_beats", sa.BigInteger(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.Column("deaf_ms", sa.BigInteger()),
        sa.Column("stuck", sa.String(300)),
    )


def _deadline() -> None:
    op.create_table(
        "deadline",
        sa.Column("name", _name(200), primary_key=True),
        sa.Column("what", _name(64), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("period_ms", sa.BigInteger()),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", _name(64)),
        sa.Column("held_until_ms", sa.BigInteger()),
    )
    op.create_index("deadline_by_due", "deadline", ["due_ms", "name"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("id", _name(64), nullable=False, unique=True),
        sa.Column("channel", _name(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(16)),
    )
    op.create_index("outbox_by_channel", "outbox", ["channel", "n"])


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column(
            "promise",
            _name(64),
            sa.ForeignKey("outbox.id", name="attempt_promise", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("detail", sa.String(300), nullable=False),
    )
