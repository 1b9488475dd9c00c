"""Decisions are about a claim or an encounter: the column `claim` becomes `subject`."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Rename the column; the index goes with it."""
    op.execute("DROP INDEX decisions_by_claim")
    op.execute("ALTER TABLE decisions RENAME COLUMN claim TO subject")
    op.create_index("decisions_by_subject", "decisions", ["subject"])
