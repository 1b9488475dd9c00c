"""The tables. Money is integer cents; days and times are ISO text; bodies are JSON.

Three unique constraints carry the promises: a control number is used once for a pair of
parties, a claim key has one live claim, a child has one live claim for a product and
payer order.

Whoever changes a table counts VERSION up and adds a migration that leads there: see `migrations`.
"""

from __future__ import annotations

import functools

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    make_url,
    text,
)
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement

from pipeline.ledger.column_types import String, Text

VERSION = 5

metadata = MetaData()

settings = Table(
    "settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("started", String, nullable=False),
    Column("ended", String),
    Column("exit_code", Integer),
)

# One row for each content that an encounter id has had; `revision` counts from 1. `origin` is
# `received` of a record that the hospital sent, `correction` of one that was corrected here.
encounters = Table(
    "encounters",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("encounter", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("findings", Text, nullable=False, default="[]"),
    Column("received", String, nullable=False),
    Column("origin", String, nullable=False),
    UniqueConstraint("encounter", "revision"),
    Index("encounters_by_state", "state"),
)

# A file in state `external` was sent by another system, which counts its numbers by itself.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("partner", String, nullable=False),
    Column("sender_qualifier", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("receiver_qualifier", String, nullable=False),
    Column("receiver", String, nullable=False),
    Column("control_number", Integer, nullable=False),
    Column("name", String, nullable=False, unique=True),
    Column("day", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("epoch", Integer, ForeignKey("runs.epoch"), nullable=False),
    Index("files_by_state", "state"),
    Index("files_by_hash", "sha256"),
    Index(
        "files_by_control_number",
        "sender_qualifier",
        "sender",
        "receiver_qualifier",
        "receiver",
        "control_number",
        unique=True,
        sqlite_where=text("state <> 'external'"),
        postgresql_where=text("state <> 'external'"),
    ),
)

patients = Table(
    "patients",
    metadata,
    Column("digest", String, primary_key=True),
    Column("first_seen", String, nullable=False),
)

# `live_key` and `live_drug_key` are NULL once a claim is no longer live. `origin` is `made` or, of
# a claim that another system made, `external`: that one has no encounter. `replaces` is the claim
# that a replacement (7) or a void (8) takes the place of, `original_number` the number it names it
# by (REF*F8), `clearinghouse_number` REF*D9 as sent, `payer_id` and `payer_name` the payer as the
# claim names it.
claims = Table(
    "claims",
    metadata,
    Column("id", String, primary_key=True),
    Column("origin", String, nullable=False),
    Column("replaces", String, ForeignKey("claims.id")),
    Column("encounter_row", Integer, ForeignKey("encounters.id")),
    Column("encounter", String, nullable=False),
    Column("part", String, nullable=False),
    Column("payer_order", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("payer", String, nullable=False),
    Column("payer_id", String),
    Column("payer_name", String),
    Column("product", String),
    Column("patient", String, ForeignKey("patients.digest")),
    Column("live_key", String, unique=True),
    Column("live_drug_key", String, unique=True),
    Column("file", Integer, ForeignKey("files.id"), nullable=False),
    Column("position_in_file", Integer, nullable=False),
    Column("batch_reference", String, nullable=False),
    Column("transaction_control_number", String, nullable=False),
    Column("first_segment", Integer, nullable=False),
    Column("last_segment", Integer, nullable=False),
    Column("patient_control_number", String, nullable=False),
    Column("frequency", String, nullable=False),
    Column("original_number", String),
    Column("clearinghouse_number", String),
    Column("statement_from", String),
    Column("statement_through", String),
    Column("total_cents", BigInteger, nullable=False),
    Column("drug_cents", BigInteger, nullable=False),
    Column("has_next_payer", Boolean, nullable=False),
    Column("state", String, nullable=False),
    UniqueConstraint("encounter", "part", "payer_order", "version"),
    Index("claims_by_control_number", "patient_control_number"),
    Index("claims_by_file", "file"),
    Index("claims_by_batch", "batch_reference"),
    Index("claims_by_state", "state"),
    Index("claims_by_replaced", "replaces"),
    Index("claims_by_original_number", "original_number"),
    Index("claims_by_clearinghouse_number", "clearinghouse_number"),
)

# What an answer can name a claim's patient by, as keyed digests: member id, name.
claim_patients = Table(
    "claim_patients",
    metadata,
    Column("claim", String, ForeignKey("claims.id"), primary_key=True),
    Column("digest", String, primary_key=True),
    Index("claim_patients_by_digest", "digest"),
)

claim_lines = Table(
    "claim_lines",
    metadata,
    Column("claim", String, ForeignKey("claims.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("control_number", String, nullable=False),
    Column("revenue_code", String, nullable=False),
    Column("code", String, nullable=False),
    Column("charge_cents", BigInteger, nullable=False),
    Column("service_date", String),
)

claim_findings = Table(
    "claim_findings",
    metadata,
    Column("claim", String, ForeignKey("claims.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rule", String, nullable=False),
    Column("body", Text, nullable=False),
)

inbound_files = Table(
    "inbound_files",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("received", String, nullable=False),
)

transactions = Table(
    "transactions",
    metadata,
    Column("digest", String, primary_key=True),
    Column("file", String, ForeignKey("inbound_files.sha256"), nullable=False),
    Column("kind", String, nullable=False),
    Column("trace_number", String),
    Column("trace_payer", String),
    Column("state", String, nullable=False),
    Index("transactions_by_trace", "trace_number", "trace_payer"),
)

# Identity: digest of the transaction's body, segment position, and the claim it is about
# ("" while it is parked under `reference`). `clues` is what else the answer says of whom it
# means, `matched_by` which of it led to the claim; NULL where the reference alone says it.
events = Table(
    "events",
    metadata,
    Column("digest", String, ForeignKey("transactions.digest"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("claim", String, primary_key=True),
    Column("reference", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("day", String),
    Column("verdict", String, nullable=False),
    Column("payer_claim_control_number", String),
    Column("clearinghouse_number", String),
    Column("clues", Text),
    Column("matched_by", String),
    Column("paid_cents", BigInteger, nullable=False, default=0),
    Column("body", Text, nullable=False),
    Index("events_by_claim", "claim"),
    Index("events_by_reference", "reference"),
    Index("events_by_payer_number", "payer_claim_control_number"),
    Index("events_by_clearinghouse_number", "clearinghouse_number"),
    Index("events_by_means", "matched_by"),
)

# The claims that a parked event fits, where it fits several.
event_candidates = Table(
    "event_candidates",
    metadata,
    Column("digest", String, ForeignKey("transactions.digest"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("claim", String, ForeignKey("claims.id"), primary_key=True),
)

# Money that a remittance moves outside its claims: a pair of PLB each; a positive amount lowers the
# payment. `element` is the place of the pair in its segment, `reference` PLB03-2, `payer` TRN03.
provider_adjustments = Table(
    "provider_adjustments",
    metadata,
    Column("digest", String, ForeignKey("transactions.digest"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("element", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("day", String),
    Column("payer", String, nullable=False),
)

# Files fetched from partners over the wire; `cleared` is when one was removed or moved there.
fetched_files = Table(
    "fetched_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("partner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("sha256", String, nullable=False),
    Column("fetched", String, nullable=False),
    Column("cleared", String),
    Index("fetched_files_by_partner", "partner", "cleared"),
)

# `subject` is a claim or, of a waiver, an encounter.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subject", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("at", String, nullable=False),
    Column("until", String),
    Index("decisions_by_subject", "subject"),
)


def create_tables(connection: Connection) -> None:
    """All tables with their indexes, in a database that has none of them."""
    for statement in _statements(f"{connection.dialect.name}+{connection.dialect.driver}"):
        connection.exec_driver_sql(statement)


@functools.cache
def _statements(kind: str) -> tuple[str, ...]:
    """What makes the tables: the same for every ledger of a kind of database, so worded once."""
    words = make_url(f"{kind}://").get_dialect()()
    elements: list[ExecutableDDLElement] = []
    for table in metadata.sorted_tables:
        elements += [CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=_name))]
    return tuple(str(element.compile(dialect=words)) for element in elements)


def _name(index: Index) -> str:
    return str(index.name)
