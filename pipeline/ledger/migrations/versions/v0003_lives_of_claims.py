"""Chains of claims, claims of other systems, and what an answer can be matched by.

SQLite can neither drop a constraint nor allow NULL in a column, so `claims` and `files` are made
anew under their names, with their rows.
"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_PARTIES = ["sender_qualifier", "sender", "receiver_qualifier", "receiver"]


def upgrade() -> None:
    """Make the new columns, tables and indexes; every row of before is kept."""
    _make_anew("files", _files)
    _make_anew("claims", _claims, origin="'made'")
    _make_anew("encounters", _encounters, origin="'received'")
    op.create_table(
        "claim_patients",
        sa.Column("claim", sa.String, sa.ForeignKey("claims.id"), primary_key=True),
        sa.Column("digest", sa.String, primary_key=True),
    )
    op.create_index("claim_patients_by_digest", "claim_patients", ["digest"])
    for column in (
        sa.Column("clearinghouse_number", sa.String),
        sa.Column("clues", sa.Text),
        sa.Column("matched_by", sa.String),
    ):
        op.add_column("events", column)
    op.create_index("events_by_means", "events", ["matched_by"])
    op.create_index("events_by_payer_number", "events", ["payer_claim_control_number"])
    op.create_index("events_by_clearinghouse_number", "events", ["clearinghouse_number"])
    op.create_table(
        "event_candidates",
        sa.Column("digest", sa.String, sa.ForeignKey("transactions.digest"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("claim", sa.String, sa.ForeignKey("claims.id"), primary_key=True),
    )


def _make_anew(table: str, make: Callable[[], None], **added: str) -> None:
    """A table made anew with its rows; `added` are new columns with their value, as SQL."""
    connection = op.get_bind()
    kept = [column["name"] for column in sa.inspect(connection).get_columns(table)]
    before = f"{table}_before"
    for index in sa.inspect(connection).get_indexes(table):
        op.drop_index(str(index["name"]), table)
    op.execute("PRAGMA legacy_alter_table = ON")  # or other tables would point to the old one's new name
    op.rename_table(table, before)
    op.execute("PRAGMA legacy_alter_table = OFF")
    make()
    names, values = ", ".join([*kept, *added]), ", ".join([*kept, *added.values()])
    op.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {before}")
    op.drop_table(before)


def _files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("partner", sa.String, nullable=False),
        *[sa.Column(name, sa.String, nullable=False) for name in _PARTIES],
        sa.Column("control_number", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("day", sa.String, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("epoch", sa.Integer, sa.ForeignKey("runs.epoch"), nullable=False),
    )
    op.create_index("files_by_state", "files", ["state"])
    op.create_index("files_by_hash", "files", ["sha256"])
    op.create_index(
        "files_by_control_number",
        "files",
        [*_PARTIES, "control_number"],
        unique=True,
        sqlite_where=sa.text("state <> 'external'"),
        postgresql_where=sa.text("state <> 'external'"),
    )


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("replaces", sa.String, sa.ForeignKey("claims.id")),
        sa.Column("encounter_row", sa.Integer, sa.ForeignKey("encounters.id")),
        sa.Column("encounter", sa.String, nullable=False),
        sa.Column("part", sa.String, nullable=False),
        sa.Column("payer_order", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("payer", sa.String, nullable=False),
        sa.Column("payer_id", sa.String),
        sa.Column("payer_name", sa.String),
        sa.Column("product", sa.String),
        sa.Column("patient", sa.String, sa.ForeignKey("patients.digest")),
        sa.Column("live_key", sa.String, unique=True),
        sa.Column("live_drug_key", sa.String, unique=True),
        sa.Column("file", sa.Integer, sa.ForeignKey("files.id"), nullable=False),
        sa.Column("position_in_file", sa.Integer, nullable=False),
        sa.Column("batch_reference", sa.String, nullable=False),
        sa.Column("transaction_control_number", sa.String, nullable=False),
        sa.Column("first_segment", sa.Integer, nullable=False),
        sa.Column("last_segment", sa.Integer, nullable=False),
        sa.Column("patient_control_number", sa.String, nullable=False),
        sa.Column("frequency", sa.String, nullable=False),
        sa.Column("original_number", sa.String),
        sa.Column("clearinghouse_number", sa.String),
        sa.Column("statement_from", sa.String),
        sa.Column("statement_through", sa.String),
        sa.Column("total_cents", sa.BigInteger, nullable=False),
        sa.Column("drug_cents", sa.BigInteger, nullable=False),
        sa.Column("has_next_payer", sa.Boolean, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.UniqueConstraint("encounter", "part", "payer_order", "version"),
    )
    for name, column in (
        ("control_number", "patient_control_number"),
        ("file", "file"),
        ("batch", "batch_reference"),
        ("state", "state"),
        ("replaced", "replaces"),
        ("original_number", "original_number"),
        ("clearinghouse_number", "clearinghouse_number"),
    ):
        op.create_index(f"claims_by_{name}", "claims", [column])


def _encounters() -> None:
    op.create_table(
        "encounters",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("encounter", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("findings", sa.Text, nullable=False),
        sa.Column("received", sa.String, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.UniqueConstraint("encounter", "revision"),
    )
    op.create_index("encounters_by_state", "encounters", ["state"])
