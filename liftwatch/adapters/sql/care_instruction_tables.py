"""Tables of rectification instructions: where each stands, its story, whom it is to be told."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from liftwatch.adapters.sql.tables import metadata, name_type


def _organisation(name: str, *, nullable: bool = False) -> Column[str]:
    key = ForeignKey("organisation.id", name=f"instruction_{name}")
    return Column(name, name_type(64), key, nullable=nullable)


def _instruction(table: str) -> Column[str]:
    key = ForeignKey("instruction.id", name=f"{table}_instruction")
    return Column("instruction", name_type(64), key, primary_key=True)


instruction = Table(
    "instruction",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("lift", name_type(64)),
    _organisation("unit", nullable=True),
    Column("source", name_type(32), nullable=False),
    Column("cause", name_type(64)),
    Column("kinds", JSON(), nullable=False),
    Column("what", Text(), nullable=False),
    Column("basis", name_type(32), nullable=False),
    _organisation("issuer"),
    Column("issued_by", name_type(64), nullable=False),
    Column("issued_ms", BigInteger(), nullable=False),
    Column("span_ms", BigInteger(), nullable=False),
    Column("deadline_ms", BigInteger(), nullable=False),
    _organisation("responsible"),
    _organisation("offered_to", nullable=True),
    Column("asked_ms", BigInteger()),
    Column("state", name_type(16), nullable=False),
    Column("accepted_ms", BigInteger()),
    Column("reported_ms", BigInteger()),
    Column("reported_by", name_type(64)),
    Column("reported_for", name_type(64)),
    Column("verified_ms", BigInteger()),
    Column("verified_by", name_type(64)),
    Column("verified_for", name_type(64)),
    Column("signals", name_type(16)),
    Column("closed_ms", BigInteger()),
    Column("level", Integer(), nullable=False),
    Column("fired", JSON(), nullable=False),
    Column("version", Integer(), nullable=False),
    Index("instruction_by_place", "area", "estate", "deadline_ms", "id"),
    Index("instruction_by_deadline", "deadline_ms", "id"),
    Index("instruction_by_responsible", "responsible", "deadline_ms", "id"),
    Index("instruction_by_lift", "lift", "deadline_ms"),
)

line = Table(
    "instruction_line",
    metadata,
    _instruction("instruction_line"),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("what", name_type(32), nullable=False),
    Column("before", name_type(16), nullable=False),
    Column("state", name_type(16), nullable=False),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("channel", name_type(16), nullable=False),
    Column("text", Text()),
    Column("facts", JSON(), nullable=False),
)

hazard = Table(
    "hazard",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("lift", name_type(64), nullable=False),
    Column("source", name_type(16), nullable=False),
    Column("kind", name_type(64)),
    Column("what", Text(), nullable=False),
    Column("state", name_type(16), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("made_by", name_type(64)),
    Column("made_for", name_type(64)),
    Column("ended_ms", BigInteger()),
    Column("ended_by", name_type(64)),
    Column("ended_for", name_type(64)),
    Column("why", Text()),
    Column("version", Integer(), nullable=False),
    Index("hazard_by_lift", "lift", "state", "made_ms"),
)

notice = Table(
    "instruction_notice",
    metadata,
    _instruction("instruction_notice"),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("why", name_type(32), nullable=False),
    Column("tells", name_type(16), nullable=False),
    Column("level", Integer(), nullable=False),
    Column("made_ms", BigInteger(), nullable=False),
    Column("told_ms", BigInteger()),
    Column("held", name_type(16)),
)
