"""People, organisations, contracts of maintenance, and what stands for a signed-in person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make their tables."""
    _organisations()
    op.create_table(
        "person",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("login", _name(64), nullable=False, unique=True),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary()),
        sa.Column("password", sa.String(200)),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until_ms", sa.BigInteger()),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("disabled_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "membership",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("person", _name(64), _of("membership", "person", cascade=True), nullable=False),
        sa.Column("role", _name(32), nullable=False),
        sa.Column("organisation", _name(64), _of("membership", "organisation")),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger()),
    )
    op.create_index("membership_of_person", "membership", ["person"])
    op.create_index("membership_of_organisation", "membership", ["organisation"])
    op.create_table(
        "credential",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("person", _name(64), _of("credential", "person", cascade=True), nullable=False),
        sa.Column("kind", _name(16), nullable=False),
        sa.Column("digest", _name(64), nullable=False, unique=True),
        sa.Column("family", _name(64), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
    )
    op.create_table(
        "answered",
        sa.Column("caller", _name(64), primary_key=True),
        sa.Column("key", _name(64), primary_key=True),
        sa.Column("digest", _name(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("answered_by_made", "answered", ["made_ms"])
    op.create_index("credential_of_person", "credential", ["person", "made_ms"])
    op.create_index("credential_of_family", "credential", ["family"])
    op.create_index("credential_by_end", "credential", ["expires_ms"])


def _organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("credit_code", _name(18), unique=True),
        sa.Column("phone", sa.String(32)),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "organisation_place",
        sa.Column(
            "organisation",
            _name(64),
            _of("organisation_place", "organisation", cascade=True),
            primary_key=True,
        ),
        sa.Column("area", _name(16), primary_key=True),
        sa.Column("estate", _name(64), primary_key=True),
        sa.Column("building", _name(64), primary_key=True),
    )
    op.create_table(
        "contract",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("organisation", _name(64), _of("contract", "organisation"), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger()),
    )
    op.create_index("contract_of_organisation", "contract", ["organisation", "lift", "from_ms"])
    op.create_index("contract_of_lift", "contract", ["lift", "from_ms"])


def _of(table: str, other: str, *, cascade: bool = False) -> sa.ForeignKey:
    ondelete = "CASCADE" if cascade else None
    return sa.ForeignKey(f"{other}.id", name=f"{table}_{other}", ondelete=ondelete)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
