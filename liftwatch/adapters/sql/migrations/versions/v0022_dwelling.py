"""Whose a dwelling is, so that its line of the fund is shown in full to its owner alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

DOOR = ["area", "estate", "building", "household"]


def upgrade() -> None:
    """Make the table; a person has a dwelling once at a time."""
    person = sa.ForeignKey("person.id", name="dwelling_person", ondelete="CASCADE")
    op.create_table(
        "dwelling",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("person", _name(64), person, nullable=False),
        sa.Column("area", _name(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("building", _name(64), nullable=False),
        sa.Column("household", _name(64), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger()),
        sa.Column("told_by", _name(64)),
    )
    standing = sa.text("until_ms IS NULL")
    op.create_index(
        "dwelling_standing",
        "dwelling",
        ["person", *DOOR],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index("dwelling_of_building", "dwelling", DOOR)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
