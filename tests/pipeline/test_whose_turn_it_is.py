"""An encounter of several claims: the drug apart, and the second payer when the first has decided."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edi.claim837i.model import Claim
from pipeline.config import Config, load_config
from pipeline.durable import DurableSteps
from pipeline.ledger import claims
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Deny, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import INPATIENT, NIGHT, a_child, a_record, claims_of
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

LATER = NIGHT + dt.timedelta(days=2)
ACCOUNT = "NGT00001"
PARTLY = Script(claims={ACCOUNT: Pay(Decimal(90))})

CARVE_OUT = """\
key = "apart"
extends = "state-medicaid"
title = "A program that wants the drug apart"
name = "PROGRAM APART"
payer_id = "APART1"

[facts]
carve_out = { value = true, source = "a test", date = 2026-11-25 }
"""


def with_own_payer(config: Config) -> Config:
    """The same workspace with a payer that carves the drug out."""
    root = config.ledger_path.parents[1]
    folder = root / "profiles" / "payers"
    folder.mkdir(parents=True)
    (folder / "apart.toml").write_text(CARVE_OUT, encoding="utf-8")
    path = root / "j3399.toml"
    path.write_text(path.read_text("utf-8") + '\n[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    return load_config(path)


def two_payers(**changes: Any) -> dict[str, Any]:
    """A child of a commercial policy with Medicaid behind it."""
    record = a_child(1, **changes)
    first = {
        "payer": "commercial-oba",
        "member_id": "PRIM0001",
        "relationship": "child",
        "subscriber": {"last_name": "Sample", "first_name": "Ana"},
        "authorizations": record["coverages"][0]["authorizations"],
    }
    record["coverages"].insert(0, first)
    record["contract"] = {"agreement_id": "OBA-1"}
    return record


def rows(config: Config) -> list[ClaimRow]:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            return sorted(claims.all_claims(connection), key=lambda row: (row.payer_order, row.part))
    finally:
        ledger.close()


def sent(config: Config) -> list[bytes]:
    """What is in the outbox, which is emptied as by the partner."""
    data = list(outbox(config).values())
    for path in config.folders.ready.iterdir():
        path.unlink()
    return data


def answer(config: Config, data: bytes, script: Script, now: dt.datetime = LATER) -> dict[str, Any]:
    for item in clearinghouse(data, script, now):
        put_answer(config, item.name, item.data)
    return a_night(config, now)


def first_night(folder: Path, record: dict[str, Any]) -> tuple[Config, bytes]:
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [record])
    a_night(config)
    (data,) = sent(config)
    return config, data


def test_the_second_payer_is_billed_when_the_first_has_decided(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    (primary,) = claims_of(data)
    assert primary.subscriber.responsibility == "P" and len(primary.other_coverages) == 1
    assert answer(config, data, PARTLY)["counts"]["claims_released"] == 1
    (second,) = sent(config)
    (claim,) = claims_of(second)
    assert (claim.subscriber.responsibility, claim.payer.id) == ("S", "SKMCD0")
    (other,) = claim.other_coverages
    assert other.paid == Decimal("1913580.00")
    for line in claim.lines:
        (decided,) = line.adjudications
        adjusted = sum(item.amount for item in decided.adjustments if item.amount is not None)
        assert decided.paid is not None and line.charge == decided.paid + adjusted
        assert decided.adjudicated == LATER.date() and decided.payer_id == "60054"
    assert [(row.payer_order, row.state) for row in rows(config)] == [(0, "paid"), (1, "ready")]


def test_the_second_payer_is_billed_once(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    answer(config, data, PARTLY)
    sent(config)
    for days in range(3):
        summary = a_night(config, LATER + dt.timedelta(days=days + 1))
        assert "claims_released" not in summary["counts"]
    assert len(rows(config)) == 2 and sent(config) == []


@pytest.mark.parametrize(
    "outcome", [Pay(), Deny("197"), Reject("218")], ids=["paid in full", "denied", "rejected"]
)
def test_nothing_goes_to_the_second_payer_while_the_first_is_not_done_or_paid_all(
    tmp_path: Path, outcome: Pay | Deny | Reject
) -> None:
    record = two_payers(service_lines=a_record()["service_lines"][:1])
    config, data = first_night(tmp_path, record)
    answer(config, data, Script(claims={ACCOUNT: outcome}))
    assert sent(config) == [] and len(rows(config)) == 1


def test_a_claim_that_the_first_payer_sent_on_is_not_sent_again(tmp_path: Path) -> None:
    """CLP02 = 19: processed as primary, forwarded."""
    config, data = first_night(tmp_path, two_payers())
    for item in clearinghouse(data, PARTLY, LATER):
        forwarded = item.data.replace(f"CLP*{ACCOUNT}*1*".encode(), f"CLP*{ACCOUNT}*19*".encode())
        put_answer(config, item.name, forwarded)
    a_night(config, LATER)
    assert sent(config) == [] and len(rows(config)) == 1


def test_a_remittance_whose_lines_fit_no_line_holds_the_second_claim_for_a_person(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    for item in clearinghouse(data, PARTLY, LATER):
        put_answer(config, item.name, item.data.replace(b"REF*6R*L00", b"REF*6R*X00"))
    summary = a_night(config, LATER)
    assert sent(config) == [] and [entry["encounter"] for entry in summary["held"]] == ["N00001"]
    again = a_night(config, LATER + dt.timedelta(days=1))
    assert again["held"] == [] and again["counts"]["encounters_held"] == 1


def test_without_line_control_numbers_lines_are_found_by_code_and_charge(tmp_path: Path) -> None:
    config, data = first_night(tmp_path, two_payers())
    for item in clearinghouse(data, PARTLY, LATER):
        lines = [text for text in item.data.split(b"\n") if not text.startswith(b"REF*6R*")]
        put_answer(config, item.name, b"\n".join(lines))
    a_night(config, LATER)
    (second,) = sent(config)
    assert [len(line.adjudications) for line in claims_of(second)[0].lines] == [1, 1]


def test_a_record_with_the_first_decision_goes_to_the_second_payer_at_once(tmp_path: Path) -> None:
    record = two_payers()
    record["coverages"][0]["adjudication"] = {
        "paid": "2000000.00",
        "date": "2026-11-14",
        "adjustments": [{"group": "PR", "reason": "2", "amount": "126200.00"}],
    }
    config, data = first_night(tmp_path, record)
    (claim,) = claims_of(data)
    assert claim.subscriber.responsibility == "S"
    assert claim.other_coverages[0].adjudicated == dt.date(2026, 11, 14)
    assert [row.payer_order for row in rows(config)] == [1]


def carved_out(folder: Path) -> tuple[Config, list[Claim], bytes]:
    config = with_own_payer(a_workspace(folder))
    record = a_record(base=INPATIENT)
    record["coverages"] = [
        {
            "payer": "apart",
            "member_id": "MEM1",
            "relationship": "self",
            "authorizations": [
                {"number": "PA-DRUG", "scope": "drug"},
                {"number": "PA-STAY", "scope": "admission"},
            ],
        }
    ]
    record["patient_control_number"] = ACCOUNT
    put_encounters(config, "a.ndjson", [record])
    summary = a_night(config)
    assert summary["held"] == summary["refused"] == []
    (data,) = sent(config)
    return config, claims_of(data), data


def test_stay_and_drug_go_out_together_and_are_answered_apart(tmp_path: Path) -> None:
    config, (stay, drug), data = carved_out(tmp_path)
    assert (stay.patient_control_number, drug.patient_control_number) == (ACCOUNT, ACCOUNT + "D")
    assert (stay.reference("G1"), drug.reference("G1")) == ("PA-STAY", "PA-DRUG")
    found = {row.part: row for row in rows(config)}
    assert found["stay"].product is None and found["drug"].product == "zolgensma"
    assert found["stay"].drug_cents == 0 and found["drug"].drug_cents == found["drug"].total_cents
    answer(config, data, Script(claims={ACCOUNT: Pay(), ACCOUNT + "D": Deny("197")}))
    assert {row.part: row.state for row in rows(config)} == {"stay": "paid", "drug": "denied"}


def test_of_two_claims_neither_goes_without_the_other(tmp_path: Path) -> None:
    """The stay has a charge that no line could carry; so the drug waits, too."""
    config = with_own_payer(a_workspace(tmp_path))
    record = a_record(base=INPATIENT)
    record["coverages"] = [{"payer": "apart", "member_id": "MEM1", "relationship": "self"}]
    put_encounters(config, "a.ndjson", [record])
    summary = a_night(config)  # the drug's claim lacks its authorization
    assert len(summary["held"]) + len(summary["refused"]) == 1
    assert sent(config) == [] and rows(config) == []


def test_a_payer_whose_id_nobody_gave_is_not_billed(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **{"coverages[0].payer": "aetna"})])
    summary = a_night(config)
    assert [entry["rules"] for entry in summary["held"]] == [["record-invalid"]]
    assert sent(config) == []
    own = tmp_path / "profiles" / "payers"
    own.mkdir(parents=True)
    (own / "our-aetna.toml").write_text(
        'key = "our-aetna"\nextends = "aetna"\ntitle = "Ours"\npayer_id = "A1"\n', encoding="utf-8"
    )
    settings = tmp_path / "j3399.toml"
    settings.write_text(settings.read_text("utf-8") + '[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    config = load_config(settings)
    put_encounters(config, "b.ndjson", [a_child(1, **{"coverages[0].payer": "our-aetna"})])
    a_night(config)
    (data,) = sent(config)
    (claim,) = claims_of(data)
    assert (claim.payer.id, claim.payer.name) == ("A1", "AETNA")


def test_a_later_payer_without_an_id_is_told_to_nobody(tmp_path: Path) -> None:
    record = two_payers()
    record["coverages"][1]["payer"] = "cigna"
    config, data = first_night(tmp_path, record)
    assert claims_of(data)[0].other_coverages == ()
    summary = answer(config, data, PARTLY)
    assert sent(config) == [] and [entry["encounter"] for entry in summary["held"]] == ["N00001"]
