"""Tables of the fault history: codes as they were told, visits, what was replaced, signatures."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    column,
)

from liftwatch.adapters.sql.tables import metadata, name_type

NARROWED = ("area", "estate", "lift", "part", "code", "dialect", "kind", "incident")
"""What lists of codes are narrowed by: an index that ends with these answers by itself."""

LINKED = column("incident").is_not(None)
"""A list of those without an incident must not be read along the index of those with one."""


def _newest(*first: str) -> list[str]:
    return [*first, "raised_ms", "id", *(name for name in NARROWED if name not in first)]


told_code = Table(
    "told_code",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("lift", name_type(64), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("raised_ms", BigInteger(), nullable=False),
    Column("dialect", name_type(64), nullable=False),
    Column("code", name_type(64), nullable=False),
    Column("text", Text(), nullable=False),
    Column("kind", String(64)),
    Column("part", name_type(32), nullable=False),
    Column("report", name_type(300), nullable=False),
    Column("closed_ms", BigInteger()),
    Column(
        "incident",
        name_type(64),
        ForeignKey("incident.id", name="told_code_incident", ondelete="SET NULL"),
    ),
    Column("late", Boolean(), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Index("told_code_newest", *_newest()),
    Index("told_code_of_lift", *_newest("lift")),
    Index("told_code_of_estate", *_newest("estate")),
    Index("told_code_of_part", *_newest("part")),
    Index("told_code_of_code", *_newest("code")),
    Index("told_code_like", "lift", "code", "dialect", "raised_ms"),
    Index("told_code_of_incident", "incident", sqlite_where=LINKED, postgresql_where=LINKED),
)

heard_visit = Table(
    "heard_visit",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("lift", name_type(64), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("work", name_type(32), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Index("heard_visit_of_lift", "lift", "at_ms"),
)

replaced_part = Table(
    "replaced_part",
    metadata,
    Column(
        "visit",
        name_type(64),
        ForeignKey("heard_visit.id", name="replaced_part_visit", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("item", name_type(64), primary_key=True),
    Column("lift", name_type(64), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("part", name_type(32), nullable=False),
    Column("raised_ms", BigInteger(), nullable=False),
    Column("exercise", Boolean(), nullable=False),
    Index("replaced_part_of_lift", "lift", "raised_ms"),
    Index("replaced_part_newest", "raised_ms"),
)

signature = Table(
    "incident_signature",
    metadata,
    Column(
        "incident",
        name_type(64),
        ForeignKey("incident.id", name="incident_signature_incident", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("lift", name_type(64), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("raised_ms", BigInteger(), nullable=False),
    Column("make", Text()),
    Column("model", Text()),
    Column("signature", JSON(), nullable=False),
    Column("signal", String(100)),
    Column("spark", JSON(), nullable=False),
    Index("incident_signature_of_kind", "kind", "raised_ms", "incident", "lift"),
    Index("incident_signature_of_lift", "lift", "kind", "raised_ms", "incident"),
    Index("incident_signature_of_estate", "estate", "area", "kind", "raised_ms", "incident"),
    Index("incident_signature_of_area", "area", "kind", "raised_ms", "incident"),
    Index("incident_signature_of_model", "make", "model", "kind", "raised_ms", "incident", "lift"),
)
