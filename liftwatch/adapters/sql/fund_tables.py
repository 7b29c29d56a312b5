"""The tables of the fund's books, of the same metadata as all others.

Triggers (migration 0019) refuse every change and every deletion, and every entry that is not the
next one, does not add up to zero within each building, or has a balance that is not what the last
one of its account makes it. Entries come after their postings, and close them: a posting without
its entry is refused at the commit.
"""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from liftwatch.adapters.sql.tables import LONG_KEY, metadata, name_type

ACCOUNT_LENGTH = 160
"""Kind, area, estate, building and what it is of, with slashes between: 118 at the most."""

fund_entry = Table(
    "fund_entry",
    metadata,
    Column("n", LONG_KEY, primary_key=True, autoincrement=False),
    Column("kind", name_type(16), nullable=False),
    Column("day", Integer(), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("person", name_type(64), nullable=False),
    Column("organisation", name_type(64)),
    Column("second", name_type(64)),
    Column("case", name_type(32)),
    Column("source", name_type(120), unique=True),
    Column("document", String(64)),
    Column("memo", Text(), nullable=False),
    Column("reverses", BigInteger(), unique=True),
    Column("key", name_type(120), nullable=False, unique=True),
    Column("request", String(64), nullable=False),
    Column("legs", Integer(), nullable=False),
    Column("seal", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("fund_entry_by_case", "case", "n"),
)

fund_account = Table(
    "fund_account",
    metadata,
    Column("id", name_type(ACCOUNT_LENGTH), primary_key=True),
    Column("kind", name_type(16), nullable=False),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("building", name_type(32), nullable=False),
    Column("of", name_type(32), nullable=False),
    Column("side", Integer(), nullable=False),
    Column(
        "entry",
        BigInteger(),
        ForeignKey(
            "fund_entry.n", name="fund_account_entry", deferrable=True, initially="DEFERRED"
        ),
        nullable=False,
    ),
    Index("fund_account_by_place", "area", "estate", "building", "kind", "of"),
)

fund_posting = Table(
    "fund_posting",
    metadata,
    Column(
        "entry",
        BigInteger(),
        ForeignKey(
            "fund_entry.n", name="fund_posting_entry", deferrable=True, initially="DEFERRED"
        ),
        primary_key=True,
        autoincrement=False,
    ),
    Column("leg", Integer(), primary_key=True, autoincrement=False),
    Column(
        "account",
        name_type(ACCOUNT_LENGTH),
        ForeignKey("fund_account.id", name="fund_posting_account"),
        nullable=False,
    ),
    Column("amount", BigInteger(), nullable=False),
    Column("balance", BigInteger(), nullable=False),
    Index("fund_posting_by_account", "account", "entry", unique=True),
    sqlite_with_rowid=False,  # the table is its key: read in order, and one index fewer
)

fund_head = Table(
    "fund_head",
    metadata,
    Column("id", Integer(), primary_key=True, autoincrement=False),
    Column("n", BigInteger(), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(16), nullable=False),
)

fund_year = Table(
    "fund_year",
    metadata,
    Column("year", Integer(), primary_key=True, autoincrement=False),
    Column("last_day", Integer(), nullable=False),
    Column("n", BigInteger(), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("person", name_type(64), nullable=False),
    Column("second", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("seal", String(16), nullable=False),
    Column("mac", String(64), nullable=False),
)

fund_pending = Table(
    "fund_pending",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("draft", Text(), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("person", name_type(64), nullable=False),
    Column("second", name_type(64)),
    Column("decided_ms", BigInteger()),
    Column("entry", BigInteger()),
    Column("version", Integer(), nullable=False),
    Index("fund_pending_by_state", "state", "id"),
)

fund_closing = Table(
    "fund_closing",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("year", Integer(), nullable=False),
    Column("n", BigInteger(), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("person", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Column("state", String(16), nullable=False),
    Column("second", name_type(64)),
    Column("decided_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
)

fund_first = Table(
    "fund_first",
    metadata,
    Column("area", String(16), primary_key=True),
    Column("estate", name_type(64), primary_key=True),
    Column("building", name_type(32), primary_key=True),
    Column("household", name_type(32), primary_key=True),
    Column("fen", BigInteger(), nullable=False),
    Column("person", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)
