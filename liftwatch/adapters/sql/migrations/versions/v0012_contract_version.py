"""Which version of a contract somebody looks at when they end it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All there are have not been changed."""
    column = sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    op.add_column("contract", column)
