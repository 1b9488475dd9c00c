"""`j3399 validate --engine`: our own guide checker, or pyx12 for a second opinion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edi.guide import check
from pipeline.cli.validate import ENGINES, validate
from tests.support.guide_files import HEADER, INPATIENT, OUTPATIENT, a_file, instead, without


def run(tmp_path: Path, text: str, *options: str) -> Result:
    path = tmp_path / "night.x12"
    path.write_bytes(text.encode("latin-1"))
    return CliRunner().invoke(validate, [str(path), "--as-of", "2026-12-03", "--json", *options])


def guide_findings(result: Result) -> list[tuple[str, str]]:
    return [
        (finding["segment"], finding["message"])
        for finding in json.loads(result.stdout)["findings"]
        if finding["rule"] == "guide"
    ]


def test_the_engines_are_those_of_the_guide_check() -> None:
    assert set(ENGINES) == set(check.ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_finds_what_is_missing(engine: str, tmp_path: Path) -> None:
    result = run(tmp_path, a_file(without("CL1", [*HEADER, *OUTPATIENT])), "--engine", engine)
    assert guide_findings(result) == [("CL1", "Required segment CL1 is missing from loop 2300.")]


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_finds_nothing_in_a_clean_file(engine: str, tmp_path: Path) -> None:
    assert guide_findings(run(tmp_path, a_file([*HEADER, *INPATIENT]), "--engine", engine)) == []


def test_the_engine_that_was_asked_for_judges_and_ours_without_asking(tmp_path: Path) -> None:
    # no level stands below this subscriber: pyx12 does not look at HL04 (docs/pyx12.md)
    text = a_file(instead("HL*2", "HL*2*1*22*1", [*HEADER, *OUTPATIENT]))
    (ours,) = guide_findings(run(tmp_path, text, "--engine", "tables"))
    assert ours[0] == "HL"
    assert guide_findings(run(tmp_path, text)) == [ours]
    assert guide_findings(run(tmp_path, text, "--engine", "pyx12")) == []


def test_an_engine_that_is_none_is_a_wrong_use(tmp_path: Path) -> None:
    result = run(tmp_path, a_file([*HEADER, *OUTPATIENT]), "--engine", "oracle")
    assert result.exit_code == 2
    assert "pyx12" in result.output
