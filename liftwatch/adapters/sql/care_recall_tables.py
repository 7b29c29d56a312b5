"""Tables of recalls: what is recalled by whom, and the lifts in each."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from liftwatch.adapters.sql.tables import metadata, name_type

recall = Table(
    "recall",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column(
        "issuer",
        name_type(64),
        ForeignKey("organisation.id", name="recall_issuer"),
        nullable=False,
    ),
    Column("issued_by", name_type(64), nullable=False),
    Column("issued_ms", BigInteger(), nullable=False),
    Column("places", JSON(), nullable=False),
    Column("origin", name_type(16), nullable=False),
    Column("word", Text(), nullable=False),
    Column("paper", String(64)),
    Column("criterion", JSON(), nullable=False),
    Column("what", Text(), nullable=False),
    Column("why", Text(), nullable=False),
    Column("remedy", Text(), nullable=False),
    Column("kinds", JSON(), nullable=False),
    Column("span_ms", BigInteger(), nullable=False),
    Column("deadline_ms", BigInteger(), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Column("state", name_type(16), nullable=False),
    Column("ended_ms", BigInteger()),
    Column("ended_by", name_type(64)),
    Column("ended_why", Text()),
    Column("version", Integer(), nullable=False),
    Column("open_key", String(2000)),
    Index("recall_newest", "issued_ms", "id"),
    Index("recall_open_key", "open_key", unique=True),
)

recall_lift = Table(
    "recall_lift",
    metadata,
    Column(
        "recall",
        name_type(64),
        ForeignKey("recall.id", name="recall_lift_recall"),
        primary_key=True,
    ),
    Column("lift", name_type(64), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("joined_ms", BigInteger(), nullable=False),
    Column("how", name_type(16), nullable=False),
    Column(
        "instruction",
        name_type(64),
        ForeignKey("instruction.id", name="recall_lift_instruction"),
        unique=True,
    ),
    Column("excepted_ms", BigInteger()),
    Column("excepted_by", name_type(64)),
    Column("excepted_why", Text()),
    Index("recall_lift_of_lift", "lift", "recall"),
    Index("recall_lift_of_place", "area", "estate", "recall"),
)
