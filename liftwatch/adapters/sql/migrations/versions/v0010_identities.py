"""Sign-ins at an OpenID provider that stand for people, and who is under way to it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "identity",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("person", _name(64), _person("identity"), nullable=False),
        sa.Column("issuer", _name(500), nullable=False),
        sa.Column("mark", _name(64), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_ms", sa.BigInteger()),
        sa.Column("ended_ms", sa.BigInteger()),
    )
    where = sa.text("ended_ms IS NULL")
    op.create_index(
        "identity_standing",
        "identity",
        ["mark"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("identity_of_person", "identity", ["person", "made_ms"])
    op.create_table(
        "sign_in_attempt",
        sa.Column("state", _name(64), primary_key=True),
        sa.Column("browser", _name(64), nullable=False),
        sa.Column("person", _name(64), _person("sign_in_attempt")),
        sa.Column("back", sa.String(2_000), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("sign_in_attempt_by_end", "sign_in_attempt", ["expires_ms"])


def _person(table: str) -> sa.ForeignKey:
    return sa.ForeignKey("person.id", name=f"{table}_person", ondelete="CASCADE")


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
