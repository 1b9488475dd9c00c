"""Payer profiles: what they may say, and how a wrong one is refused: with file and line."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from mapping.profile_models import PayerProfile
from mapping.profile_store import ProfileError, ProfileStore
from tests.support.builders import ROOT
from validators.registry import contracts

TOP = ['key = "own-plan"', 'extends = "default"', 'title = "An own payer"']


def own_payer(folder: Path, *lines: str) -> ProfileStore:
    """The profiles that ship, and one payer of the user's own with further lines from line 4 on."""
    (folder / "payers").mkdir()
    (folder / "payers" / "own-plan.toml").write_text("\n".join([*TOP, *lines]), encoding="utf-8")
    return ProfileStore(folder)


def a_fact(name: str, value: str) -> str:
    return f'{name} = {{ value = {value}, source = "its manual", date = 2026-11-25 }}'


def test_the_profiles_that_ship_are_right() -> None:
    ProfileStore().check(contracts())


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("requires_invoice", "true", True),
        ("payment_basis", '"acquisition_cost"', "acquisition_cost"),
        ("diagnoses", '["G120"]', ("G120",)),
        ("diagnosis_position", '"principal"', "principal"),
        ("line_charge_maximum", "999999.99", Decimal("999999.99")),
        ("claim_charge_maximum", '"9999999.99"', Decimal("9999999.99")),
        ("requires_billing_taxonomy", "true", True),
        ("member_id_pattern", '"[0-9]{9}"', "[0-9]{9}"),
        ("filing_days", "95", 95),
        ("filing_days_secondary", "60", 60),
        ("filing_extends_over_weekends", "true", True),
    ],
)
def test_a_payer_says_what_it_asks_for(tmp_path: Path, name: str, written: str, value: object) -> None:
    profiles = own_payer(tmp_path, "[facts]", a_fact(name, written))
    profiles.check(contracts())
    assert getattr(profiles.payer("own-plan"), name) == value


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("payment_basis", '"kindness"'),
        ("diagnoses", '["G12.0"]'),
        ("diagnosis_position", '"second"'),
        ("line_charge_maximum", "0"),
        ("claim_charge_maximum", "1.005"),
        ("member_id_pattern", '"[0-9"'),
        ("filing_days", "0"),
        ("filing_days_secondary", "-1"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_with_its_line(tmp_path: Path, name: str, written: str) -> None:
    profiles = own_payer(tmp_path, "[facts]", a_fact(name, written))
    with pytest.raises(ProfileError, match=rf"own-plan\.toml, line 5: .*{name}"):
        profiles.check(contracts())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ["[rules]", 'no-such = { severity = "off", reason = "x" }'],
            "line 5: rules: there is no rule 'no-such'",
        ),
        (
            ["[rules.no-such]", 'severity = "off"', 'reason = "x"'],
            "line 4: rules: there is no rule 'no-such'",
        ),
        (["[facts]", a_fact("waivable", '["no-such"]')], "line 5: waivable: there is no rule 'no-such'"),
        (["[rules]", 'titer-old = { severity = "off", reason = "x" }'], "line 5: rules: there is no rule"),
        (
            ["[rules]", 'titer-stale = { severity = "off" }'],
            "line 5: rules.titer-stale.reason: Field required",
        ),
        (["[rules]", 'titer-stale = { severity = "off", reason = " " }'], "line 5: rules.titer-stale.reason"),
        (
            ["[rules]", 'titer-stale = { severity = "loud", reason = "x" }'],
            "line 5: rules.titer-stale.severity",
        ),
    ],
)
def test_a_rule_that_there_is_not_or_without_reason_is_refused(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    with pytest.raises(ProfileError) as refused:
        own_payer(tmp_path, *lines).check(contracts())
    assert "own-plan.toml, " + said in str(refused.value)


def test_texas_takes_one_diagnosis_and_its_plans_the_drug_apart_with_the_invoice() -> None:
    profiles = ProfileStore()
    state, plan = profiles.payer("texas-medicaid"), profiles.payer("texas-medicaid-mco")
    assert state.diagnoses == plan.diagnoses == ("G120",)
    assert state.filing_days == plan.filing_days == 95
    assert plan.carve_out and plan.requires_invoice
    assert not state.carve_out and not state.requires_invoice


@pytest.mark.parametrize(
    ("member_id", "fits"),
    [("91234567A", True), ("91234567A12345", True), ("9123456A", False), ("91234567A1234", False)],
)
def test_ids_of_medi_cal(member_id: str, fits: bool) -> None:
    pattern = ProfileStore().payer("medi-cal").member_id_pattern
    assert bool(re.fullmatch(pattern, member_id)) is fits


def test_the_page_on_payer_profiles_has_every_field() -> None:
    page = (ROOT / "docs" / "payer-profiles.md").read_text(encoding="utf-8")
    assert [name for name in PayerProfile.model_fields if not re.search(rf"\b{name}\b", page)] == []
