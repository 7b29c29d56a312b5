"""Hazards on record; instructions, of which an open one lies with exactly one organisation.

The database keeps it so. It passes only to whom it was offered, whoever judges the work is neither
the person nor the organisation that reported it, what is over stays as it is, and nothing of it is
deleted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OVER = "('closed', 'withdrawn')"
PASSES = "an instruction passes only to the organisation it was offered to"
STAYS = "what is over stays as it is, and no instruction is deleted"
ADDED = "the story of an instruction is only added to"
RULES = {
    "instruction_passes": (
        "UPDATE",
        "instruction",
        "NEW.responsible <> OLD.responsible"
        " AND NEW.responsible <> COALESCE(OLD.offered_to, OLD.responsible)",
        PASSES,
    ),
    "instruction_over": ("UPDATE", "instruction", f"OLD.state IN {OVER}", STAYS),
    "instruction_kept": ("DELETE", "instruction", "OLD.id = OLD.id", STAYS),
    "instruction_line_kept": ("DELETE", "instruction_line", "OLD.n = OLD.n", ADDED),
    "instruction_line_same": ("UPDATE", "instruction_line", "OLD.n = OLD.n", ADDED),
}
"""By the name of a trigger: what is refused, of which table, when, and why."""


def upgrade() -> None:
    """Make the tables; nobody has instructed anybody before."""
    _instruction()
    for table, columns in (("instruction_line", _line()), ("instruction_notice", _notice())):
        key = sa.ForeignKey("instruction.id", name=f"{table}_instruction")
        op.create_table(
            table,
            sa.Column("instruction", _name(64), key, primary_key=True),
            sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
            *columns,
        )
    _hazard()
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        connection.exec_driver_sql(statement)


def _instruction() -> None:
    op.create_table(
        "instruction",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("lift", _name(64)),
        _organisation("unit", nullable=True),
        sa.Column("source", _name(32), nullable=False),
        sa.Column("cause", _name(64)),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("basis", _name(32), nullable=False),
        _organisation("issuer"),
        sa.Column("issued_by", _name(64), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("span_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        _organisation("responsible"),
        _organisation("offered_to", nullable=True),
        sa.Column("asked_ms", sa.BigInteger()),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("accepted_ms", sa.BigInteger()),
        *_done("reported"),
        *_done("verified"),
        sa.Column("signals", _name(16)),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("fired", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("responsible <> ''", name="instruction_lies_with_somebody"),
        sa.CheckConstraint("offered_to <> responsible", name="instruction_offered_to_another"),
        sa.CheckConstraint(
            "offered_to IS NULL OR state IN ('issued', 'accepted')", name="instruction_offered_when"
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'accepted', 'reported', 'verified', 'closed', 'withdrawn')",
            name="instruction_state",
        ),
        sa.CheckConstraint(
            f"(state IN {OVER} AND closed_ms IS NOT NULL)"
            f" OR (state NOT IN {OVER} AND closed_ms IS NULL)",
            name="instruction_ends",
        ),
        sa.CheckConstraint(
            "state <> 'verified' OR (verified_by <> reported_by AND verified_for <> reported_for)",
            name="instruction_four_eyes",
        ),
    )
    for name, columns in (
        ("place", ["area", "estate", "deadline_ms", "id"]),
        ("deadline", ["deadline_ms", "id"]),
        ("responsible", ["responsible", "deadline_ms", "id"]),
        ("lift", ["lift", "deadline_ms"]),
    ):
        op.create_index(f"instruction_by_{name}", "instruction", columns)


def _hazard() -> None:
    op.create_table(
        "hazard",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("source", _name(16), nullable=False),
        sa.Column("kind", _name(64)),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("made_by", _name(64)),
        sa.Column("made_for", _name(64)),
        sa.Column("ended_ms", sa.BigInteger()),
        sa.Column("ended_by", _name(64)),
        sa.Column("ended_for", _name(64)),
        sa.Column("why", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (ended_ms IS NULL)",
            name="hazard_ends",
        ),
    )
    op.create_index("hazard_by_lift", "hazard", ["lift", "state", "made_ms"])


def _done(name: str) -> "tuple[sa.Column[int], sa.Column[str], sa.Column[str]]":
    return (
        sa.Column(f"{name}_ms", sa.BigInteger()),
        sa.Column(f"{name}_by", _name(64)),
        sa.Column(f"{name}_for", _name(64)),
    )


def _line() -> "tuple[sa.Column[object], ...]":
    return (
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", _name(32), nullable=False),
        sa.Column("before", _name(16), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("channel", _name(16), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("facts", sa.JSON(), nullable=False),
    )


def _notice() -> "tuple[sa.Column[object], ...]":
    return (
        sa.Column("why", _name(32), nullable=False),
        sa.Column("tells", _name(16), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("told_ms", sa.BigInteger()),
        sa.Column("held", _name(16)),
    )


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


def _organisation(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    key = sa.ForeignKey("organisation.id", name=f"instruction_{name}")
    return sa.Column(name, _name(64), key, nullable=nullable)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
