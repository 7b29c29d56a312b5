"""Visits of maintenance with their check lists and signatures, and what belongs to them.

A record of maintenance is kept for four years at least, and nobody may mend it afterwards: rows go
from version to version while the visit is open, its content stays from check-out on, and after
both signatures nothing changes. No row is ever deleted. Whoever writes SQL past our code meets the
same rules.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KEPT = ("care_phase", "care_inspection")
"""Only added to."""
WHAT = "what was told of maintenance is never changed, and never deleted"
FOLLOWS = "a visit goes from version to version, and its content stays from check-out on"
TWICE = "a visit of maintenance is there already, or another one is open"
NEXT = "phases of a lift have no holes"
_SAME = ("id", "lift", "area", "estate", "organisation", "technician", "work", "in_ms")
_MOVES = (("open", "open"), ("open", "left"), ("open", "lapsed"), ("left", "signed"))
FOLLOWING = {
    "care_visit": " AND ".join(
        (
            "NEW.version = OLD.version + 1",
            *(f"NEW.{name} = OLD.{name}" for name in _SAME),
            "("
            + " OR ".join(
                f"(OLD.state = '{before}' AND NEW.state = '{after}')"
                for before, after in (*_MOVES, ("signed", "agreed"))
            )
            + ")",
            "(OLD.state = 'open' OR (NEW.data = OLD.data AND NEW.out_ms = OLD.out_ms"
            " AND COALESCE(NEW.cared, '') = COALESCE(OLD.cared, '')))",
        )
    ),
    "care_regime": "NEW.version = OLD.version + 1 AND NEW.lift = OLD.lift",
    "care_answer": (
        "NEW.version = OLD.version + 1 AND NEW.incident = OLD.incident"
        " AND OLD.state IN ('asked', 'answered')"
    ),
}
"""What an UPDATE of a row must be."""
_GAP = "NEW.n <> (SELECT COALESCE(MAX(n), 0) FROM care_phase WHERE lift = NEW.lift) + 1"
_KNOWN = """EXISTS (SELECT 1 FROM care_visit o WHERE o.id = NEW.id OR (o.state = 'open'
    AND NEW.state = 'open' AND (o.lift = NEW.lift OR o.technician = NEW.technician)))"""
"""SQLite: a REPLACE deletes without asking the triggers of deletion."""


def upgrade() -> None:
    """Make the tables, and what keeps them."""
    _visit()
    _others()
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for statement in _sqlite() if sqlite else _postgresql():
        connection.exec_driver_sql(statement)


def _sqlite() -> list[str]:
    made = []
    for table in KEPT:
        made += [
            _trigger(f"{table}_unchanged", "UPDATE", table, why=WHAT),
            _trigger(f"{table}_undeleted", "DELETE", table, why=WHAT),
        ]
    for table, right in FOLLOWING.items():
        made += [
            _trigger(f"{table}_follows", "UPDATE", table, why=FOLLOWS, when=f"NOT ({right})"),
            _trigger(f"{table}_undeleted", "DELETE", table, why=WHAT),
        ]
    made.append(_trigger("care_phase_next", "INSERT", "care_phase", why=NEXT, when=_GAP))
    made.append(_trigger("care_visit_once", "INSERT", "care_visit", why=TWICE, when=_KNOWN))
    return made


def _trigger(name: str, act: str, table: str, *, why: str, when: str = "1") -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {act} ON {table}\n"
        f"BEGIN\nSELECT RAISE(ABORT, '{why}') WHERE {when};\nEND"
    )


def _postgresql() -> list[str]:
    raising = "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE ="
    made = [
        "CREATE FUNCTION care_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN {raising} TG_ARGV[0]; END$$",
        "CREATE FUNCTION care_check_phase() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN IF {_GAP} THEN {raising} '{NEXT}'; END IF; RETURN NEW; END$$",
        "CREATE TRIGGER care_phase_next BEFORE INSERT ON care_phase FOR EACH ROW"
        " EXECUTE FUNCTION care_check_phase()",
    ]
    made += [_refusing(f"{one}_unchanged", f"UPDATE OR DELETE ON {one}", "ROW") for one in KEPT]
    for table, right in FOLLOWING.items():
        made.append(
            f"CREATE TRIGGER {table}_follows BEFORE UPDATE ON {table} FOR EACH ROW"
            f" WHEN (NOT ({right})) EXECUTE FUNCTION care_refuse('{FOLLOWS}')"
        )
        made.append(_refusing(f"{table}_undeleted", f"DELETE ON {table}", "ROW"))
    return made + [
        _refusing(f"{one}_untruncated", f"TRUNCATE ON {one}", "STATEMENT")
        for one in (*KEPT, *FOLLOWING)
    ]


def _refusing(name: str, act: str, each: str) -> str:
    return (
        f"CREATE TRIGGER {name} BEFORE {act} FOR EACH {each} EXECUTE FUNCTION care_refuse('{WHAT}')"
    )


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _visit() -> None:
    op.create_table(
        "care_visit",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("area", _name(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("organisation", _name(64), nullable=False),
        sa.Column("technician", _name(64), nullable=False),
        sa.Column("work", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("in_ms", sa.BigInteger(), nullable=False),
        sa.Column("out_ms", sa.BigInteger()),
        sa.Column("cared", sa.String(16)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("signatures", sa.Text(), nullable=False),
    )
    standing = sa.text("state = 'open'")
    for name in ("lift", "technician"):
        op.create_index(
            f"care_visit_open_{name}",
            "care_visit",
            [name],
            unique=True,
            sqlite_where=standing,
            postgresql_where=standing,
        )
    op.create_index("care_visit_newest", "care_visit", ["in_ms", "id"])
    op.create_index("care_visit_of_lift", "care_visit", ["lift", "cared", "out_ms"])
    op.create_index("care_visit_of_unit", "care_visit", ["organisation", "in_ms"])
    op.create_table(
        "care_phase",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("visit", _name(64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )


def _others() -> None:
    op.create_table(
        "care_regime",
        sa.Column("lift", _name(64), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
    op.create_table(
        "care_inspection",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("number", _name(64), nullable=False, unique=True),
        sa.Column("sha256", _name(64), nullable=False, unique=True),
        sa.Column("inspected_on", sa.Date(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
    op.create_index("care_inspection_of_lift", "care_inspection", ["lift", "inspected_on"])
    op.create_table(
        "care_answer",
        sa.Column("incident", _name(64), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
