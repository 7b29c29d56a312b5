"""The tables as they stand now; `migrations/` says how a database comes to have them.

A moment is an integer of milliseconds. Names compare byte by byte on every database (collation C),
so that a page ends at the same place everywhere.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    column,
)
from sqlalchemy.types import TypeEngine

from liftwatch.incidents.incident import OVER

STREAM = "stream"
"""The row of `counter` that numbers the stream."""

LONG_KEY = BigInteger().with_variant(Integer(), "sqlite")  # only INTEGER can be SQLite's rowid


def name_type(length: int) -> TypeEngine[str]:
    """Text that is compared byte by byte."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


IS_OPEN = column("state").not_in(sorted(OVER))
OF_ONE_LIFT = IS_OPEN & column("lift").is_not(None)
OF_A_SCOPE = IS_OPEN & column("lift").is_(None)
NARROWED = ("area", "estate", "lift", "kind", "severity", "state")
"""What lists of incidents are narrowed by: an index that ends with these answers by itself, and a
row is looked up only when it is on the page."""


def _newest(*first: str) -> list[str]:
    """The columns of an index by which some incidents are read, newest first."""
    return [*first, "raised_ms", "id", *(name for name in NARROWED if name not in first)]


metadata = MetaData()

lift = Table(
    "lift",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("facts", JSON(), nullable=False),
    Column("state", JSON(none_as_null=True)),
    Column("state_ms", BigInteger()),
    Column("online", String(16)),
    Column("heard_ms", BigInteger()),
    Column("exercise", Boolean(), nullable=False),
    Index("lift_by_estate", "estate", "lift"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("severity", Integer(), nullable=False),
    Column("severity_max", Integer(), nullable=False),
    Column("opened_ms", BigInteger(), nullable=False),
    Column("raised_ms", BigInteger(), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("lift", name_type(64)),
    Column("state", String(16), nullable=False),
    Column("alarm", String(16), nullable=False),
    Column("cleared_ms", BigInteger()),
    Column("late", Boolean(), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Column("scope", String(400)),
    Column("lifts", JSON(), nullable=False),
    Column("parent", name_type(64), ForeignKey("incident.id", name="incident_parent")),
    Column("version", Integer(), nullable=False),
    Column("occurrences", Integer(), nullable=False),
    Column("evidence", JSON(), nullable=False),
    Index("incident_newest", "raised_ms", "id"),
    Index("incident_of_lift", *_newest("lift")),
    Index("incident_of_estate", *_newest("estate")),
    Index("incident_of_area", *_newest("area")),
    Index("incident_of_kind", *_newest("kind")),
    Index("incident_of_severity", *_newest("severity")),
    Index("incident_open", *_newest(), sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    Index("incident_of_parent", "parent", "lift", "raised_ms"),
    Index(
        "incident_open_of_lift",
        "lift",
        "kind",
        unique=True,
        sqlite_where=OF_ONE_LIFT,
        postgresql_where=OF_ONE_LIFT,
    ),
    Index(
        "incident_open_of_scope",
        "scope",
        "kind",
        unique=True,
        sqlite_where=OF_A_SCOPE,
        postgresql_where=OF_A_SCOPE,
    ),
)

incident_evidence = Table(
    "incident_evidence",
    metadata,
    Column(
        "incident",
        name_type(64),
        ForeignKey("incident.id", name="incident_evidence_incident", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("opened_ms", BigInteger(), nullable=False),
    Column("raised_ms", BigInteger(), nullable=False),
    Column("from_ms", BigInteger(), nullable=False),
    Column("to_ms", BigInteger(), nullable=False),
    Column("final_ms", BigInteger(), nullable=False),
    Column("due_ms", BigInteger()),
    Column("looks", Integer(), nullable=False),
    Column("kept_ms", BigInteger()),
    Column("complete", Boolean(), nullable=False),
    Column("points", BigInteger(), nullable=False),
    Column("kept", Text(), nullable=False),
    Index("incident_evidence_by_due", "due_ms"),
)

alarm_change = Table(
    "alarm_change",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("edge", String(16), primary_key=True),
    Column("opened_ms", BigInteger(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), primary_key=True, autoincrement=False),
    Column("late", Boolean(), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("severity", Integer(), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Column("evidence", JSON(), nullable=False),
    Column("noted_ms", BigInteger(), nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("n", LONG_KEY, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False),
    Column("data", JSON(), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger(), nullable=False),
)

canary = Table(
    "canary",
    metadata,
    Column("name", name_type(64), primary_key=True),
    Column("serves", JSON(), nullable=False),
    Column("beats", BigInteger(), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("through_ms", BigInteger(), nullable=False),
    Column("seen_beats", BigInteger(), nullable=False),
    Column("seen_ms", BigInteger(), nullable=False),
    Column("deaf_ms", BigInteger()),
    Column("stuck", String(300)),
)

deadline = Table(
    "deadline",
    metadata,
    Column("name", name_type(200), primary_key=True),
    Column("what", name_type(64), nullable=False),
    Column("due_ms", BigInteger(), nullable=False),
    Column("period_ms", BigInteger()),
    Column("data", JSON(), nullable=False),
    Column("attempts", Integer(), nullable=False),
    Column("holder", name_type(64)),
    Column("held_until_ms", BigInteger()),
    Index("deadline_by_due", "due_ms", "name"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("n", LONG_KEY, primary_key=True),
    Column("id", name_type(64), nullable=False, unique=True),
    Column("channel", name_type(64), nullable=False),
    Column("body", Text(), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("due_ms", BigInteger(), nullable=False),
    Column("attempts", Integer(), nullable=False),
    Column("verdict", String(16)),
    Column("urgency", Integer(), nullable=False, server_default="4"),
    Index("outbox_by_channel", "channel", "n"),
)

attempt = Table(
    "attempt",
    metadata,
    Column(
        "promise",
        name_type(64),
        ForeignKey("outbox.id", name="attempt_promise", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("detail", String(300), nullable=False),
)

terminal = Table(
    "terminal",
    metadata,
    Column("name", name_type(64), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("secret", String(300)),
    Column("gateway", name_type(64)),
    Column("issued_ms", BigInteger(), nullable=False),
    Column("changed_ms", BigInteger(), nullable=False),
)

terminal_lift = Table(
    "terminal_lift",
    metadata,
    Column(
        "terminal",
        name_type(64),
        ForeignKey("terminal.name", name="terminal_lift_terminal", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("lift", name_type(64), primary_key=True),
    Index("terminal_lift_by_lift", "lift"),
)

account = Table(
    "account",
    metadata,
    Column("day", Integer(), primary_key=True, autoincrement=False),
    Column("area", name_type(16), primary_key=True),
    Column("estate", name_type(64), primary_key=True),
    Column("terminal", name_type(64), primary_key=True),
    Column("lift", name_type(64), primary_key=True),
    Column("source", name_type(64), primary_key=True),
    Column("received", BigInteger(), nullable=False),
    Column("late", BigInteger(), nullable=False),
    Column("duplicates", BigInteger(), nullable=False),
    Column("ahead_ms", BigInteger()),
    Column("missing", BigInteger(), nullable=False),
    Column("jumps", BigInteger(), nullable=False),
    Index("account_by_lift", "lift", "day"),
)

account_gap = Table(
    "account_gap",
    metadata,
    Column("terminal", name_type(64), primary_key=True),
    Column("area", name_type(16), primary_key=True),
    Column("estate", name_type(64), primary_key=True),
    Column("boot", name_type(64), primary_key=True),
    Column("first_seq", BigInteger(), primary_key=True, autoincrement=False),
    Column("source", name_type(64), primary_key=True),
    Column("last_seq", BigInteger(), nullable=False),
    Column("day", Integer(), nullable=False),
)
