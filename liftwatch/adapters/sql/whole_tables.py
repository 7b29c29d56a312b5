"""Tables of what belongs together and apart: claims that people ended."""

from sqlalchemy import BigInteger, Column, String, Table

from liftwatch.adapters.sql.tables import metadata, name_type

alarm_ending = Table(
    "alarm_ending",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("opened_ms", BigInteger(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
)
