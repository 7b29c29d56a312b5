"""Recalls, and the lifts in each.

The database keeps that a lift has one instruction in a recall, that no two open recalls of an
authority ask the same, and that what is over stays as it is.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STAYS = "a recall that is over stays as it is, and none is deleted"
ONE = "a lift keeps its one instruction in a recall, and its exception"
RULES = {
    "recall_over": ("UPDATE", "recall", "OLD.state <> 'open'", STAYS),
    "recall_kept": ("DELETE", "recall", "OLD.id = OLD.id", STAYS),
    "recall_lift_kept": ("DELETE", "recall_lift", "OLD.lift = OLD.lift", ONE),
    "recall_lift_one": (
        "UPDATE",
        "recall_lift",
        "OLD.excepted_ms IS NOT NULL"
        " OR (OLD.instruction IS NOT NULL"
        " AND OLD.instruction <> COALESCE(NEW.instruction, ''))",
        ONE,
    ),
}
"""By the name of a trigger: what is refused, of which table, when, and why."""


def upgrade() -> None:
    """Make the tables; nobody has recalled anything before."""
    _recall()
    of_recall = sa.ForeignKey("recall.id", name="recall_lift_recall")
    of_instruction = sa.ForeignKey("instruction.id", name="recall_lift_instruction")
    op.create_table(
        "recall_lift",
        sa.Column("recall", _name(64), of_recall, primary_key=True),
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("joined_ms", sa.BigInteger(), nullable=False),
        sa.Column("how", _name(16), nullable=False),
        sa.Column("instruction", _name(64), of_instruction, unique=True),
        sa.Column("excepted_ms", sa.BigInteger()),
        sa.Column("excepted_by", _name(64)),
        sa.Column("excepted_why", sa.Text()),
    )
    op.create_index("recall_lift_of_lift", "recall_lift", ["lift", "recall"])
    op.create_index("recall_lift_of_place", "recall_lift", ["area", "estate", "recall"])
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        connection.exec_driver_sql(statement)


def _recall() -> None:
    issuer = sa.ForeignKey("organisation.id", name="recall_issuer")
    op.create_table(
        "recall",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("issuer", _name(64), issuer, nullable=False),
        sa.Column("issued_by", _name(64), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("origin", _name(16), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("paper", sa.String(64)),
        sa.Column("criterion", sa.JSON(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("span_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.Column("ended_by", _name(64)),
        sa.Column("ended_why", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("open_key", sa.String(2000)),
    )
    op.create_index("recall_newest", "recall", ["issued_ms", "id"])
    op.create_index("recall_open_key", "recall", ["open_key"], unique=True)


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when}"
        f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
        for name, (act, table, when, why) in RULES.items()
    ]


def _postgresql() -> list[str]:
    made = []
    for name, (act, table, when, why) in RULES.items():
        body = f"BEGIN RAISE EXCEPTION '{why}' USING ERRCODE = '23514'; END"
        made += [
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW"
            f" WHEN ({when}) EXECUTE FUNCTION {name}()",
        ]
    return made


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
