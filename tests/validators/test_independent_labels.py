"""The rules against labels of somebody who had read the contract and not the rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import yaml

from edi.finding import Severity
from mapping.profile_store import ProfileStore
from tests.support.builders import ROOT
from validators.validate import ValidationContext, validate_bytes

_LABELS = yaml.load(
    (ROOT / "tests" / "validators" / "independent" / "labels.yml").read_text("utf-8"), yaml.CSafeLoader
)
_CONTEXT = ValidationContext(ProfileStore(), dt.date(2026, 11, 16))


def the_file(case: dict[str, Any]) -> bytes:
    text: str = _LABELS["bases"][case["base"]]
    for old, new in case["change"]:
        assert old in text, f"{old!r} does not stand in {case['base']}"
        text = text.replace(old, new, 1)
    segments = [segment for segment in text.split("~\n") if segment]
    begins = next((number for number, one in enumerate(segments) if one.startswith("ST*")), 0)
    ends = next((number for number, one in enumerate(segments) if one.startswith("SE*")), 0)
    count = ends - begins + 1
    text = text.replace("\nSE*99#", f"\nSE*{count + 1}").replace("\nSE*#", f"\nSE*{count}")
    return (text.replace("@@", "") * 2 if "@@" in text else text).encode()


@pytest.mark.parametrize("case", _LABELS["cases"], ids=lambda case: case["name"])
def test_the_rules_find_what_the_contract_says(case: dict[str, Any]) -> None:
    findings = validate_bytes(the_file(case), _CONTEXT).findings()
    errors = {one.rule for one in findings if one.severity is Severity.ERROR}
    warnings = {one.rule for one in findings if one.severity is Severity.WARNING}
    assert set(case["errors"]) <= errors <= {*case["errors"], *case["may"]}
    assert set(case["warnings"]) <= warnings
    assert not set(case["never"]) & (errors | warnings)
