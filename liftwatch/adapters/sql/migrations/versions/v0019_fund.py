"""The books of the maintenance fund: entries, postings, accounts, and the end of the chain.

What keeps them right stands in the database, for whoever writes SQL by hand, too. Postings come
first and their entry closes them; in PostgreSQL whoever inserts one holds the head, so that two
cannot make the same entry. In SQLite a REPLACE deletes without asking the triggers of deletion, so
there an insertion under a known number, key, source or account is refused.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CHANGED = "the fund''s books are append-only: nothing in them is ever changed"
DELETED = "the fund''s books are append-only: nothing in them is ever deleted"
NEXT = "an entry of the fund is the next one"
TWICE = "an entry of the fund names an account once, and has a key and a source of its own"
WHOLE = "an amount of the fund is a whole number of fen"
BALANCE = "a balance of the fund is the one before and the amount"
ZERO = "an entry of the fund adds up to zero within every building"
LEGS = "an entry of the fund has two legs at least, all that it says"
REVERSED = "a reversal takes back all legs of an earlier entry"
ACCOUNT = "an account of the fund is named by what it is of"
CLOSED = "a year of the fund that is closed takes no entry, and is closed for good"
FORWARD = "fund_head goes forward only, to the entry behind it"

_SUMS = """EXISTS (
    SELECT 1 FROM fund_posting p JOIN fund_account a ON a.id = p.account WHERE p.entry = NEW.n
    GROUP BY a.area, a.estate, a.building HAVING SUM(p.amount) <> 0)"""
_COUNT = """NEW.legs < 2 OR NEW.legs <> (SELECT COUNT(*) FROM fund_posting WHERE entry = NEW.n)
    OR NEW.legs <> (SELECT MAX(leg) FROM fund_posting WHERE entry = NEW.n)
    OR 1 <> (SELECT MIN(leg) FROM fund_posting WHERE entry = NEW.n)"""
_REVERSAL = """NEW.reverses IS NOT NULL AND (NEW.reverses >= NEW.n
    OR NOT EXISTS (SELECT 1 FROM fund_entry o WHERE o.n = NEW.reverses AND o.legs = NEW.legs)
    OR EXISTS (
        SELECT account, -amount FROM fund_posting WHERE entry = NEW.reverses
        EXCEPT SELECT account, amount FROM fund_posting WHERE entry = NEW.n))"""
_ID = "kind || '/' || NEW.area || '/' || NEW.estate || '/' || NEW.building || '/' || NEW.of"
_AHEAD = "(SELECT n FROM fund_head) + 1"
_BEFORE = """(
    SELECT balance FROM fund_posting WHERE account = NEW.account ORDER BY entry DESC LIMIT 1)"""
_SIDE = "(SELECT side FROM fund_account WHERE id = NEW.account)"
_BEHIND = """NEW.id = OLD.id AND (
    (NEW.n = OLD.n + 1 AND EXISTS (
        SELECT 1 FROM fund_entry e WHERE e.n = NEW.n AND e.hash = NEW.hash AND e.seal = NEW.seal))
    OR (NEW.n = OLD.n AND NEW.hash = OLD.hash AND NEW.seal = ''))"""

_SHUT = "NEW.day <= (SELECT MAX(last_day) FROM fund_year)"
_BEHIND_YEAR = """NEW.last_day <= (SELECT MAX(last_day) FROM fund_year)
    OR NOT EXISTS (SELECT 1 FROM fund_head h WHERE h.n = NEW.n AND h.hash = NEW.hash)"""

SQLITE = f"""
CREATE TRIGGER fund_posting_next BEFORE INSERT ON fund_posting
BEGIN
SELECT RAISE(ABORT, '{NEXT}') WHERE NEW.entry IS NOT {_AHEAD};
SELECT RAISE(ABORT, '{WHOLE}') WHERE typeof(NEW.amount) <> 'integer'
    OR typeof(NEW.balance) <> 'integer';
SELECT RAISE(ABORT, '{TWICE}') WHERE EXISTS (SELECT 1 FROM fund_posting
    WHERE entry = NEW.entry AND (leg = NEW.leg OR account = NEW.account));
SELECT RAISE(ABORT, '{BALANCE}')
    WHERE NEW.balance IS NOT COALESCE({_BEFORE}, 0) + NEW.amount * {_SIDE};
