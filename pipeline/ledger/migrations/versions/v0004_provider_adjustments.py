"""Money that a remittance moves outside its claims (PLB)."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table; remittances taken in before have no rows in it."""
    op.create_table(
        "provider_adjustments",
        sa.Column("digest", sa.String, sa.ForeignKey("transactions.digest"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("element", sa.String, primary_key=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("day", sa.String),
        sa.Column("payer", sa.String, nullable=False),
    )
