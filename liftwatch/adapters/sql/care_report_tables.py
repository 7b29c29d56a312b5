"""The table of reports: each version as it was made."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from liftwatch.adapters.sql.tables import metadata, name_type

report = Table(
    "report",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("kind", name_type(16), nullable=False),
    Column("scope_kind", name_type(16), nullable=False),
    Column("scope", name_type(64), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("unit", name_type(64), nullable=False),
    Column("period", name_type(16), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("sha256", String(64), nullable=False),
    Column("content", Text(), nullable=False),
    Index("report_version", "scope_kind", "scope", "period", "version", unique=True),
    Index("report_newest", "made_ms", "id"),
)
