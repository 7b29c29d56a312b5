"""Evidence that the lift gave a case, byte for byte; years that wait to be closed; and in SQLite
no REPLACE of what was done.

In SQLite a REPLACE deletes without asking the triggers of deletion, so there an insertion under a
known key is refused. Two tables are inserted into with "or do nothing" by ourselves: there it does
nothing, whoever asks.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

WHAT = "what was done in a case of the fund is never changed, and never deleted"
KNOWN = {
    "fund_case": "id = NEW.id",
    "fund_plan": "case_id = NEW.case_id AND version = NEW.version",
    "fund_document": "sha256 = NEW.sha256",
    "fund_case_move": "case_id = NEW.case_id AND n = NEW.n",
    "fund_publication": "case_id = NEW.case_id AND n = NEW.n",
    "fund_snapshot": "sha256 = NEW.sha256",
    "fund_vote": "id = NEW.id",
    "fund_ballot": (
        "vote = NEW.vote AND (n = NEW.n OR (struck_by IS NULL AND NEW.struck_by IS NULL"
        " AND (head = NEW.head OR scan = NEW.scan)))"
    ),
}
"""By table what an insertion would replace."""
ONCE = {
    "fund_case_hand": "case_id = NEW.case_id AND who = NEW.who",
    "fund_case_given": "case_id = NEW.case_id AND organisation = NEW.organisation",
}
"""The same, where our own insertions leave it as it is."""


def upgrade() -> None:
    """Make the table, and what keeps it and the others."""
    document = sa.ForeignKey("fund_document.sha256", name="fund_snapshot_document")
    case = sa.ForeignKey("fund_case.id", name="fund_snapshot_case")
    name = sa.String(32).with_variant(sa.String(32, collation="C"), "postgresql")
    op.create_table(
        "fund_snapshot",
        sa.Column("sha256", sa.String(64), document, primary_key=True),
        sa.Column("case_id", name, case, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    person = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "fund_closing",
        sa.Column("id", person, primary_key=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person", person, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("second", person),
        sa.Column("decided_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'withdrawn')"
            " OR (state = 'closed' AND second IS NOT NULL AND second <> person)",
            name="fund_closing_four_eyes",
        ),
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for statement in sqlite_triggers().values():
            connection.exec_driver_sql(statement)
        return
    for trigger, rest in postgresql_triggers().items():
        connection.exec_driver_sql(f"CREATE TRIGGER {trigger} {rest}")


def sqlite_triggers() -> dict[str, str]:
    """The statements that make SQLite's triggers, by their names."""
    made = {
        "fund_snapshot_unchanged": f"UPDATE ON fund_snapshot\nBEGIN\n{_refused()};\nEND",
        "fund_snapshot_undeleted": f"DELETE ON fund_snapshot\nBEGIN\n{_refused()};\nEND",
    }
    for table, known in KNOWN.items():
        when = f"EXISTS (SELECT 1 FROM {table} WHERE {known})"
        made[f"{table}_unreplaced"] = f"INSERT ON {table}\nWHEN {when}\nBEGIN\n{_refused()};\nEND"
    for table, known in ONCE.items():
        when = f"EXISTS (SELECT 1 FROM {table} WHERE {known})"
        made[f"{table}_unreplaced"] = (
            f"INSERT ON {table}\nWHEN {when}\nBEGIN\nSELECT RAISE(IGNORE);\nEND"
        )
    return {name: f"CREATE TRIGGER {name} BEFORE {rest}" for name, rest in made.items()}


def _refused() -> str:
    return f"SELECT RAISE(ABORT, '{WHAT}')"


def postgresql_triggers() -> dict[str, str]:
    """What stands behind CREATE TRIGGER and the name, by the names of PostgreSQL's triggers."""
    refuse = f"EXECUTE FUNCTION fund_refuse('{WHAT}')"
    return {
        "fund_snapshot_unchanged": (
            f"BEFORE UPDATE OR DELETE ON fund_snapshot FOR EACH ROW {refuse}"
        ),
        "fund_snapshot_untruncated": (
            f"BEFORE TRUNCATE ON fund_snapshot FOR EACH STATEMENT {refuse}"
        ),
    }
