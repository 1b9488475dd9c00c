"""Payments taken back, paired with their corrections and netted."""

from __future__ import annotations

from array import array
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from edi.envelope import read_document
from edi.finding import Finding
from edi.remittance.checked import CheckedRemittance
from edi.remittance.reversals import ClaimAmounts, PaidClaim, Reversal
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


PAYMENT = "CLP*A1*1*500*300*50*MC*ICN1*13*1\nCAS*CO*45*150\nCAS*PR*2*50\n"


def test_a_correction_that_comes_first_is_netted_all_the_same() -> None:
    (reversal,), odd = read(OTHER + CORRECTION + OTHER + REVERSAL)
    assert odd == []
    assert (reversal.claim, reversal.correction) == (4, 2)
    assert (reversal.reversed_paid, reversal.corrected_paid) == (-30000, 42050)
    assert (reversal.net_charge, reversal.net_paid, reversal.net_patient_responsibility) == (0, 12050, -5000)


@pytest.mark.parametrize("body", [REVERSAL, OTHER + REVERSAL + OTHER, PAYMENT + REVERSAL])
def test_a_reversal_without_a_correction_is_told(body: str) -> None:
    (reversal,), (finding,) = read(body)
    assert (reversal.correction, reversal.corrected_paid, reversal.net_paid) == (None, None, -30000)
    assert finding.place.segment_position == reversal.segment_position
    assert "A1" not in finding.message()


def test_several_reversals_of_one_claim_have_each_the_next_correction() -> None:
    found, odd = read(REVERSAL + CORRECTION + REVERSAL + REVERSAL + CORRECTION)
    assert [(one.claim, one.correction) for one in found] == [(1, 2), (3, 5), (4, None)]
    assert len(odd) == 1


ORDERS = {
    "the payment itself, then taken back and corrected": (PAYMENT + REVERSAL + CORRECTION, [(2, 3)]),
    "the payment, its correction, then taken back": (PAYMENT + CORRECTION + REVERSAL, [(3, 2)]),
    "what stands behind comes before what stands before": (CORRECTION + REVERSAL + CORRECTION, [(2, 3)]),
    "several, the corrections first": (CORRECTION * 2 + REVERSAL * 2, [(3, 1), (4, 2)]),
    "several, the reversals first": (REVERSAL * 2 + CORRECTION * 2, [(1, 3), (2, 4)]),
    "several, one on each side": (CORRECTION + REVERSAL * 2 + CORRECTION, [(2, 4), (3, 1)]),
    "one correction too few": (CORRECTION + REVERSAL * 2, [(2, 1), (3, None)]),
    "the account number of another": (CORRECTION.replace("A1", "A2") + REVERSAL, [(2, None)]),
}


@pytest.mark.parametrize("body, pairs", ORDERS.values(), ids=ORDERS)
def test_reversals_and_corrections_are_paired_in_any_order(
    body: str, pairs: list[tuple[int, int | None]]
) -> None:
    found, odd = read(body)
    assert [(one.claim, one.correction) for one in found] == pairs
    assert len(odd) == sum(correction is None for _, correction in pairs)


def test_the_amounts_of_the_last_claims_are_kept_with_their_numbers() -> None:
    amounts, unread, by_turns = (ClaimAmounts(fewest=3) for _ in range(3))
    for number in range(1, 12):
        claim = PaidClaim(number, number, f"A{number % 4}", "", False, number, None, -number)
        many = partial(list, [f"A{number % 4}"]), [memoryview(array("q", [number]))] * 3
        amounts.add(claim)
        unread.add_many(*many)
        if number % 3:
            by_turns.add_many(*many)
        else:
            by_turns.add(claim)
    assert list(amounts.of_accounts(["A3", "A1"])) == [
        (7, "A3", (7, None, -7)),
        (9, "A1", (9, None, -9)),
        (11, "A3", (11, None, -11)),
    ]
    for kept in (unread, by_turns):
        found = kept.of_accounts(["A3", "A2", "A1", "A0"])
        assert [(number, account) for number, account, _ in found] == [
            (number, f"A{number % 4}") for number in range(7, 12)
        ]


@pytest.mark.parametrize("order", [1, -1])
def test_an_amount_that_is_none_has_no_net(order: int) -> None:
    (reversal,), _ = read("".join([REVERSAL, CORRECTION.replace("420.5", "MUCH")][::order]))
    assert (reversal.corrected_paid, reversal.net_paid, reversal.net_charge) == (None, None, 0)


@pytest.mark.parametrize("fewest", [1, 1000])
def test_tables_say_the_same_whether_claims_are_read_one_by_one_or_not(tmp_path: Path, fewest: int) -> None:
    path = tmp_path / "f.835"
    early, late = (CORRECTION + REVERSAL).replace("A1", "A0"), REVERSAL.replace("A1", "A9")
    before = CORRECTION.replace("A1", "A9") + OTHER * 40
    path.write_bytes(file_of(a_set(before + REVERSAL + early + OTHER * 40 + CORRECTION + REVERSAL + late)))
    with patch("edi.tables.claim_stretches._FEWEST_CLAIMS", fewest):
        found: list[dict[str, Any]] = read_tables([path])["reversals"].to_pylist()
    assert [(one["claim"], one["correction"], str(one["net_paid"])) for one in found] == [
        (42, 85, "120.50"),
        (44, 43, "120.50"),
        (86, None, "-300.00"),
        (87, 1, "120.50"),
    ]
