"""What people enter of lifts, households, and the kind of an organisation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables; until somebody enters something, terminals' facts hold alone."""
    op.create_table(
        "lift_register",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("entered", sa.JSON(), nullable=False),
        sa.Column("entered_by", sa.JSON(), nullable=False),
        sa.Column("said_by", sa.JSON(), nullable=False),
        sa.Column("site", sa.JSON(), nullable=False),
        sa.Column("site_by", sa.JSON(), nullable=False),
        sa.Column("equipment_code", _name(64)),
        sa.Column("rescue_code", _name(64)),
        sa.Column("predecessor", _name(64)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("lift_register_code", "lift_register", ["equipment_code"], unique=True)
    op.create_index("lift_register_rescue", "lift_register", ["rescue_code"])
    op.create_index("lift_register_predecessor", "lift_register", ["predecessor"], unique=True)
    op.create_table(
        "household",
        sa.Column("area", _name(16), primary_key=True),
        sa.Column("estate", _name(64), primary_key=True),
        sa.Column("building", _name(64), primary_key=True),
        sa.Column("unit", _name(64), primary_key=True),
        sa.Column("number", _name(64), primary_key=True),
        sa.Column("floor_area_dm2", sa.BigInteger(), nullable=False),
        sa.Column("developer_owned", sa.Boolean()),
    )
    op.add_column("organisation", sa.Column("kind", _name(32)))


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