END;
CREATE TRIGGER fund_posting_unchanged BEFORE UPDATE ON fund_posting
BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END;
CREATE TRIGGER fund_posting_undeleted BEFORE DELETE ON fund_posting
BEGIN SELECT RAISE(ABORT, '{DELETED}'); END;
CREATE TRIGGER fund_entry_next BEFORE INSERT ON fund_entry
BEGIN
SELECT RAISE(ABORT, '{NEXT}') WHERE NEW.n IS NOT {_AHEAD};
SELECT RAISE(ABORT, '{TWICE}') WHERE EXISTS (SELECT 1 FROM fund_entry WHERE key = NEW.key
    OR source = NEW.source OR reverses = NEW.reverses);
SELECT RAISE(ABORT, '{CLOSED}') WHERE {_SHUT};
SELECT RAISE(ABORT, '{LEGS}') WHERE {_COUNT};
SELECT RAISE(ABORT, '{ZERO}') WHERE {_SUMS};
SELECT RAISE(ABORT, '{REVERSED}') WHERE {_REVERSAL};
END;
CREATE TRIGGER fund_entry_ahead AFTER INSERT ON fund_entry
BEGIN UPDATE fund_head SET n = NEW.n, hash = NEW.hash, seal = NEW.seal; END;
CREATE TRIGGER fund_entry_unchanged BEFORE UPDATE ON fund_entry
BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END;
CREATE TRIGGER fund_entry_undeleted BEFORE DELETE ON fund_entry
BEGIN SELECT RAISE(ABORT, '{DELETED}'); END;
CREATE TRIGGER fund_account_next BEFORE INSERT ON fund_account
BEGIN
SELECT RAISE(ABORT, '{NEXT}') WHERE NEW.entry IS NOT {_AHEAD};
SELECT RAISE(ABORT, '{CHANGED}') WHERE EXISTS (SELECT 1 FROM fund_account WHERE id = NEW.id);
SELECT RAISE(ABORT, '{ACCOUNT}') WHERE NEW.id IS NOT NEW.{_ID};
END;
CREATE TRIGGER fund_account_unchanged BEFORE UPDATE ON fund_account
BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END;
CREATE TRIGGER fund_account_undeleted BEFORE DELETE ON fund_account
BEGIN SELECT RAISE(ABORT, '{DELETED}'); END;
CREATE TRIGGER fund_head_forward BEFORE UPDATE ON fund_head
WHEN NOT ({_BEHIND})
BEGIN SELECT RAISE(ABORT, '{FORWARD}'); END;
CREATE TRIGGER fund_head_one BEFORE INSERT ON fund_head
WHEN EXISTS (SELECT 1 FROM fund_head)
BEGIN SELECT RAISE(ABORT, '{FORWARD}'); END;
CREATE TRIGGER fund_head_undeleted BEFORE DELETE ON fund_head
BEGIN SELECT RAISE(ABORT, '{FORWARD}'); END;
CREATE TRIGGER fund_year_next BEFORE INSERT ON fund_year
WHEN {_BEHIND_YEAR}
BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END;
CREATE TRIGGER fund_year_unchanged BEFORE UPDATE ON fund_year
BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END;
CREATE TRIGGER fund_year_undeleted BEFORE DELETE ON fund_year
BEGIN SELECT RAISE(ABORT, '{CLOSED}'); END;
"""

_RAISE = "RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE ="
FUNCTIONS = {
    "fund_refuse": f"BEGIN {_RAISE} TG_ARGV[0]; END",
    "fund_check_posting": f"""BEGIN
    PERFORM 1 FROM fund_head FOR UPDATE;
    IF NEW.entry IS DISTINCT FROM {_AHEAD} THEN {_RAISE} '{NEXT}'; END IF;
    IF EXISTS (SELECT 1 FROM fund_posting
        WHERE entry = NEW.entry AND (leg = NEW.leg OR account = NEW.account))
    THEN {_RAISE} '{TWICE}'; END IF;
    IF NEW.balance IS DISTINCT FROM COALESCE({_BEFORE}, 0) + NEW.amount * {_SIDE}
    THEN {_RAISE} '{BALANCE}'; END IF;
    RETURN NEW;
