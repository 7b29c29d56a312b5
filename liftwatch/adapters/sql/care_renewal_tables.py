"""The tables of scores as they were told, and of people's estimates."""

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table, Text

from liftwatch.adapters.sql.tables import metadata, name_type

score = Table(
    "risk_score",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("n", Integer(), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("score", Float(), nullable=False),
    Column("limit", Float(), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)

estimate = Table(
    "renewal_estimate",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("remedy", name_type(16), nullable=False),
    Column("fen", BigInteger(), nullable=False),
    Column("why", Text(), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("at_ms", BigInteger(), nullable=False),
)
