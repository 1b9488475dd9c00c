"""Money that was paid short, taken back, or is due from the next payer."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from samples.clearinghouse import Deny, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night, states
from tests.pipeline.test_whose_turn_it_is import answer, first_night, sent, two_payers
from tests.support.builders import NIGHT, REMOVED, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters
from tests.support.reversals import reversal_of, with_adjustment
from tests.support.worklists import items_of_kind, worklist_of

ACCOUNT = "NGT00001"
TAKEN_BACK = LATER + dt.timedelta(days=30)
CORRECTED = LATER + dt.timedelta(days=31)


def remittance(data: bytes, outcome: Any, at: dt.datetime = LATER) -> bytes:
    (found,) = clearinghouse(data, Script(claims={ACCOUNT: outcome}, kinds=("835",)), at)
    return found.data


def heard(config: Config, name: str, data: bytes, at: dt.datetime) -> None:
    put_answer(config, name, data)
    a_night(config, at)


def evidence(item: dict[str, Any]) -> str:
    return " / ".join(item["causes"][0]["evidence"])


def folded(data: bytes, group: str = "CO", reason: str = "45") -> bytes:
    """The remittance with the drug's line paid nothing, all of it under one reason."""
    paid = remittance(data, Pay())
    return (
        paid.replace(b"SVC*HC:J3399*2125000*2125000*", b"SVC*HC:J3399*2125000*0*")
        .replace(b"REF*6R*L001", f"CAS*{group}*{reason}*2125000~\nREF*6R*L001".encode())
        .replace(b"*2126200*2126200*", b"*2126200*1200*")
    )


def test_a_drug_paid_under_its_invoice_is_underpaid(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Pay(Decimal(60))), LATER)
    (item,) = worklist_of(config)
    assert item["kind"] == "underpaid" and item["amount_at_risk"] == "850000.00"
    assert item["actions"] == ["appeal"] and item["owner"] == "contracting"
    assert item["due"] == "2027-01-17" and item["deadline"].startswith("appeal")
    assert "$1,275,000.00 allowed for the drug, $2,125,000.00 expected" in evidence(item)


def test_a_write_off_of_a_payer_whose_terms_nobody_knows_is_no_alarm(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Pay(Decimal(97))), LATER)
    assert worklist_of(config) == []


def test_a_drug_folded_into_the_stay_by_co_45_is_underpaid(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", folded(data), LATER)
    (item,) = worklist_of(config)
    assert item["kind"] == "underpaid" and "folded" in evidence(item)
    assert [(code["group"], code["carc"]) for code in item["codes"]] == [("CO", "45")]


def test_a_drug_folded_into_the_stay_by_co_97_is_denied_as_bundled(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", folded(data, reason="97"), LATER)
    (item,) = worklist_of(config)
    assert item["kind"] == "partly-denied" and item["causes"][0]["id"] == "bundled"
    assert item["actions"] == ["appeal"] and item["lines"][0]["kind"] == "drug"


def test_an_infusion_that_goes_with_the_drug_is_nobodys_work(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Deny("97", line="2")), LATER)
    assert worklist_of(config) == []


@pytest.mark.parametrize(
    ("group", "reason"), [("PR", "1"), ("PR", "2"), ("PR", "3"), ("CO", "253"), ("OA", "23")]
)
def test_what_others_owe_and_the_sequestration_are_no_underpayment(
    tmp_path: Path, group: str, reason: str
) -> None:
    config, data = a_sent_night(tmp_path, 1)
    text = remittance(data, Pay()).replace(b"SVC*HC:J3399*2125000*2125000*", b"SVC*HC:J3399*2125000*2082500*")
    text = text.replace(b"REF*6R*L001", f"CAS*{group}*{reason}*42500~\nREF*6R*L001".encode())
    heard(config, "a.835", text.replace(b"*2126200*2126200*", b"*2126200*2083700*"), LATER)
    assert worklist_of(config) == [] and states(config)[0] == {ACCOUNT: "paid"}


def test_a_contractual_cut_of_another_line_is_none_either(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    text = remittance(data, Pay()).replace(b"SVC*HC:96365*1200*1200*", b"SVC*HC:96365*1200*200*")
    text = text.replace(b"REF*6R*L002", b"CAS*CO*45*1000~\nREF*6R*L002")
    heard(config, "a.835", text.replace(b"*2126200*2126200*", b"*2126200*2125200*"), LATER)
    assert worklist_of(config) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"therapy.kits[0].source": "free", "service_lines[0].charge": "0.01"},
        {"therapy.kits[0].invoice_cost": REMOVED},
    ],
    ids=["free", "no invoice"],
)
def test_without_a_bought_kit_with_its_cost_nothing_is_expected(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **changes)])
    a_night(config)
    for data in outbox(config).values():
        heard(config, "a.835", remittance(data, Pay(Decimal(60))), LATER)
    assert items_of_kind(config, "underpaid") == []


