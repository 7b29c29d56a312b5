"""What was told long ago is found by its age."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Pages and notices by when they were made."""
    op.create_index("page_by_age", "page", ["made_ms"])
    op.create_index("incident_notice_by_age", "incident_notice", ["made_ms"])
