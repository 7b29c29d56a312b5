"""What people ended of alarms that latch, what they silenced, what paged nobody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nothing was ended or silenced by people before."""
    op.create_table(
        "alarm_ending",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("opened_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "silence",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("lift", _name(64)),
        sa.Column("kind", sa.String(64)),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("silence_by_estate", "silence", ["area", "estate", "until_ms"])
    op.create_index("silence_by_end", "silence", ["until_ms"])
    key = sa.ForeignKey("incident.id", name="incident_hidden_incident", ondelete="CASCADE")
    op.create_table(
        "incident_hidden",
        sa.Column("incident", _name(64), key, primary_key=True),
        sa.Column("occurrence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("by", _name(16), primary_key=True),
        sa.Column("of", _name(64)),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("incident_hidden_newest", "incident_hidden", ["at_ms"])
    op.create_index("incident_hidden_of", "incident_hidden", ["of", "at_ms"])
    op.create_table(
        "alarm_withheld",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("at_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("by", _name(16), nullable=False),
    )
    op.create_index("alarm_withheld_newest", "alarm_withheld", ["at_ms"])
    op.create_table(
        "kind_recorded",
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
    )


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