def test_a_payment_that_was_taken_back_is_recouped(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Pay()), LATER)
    assert worklist_of(config) == []
    heard(config, "b.835", reversal_of(remittance(data, Pay(), TAKEN_BACK)), TAKEN_BACK)
    (item,) = worklist_of(config)
    assert item["kind"] == "recouped" and item["amount_at_risk"] == "2126200.00"
    assert item["state"] == "reversed" and item["actions"] == ["appeal"]
    assert item["due"] == "2027-02-16" and item["deadline"].startswith("appeal")
    assert "takes back $2,126,200.00" in evidence(item) and "correction" in evidence(item)


def test_a_correction_that_pays_the_same_leaves_nothing_taken_back(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Pay()), LATER)
    heard(config, "b.835", reversal_of(remittance(data, Pay(), TAKEN_BACK)), TAKEN_BACK)
    heard(config, "c.835", remittance(data, Pay(), CORRECTED), CORRECTED)
    assert worklist_of(config) == []


def test_a_correction_that_pays_less_is_recouped_by_the_difference(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Pay()), LATER)
    heard(config, "b.835", reversal_of(remittance(data, Pay(), TAKEN_BACK)), TAKEN_BACK)
    heard(config, "c.835", remittance(data, Pay(Decimal(90)), CORRECTED), CORRECTED)
    (item,) = worklist_of(config)
    assert item["kind"] == "recouped" and item["amount_at_risk"] == "212620.00"


def test_a_reversal_of_a_payment_that_nobody_reported_is_in_doubt(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "b.835", reversal_of(remittance(data, Pay(), TAKEN_BACK)), TAKEN_BACK)
    (item,) = worklist_of(config)
    assert item["kind"] == "reversal-unpaired" and item["actions"] == ["inquire"]