END""",
    "fund_check_entry": f"""BEGIN
    PERFORM 1 FROM fund_head FOR UPDATE;
    IF NEW.n IS DISTINCT FROM {_AHEAD} THEN {_RAISE} '{NEXT}'; END IF;
    IF EXISTS (SELECT 1 FROM fund_entry WHERE key = NEW.key OR source = NEW.source
        OR reverses = NEW.reverses) THEN {_RAISE} '{TWICE}'; END IF;
    IF {_SHUT} THEN {_RAISE} '{CLOSED}'; END IF;
    IF {_COUNT} THEN {_RAISE} '{LEGS}'; END IF;
    IF {_SUMS} THEN {_RAISE} '{ZERO}'; END IF;
    IF {_REVERSAL} THEN {_RAISE} '{REVERSED}'; END IF;
    RETURN NEW;
END""",
    "fund_go_ahead": """BEGIN
    UPDATE fund_head SET n = NEW.n, hash = NEW.hash, seal = NEW.seal;
    RETURN NEW;
END""",
    "fund_check_account": f"""BEGIN
    PERFORM 1 FROM fund_head FOR UPDATE;
    IF NEW.entry IS DISTINCT FROM {_AHEAD} THEN {_RAISE} '{NEXT}'; END IF;
    IF NEW.id IS DISTINCT FROM NEW.{_ID} THEN {_RAISE} '{ACCOUNT}'; END IF;
    RETURN NEW;
END""",
    "fund_check_year": f"""BEGIN
    PERFORM 1 FROM fund_head FOR UPDATE;
    IF {_BEHIND_YEAR} THEN {_RAISE} '{CLOSED}'; END IF;
    RETURN NEW;
END""",
    "fund_check_head": f"""BEGIN
    IF {_BEHIND} THEN RETURN NEW; END IF;
    {_RAISE} '{FORWARD}';
END""",
}
"""PostgreSQL: the body of each function by its name."""

_ROW = "FOR EACH ROW EXECUTE FUNCTION"
_STATEMENT = "FOR EACH STATEMENT EXECUTE FUNCTION"
TRIGGERS = {
    "fund_posting_next": f"BEFORE INSERT ON fund_posting {_ROW} fund_check_posting()",
    "fund_entry_next": f"BEFORE INSERT ON fund_entry {_ROW} fund_check_entry()",
    "fund_entry_ahead": f"AFTER INSERT ON fund_entry {_ROW} fund_go_ahead()",
    "fund_account_next": f"BEFORE INSERT ON fund_account {_ROW} fund_check_account()",
    "fund_year_next": f"BEFORE INSERT ON fund_year {_ROW} fund_check_year()",
    "fund_head_forward": f"BEFORE UPDATE ON fund_head {_ROW} fund_check_head()",
    "fund_head_undeleted": f"BEFORE DELETE ON fund_head {_ROW} fund_refuse('{FORWARD}')",
    "fund_head_untruncated": f"BEFORE TRUNCATE ON fund_head {_STATEMENT} fund_refuse('{FORWARD}')",
} | {
    f"{table}_{name}": f"BEFORE {act} ON {table} {each} fund_refuse('{why}')"
    for table in ("fund_posting", "fund_entry", "fund_account", "fund_year")
    for name, act, each, why in (
        ("unchanged", "UPDATE", _ROW, CHANGED),
        ("undeleted", "DELETE", _ROW, DELETED),
        ("untruncated", "TRUNCATE", _STATEMENT, DELETED),
    )
}
"""PostgreSQL: what stands behind CREATE TRIGGER and the name."""


def upgrade() -> None:
    """Make the tables, the head of empty books, and what keeps them as they are."""
    _entry()
    _account()
    _posting()
    op.create_table(
        "fund_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(16), nullable=False),
        sa.CheckConstraint("id = 1", name="fund_head_is_one"),
    )
    op.execute(f"INSERT INTO fund_head (id, n, hash, seal) VALUES (1, 0, '{'0' * 64}', '')")
    _beside()
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # one statement a call is all that the driver takes; a trigger has a `;` of its own
        for statement in sqlite_triggers().values():
            connection.exec_driver_sql(statement)
        return
    for name, body in FUNCTIONS.items():
        connection.exec_driver_sql(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
        )
    for name, rest in TRIGGERS.items():
        connection.exec_driver_sql(f"CREATE TRIGGER {name} {rest}")


def sqlite_triggers() -> dict[str, str]:
    """The statements that make SQLite's triggers, by their names."""
    statements = [f"{one.strip()}\nEND" for one in SQLITE.split("END;") if one.strip()]
    return {one.split()[2]: one for one in statements}


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _entry() -> None:
    long_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "fund_entry",
        sa.Column("n", long_key, primary_key=True, autoincrement=False),
        sa.Column("kind", _name(16), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("person", _name(64), nullable=False),
        sa.Column("organisation", _name(64)),
        sa.Column("second", _name(64)),
        sa.Column("case", _name(32)),
        sa.Column("source", _name(120), unique=True),
        sa.Column("document", sa.String(64)),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), unique=True),
        sa.Column("key", _name(120), nullable=False, unique=True),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("n > 0", name="fund_entry_counts_up"),
        sa.CheckConstraint("second <> person", name="fund_entry_four_eyes"),
        sa.CheckConstraint(
            "kind NOT IN ('opening', 'refund') OR second IS NOT NULL", name="fund_entry_second"
        ),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses IS NOT NULL)", name="fund_entry_reversal"
        ),
    )
    op.create_index("fund_entry_by_case", "fund_entry", ["case", "n"])


