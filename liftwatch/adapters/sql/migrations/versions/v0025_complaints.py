"""Complaints of residents, what they gave with them, notices to them, codes of their pages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; of one lift and one topic only one matter is open at a time."""
    _complaints()
    _beside()
    _notices()


def _complaints() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("number", _name(16), nullable=False, unique=True),
        sa.Column("area", _name(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("building", _name(64), nullable=False),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("topic", _name(16), nullable=False),
        sa.Column("channel", _name(16), nullable=False),
        sa.Column("told_ms", sa.BigInteger(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("lead", _name(64), sa.ForeignKey("complaint.id", name="complaint_lead")),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("crowd", sa.Integer(), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("party", _name(16), nullable=False),
        sa.Column("offered", _name(16)),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_ms", sa.BigInteger()),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("reopened_ms", sa.BigInteger()),
        sa.Column("asked_again", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Integer()),
        sa.Column("outside", _name(64), unique=True),
        sa.Column("outside_due_ms", sa.BigInteger()),
        sa.Column("has_phone", sa.Boolean(), nullable=False),
        sa.Column("has_photo", sa.Boolean(), nullable=False),
        sa.Column("erased_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    owed = sa.text("lead IS NULL AND state IN ('received', 'assigned', 'reopened')")
    op.create_index(
        "complaint_matter",
        "complaint",
        ["lift", "topic"],
        unique=True,
        sqlite_where=owed,
        postgresql_where=owed,
    )
    op.create_index("complaint_of_lift", "complaint", ["lift", "told_ms"])
    op.create_index("complaint_by_due", "complaint", ["due_ms", "id"])
    op.create_index("complaint_told", "complaint", ["told_ms"])
    op.create_index("complaint_of_lead", "complaint", ["lead", "told_ms"])
    op.create_index("complaint_answered", "complaint", ["answered_ms"])


def _beside() -> None:
    of = sa.ForeignKey("complaint.id", name="complaint_private_of", ondelete="CASCADE")
    op.create_table(
        "complaint_private",
        sa.Column("id", _name(64), of, primary_key=True),
        *(
            sa.Column(name, sa.LargeBinary())
            for name in ("words", "phone", "photo", "again", "rated")
        ),
    )
    of = sa.ForeignKey("complaint.id", name="complaint_line_of", ondelete="CASCADE")
    op.create_table(
        "complaint_line",
        sa.Column("complaint", _name(64), of, primary_key=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("move", _name(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("before", _name(16), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("party", _name(16), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("text", sa.Text()),
    )


def _notices() -> None:
    op.create_table(
        "resident_notice",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("area", _name(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("building", _name(64), nullable=False),
        sa.Column("lift", _name(64)),
        sa.Column("topic", _name(16), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("why", sa.Text()),
        sa.Column("published_ms", sa.BigInteger()),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.Column("silence", _name(64)),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_index("resident_notice_by_estate", "resident_notice", ["area", "estate", "until_ms"])
    op.create_index("resident_notice_by_end", "resident_notice", ["until_ms"])
    op.create_table(
        "public_code",
        sa.Column("code", _name(16), primary_key=True),
        sa.Column("use", _name(16), nullable=False),
        sa.Column("area", _name(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("building", _name(64), nullable=False),
        sa.Column("lift", _name(64)),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("ended_ms", sa.BigInteger()),
    )
    op.create_index("public_code_of_place", "public_code", ["area", "estate", "building"])
    standing = sa.text("ended_ms IS NULL")
    op.create_index(
        "public_code_of_lift",
        "public_code",
        ["lift"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
