"""The tables of visits, regimes, certificates and answers, of the same metadata as all others.

What is looked for, and what triggers hold to (migration 0024), stands in columns; the rest of a
visit is its `data`, which nothing changes from check-out on. Signatures lie beside it.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, String, Table, Text, text

from liftwatch.adapters.sql.tables import metadata, name_type

_OPEN = text("state = 'open'")

care_visit = Table(
    "care_visit",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("lift", name_type(64), nullable=False),
    Column("area", name_type(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("organisation", name_type(64), nullable=False),
    Column("technician", name_type(64), nullable=False),
    Column("work", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("in_ms", BigInteger(), nullable=False),
    Column("out_ms", BigInteger()),
    Column("cared", String(16)),
    Column("version", Integer(), nullable=False),
    Column("data", Text(), nullable=False),
    Column("signatures", Text(), nullable=False),
    Index(
        "care_visit_open_lift",
        "lift",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index(
        "care_visit_open_technician",
        "technician",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("care_visit_newest", "in_ms", "id"),
    Index("care_visit_of_lift", "lift", "cared", "out_ms"),
    Index("care_visit_of_unit", "organisation", "in_ms"),
)

care_phase = Table(
    "care_phase",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("visit", name_type(64), nullable=False),
    Column("data", Text(), nullable=False),
)

care_regime = Table(
    "care_regime",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("version", Integer(), nullable=False),
    Column("data", Text(), nullable=False),
)

care_inspection = Table(
    "care_inspection",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("lift", name_type(64), nullable=False),
    Column("number", name_type(64), nullable=False, unique=True),
    Column("sha256", name_type(64), nullable=False, unique=True),
    Column("inspected_on", Date(), nullable=False),
    Column("data", Text(), nullable=False),
    Index("care_inspection_of_lift", "lift", "inspected_on"),
)

care_answer = Table(
    "care_answer",
    metadata,
    Column("incident", name_type(64), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("due_ms", BigInteger(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("data", Text(), nullable=False),
)
