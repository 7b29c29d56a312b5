"""Tables of notices and pages: whom an incident made us tell, and what became of it."""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from liftwatch.adapters.sql.tables import LONG_KEY, metadata, name_type


def _incident(name: str) -> ForeignKey:
    return ForeignKey("incident.id", name=f"{name}_incident", ondelete="CASCADE")


notice = Table(
    "incident_notice",
    metadata,
    Column("incident", name_type(64), _incident("incident_notice"), primary_key=True),
    Column("occurrence", Integer(), primary_key=True, autoincrement=False),
    Column("why", name_type(32), primary_key=True),
    Column("parties", name_type(16), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("step", Integer(), nullable=False),
    Column("due_ms", BigInteger()),
    Column("held", name_type(16)),
    Index("incident_notice_by_age", "made_ms"),
)

page = Table(
    "page",
    metadata,
    Column("n", LONG_KEY, primary_key=True),
    Column("id", name_type(64), nullable=False, unique=True),
    Column("incident", name_type(64), _incident("page"), nullable=False),
    Column("occurrence", Integer(), nullable=False),
    Column("why", name_type(32), nullable=False),
    Column("step", Integer(), nullable=False),
    Column("party", name_type(4), nullable=False),
    Column("organisation", name_type(64), nullable=False),
    Column("person", name_type(64)),
    Column("channel", name_type(64), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("attempts", Integer(), nullable=False),
    Column("tried_ms", BigInteger()),
    Column("verdict", String(16)),
    Column("detail", String(300)),
    Index("page_by_incident", "incident", "n"),
    Index("page_by_age", "made_ms"),
)
