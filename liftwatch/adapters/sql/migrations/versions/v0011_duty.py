"""Rotas of duty, contacts of organisations, names of places, and who entered what of a lift."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables; nobody leads an organisation until somebody says so."""
    op.add_column(
        "membership",
        sa.Column("lead", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("person", sa.Column("email", sa.LargeBinary()))
    op.create_table(
        "rota",
        sa.Column("id", _name(64), primary_key=True),
        _organisation("rota_organisation", nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("head", _name(64)),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("rota_of_organisation", "rota", ["organisation", "id"])
    of = sa.ForeignKey("rota.id", name="taken_over_rota", ondelete="CASCADE")
    op.create_table(
        "taken_over",
        sa.Column("rota", _name(64), of, primary_key=True),
        sa.Column("person", _name(64), primary_key=True),
        sa.Column("at_ms", sa.BigInteger(), primary_key=True),
    )
    of = sa.ForeignKey("organisation.id", name="organisation_contact_of", ondelete="CASCADE")
    op.create_table(
        "organisation_contact",
        sa.Column("organisation", _name(64), of, primary_key=True),
        sa.Column("phone", sa.LargeBinary()),
        sa.Column("email", sa.LargeBinary()),
        sa.Column("station", sa.Boolean(), nullable=False),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("datum", _name(16)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "locality",
        sa.Column("area", _name(16), primary_key=True),
        sa.Column("estate", _name(64), primary_key=True),
        sa.Column("building", _name(64), primary_key=True),
        sa.Column("name", sa.String(200)),
        sa.Column("name_en", sa.String(200)),
        sa.Column("address", sa.String(500)),
        sa.Column("latitude", sa.Float()),
        sa.Column("longitude", sa.Float()),
        sa.Column("datum", _name(16)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "lift_entry",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("field", _name(64), primary_key=True),
        sa.Column("value", sa.JSON()),
        sa.Column("who", _name(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )


def _organisation(constraint: str, *, nullable: bool) -> "sa.Column[str]":
    owner = sa.ForeignKey("organisation.id", name=constraint)
    return sa.Column("organisation", _name(64), owner, nullable=nullable)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
