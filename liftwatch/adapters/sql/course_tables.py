"""Tables of what people made of incidents: where each stands, its story, its clocks."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from liftwatch.adapters.sql.tables import metadata, name_type


def _incident(name: str) -> Column[str]:
    key = ForeignKey("incident.id", name=f"{name}_incident", ondelete="CASCADE")
    return Column("incident", name_type(64), key, primary_key=True)


course = Table(
    "incident_course",
    metadata,
    _incident("incident_course"),
    Column("owner", name_type(64)),
    Column("owner_organisation", name_type(64)),
    Column("level", Integer(), nullable=False),
    *(
        Column(f"{name}_ms", BigInteger())
        for name in ("acknowledged", "dispatched", "arrived", "released", "resolved", "closed")
    ),
    *(Column(f"{name}_ms", BigInteger()) for name in ("rejected", "reported", "last")),
    Column("crew", Text()),
    Column("trapped", Integer()),
    Column("injured", Integer()),
    Column("without_help", Boolean(), nullable=False),
    Column("confirmed_by", Text()),
    Column("cause", name_type(16)),
    Column("inspection", Text()),
    Column("reason", Text()),
)

line = Table(
    "incident_line",
    metadata,
    _incident("incident_line"),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("noted_ms", BigInteger(), nullable=False),
    Column("what", name_type(32), nullable=False),
    Column("before", name_type(16), nullable=False),
    Column("state", name_type(16), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("channel", name_type(16), nullable=False),
    Column("text", Text()),
    Column("facts", JSON(), nullable=False),
)

clock = Table(
    "incident_clock",
    metadata,
    _incident("incident_clock"),
    Column("occurrence", Integer(), primary_key=True, autoincrement=False),
    Column("name", name_type(32), primary_key=True),
    Column("due_ms", BigInteger(), nullable=False),
    Column("met_ms", BigInteger()),
    Column("missed_ms", BigInteger()),
    Column("dropped_ms", BigInteger()),
    Index("incident_clock_by_due", "incident", "due_ms"),
)
