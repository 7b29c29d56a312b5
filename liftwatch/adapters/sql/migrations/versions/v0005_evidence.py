"""Windows of signals around incidents; those raised in the last 90 days are still to be read."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PLANNED = """
INSERT INTO incident_evidence (
    incident, n, opened_ms, raised_ms, from_ms, to_ms, final_ms, due_ms,
    looks, kept_ms, complete, points, kept
)
SELECT
    id, 1, opened_ms, raised_ms,
    CASE WHEN opened_ms - 60000 > raised_ms - 600000
        THEN opened_ms - 60000 ELSE raised_ms - 600000 END,
    raised_ms + 30000, raised_ms + 690000, raised_ms + 90000, 0, NULL, :no, 0, :nothing
FROM incident
WHERE lift IS NOT NULL AND opened_ms <= raised_ms
    AND raised_ms > (SELECT MAX(raised_ms) FROM incident) - :days
"""
RAW_MS = 90 * 24 * 3_600_000  # so long raw telemetry is kept (decision 6)


def upgrade() -> None:
    """Make its table, and plan a window of every incident whose signals may still be there."""
    op.create_table(
        "incident_evidence",
        sa.Column(
            "incident",
            _name(64),
            sa.ForeignKey("incident.id", name="incident_evidence_incident", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("n", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.Column("final_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger()),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("kept_ms", sa.BigInteger()),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
    )
    op.create_index("incident_evidence_by_due", "incident_evidence", ["due_ms"])
    planned = sa.text(PLANNED).bindparams(
        sa.bindparam("no", False, sa.Boolean()), nothing="{}", days=RAW_MS
    )
    op.get_bind().execute(planned)


def _name(length: int) -> TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
