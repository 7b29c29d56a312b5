"""What a silence hid is told when it is over: whether it was, and what the engine looks at."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEPT = ("incident", "occurrence", "by", "of", "at_ms")


def upgrade() -> None:
    """An alarm may be hidden by several; the engine looks at each silence that nobody has ended."""
    before = sa.table("incident_hidden", *map(sa.column, KEPT))
    aside = op.create_table("hidden_aside", *_columns())
    _copy(before, aside)
    op.drop_table("incident_hidden")
    key = sa.ForeignKeyConstraint(
        ["incident"], ["incident.id"], name="incident_hidden_incident", ondelete="CASCADE"
    )
    after = op.create_table(
        "incident_hidden", *_columns(), sa.Column("over_ms", sa.BigInteger()), key
    )
    _copy(aside, after)
    op.drop_table("hidden_aside")
    op.create_index("incident_hidden_newest", "incident_hidden", ["at_ms"])
    op.create_index("incident_hidden_of", "incident_hidden", ["of", "at_ms"])
    _arm()


def _columns() -> list[sa.Column[str] | sa.Column[int]]:
    return [
        sa.Column("incident", _name(64), primary_key=True),
        sa.Column("occurrence", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("by", _name(16), primary_key=True),
        sa.Column("of", _name(64), primary_key=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    ]


def _copy(from_: sa.TableClause, to: sa.Table) -> None:
    known = sa.select(*(from_.c[name] for name in KEPT)).where(from_.c.of.is_not(None))
    op.execute(sa.insert(to).from_select(KEPT, known))


def _arm() -> None:
    """As `liftwatch.handlers.together.over_at` does it for a silence that is made."""
    silence = sa.table("silence", *map(sa.column, ("id", "until_ms", "ended_ms")))
    columns = ("name", "what", "due_ms", "attempts")
    deadline = sa.table("deadline", *map(sa.column, columns), sa.column("data", sa.JSON()))
    books = op.get_bind()
    known = sa.select(silence.c.id, silence.c.until_ms).where(silence.c.ended_ms.is_(None))
    for id, until_ms in books.execute(known).all():
        row = {"name": f"end-silences/{id}", "what": "end-silences", "due_ms": until_ms}
        row |= {"attempts": 0, "data": {"silence": id}}
        books.execute(sa.insert(deadline).values(row))


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
