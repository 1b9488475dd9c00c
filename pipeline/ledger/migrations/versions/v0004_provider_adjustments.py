"""Money that a remittance moves outside its claims (PLB)."""

import sqlalchemy as sa
from alembic import op

from pipeline.ledger.column_types import String

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; remittances taken in before have no rows in it."""
    op.create_table(
        "provider_adjustments",
        sa.Column("digest", String, sa.ForeignKey("transactions.digest"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("element", String, primary_key=True),
        sa.Column("reason", String, nullable=False),
        sa.Column("reference", String, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("day", String),
        sa.Column("payer", String, nullable=False),
    )
