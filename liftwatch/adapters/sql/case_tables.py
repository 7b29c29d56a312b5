"""The tables of the fund's cases, of the same metadata as all others.

What a case holds as a whole is its `data`; beside it stand in columns what is looked for, and what
the database itself holds to (migration 0020): versions that follow, one case a document, one hand
a person and an organisation, two readers of a paper.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from liftwatch.adapters.sql.tables import metadata, name_type


def _case_id(table: str, *, key: bool = True) -> "Column[str]":
    reference = ForeignKey("fund_case.id", name=f"{table}_case")
    return Column("case_id", name_type(32), reference, primary_key=key, nullable=False)


fund_case = Table(
    "fund_case",
    metadata,
    Column("id", name_type(32), primary_key=True),
    Column("area", String(16), nullable=False),
    Column("estate", name_type(64), nullable=False),
    Column("building", name_type(32), nullable=False),
    Column("lift", name_type(64), nullable=False),
    Column("path", String(32), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("opened_ms", BigInteger(), nullable=False),
    Column("expires_ms", BigInteger()),
    Column("version", Integer(), nullable=False),
    Column("data", Text(), nullable=False),
    Index("fund_case_by_place", "area", "estate", "building", "id"),
    Index("fund_case_by_end", "expires_ms"),
)

fund_plan = Table(
    "fund_plan",
    metadata,
    _case_id("fund_plan"),
    Column("version", Integer(), primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("data", Text(), nullable=False),
)

fund_document = Table(
    "fund_document",
    metadata,
    Column("sha256", String(64), primary_key=True),
    _case_id("fund_document", key=False),
    Column("kind", String(32), nullable=False),
    Column("dated", Integer(), nullable=False),
    Column("plan", Integer(), nullable=False),
    Column("person", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
    Index("fund_document_by_case", "case_id"),
)

fund_case_hand = Table(
    "fund_case_hand",
    metadata,
    _case_id("fund_case_hand"),
    Column("who", name_type(64), primary_key=True),
    Column("hand", String(16), nullable=False),
    UniqueConstraint("case_id", "who", "hand", name="fund_case_hand_is_one"),
)

_ONE_HAND = ["fund_case_hand.case_id", "fund_case_hand.who", "fund_case_hand.hand"]

fund_case_move = Table(
    "fund_case_move",
    metadata,
    _case_id("fund_case_move"),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("move", String(16), nullable=False),
    Column("hand", String(16)),
    Column("person", name_type(64)),
    Column("organisation", name_type(64)),
    Column("role", String(16)),
    Column("plan", Integer(), nullable=False),
    Column("amount_fen", BigInteger()),
    Column("at_ms", BigInteger(), nullable=False),
    ForeignKeyConstraint(["case_id", "person", "hand"], _ONE_HAND, name="fund_case_move_person"),
    ForeignKeyConstraint(
        ["case_id", "organisation", "hand"], _ONE_HAND, name="fund_case_move_organisation"
    ),
)

fund_case_given = Table(
    "fund_case_given",
    metadata,
    _case_id("fund_case_given"),
    Column("organisation", name_type(64), primary_key=True),
    Column("person", name_type(64), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)

fund_publication = Table(
    "fund_publication",
    metadata,
    _case_id("fund_publication"),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("what", String(16), nullable=False),
    Column("plan", Integer(), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("data", Text(), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)

fund_snapshot = Table(
    "fund_snapshot",
    metadata,
    Column(
        "sha256",
        String(64),
        ForeignKey("fund_document.sha256", name="fund_snapshot_document"),
        primary_key=True,
    ),
    _case_id("fund_snapshot", key=False),
    Column("data", Text(), nullable=False),
    Column("at_ms", BigInteger(), nullable=False),
)

fund_vote = Table(
    "fund_vote",
    metadata,
    Column("id", name_type(64), primary_key=True),
    _case_id("fund_vote", key=False),
    Column("plan", String(64), nullable=False),
    Column("scope", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("closes_ms", BigInteger(), nullable=False),
    Column("version", Integer(), nullable=False),
    Column("data", Text(), nullable=False),
    Column("outcome", Text()),
    Index("fund_vote_by_case", "case_id", "id"),
)

_STANDS = text("struck_by IS NULL")

fund_ballot = Table(
    "fund_ballot",
    metadata,
    Column(
        "vote", name_type(64), ForeignKey("fund_vote.id", name="fund_ballot_vote"), primary_key=True
    ),
    Column("n", Integer(), primary_key=True, autoincrement=False),
    Column("head", Text(), nullable=False),
    Column("choice", String(16), nullable=False),
    Column("scan", String(64)),
    Column("entered_by", name_type(64), nullable=False),
    Column("confirmed_by", name_type(64)),
    Column("struck_by", name_type(64)),
    *(
        Index(
            f"fund_ballot_one_{name}",
            "vote",
            name,
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        )
        for name in ("head", "scan")
    ),
)
