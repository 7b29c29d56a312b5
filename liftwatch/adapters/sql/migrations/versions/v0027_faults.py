"""The fault history: codes as they were told, visits, what was replaced, signatures of episodes.

Codes that raised incidents before this stand in the evidence of those and are taken from there;
codes that raised nothing before this are in the telemetry alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and take what incidents know of codes."""
    op.create_table(
        "told_code",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False),
        sa.Column("dialect", _name(64), nullable=False),
        sa.Column("code", _name(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(64)),
        sa.Column("part", _name(32), nullable=False),
        sa.Column("report", _name(300), nullable=False),
        sa.Column("closed_ms", sa.BigInteger()),
        sa.Column("incident", _name(64), _of_incident("told_code", ondelete="SET NULL")),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
    )
    for name in ("lift", "estate", "part", "code"):
        op.create_index(f"told_code_of_{name}", "told_code", _newest(name))
    op.create_index("told_code_newest", "told_code", _newest())
    op.create_index("told_code_like", "told_code", ["lift", "code", "dialect", "raised_ms"])
    linked = sa.text("incident IS NOT NULL")
    op.create_index(
        "told_code_of_incident",
        "told_code",
        ["incident"],
        sqlite_where=linked,
        postgresql_where=linked,
    )
    _make_visits()
    op.create_table(
        "incident_signature",
        sa.Column("incident", _name(64), _of_incident("incident_signature"), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False),
        sa.Column("make", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("signature", sa.JSON(), nullable=False),
        sa.Column("signal", sa.String(100)),
        sa.Column("spark", sa.JSON(), nullable=False),
    )
    newest = ["raised_ms", "incident"]
    for name, columns in (
        ("kind", ["kind", *newest, "lift"]),
        ("lift", ["lift", "kind", *newest]),
        ("estate", ["estate", "area", "kind", *newest]),
        ("area", ["area", "kind", *newest]),
        ("model", ["make", "model", "kind", *newest, "lift"]),
    ):
        op.create_index(f"incident_signature_of_{name}", "incident_signature", columns)
    _take_from_incidents()


NARROWED = ("area", "estate", "lift", "part", "code", "dialect", "kind", "incident")


def _newest(*first: str) -> list[str]:
    return [*first, "raised_ms", "id", *(name for name in NARROWED if name not in first)]


def _make_visits() -> None:
    op.create_table(
        "heard_visit",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("work", _name(32), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
    )
    op.create_index("heard_visit_of_lift", "heard_visit", ["lift", "at_ms"])
    visit = sa.ForeignKey("heard_visit.id", name="replaced_part_visit", ondelete="CASCADE")
    op.create_table(
        "replaced_part",
        sa.Column("visit", _name(64), visit, primary_key=True),
        sa.Column("item", _name(64), primary_key=True),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("part", _name(32), nullable=False),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False),
        sa.Column("exercise", sa.Boolean(), nullable=False),
    )
    op.create_index("replaced_part_of_lift", "replaced_part", ["lift", "raised_ms"])
    op.create_index("replaced_part_newest", "replaced_part", ["raised_ms"])


PARTS = {
    "door_fault": "door_operator",
    "door_blocked": "door_protection",
    "moving_with_open_door": "door_lock",
    "safety_chain_open": "safety_chain",
    "brake_wear": "brake",
    "unintended_movement": "brake",
    "overspeed": "governor",
    "run_time_limit": "drive",
    "position_lost": "position",
    "overrun": "position",
    "out_of_service": "controller",
    "button_stuck": "buttons",
    "vibration_wear": "guides",
    "battery_low": "call",
    "mains_lost": "supply",
    "terminal_offline": "terminal",
}
"""The parts of kinds that codes raise, as the table had them then (`liftwatch.care.parts`)."""


def _take_from_incidents() -> None:
    """Of a report that was told again later only the first telling is known."""
    whole, told = {}, {}
    for name in ("dialect", "raw_code", "raw_text", "reported"):
        whole[name], told[name] = _told(name)
    parts = " ".join(f"WHEN '{kind}' THEN '{part}'" for kind, part in PARTS.items())
    op.execute(
        sa.text(
            "INSERT INTO told_code (id, lift, area, estate, raised_ms, dialect, code, text, kind,"
            " part, report, closed_ms, incident, late, exercise)"
            f" SELECT id, lift, area, estate, opened_ms, substr({told['dialect']}, 1, 64),"
            f" substr({told['raw_code']}, 1, 64), substr({told['raw_text']}, 1, 500), kind,"
            f" CASE kind {parts} ELSE 'unknown' END, substr({told['reported']}, 1, 300),"
            " cleared_ms, id, late, exercise FROM incident"
            f" WHERE lift IS NOT NULL AND {whole['raw_code']} IS NOT NULL"
        )
    )


def _told(name: str) -> tuple[str, str]:
    """A text of the evidence, and the same with an empty one where there is none."""
    if op.get_bind().dialect.name == "sqlite":
        found = f"json_extract(evidence, '$.{name}')"
    else:
        found = f"(evidence::json ->> '{name}')"
    return found, f"coalesce({found}, '')"


def _of_incident(table: str, *, ondelete: str = "CASCADE") -> sa.ForeignKey:
    return sa.ForeignKey("incident.id", name=f"{table}_incident", ondelete=ondelete)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
