"""What is pyx12's alone: where it stops, what it raises, and that nothing of it leaks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from edi.finding import Finding
from edi.guide import pyx12_engine
from edi.guide.check import check_guide
from tests.support.guide_files import (
    HEADER,
    ISA,
    OUTPATIENT,
    a_file,
    an_outpatient_file,
    instead,
    position_of,
    without,
)


def findings_of(text: str) -> list[Finding]:
    return check_guide(text.encode("latin-1"), file="night.x12", engine="pyx12")


def only_finding(text: str) -> Finding:
    findings = findings_of(text)
    assert len(findings) == 1, [finding.message() for finding in findings]
    return findings[0]


def is_unfinished(finding: Finding) -> bool:
    return "could not finish" in finding.message()


def everything_printed(findings: list[Finding]) -> str:
    return "\n".join(
        f"{finding.message()} {json.dumps(finding.as_dict())} {finding!r}" for finding in findings
    )


def test_an_isa_of_another_width_is_one_finding_that_says_nothing_was_judged() -> None:
    finding = only_finding(a_file([*HEADER, *OUTPATIENT], isa=ISA.replace("RIVERSIDE      ", "RIVERSIDE")))
    assert is_unfinished(finding)
    assert "from ISA on" in finding.message()


def test_an_exception_is_one_finding_and_the_next_transaction_set_is_still_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pyx12.map_walker import walk_tree

    walk = walk_tree.walk_errors

    def stumbling(self: walk_tree, node: object, data: object, *rest: object) -> object:
        if "STUMBLE" in repr(data):
            raise IndexError("QUILLFEATHER")
        return walk(self, node, data, *rest)

    monkeypatch.setattr(walk_tree, "walk_errors", stumbling)
    first = instead("REF*EA", "REF*EA*STUMBLE", [*HEADER, *OUTPATIENT])
    findings = findings_of(a_file(first, without("CL1", [*HEADER, *OUTPATIENT])))
    assert [(is_unfinished(finding), finding.place.transaction) for finding in findings] == [
        (True, "0001"),
        (False, "0002"),
    ]
    assert f"after segment {position_of('REF*EA', first) - 1} " in findings[0].message()
    assert findings[0].place.segment_position == position_of("REF*EA", first)
    assert "QUILLFEATHER" not in everything_printed(findings)


def test_reading_that_stops_early_is_reported_with_the_last_segment_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = pyx12_engine._SegmentStream.read

    def short(self: pyx12_engine._SegmentStream, size: int = -1) -> str:
        text = read(self, size)
        return "" if text.startswith("CL1") else text

    monkeypatch.setattr(pyx12_engine._SegmentStream, "read", short)
    finding = only_finding(an_outpatient_file())
    assert is_unfinished(finding)
    assert finding.place.segment == "CL1"


def test_importing_the_module_loads_no_pyx12_and_touches_no_logger() -> None:
    script = (
        "import logging, sys\n"
        "import edi.guide.pyx12_engine\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'pyx12']\n"
        "assert 'pyx12' not in logging.Logger.manager.loggerDict\n"
    )
    root = Path(pyx12_engine.__file__).parents[2]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)


def test_the_guide_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyx12.map_if

    assert findings_of(an_outpatient_file()) == []

    def refuse(*arguments: object) -> None:
        raise AssertionError("the map was loaded again")

    monkeypatch.setattr(pyx12.map_if, "load_map_file", refuse)
    assert findings_of(an_outpatient_file()) == []


@pytest.mark.parametrize(
    "settings",
    [
        "<not xml",
        '<config><param name="charset"><value>B</value><type>string</type></param></config>',
        '<config><param name="map_path"><value>/nowhere</value><type>string</type></param></config>',
    ],
)
def test_a_settings_file_in_the_home_folder_changes_nothing(
    settings: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".pyx12.conf.xml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    pyx12_engine._load_map.cache_clear()
    assert findings_of(an_outpatient_file(lambda body: instead("N3*7", "N3*7 Larch Lane", body))) == []