def test_a_primary_that_denied_all_leaves_the_next_payer_to_a_person(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    answer(config, data, Script(claims={ACCOUNT: Deny("197", other_lines="deny")}))
    (item,) = items_of_kind(config, "secondary-due")
    assert item["actions"] == ["new_claim"] and item["owner"] == "billing"
    assert item["facts"] == ["state-medicaid"] and item["amount_at_risk"] == "2126200.00"
    assert any("--as secondary" in step for step in item["steps"])
    assert len(items_of_kind(config, "denied")) == 1


def test_a_secondary_claim_that_a_rule_holds_is_due_with_what_holds_it(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    for one in clearinghouse(data, Script(claims={ACCOUNT: Pay(Decimal(90))}), LATER):
        put_answer(config, one.name, one.data.replace(b"REF*6R*L00", b"REF*6R*X00"))
    a_night(config, LATER)
    (item,) = items_of_kind(config, "secondary-due")
    assert item["facts"] == ["state-medicaid", "record-invalid"]
    assert "fits no line" in evidence(item) and items_of_kind(config, "held") == []


def test_the_filing_deadline_of_the_next_payer_is_the_due_date(tmp_path: Path) -> None:
    record = two_payers()
    record["coverages"][1]["payer"] = "cigna"
    config, data = first_night(tmp_path, record)
    answer(config, data, Script(claims={ACCOUNT: Deny("197", other_lines="deny")}))
    (item,) = items_of_kind(config, "secondary-due")
    assert (
        item["due"] == "2027-02-16" and item["deadline"] == "filing limit of 90 days from the decision before"
    )


@pytest.mark.parametrize("outcome", [Pay(), Pay(Decimal(90)), Reject("218")], ids=["all", "part", "rejected"])
def test_what_the_night_bills_itself_or_cannot_be_billed_is_not_due(tmp_path: Path, outcome: Any) -> None:
    config, data = first_night(tmp_path, two_payers())
    answer(config, data, Script(claims={ACCOUNT: outcome}))
    assert items_of_kind(config, "secondary-due") == []


def test_a_claim_that_crossed_over_is_not_due(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    for one in clearinghouse(data, Script(claims={ACCOUNT: Pay(Decimal(90))}), LATER):
        put_answer(
            config, one.name, one.data.replace(f"CLP*{ACCOUNT}*1*".encode(), f"CLP*{ACCOUNT}*19*".encode())
        )
    a_night(config, LATER)
    assert items_of_kind(config, "secondary-due") == [] and sent(config) == []


def test_a_claim_with_one_coverage_has_no_next_payer(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Deny("197", other_lines="deny")), NIGHT + dt.timedelta(days=3))
    assert items_of_kind(config, "secondary-due") == []


@pytest.mark.parametrize("reference", [ACCOUNT, f"20261220 {ACCOUNT}", "icn"])
def test_money_that_plb_takes_for_a_claim_is_recouped(tmp_path: Path, reference: str) -> None:
    config, data = a_sent_night(tmp_path, 2)
    heard(config, "a.835", remittance(data, Pay()), LATER)
    named = "2611160000000010001" if reference == "icn" else reference
    other = Script(claims={"NGT00002": Pay()}, kinds=("835",))
    (later,) = clearinghouse(data, other, TAKEN_BACK)
    heard(config, "b.835", with_adjustment(later.data, "WO", named, "2126200"), TAKEN_BACK)
    (item,) = items_of_kind(config, "recouped")
    assert item["encounter"] == "N00001" and item["amount_at_risk"] == "2126200.00"
    assert item["due"] == "2027-02-16" and "PLB WO of 2026-12-18 takes" in evidence(item)
    assert ACCOUNT not in str(item)


def test_money_that_plb_takes_beside_our_claims_and_names_nobody_is_to_be_found_out(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", with_adjustment(remittance(data, Pay()), "FB", "OTHER77", "5000"), LATER)
    (item,) = worklist_of(config)
    assert item["kind"] == "recouped" and item["claim"] is None and item["amount_at_risk"] == "5000.00"
    assert "names no claim" in evidence(item)


@pytest.mark.parametrize(
    ("reason", "amount"), [("L6", "-120"), ("L6", "120"), ("IR", "5000"), ("WO", "-5000"), ("72", "5000")]
)
def test_interest_taxes_and_what_is_given_back_are_nobodys_work(
    tmp_path: Path, reason: str, amount: str
) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", with_adjustment(remittance(data, Pay()), reason, ACCOUNT, amount), LATER)
    assert worklist_of(config) == []


def test_a_reversal_with_its_plb_is_told_once(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    heard(config, "a.835", remittance(data, Pay()), LATER)
    taken = reversal_of(remittance(data, Pay(), TAKEN_BACK), ("WO", ACCOUNT, "2126200"))
    heard(config, "b.835", taken, TAKEN_BACK)
    (item,) = worklist_of(config)
    assert item["kind"] == "recouped" and item["amount_at_risk"] == "2126200.00"