def _account() -> None:
    op.create_table(
        "fund_account",
        sa.Column("id", _name(160), primary_key=True),
        sa.Column("kind", _name(16), nullable=False),
        sa.Column("area", sa.String(16), nullable=False),
        sa.Column("estate", _name(64), nullable=False),
        sa.Column("building", _name(32), nullable=False),
        sa.Column("of", _name(32), nullable=False),
        sa.Column("side", sa.Integer(), nullable=False),
        sa.Column("entry", sa.BigInteger(), _of_entry("fund_account_entry"), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('bank', 'receivable') AND side = 1) OR (side = -1 AND kind IN ('principal',"
            " 'interest', 'clearing', 'subsidy', 'insurer', 'public'))",
            name="fund_account_side",
        ),
    )
    place = ["area", "estate", "building", "kind", "of"]
    op.create_index("fund_account_by_place", "fund_account", place)


def _posting() -> None:
    whole = 2**53 - 1
    op.create_table(
        "fund_posting",
        sa.Column(
            "entry",
            sa.BigInteger(),
            _of_entry("fund_posting_entry"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("leg", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(
            "account",
            _name(160),
            sa.ForeignKey("fund_account.id", name="fund_posting_account"),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            f"amount <> 0 AND amount BETWEEN {-whole} AND {whole}", name="fund_posting_amount"
        ),
        sa.CheckConstraint(f"balance BETWEEN 0 AND {whole}", name="fund_posting_not_negative"),
        sqlite_with_rowid=False,
    )
    by_account = ["account", "entry"]
    op.create_index("fund_posting_by_account", "fund_posting", by_account, unique=True)


def _beside() -> None:
    op.create_table(
        "fund_year",
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("person", _name(64), nullable=False),
        sa.Column("second", _name(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.String(16), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.CheckConstraint("second <> person", name="fund_year_four_eyes"),
    )
    op.create_table(
        "fund_pending",
        sa.Column("id", _name(64), primary_key=True),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("person", _name(64), nullable=False),
        sa.Column("second", _name(64)),
        sa.Column("decided_ms", sa.BigInteger()),
        sa.Column("entry", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'booked' OR (second <> person AND second IS NOT NULL AND entry IS NOT NULL)",
            name="fund_pending_four_eyes",
        ),
    )
    op.create_index("fund_pending_by_state", "fund_pending", ["state", "id"])
    op.create_table(
        "fund_first",
        sa.Column("area", sa.String(16), primary_key=True),
        sa.Column("estate", _name(64), primary_key=True),
        sa.Column("building", _name(32), primary_key=True),
        sa.Column("household", _name(32), primary_key=True),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.Column("person", _name(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("fen > 0", name="fund_first_is_something"),
    )


def _of_entry(name: str) -> sa.ForeignKey:
    return sa.ForeignKey("fund_entry.n", name=name, deferrable=True, initially="DEFERRED")
