"""Cases of the fund: what stands, what was done by whom, documents by hash, votes and ballots.

Four eyes stand in keys: a move that is somebody's hand refers to the one hand that a person, and
an organisation, has in the case. Whoever writes SQL past our code meets the same rule.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

GIVEN = "fund_case_given"
KEPT = (
    *("fund_plan", "fund_document", "fund_case_hand", "fund_case_move", "fund_publication"),
    GIVEN,
)
"""Only added to."""
WHAT = "what was done in a case of the fund is never changed, and never deleted"
FOLLOWS = "a case, a vote and a ballot of the fund go from version to version, and stay"
NEXT = "moves of a case of the fund have no holes"
FOLLOWING = {
    "fund_case": (
        "NEW.version = OLD.version + 1 AND NEW.id = OLD.id AND NEW.area = OLD.area"
        " AND NEW.estate = OLD.estate AND NEW.building = OLD.building"
    ),
    "fund_vote": (
        "NEW.version = OLD.version + 1 AND NEW.id = OLD.id AND NEW.case_id = OLD.case_id"
        " AND NEW.plan = OLD.plan AND NEW.scope = OLD.scope AND OLD.state = 'open'"
    ),
    "fund_ballot": (
        "NEW.vote = OLD.vote AND NEW.n = OLD.n AND NEW.head = OLD.head"
        " AND NEW.choice = OLD.choice AND COALESCE(NEW.scan, '') = COALESCE(OLD.scan, '')"
        " AND NEW.entered_by = OLD.entered_by AND OLD.struck_by IS NULL"
        " AND (OLD.confirmed_by IS NULL OR NEW.confirmed_by = OLD.confirmed_by)"
    ),
}
"""What an UPDATE of a row must be."""
_GAP = "NEW.n <> (SELECT COUNT(*) FROM fund_case_move WHERE case_id = NEW.case_id) + 1"


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make the tables, and what keeps them."""
    _case()
    _done()
    _vote()
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    for statement in sqlite_triggers().values() if sqlite else _postgresql():
        connection.exec_driver_sql(statement)


def sqlite_triggers() -> dict[str, str]:
    """The statements that make SQLite's triggers, by their names."""
    found = {}
    for table in KEPT:
        found[f"{table}_unchanged"] = _sqlite("UPDATE", table, WHAT)
        found[f"{table}_undeleted"] = _sqlite("DELETE", table, WHAT)
    for table, right in FOLLOWING.items():
        found[f"{table}_follows"] = _sqlite("UPDATE", table, FOLLOWS, when=f"NOT ({right})")
        found[f"{table}_undeleted"] = _sqlite("DELETE", table, FOLLOWS)
    found["fund_case_move_next"] = _sqlite("INSERT", "fund_case_move", NEXT, when=_GAP)
    return {name: f"CREATE TRIGGER {name} {body}" for name, body in found.items()}


def _sqlite(act: str, table: str, why: str, *, when: str = "1") -> str:
    return f"BEFORE {act} ON {table}\nBEGIN\nSELECT RAISE(ABORT, '{why}') WHERE {when};\nEND"


FUNCTIONS = {
    "fund_check_move": (f" BEGIN IF {_GAP} THEN RAISE EXCEPTION '{NEXT}'; END IF; RETURN NEW; END ")
}
"""PostgreSQL: the body of each function by its name."""


def postgresql_triggers() -> dict[str, str]:
    """What stands behind CREATE TRIGGER and the name, by the names of PostgreSQL's triggers."""
    made = {}
    for table in KEPT:
        made[f"{table}_unchanged"] = (
            f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            f" EXECUTE FUNCTION fund_refuse('{WHAT}')"
        )
    for table, right in FOLLOWING.items():
        rest = f"EXECUTE FUNCTION fund_refuse('{FOLLOWS}')"
        made[f"{table}_follows"] = (
            f"BEFORE UPDATE ON {table} FOR EACH ROW WHEN (NOT ({right})) {rest}"
        )
        made[f"{table}_undeleted"] = f"BEFORE DELETE ON {table} FOR EACH ROW {rest}"
    for table in (*KEPT, *FOLLOWING):
        made[f"{table}_untruncated"] = (
            f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION fund_refuse('{WHAT}')"
        )
    made["fund_case_move_next"] = (
        "BEFORE INSERT ON fund_case_move FOR EACH ROW EXECUTE FUNCTION fund_check_move()"
    )
    return made


def _postgresql() -> list[str]:
    functions = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
        for name, body in FUNCTIONS.items()
    ]
    return functions + [
        f"CREATE TRIGGER {name} {rest}" for name, rest in postgresql_triggers().items()
    ]


