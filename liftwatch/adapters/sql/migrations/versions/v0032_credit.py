"""The credit list: entries about organisations, and their stories.

The database keeps that nothing counts unheard, that what an entry says stays as it was written,
that no two living entries of a kind rest on the same fact, and that nothing of it is deleted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STAYS = "an entry of the credit list that is over stays as it is, and none is deleted"
SAID = "what an entry of the credit list says stays as it was written"
UNHEARD = "an entry of the credit list begins as a draft, and counts only after it was heard"
STORY = "the story of an entry of the credit list is only added to"
FIXED = (
    *("area", "organisation", "kind", "what", "article", "decision", "issuer"),
    *("hear_by_ms", "from_ms", "until_ms", "exercise"),
)
CHANGED = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in FIXED)
RULES = {
    "credit_entry_begins": ("INSERT", "credit_entry", "NEW.state <> 'draft'", UNHEARD),
    "credit_entry_unheard": (
        "UPDATE",
        "credit_entry",
        "NEW.state = 'in_force' AND OLD.state NOT IN ('heard', 'in_force')",
        UNHEARD,
    ),
    "credit_entry_over": (
        "UPDATE",
        "credit_entry",
        "OLD.state IN ('expired', 'withdrawn') AND NEW.version <> OLD.version",
        STAYS,
    ),
    "credit_entry_said": (
        "UPDATE",
        "credit_entry",
        f"{CHANGED} OR CAST(NEW.facts AS TEXT) <> CAST(OLD.facts AS TEXT)"
        " OR COALESCE(NEW.paper, '') <> COALESCE(OLD.paper, '')"
        " OR (OLD.answer IS NOT NULL AND OLD.answer <> COALESCE(NEW.answer, ''))",
        SAID,
    ),
    "credit_entry_kept": ("DELETE", "credit_entry", "OLD.id = OLD.id", STAYS),
    "credit_line_same": ("UPDATE", "credit_line", "OLD.n = OLD.n", STORY),
    "credit_line_kept": ("DELETE", "credit_line", "OLD.n = OLD.n", STORY),
}
"""By the name of a trigger: what is refused, of which table, when, and why."""


def upgrade() -> None:
    """Make the tables; nothing is on record about anybody before."""
    _entry()
    of_line = sa.ForeignKey("credit_entry.id", name="credit_line_entry")
    op.create_table(
        "credit_line",
        sa.Column("entry", _name(64), of_line, primary_key=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("what", _name(16), nullable=False),
        sa.Column("before", _name(16), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("channel", _name(16), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("facts", sa.JSON(), nullable=False),
    )
    of_key = sa.ForeignKey("credit_entry.id", name="credit_key_entry")
    op.create_table(
        "credit_key",
        sa.Column("key", _name(300), primary_key=True),
        sa.Column("entry", _name(64), of_key, nullable=False),
    )
    op.create_index("credit_key_of_entry", "credit_key", ["entry"])
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        connection.exec_driver_sql(statement)


def _entry() -> None:
    organisation = sa.ForeignKey("organisation.id", name="credit_entry_organisation")
    issuer = sa.ForeignKey("organisation.id", name="credit_entry_issuer")
    op.create_table(
        "credit_entry",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("organisation", _name(64), organisation, nullable=False),
        sa.Column("kind", _name(16), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("paper", sa.String(64)),
        sa.Column("issuer", _name(64), issuer, nullable=False),
        sa.Column("issued_by", _name(64), nullable=False),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("hear_by_ms", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
        sa.Column("state", _name(16), nullable=False),
        sa.Column("announced_ms", sa.BigInteger()),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_ms", sa.BigInteger()),
        sa.Column("told", _name(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("look_ms", sa.BigInteger()),
    )
    op.create_index("credit_entry_newest", "credit_entry", ["issued_ms", "id"])
    op.create_index("credit_entry_organisation", "credit_entry", ["organisation", "issued_ms"])
    op.create_index("credit_entry_look", "credit_entry", ["look_ms"])


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
