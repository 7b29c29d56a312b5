"""Tables of claims that people ended, of silences, of what was hidden, of kinds that record."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from liftwatch.adapters.sql.tables import metadata, name_type

alarm_ending = Table(
    "alarm_ending",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("opened_ms", BigInteger(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
)

silence = Table(
    "silence",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("lift", name_type(64)),
    Column("kind", String(64)),
    Column("from_ms", BigInteger(), nullable=False),
    Column("until_ms", BigInteger(), nullable=False),
    Column("why", Text(), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("made_ms", BigInteger(), nullable=False),
    Column("ended_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
    Index("silence_by_estate", "area", "estate", "until_ms"),
    Index("silence_by_end", "until_ms"),
)

hidden = Table(
    "incident_hidden",
    metadata,
    Column(
        "incident",
        name_type(64),
        ForeignKey("incident.id", name="incident_hidden_incident", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("occurrence", Integer(), primary_key=True, autoincrement=False),
    Column("by", name_type(16), primary_key=True),
    Column("of", name_type(64), primary_key=True),
    Column("at_ms", BigInteger(), nullable=False),
    Column("over_ms", BigInteger()),
    Index("incident_hidden_newest", "at_ms"),
    Index("incident_hidden_of", "of", "at_ms"),
)

withheld = Table(
    "alarm_withheld",
    metadata,
    Column("lift", name_type(64), primary_key=True),
    Column("kind", String(64), primary_key=True),
    Column("at_ms", BigInteger(), primary_key=True, autoincrement=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("by", name_type(16), nullable=False),
    Index("alarm_withheld_newest", "at_ms"),
)

recorded = Table(
    "kind_recorded",
    metadata,
    Column("kind", String(64), primary_key=True),
    Column("since_ms", BigInteger(), nullable=False),
    Column("right", Integer(), nullable=False),
    Column("wrong", Integer(), nullable=False),
)
