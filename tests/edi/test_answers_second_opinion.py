"""The hand-written answers in the eyes of pyx12, x12sdk and oxedi, where these can read them.

pyx12 4.0.0 has no map of 005010X212 in its index, none of X213 and X364; x12sdk 2.2.0 reads of
these kinds the 277 of 005010X212 alone, and loses five segments of 277-2 (a dependent with lines
that have several statuses), which it then refuses for its count. Of the 835 it reads 835-2 and 835-3:
of the others one has two PLB, one is of 4010, one is odd on purpose. oxedi reads tables of 835 alone.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edi.answers import read_answers
from edi.claim_status.model import ClaimStatusReport, Status
from edi.remittance.model import Remittance
from edi.tables.build import read_tables

FOLDER = Path(__file__).parent / "files" / "answers"

# Files that pyx12 finds nothing in. The other ones are odd on purpose, or of a guide that it
# cannot read; of PLB pyx12 allows one, and 835-1 has two; 277ca-3 ends at the receiver, as an answer to a whole batch does, where pyx12's map
# asks for a provider; ta1-4 has a TA1 after its group.
CLEAN = (
    "277-5-elder",
    "277ca-1-accepted",
    "277ca-2-mixed",
    "277ca-4-provider-rejected",
    "997-1-accepted",
    "997-2-rejected",
    "997-3-partial",
    "997-4-group-only",
    "999-1-accepted",
    "999-2-rejected",
    "999-3-partial",
    "999-4-group-rejected",
    "835-2-denied",
    "835-3-reversal",
    "835-4-elder",
    "ta1-1-accepted",
    "ta1-2-rejected",
    "ta1-3-several",
)


@pytest.mark.parametrize("stem", CLEAN)
def test_pyx12_finds_no_error_in_a_file_written_by_hand(stem: str) -> None:
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    stream = io.StringIO((FOLDER / f"{stem}.x12").read_bytes().decode("ascii"), newline="")
    assert pyx12.x12n_document.x12n_document(pyx12.params.params(), stream, io.StringIO(), None)


@pytest.mark.parametrize("stem", ["277-1-paid", "277-3-not-found"])
def test_x12sdk_reads_the_same_claims(stem: str) -> None:
    from x12sdk.io import X12ModelReader

    data = (FOLDER / f"{stem}.x12").read_bytes()
    with X12ModelReader(data.decode("ascii")) as reader:
        (theirs,) = (model.model_dump(mode="json") for model in reader.models())
    (answer,) = read_answers(data).answers
    assert isinstance(answer.model, ClaimStatusReport)
    ours = [
        (
            claim.trace_number,
            [_status(status) for status in claim.statuses],
            [(entry.qualifier, entry.value) for entry in claim.references],
        )
        for claim in answer.model.claims
    ]
    assert ours == list(_claims(theirs))


@pytest.mark.parametrize("stem", ["835-2-denied", "835-3-reversal"])
def test_x12sdk_reads_the_same_payments(stem: str) -> None:
    from x12sdk.io import X12ModelReader

    data = (FOLDER / f"{stem}.x12").read_bytes()
    with X12ModelReader(data.decode("ascii")) as reader:
        theirs = list(reader.models())
    ours = [answer.model for answer in read_answers(data).answers]
    assert len(ours) == len(theirs)
    for own, other in zip(ours, theirs, strict=True):
        assert isinstance(own, Remittance)
        claims = [(claim.patient_control_number, claim.paid * 100) for claim in other.claims()]
        assert [(claim.patient_control_number, claim.paid) for claim in own.claims] == claims


# our column, theirs
PAYMENTS = {
    "paid": "total_payment_amount",
    "handling": "handling_code",
    "credit_or_debit": "credit_debit_flag",
    "method": "payment_method",
    "payment_date": "payment_date",
    "production_date": "production_date",
    "trace_number": "trace_number",
    "payer_identifier": "payer_identifier",
    "payer": "payer_name",
    "health_plan_identifier": "payer_id",
    "payee": "payee_name",
    "payee_identifier_qualifier": "payee_id_qualifier",
    "payee_identifier": "payee_id",
}
CLAIMS = {
    "patient_control_number": "claim_id",
    "status": "claim_status",
    "charge": "charge_amount",
    "paid": "payment_amount",
    "patient_responsibility": "patient_responsibility",
    "filing_indicator": "filing_indicator",
    "payer_claim_control_number": "payer_control_number",
    "facility_type": "facility_type",
    "frequency": "frequency_code",
    "drg": "drg_code",
    "statement_from": "statement_from",
    "statement_through": "statement_to",
}
LINES = {
    "code_qualifier": "procedure_qualifier",
    "code": "procedure_code",
    "charge": "charge_amount",
    "paid": "payment_amount",
    "units": "units_paid",
    "submitted_units": "original_units",
    "line_control_number": "line_item_control_number",
    "allowed": "allowed_amount",
}
ADJUSTMENTS = {"group": "group_code", "reason": "reason_code", "amount": "amount", "quantity": "quantity"}
PROVIDER_ADJUSTMENTS = {
    "provider": "provider_id",
    "fiscal_period": "fiscal_period_date",
    "reason": "reason_code",
    "reference": "reference_id",
    "amount": "amount",
}


@pytest.mark.parametrize("stem", ["835-1-paid", "835-2-denied", "835-3-reversal", "835-4-elder"])
@pytest.mark.parametrize(
    ("table", "theirs", "columns"),
    [
        ("remittances", "payments", PAYMENTS),
        ("claims", "claims", CLAIMS),
        ("lines", "services", LINES),
        ("adjustments", "adjustments", ADJUSTMENTS),
        ("provider_adjustments", "provider_adjustments", PROVIDER_ADJUSTMENTS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_oxedi_makes_the_same_tables(stem: str, table: str, theirs: str, columns: dict[str, str]) -> None:
    import oxedi

    path = FOLDER / f"{stem}.x12"
    other = oxedi.parse(path.read_bytes()).tables.to_pandas()[theirs]
    own = read_tables([path])[table].to_pylist()
    found = [[_plain(row[column]) for column in columns] for row in own]
    told = [[_plain(value) for value in row] for row in other[list(columns.values())].itertuples(index=False)]
    if table == "remittances":  # oxedi does not turn the amount of a debit
        found = [[abs(row[0]), *row[1:]] for row in found]
    if table == "claims":  # nor makes 0 of an amount that is not there
        told = [[*row[:4], row[4] or 0, *row[5:]] for row in told]
    assert found == told
    assert found or table not in ("remittances", "claims")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("ascii") or None
    return None if value is None or value == "" or value != value else value


def _status(status: Status) -> tuple[str, str | None, str | None]:
    code = status.codes[0]
    text = ":".join(part for part in (code.category, code.status, code.entity) if part)
    return text, str(status.effective_date), status.check_number or None


def _claims(part: Any, name: str = "") -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Trace number, statuses and references of each claim that x12sdk read."""
    if isinstance(part, list):
        for item in part:
            yield from _claims(item, name)
    elif isinstance(part, dict):
        if name in ("loop_2200d", "loop_2200e"):
            statuses = [
                (
                    item["health_care_claim_status_1"],
                    item["status_effective_date"],
                    item["remittance_trace_number"],
                )
                for item in part["stc_segment"]
            ]
            references = [
                (item["reference_identification_qualifier"], item["reference_identification"])
                for item in part["ref_segment"] or []
            ]
            yield part["trn_segment"]["reference_identification_1"], statuses, references
        for key, item in part.items():
            yield from _claims(item, key)
