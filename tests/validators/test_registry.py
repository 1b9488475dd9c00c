"""The registry: every rule is of the contract, documented, and bound once."""

from __future__ import annotations

import pytest

from edi import reading_rules
from edi.finding import RuleKey, Severity
from mapping import rule_keys
from mapping.building.claim import build_claim
from mapping.encounter import Encounter
from mapping.profile_models import SeverityChange
from mapping.profile_store import ProfileStore
from tests.support.builders import NIGHT, a_built_claim, a_child, a_file_of, a_record, a_request
from validators.registry import Rule, all_rules, contracts, rule_by_id, severity_for
from validators.validate import ValidationContext, validate_bytes


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: f"{rule.id}-{rule.function.__name__}")
def test_a_rule_says_what_why_and_how_to_fix(rule: Rule) -> None:
    assert rule.what and rule.why and rule.fix and rule.source
    assert rule.function.__name__ == rule.id.replace("-", "_")


def test_keys_that_edi_and_mapping_raise_agree_with_the_contract() -> None:
    keys = [getattr(reading_rules.INBOUND, name) for name in reading_rules.ReadingRules.__slots__]
    keys += [getattr(reading_rules.OUTBOUND, name) for name in reading_rules.ReadingRules.__slots__]
    keys += [value for value in vars(rule_keys).values() if isinstance(value, RuleKey)]
    for key in keys:
        contract = contracts()[key.id]
        assert (key.snip, key.severity) == (contract.snip, contract.severity), key.id


def test_a_profile_changes_a_severity_or_switches_a_rule_off() -> None:
    payer = ProfileStore().payer("default")
    rule = rule_by_id("npi")
    assert severity_for(rule.contract, payer) is Severity.ERROR
    softer = payer.model_copy(update={"rules": {"npi": SeverityChange(severity="warning", reason="test")}})
    assert severity_for(rule.contract, softer) is Severity.WARNING
    off = payer.model_copy(update={"rules": {"npi": SeverityChange(severity="off", reason="test")}})
    assert severity_for(rule.contract, off) is None


def test_one_broken_claim_does_not_hide_the_next_ones_faults() -> None:
    claims = [
        build_claim(
            a_request(Encounter.model_validate(a_child(number, patient_control_number=f"A{number}")))
        ).claim
        for number in range(3)
    ]
    text = a_file_of(*claims).decode()
    first, second, third = text.split("CLM*A")[1:]
    second = second.replace("CL1*3*1*01~\n", "").replace("71894012604", "71894-126-04")
    third = third.replace("XX*1245319599", "XX*1245319598")
    broken = "CLM*A".join([text.split("CLM*A")[0], first, second, third])
    report = validate_bytes(broken.encode(), ValidationContext(ProfileStore(), NIGHT.date()))
    rules = [sorted({finding.rule for finding in claim.findings}) for claim in report.claims]
    assert rules == [[], ["guide", "ndc-format"], ["npi"]]
    assert [finding.rule for finding in report.file_findings] == ["envelope"]


@pytest.mark.parametrize("data", [b"", b"ISA", b"hello", bytes(range(256)) * 20])
def test_any_bytes_give_a_finding_and_never_silence(data: bytes) -> None:
    report = validate_bytes(data, ValidationContext(ProfileStore(), NIGHT.date()))
    assert report.has_errors


def test_patient_data_stays_masked_in_findings() -> None:
    record = a_record({"patient.last_name": "CANARYNAME", "patient_control_number": "CANARY1"})
    claim = a_built_claim({"patient.last_name": "CANARYNAME", "patient_control_number": "CANARY1"}).claim
    text = a_file_of(claim).decode().replace("NM1*IL*1*CANARYNAME*INES", "NM1*IL*1*CANARYNAME*" + "X" * 99)
    report = validate_bytes(text.encode(), ValidationContext(ProfileStore(), NIGHT.date()))
    assert report.has_errors and record
    assert "CANARY" not in "".join(str(finding.as_dict()) + repr(finding) for finding in report.findings())
    assert any("CANARY1" in str(finding.as_dict(show_phi=True)) for finding in report.findings())
