"""Scores of risk as detectors hear of them; estimates of people, which nothing changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ADDED = "estimates of renewals are only added to"
RULES = {
    "renewal_estimate_kept": "DELETE",
    "renewal_estimate_same": "UPDATE",
}


def upgrade() -> None:
    """Make the tables; nothing was told and nobody had estimated before."""
    op.create_table(
        "risk_score",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("n", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("limit", sa.Float(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("score >= 0 AND score <= 100", name="risk_score_of_a_hundred"),
    )
    op.create_table(
        "renewal_estimate",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        *_place(),
        sa.Column("remedy", _name(16), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fen > 0", name="renewal_estimate_costs"),
        sa.CheckConstraint(
            "remedy IN ('renewal', 'major_repair', 'assessment')", name="renewal_estimate_remedy"
        ),
    )
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for name, act in RULES.items():
        for statement in _sqlite(name, act) if sqlite else _postgresql(name, act):
            connection.exec_driver_sql(statement)


def _place() -> "tuple[sa.Column[str], sa.Column[str]]":
    return (
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
    )


def _sqlite(name: str, act: str) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {act} ON renewal_estimate"
        f" BEGIN SELECT RAISE(ABORT, '{ADDED}'); END"
    ]


def _postgresql(name: str, act: str) -> list[str]:
    body = f"BEGIN RAISE EXCEPTION '{ADDED}' USING ERRCODE = '23514'; END"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
        f"CREATE TRIGGER {name} BEFORE {act} ON renewal_estimate FOR EACH ROW"
        f" EXECUTE FUNCTION {name}()",
    ]


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
