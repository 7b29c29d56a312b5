"""The trail of who did what: entries, the head of their chain, anchors, and who a pseudonym is.

Triggers keep it append-only in both databases. In SQLite a REPLACE deletes without asking the
triggers of deletion, so there an insertion under a known number is refused, too.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CHANGED = "audit is append-only: an entry is never changed"
DELETED = "audit is append-only: only what was given up may be deleted"
ANCHORED = "audit_anchor is append-only"
BACKWARD = "audit_head goes forward only, and is given up only to an anchor"

SQLITE = f"""
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END;
CREATE TRIGGER audit_unreplaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE n = NEW.n)
BEGIN SELECT RAISE(ABORT, '{CHANGED}'); END;
CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit
WHEN OLD.n > (SELECT pruned FROM audit_head)
BEGIN SELECT RAISE(ABORT, '{DELETED}'); END;
CREATE TRIGGER audit_anchor_unchanged BEFORE UPDATE ON audit_anchor
BEGIN SELECT RAISE(ABORT, '{ANCHORED}'); END;
CREATE TRIGGER audit_anchor_unreplaced BEFORE INSERT ON audit_anchor
WHEN EXISTS (SELECT 1 FROM audit_anchor WHERE day = NEW.day)
BEGIN SELECT RAISE(ABORT, '{ANCHORED}'); END;
CREATE TRIGGER audit_anchor_undeleted BEFORE DELETE ON audit_anchor
BEGIN SELECT RAISE(ABORT, '{ANCHORED}'); END;
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
WHEN NEW.n < OLD.n OR NEW.pruned < OLD.pruned OR NEW.id <> OLD.id OR (
    NEW.pruned > OLD.pruned
    AND NOT EXISTS (SELECT 1 FROM audit_anchor WHERE n = NEW.pruned AND n < NEW.n)
)
BEGIN SELECT RAISE(ABORT, '{BACKWARD}'); END;
CREATE TRIGGER audit_head_one BEFORE INSERT ON audit_head
WHEN EXISTS (SELECT 1 FROM audit_head)
BEGIN SELECT RAISE(ABORT, '{BACKWARD}'); END;
CREATE TRIGGER audit_head_undeleted BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, '{BACKWARD}'); END;
"""

POSTGRESQL = f"""
CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION audit_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.n <= (SELECT pruned FROM audit_head) THEN RETURN OLD; END IF;
    RAISE EXCEPTION USING MESSAGE = '{DELETED}', ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE OR REPLACE FUNCTION audit_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.n >= OLD.n AND NEW.id = OLD.id AND (NEW.pruned = OLD.pruned OR (
        NEW.pruned > OLD.pruned
        AND EXISTS (SELECT 1 FROM audit_anchor WHERE n = NEW.pruned AND n < NEW.n)
    )) THEN RETURN NEW; END IF;
    RAISE EXCEPTION USING MESSAGE = '{BACKWARD}', ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_refuse('{CHANGED}');
CREATE TRIGGER audit_undeleted BEFORE DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_delete();
CREATE TRIGGER audit_untruncated BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('{DELETED}');
CREATE TRIGGER audit_anchor_unchanged BEFORE UPDATE OR DELETE ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_refuse('{ANCHORED}');
CREATE TRIGGER audit_anchor_untruncated BEFORE TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('{ANCHORED}');
CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_forward();
CREATE TRIGGER audit_head_undeleted BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_refuse('{BACKWARD}');
CREATE TRIGGER audit_head_untruncated BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse('{BACKWARD}');
"""


def upgrade() -> None:
    """Make its tables, the head of an empty chain, and what keeps them as they are."""
    _audit()
    _beside()
    op.execute(
        "INSERT INTO audit_head (id, n, hash, seal, pruned) VALUES (1, 0, '"
        + "0" * 64
        + "', '', 0)"
    )
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        # one statement a call is all that the driver takes; a trigger has a `;` of its own
        for statement in SQLITE.split("END;"):
            if statement.strip():
                connection.exec_driver_sql(f"{statement}END")
    else:
        connection.exec_driver_sql(POSTGRESQL)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _audit() -> None:
    long_key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "audit",
        sa.Column("n", long_key, primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", _name(32), nullable=False),
        sa.Column("organisation", _name(64)),
        sa.Column("action", _name(64), nullable=False),
        sa.Column("target_kind", _name(64), nullable=False),
        sa.Column("target", _name(200), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("sealed_about", sa.Text()),
        sa.Column("seal", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("audit_by_actor", "audit", ["actor", "n"])
    op.create_index("audit_by_action", "audit", ["action", "n"])
    op.create_index("audit_by_target", "audit", ["target_kind", "target", "n"])
    op.create_index("audit_by_time", "audit", ["at_ms"])


def _beside() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(16), nullable=False),
        sa.Column("pruned", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "audit_anchor",
        sa.Column("day", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit_pseudonym",
        sa.Column("person", _name(64), primary_key=True),
        sa.Column("pseudonym", _name(32), nullable=False, unique=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
    )
