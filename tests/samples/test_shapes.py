"""The golden files: made again byte for byte, clean for both engines, and without an error of ours."""

from __future__ import annotations

import pytest

from edi.finding import has_errors
from edi.guide.check import check_guide
from mapping.profile_store import ProfileStore
from samples.shapes import SAMPLES, WRITTEN, Shape, file_of, requests_of, shapes
from validators.validate import KnownClaim, ValidationContext, validate_bytes

NUMBERED = list(enumerate(shapes(), start=1))


@pytest.mark.parametrize(("number", "shape"), NUMBERED, ids=[shape.name for _, shape in NUMBERED])
def test_a_golden_file_is_what_its_shape_gives(number: int, shape: Shape) -> None:
    data, findings = file_of(number, shape)
    assert data == (SAMPLES / "shapes" / f"{shape.name}.x12").read_bytes()
    assert not has_errors(findings)
    assert check_guide(data) == check_guide(data, engine="pyx12") == []
    known = [KnownClaim(one.encounter, one.payer, one.payer_order) for one in requests_of(shape)]
    context = ValidationContext(ProfileStore(), WRITTEN.date(), lambda index, claim: known[index])
    report = validate_bytes(data, context)
    assert [finding.rule for finding in report.findings() if finding.is_error] == []
    assert len(report.claims) == len(known)


def test_no_golden_file_is_left_over() -> None:
    names = {path.stem for path in (SAMPLES / "shapes").iterdir()}
    assert names == {shape.name for shape in shapes()}