def _case() -> None:
    op.create_table(
        "fund_case",
        sa.Column("id", _name(32), primary_key=True),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("building", _name(32), nullable=False),
        sa.Column("lift", _name(64), nullable=False),
        sa.Column("path", sa.String(32), nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
    op.create_index("fund_case_by_place", "fund_case", ["area", "estate", "building", "id"])
    op.create_index("fund_case_by_end", "fund_case", ["expires_ms"])
    op.create_table(
        "fund_plan",
        _case_id("fund_plan"),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
    op.create_table(
        "fund_document",
        sa.Column("sha256", sa.String(64), primary_key=True),
        _case_id("fund_document", key=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("dated", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("person", _name(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("fund_document_by_case", "fund_document", ["case_id"])


def _done() -> None:
    op.create_table(
        "fund_case_hand",
        _case_id("fund_case_hand"),
        sa.Column("who", _name(64), primary_key=True),
        sa.Column("hand", sa.String(16), nullable=False),
        sa.UniqueConstraint("case_id", "who", "hand", name="fund_case_hand_is_one"),
    )
    one_hand = ["fund_case_hand.case_id", "fund_case_hand.who", "fund_case_hand.hand"]
    hands = ", ".join(f"'{one}'" for one in ("ask", "prove", "allow", "audit", "pay"))
    of = {
        "ask": ("publish", "choose", "revise", "contract", "apply", "withdraw"),
        "prove": ("prove",),
        "allow": ("approve", "refuse"),
        "audit": ("audit",),
        "pay": ("pay", "give_back", "receive", "settle"),
        "": ("file", "vote", "insure", "accept", "disclose", "expire"),
    }
    # a comparison with NULL is neither true nor false, and a check lets both through
    moves = " OR ".join(
        f"(COALESCE(hand, '') = '{hand}' AND move IN ({', '.join(repr(one) for one in names)}))"
        for hand, names in of.items()
    )
    op.create_table(
        "fund_case_move",
        _case_id("fund_case_move"),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("move", sa.String(16), nullable=False),
        sa.Column("hand", sa.String(16)),
        sa.Column("person", _name(64)),
        sa.Column("organisation", _name(64)),
        sa.Column("role", sa.String(16)),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger()),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(f"hand IS NULL OR hand IN ({hands})", name="fund_case_move_hand"),
        sa.CheckConstraint(moves, name="fund_case_move_is_a_hand"),
        sa.CheckConstraint(
            "hand IS NULL OR (person IS NOT NULL AND organisation IS NOT NULL)",
            name="fund_case_move_by_somebody",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "person", "hand"], one_hand, name="fund_case_move_person"
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "organisation", "hand"], one_hand, name="fund_case_move_organisation"
        ),
    )
    op.create_table(
        GIVEN,
        _case_id(GIVEN),
        sa.Column("organisation", _name(64), primary_key=True),
        sa.Column("person", _name(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "fund_publication",
        _case_id("fund_publication"),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("plan", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )


def _vote() -> None:
    op.create_table(
        "fund_vote",
        sa.Column("id", _name(64), primary_key=True),
        _case_id("fund_vote", key=False),
        sa.Column("plan", sa.String(64), nullable=False),
        sa.Column("scope", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("closes_ms", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.CheckConstraint(
            "(state = 'open' AND outcome IS NULL) OR (state = 'closed' AND outcome IS NOT NULL)",
            name="fund_vote_ends",
        ),
    )
    op.create_index("fund_vote_by_case", "fund_vote", ["case_id", "id"])
    stands = sa.text("struck_by IS NULL")
    op.create_table(
        "fund_ballot",
        sa.Column(
            "vote",
            _name(64),
            sa.ForeignKey("fund_vote.id", name="fund_ballot_vote"),
            primary_key=True,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("choice", sa.String(16), nullable=False),
        sa.Column("scan", sa.String(64)),
        sa.Column("entered_by", _name(64), nullable=False),
        sa.Column("confirmed_by", _name(64)),
        sa.Column("struck_by", _name(64)),
        sa.CheckConstraint("confirmed_by <> entered_by", name="fund_ballot_four_eyes"),
    )
    for name in ("head", "scan"):
        op.create_index(
            f"fund_ballot_one_{name}",
            "fund_ballot",
            ["vote", name],
            unique=True,
            sqlite_where=stands,
            postgresql_where=stands,
        )


def _case_id(table: str, *, key: bool = True) -> "sa.Column[str]":
    reference = sa.ForeignKey("fund_case.id", name=f"{table}_case")
    return sa.Column("case_id", _name(32), reference, primary_key=key, nullable=False)
