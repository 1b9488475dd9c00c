"""The first schema. Nothing leads there: it is where the steps begin."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing to do."""
