"""The tables of the trail, of the same metadata as all others.

Triggers (migration 0007) refuse every change of `audit` and `audit_anchor`, and every deletion but
that of entries up to `audit_head.pruned`, which only goes forward, and only to an anchor.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from liftwatch.adapters.sql.tables import LONG_KEY, metadata, name_type

audit = Table(
    "audit",
    metadata,
    Column("n", LONG_KEY, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("actor", name_type(32), nullable=False),
    Column("organisation", name_type(64)),
    Column("action", name_type(64), nullable=False),
    Column("target_kind", name_type(64), nullable=False),
    Column("target", name_type(200), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("detail", Text(), nullable=False),
    Column("sealed", Text(), nullable=False),
    Column("sealed_about", Text()),
    Column("seal", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_actor", "actor", "n"),
    Index("audit_by_action", "action", "n"),
    Index("audit_by_target", "target_kind", "target", "n"),
    Index("audit_by_time", "at_ms"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer(), primary_key=True, autoincrement=False),
    Column("n", BigInteger(), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(16), nullable=False),
    Column("pruned", BigInteger(), nullable=False),
)

audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("day", Integer(), primary_key=True, autoincrement=False),
    Column("n", BigInteger(), nullable=False),
    Column("hash", String(64), nullable=False),
)

audit_pseudonym = Table(
    "audit_pseudonym",
    metadata,
    Column("person", name_type(64), primary_key=True),
    Column("pseudonym", name_type(32), nullable=False, unique=True),
    Column("key", LargeBinary(), nullable=False),
)
