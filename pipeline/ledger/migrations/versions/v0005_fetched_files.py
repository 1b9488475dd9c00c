"""Files fetched from partners over the wire."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.column_types import String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; nothing was fetched before."""
    op.create_table(
        "fetched_files",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("partner", String, nullable=False),
        sa.Column("name", String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("sha256", String, nullable=False),
        sa.Column("fetched", String, nullable=False),
        sa.Column("cleared", String),
    )
    op.create_index("fetched_files_by_partner", "fetched_files", ["partner", "cleared"])
