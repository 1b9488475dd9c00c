"""The item of a denial: its lines, its steps, its deadline, its proof."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.denials.actions import actions_for
from pipeline.denials.evidence import Evidence
from pipeline.denials.steps import LABELS, ending
from pipeline.denials.tables import causes
from samples.clearinghouse import Deny, Outcome, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night
from tests.pipeline.test_worklist_waiting import with_filing_days
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, outbox, put_answer, put_encounters
from tests.support.worklists import worklist_of

ACCOUNT = "NGT00001"


def the_item(config: Config, sent: bytes, outcome: Outcome, **changes: Any) -> dict[str, Any]:
    script = Script(claims={ACCOUNT: outcome}, **{"kinds": ("277CA", "835"), **changes})
    for answer in clearinghouse(sent, script, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    (item,) = worklist_of(config)
    return item


def test_drug_and_infusion_are_told_apart_each_with_its_own_cause(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    (remittance,) = clearinghouse(
        sent,
        Script(claims={ACCOUNT: Deny("252", remarks=("N395",), other_lines="deny")}, kinds=("835",)),
        LATER,
    )
    data = remittance.data.replace(b"CAS*CO*252*1200~", b"CAS*CO*97*1200~")
    assert data != remittance.data
    put_answer(config, "a.835", data)
    a_night(config, LATER)
    (item,) = worklist_of(config)
    drug, infusion = item["lines"]
    assert (drug["kind"], drug["denied"], drug["charge"]) == ("drug", True, "2125000.00")
    assert (infusion["kind"], infusion["cause"]) == ("infusion", "bundled")
    assert item["causes"][0]["id"] == "aav9-titer" == drug["cause"]
    assert "bundled" not in [cause["id"] for cause in item["causes"]]


def test_a_partial_denial_shows_what_was_paid(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, Deny("50"))
    assert item["kind"] == "partly-denied" and item["amount_at_risk"] == "2125000.00"
    assert [(line["denied"], line["paid"]) for line in item["lines"]] == [(True, "0.00"), (False, "1200.00")]


def test_without_our_line_numbers_lines_are_found_by_code_and_charge(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    for answer in clearinghouse(sent, Script(claims={ACCOUNT: Deny("50")}, kinds=("835",)), LATER):
        lines = [text for text in answer.data.split(b"\n") if not text.startswith(b"REF*6R*")]
        put_answer(config, answer.name, b"\n".join(lines))
    a_night(config, LATER)
    (item,) = worklist_of(config)
    assert [line["line"] for line in item["lines"]] == ["L001", "L002"]
    assert {code["line"] for code in item["codes"]} == {"L001"}


@pytest.mark.parametrize(
    ("outcome", "due", "deadline"),
    [
        (Deny("50"), "2027-01-17", "appeal within 60 days"),
        (Deny("16", remarks=("M119",)), "2027-02-16", "correction within 90 days, which are assumed"),
        (Reject("218"), "2027-02-16", "correction within 90 days, which are assumed"),
    ],
    ids=["appeal", "replacement", "rejection"],
)
def test_each_due_date_says_which_deadline_it_is(
    tmp_path: Path, outcome: Outcome, due: str, deadline: str
) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, outcome)
    assert (item["due"], item["deadline"]) == (due, deadline)


def test_a_rejected_claim_is_due_by_the_payers_filing_limit(tmp_path: Path) -> None:
    config = with_filing_days(tmp_path, 95)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (sent,) = outbox(config).values()
    item = the_item(config, sent, Reject("218"))
    assert item["due"] == "2027-02-13" and item["deadline"].startswith("filing limit of 95 days")


def test_timely_filing_names_the_stored_277ca_as_proof(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, Deny("29"))
    assert item["causes"][0]["id"] == "timely-filing" and item["actions"] == ["appeal"]
    (proof,) = [step for step in item["steps"] if step.startswith("proof of timely filing")]
    assert "277CA of the payer of 2026-11-18" in proof and "archive/in/2026-11-18" in proof
    name = proof.split("file ")[1].split(" ")[0]
    assert (config.folders.archive_in / "2026-11-18" / name).is_file()


def test_a_999_is_no_proof_of_timely_filing(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, Deny("29"), kinds=("999", "835"))
    assert any("no 277CA" in step and "999 is no proof" in step for step in item["steps"])
    assert not any(step.startswith("proof") for step in item["steps"])


def test_a_duplicate_is_not_sent_again(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, Deny("18", group="OA"))
    assert item["causes"][0]["id"] == "duplicate" and item["actions"] == ["none"]
    assert not any("--as new-claim" in step for step in item["steps"]) and item["due"] is None


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [(Deny("16", remarks=("M119",)), "replace"), (Reject("218"), "new-claim"), (Reject("799"), "replace")],
)
def test_the_command_that_corrects_stands_in_the_steps(tmp_path: Path, outcome: Outcome, kind: str) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, outcome)
    assert any(f"`j3399 correct {item['claim']} --as {kind} --preview DIR`" in step for step in item["steps"])


def test_numbers_of_the_payer_are_shown_by_their_end(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, Deny("50"))
    assert "ending in 0001" in " ".join(item["steps"]) and "2611160000000010001" not in str(item)
    assert ending("12345678") == "***" and ending("123456789") == "ending in 6789"


def test_documents_go_under_the_number_of_the_claims_attachment(tmp_path: Path) -> None:
    from tests.support.nights import a_workspace

    attachment = {"type": "LA", "transmission": "FX", "control_number": "ATTACH000123"}
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, attachments=[attachment])])
    a_night(config)
    (sent,) = outbox(config).values()
    item = the_item(config, sent, Deny("252", remarks=("N395",)))
    assert any("PWK control number ending in 0123" in step for step in item["steps"])


@pytest.mark.parametrize("outcome", [Pay(), Deny("45")], ids=["paid", "contractual"])
def test_a_denial_that_is_none_is_nobodys_work(tmp_path: Path, outcome: Outcome) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    script = Script(claims={ACCOUNT: outcome}, kinds=("277CA", "835"))
    for answer in clearinghouse(sent, script, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    assert not [item for item in worklist_of(config) if item["kind"] in ("denied", "partly-denied")]


def test_a_rejection_goes_when_the_claim_was_sent_anew(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    the_item(config, sent, Reject("218"))
    put_encounters(config, "b.ndjson", [a_child(1, **{"therapy.kits[0].lot": "LOT9"})])
    assert a_night(config, LATER + dt.timedelta(days=1))["counts"]["claims_released"] == 1
    assert worklist_of(config) == []


def test_what_bundled_means_hangs_on_the_line_and_the_payer() -> None:
    payer, cause = ProfileStore().payer("default"), causes()["bundled"]
    apart = payer.model_copy(update={"carve_out": True})
    none = Evidence.none()
    assert actions_for(cause, "denied", payer, (), none) == ["appeal"]
    assert actions_for(cause, "denied", apart, (), none, part="stay") == ["replace", "new_claim"]
    assert actions_for(cause, "denied", apart, (), none, part="drug") == ["appeal"]
    assert actions_for(cause, "denied", payer, (), none, line="infusion") == ["none"]


def test_every_label_of_a_step_is_known_or_part_of_the_words() -> None:
    found = {step.partition(": ")[0] for cause in causes().values() for step in cause.steps if ": " in step}
    codes = {"M47/495", "N142/787", "799", "N779"}
    assert found - set(LABELS) == {*codes, "other cover ended"}


def test_the_steps_of_a_refused_replacement_are_those_of_the_code_that_came(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    item = the_item(config, sent, Deny("16", remarks=("M47",)))
    assert item["causes"][0]["id"] == "frequency-icn" and item["actions"] == ["replace"]
    assert "M47/495: newest number" in item["steps"] and "799: replace" not in item["steps"]


def test_the_same_facts_have_the_same_fingerprint_and_others_another(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    first = the_item(config, sent, Deny("50"))
    a_night(config, NIGHT + dt.timedelta(days=9))
    (again,) = worklist_of(config)
    assert (again["key"], again["fingerprint"]) == (first["key"], first["fingerprint"])
    later = LATER + dt.timedelta(days=10)
    script = Script(claims={ACCOUNT: Deny("252", remarks=("N395",))}, kinds=("835",))
    for answer in clearinghouse(sent, script, later):
        put_answer(config, answer.name, answer.data)
    a_night(config, later)
    (other,) = worklist_of(config)
    assert other["key"] == first["key"] and other["fingerprint"] != first["fingerprint"]
