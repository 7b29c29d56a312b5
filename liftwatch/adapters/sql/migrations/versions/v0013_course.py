"""What people made of incidents: where each stands, every line of its story, its clocks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENTS = ("acknowledged", "dispatched", "arrived", "released", "resolved", "closed")


def upgrade() -> None:
    """Make their tables; of what is there already nobody has made anything."""
    op.create_table(
        "incident_course",
        _incident("incident_course"),
        sa.Column("owner", _name(64)),
        sa.Column("owner_organisation", _name(64)),
        sa.Column("level", sa.Integer(), nullable=False),
        *(sa.Column(f"{name}_ms", sa.BigInteger()) for name in MOMENTS),
        *(sa.Column(f"{name}_ms", sa.BigInteger()) for name in ("rejected", "reported", "last")),
        sa.Column("crew", sa.Text()),
        sa.Column("trapped", sa.Integer()),
        sa.Column("injured", sa.Integer()),
        sa.Column("without_help", sa.Boolean(), nullable=False),
        sa.Column("confirmed_by", sa.Text()),
        sa.Column("cause", _name(16)),
        sa.Column("inspection", sa.Text()),
        sa.Column("reason", sa.Text()),
    )
    op.create_table(
        "incident_line",
        _incident("incident_line"),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("noted_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", _name(32), nullable=False),
        sa.Column("before", _name(16), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("channel", _name(16), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("facts", sa.JSON(), nullable=False),
    )
    op.create_table(
        "incident_clock",
        _incident("incident_clock"),
        sa.Column("occurrence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", _name(32), primary_key=True),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("met_ms", sa.BigInteger()),
        sa.Column("missed_ms", sa.BigInteger()),
        sa.Column("dropped_ms", sa.BigInteger()),
    )
    op.create_index("incident_clock_by_due", "incident_clock", ["incident", "due_ms"])


def _incident(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("incident.id", name=f"{table}_incident", ondelete="CASCADE")
    return sa.Column("incident", _name(64), key, primary_key=True)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
