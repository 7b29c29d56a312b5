"""Tables of the credit list: entries, their stories, and what no two living entries share."""

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


def _organisation(column: str) -> Column[str]:
    of = ForeignKey("organisation.id", name=f"credit_entry_{column}")
    return Column(column, name_type(64), of, nullable=False)


credit_entry = Table(
    "credit_entry",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("area", String(16), nullable=False),
    _organisation("organisation"),
    Column("kind", name_type(16), nullable=False),
    Column("facts", JSON(), nullable=False),
    Column("what", Text(), nullable=False),
    Column("article", Text(), nullable=False),
    Column("decision", Text(), nullable=False),
    Column("paper", String(64)),
    _organisation("issuer"),
    Column("issued_by", name_type(64), nullable=False),
    Column("issued_ms", BigInteger(), nullable=False),
    Column("hear_by_ms", BigInteger(), nullable=False),
    Column("from_ms", BigInteger(), nullable=False),
    Column("until_ms", BigInteger(), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Column("state", name_type(16), nullable=False),
    Column("announced_ms", BigInteger()),
    Column("answer", Text()),
    Column("answered_ms", BigInteger()),
    Column("told", name_type(16), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("look_ms", BigInteger()),
    Index("credit_entry_newest", "issued_ms", "id"),
    Index("credit_entry_organisation", "organisation", "issued_ms"),
    Index("credit_entry_look", "look_ms"),
)

credit_line = Table(
    "credit_line",
    metadata,
    Column(
        "entry",
        name_type(64),
        ForeignKey("credit_entry.id", name="credit_line_entry"),
        primary_key=True,
    ),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("what", name_type(16), nullable=False),
    Column("before", name_type(16), nullable=False),
    Column("state", name_type(16), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("channel", name_type(16), nullable=False),
    Column("text", Text()),
    Column("facts", JSON(), nullable=False),
)

credit_key = Table(
    "credit_key",
    metadata,
    Column("key", name_type(300), primary_key=True),
    Column(
        "entry",
        name_type(64),
        ForeignKey("credit_entry.id", name="credit_key_entry"),
        nullable=False,
    ),
    Index("credit_key_of_entry", "entry"),
)
