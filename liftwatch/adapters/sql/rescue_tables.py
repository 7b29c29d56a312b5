"""Tables of the feeds: their counters, what was told, what was answered."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    column,
)

from liftwatch.adapters.sql.tables import metadata, name_type

IS_UNDONE = column("done_ms").is_(None) & column("dead_ms").is_(None)

counter = Table(
    "rescue_counter",
    metadata,
    Column("feed", name_type(32), primary_key=True),
    Column("value", BigInteger(), nullable=False),
)

event = Table(
    "rescue_event",
    metadata,
    Column("feed", name_type(32), primary_key=True),
    Column("n", BigInteger(), primary_key=True, autoincrement=False),
    Column(
        "incident",
        name_type(64),
        ForeignKey("incident.id", name="rescue_event_incident", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("lift", name_type(64)),
    Column("what", name_type(16), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("data", JSON(), nullable=False),
    Column("attempts", Integer(), nullable=False),
    Column("due_ms", BigInteger(), nullable=False),
    Column("first_ms", BigInteger()),
    Column("done_ms", BigInteger()),
    Column("dead_ms", BigInteger()),
    Column("detail", Text()),
    Column("passed_ms", BigInteger()),
    Column("passed", name_type(64)),
    Index("rescue_event_of_incident", "incident", "feed", "n"),
    Index(
        "rescue_event_undone",
        "feed",
        "lift",
        "n",
        sqlite_where=IS_UNDONE,
        postgresql_where=IS_UNDONE,
    ),
)

receipt = Table(
    "rescue_receipt",
    metadata,
    Column("feed", name_type(32), primary_key=True),
    Column("n", BigInteger(), primary_key=True, autoincrement=False),
    Column("name", name_type(16), primary_key=True),
    Column("at_ms", BigInteger(), nullable=False),
    Column("noted_ms", BigInteger(), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("channel", name_type(16), nullable=False),
    Column("told", JSON(), nullable=False),
    Column("moved", Boolean(), nullable=False),
    Column("why", Text()),
    ForeignKeyConstraint(
        ["feed", "n"],
        ["rescue_event.feed", "rescue_event.n"],
        name="rescue_receipt_event",
        ondelete="CASCADE",
    ),
)
