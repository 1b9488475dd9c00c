"""Payments taken back, paired with their corrections and netted."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from edi.envelope import read_document
from edi.finding import Finding
from edi.remittance.checked import CheckedRemittance
from edi.remittance.reversals import Reversal
from edi.tables.build import read_tables
from tests.edi.test_remittance import a_set, file_of

REVERSAL = "CLP*A1*22*-500*-300*-50*MC*ICN1*13*1\nCAS*CO*45*-150\nCAS*PR*2*-50\n"
CORRECTION = "CLP*A1*1*500*420.5*0*MC*ICN2*13*7\nCAS*CO*45*79.5\n"
OTHER = "CLP*B2*1*100*100*0*MC*ICN3*13*1\n"


def read(body: str) -> tuple[list[Reversal], list[Finding]]:
    (transaction,) = read_document(file_of(a_set(body))).transactions()
    remittance = CheckedRemittance(transaction)
    claims = list(remittance)
    assert [claim.number for claim in claims] == list(range(1, len(claims) + 1))
    odd = [finding for finding in remittance.findings() if finding.rule == "reversal-unpaired"]
    return list(remittance.reversals), odd


def test_a_reversal_is_netted_with_the_correction_behind_it() -> None:
    (reversal,), odd = read(OTHER + REVERSAL + OTHER + CORRECTION)
    assert odd == []
    assert (reversal.claim, reversal.correction) == (2, 4)
    assert (reversal.reversed_paid, reversal.corrected_paid) == (-30000, 42050)
    assert (reversal.net_charge, reversal.net_paid, reversal.net_patient_responsibility) == (0, 12050, -5000)
    assert (reversal.patient_control_number, reversal.payer_claim_control_number) == ("A1", "ICN1")


@pytest.mark.parametrize("body", [REVERSAL, OTHER + REVERSAL + OTHER, CORRECTION + REVERSAL])
def test_a_reversal_without_a_correction_behind_it_is_told(body: str) -> None:
    (reversal,), (finding,) = read(body)
    assert (reversal.correction, reversal.corrected_paid, reversal.net_paid) == (None, None, -30000)
    assert finding.place.segment_position == reversal.segment_position
    assert "A1" not in finding.message()


def test_several_reversals_of_one_claim_have_each_the_next_correction() -> None:
    found, odd = read(REVERSAL + CORRECTION + REVERSAL + REVERSAL + CORRECTION)
    assert [(one.claim, one.correction) for one in found] == [(1, 2), (3, 5), (4, None)]
    assert len(odd) == 1


def test_an_amount_that_is_none_has_no_net() -> None:
    (reversal,), _ = read(REVERSAL + CORRECTION.replace("420.5", "MUCH"))
    assert (reversal.corrected_paid, reversal.net_paid, reversal.net_charge) == (None, None, 0)


@pytest.mark.parametrize("fewest", [1, 1000])
def test_tables_say_the_same_whether_claims_are_read_one_by_one_or_not(tmp_path: Path, fewest: int) -> None:
    path = tmp_path / "f.835"
    path.write_bytes(file_of(a_set(OTHER * 40 + REVERSAL + OTHER * 40 + CORRECTION + REVERSAL)))
    with patch("edi.tables.claim_stretches._FEWEST_CLAIMS", fewest):
        found: list[dict[str, Any]] = read_tables([path])["reversals"].to_pylist()
    assert [(one["claim"], one["correction"], str(one["net_paid"])) for one in found] == [
        (41, 82, "120.50"),
        (83, None, "-300.00"),
    ]
