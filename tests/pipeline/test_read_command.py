"""`j3399 read`: claims as JSON, of any file, whatever is wrong with it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import ROOT
from tests.support.commands import j3399
from tests.support.guide_files import (
    HEADER,
    OUTPATIENT,
    PATIENT_DATA,
    SECONDARY,
    a_file,
    instead,
    position_of,
)

SAMPLE = next((ROOT / "samples" / "files").glob("837I*.x12"))


def read(*arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    done = j3399("read", *map(str, arguments))
    return done.returncode, json.loads(done.stdout), done.stderr


def a_path(folder: Path, text: str, name: str = "claims.x12") -> Path:
    path = folder / name
    path.write_bytes(text.encode("latin-1"))
    return path


def test_a_clean_file(tmp_path: Path) -> None:
    path = a_path(tmp_path, a_file([*HEADER, *SECONDARY], [*HEADER, *OUTPATIENT]))
    code, document, errors = read(path)
    assert (code, errors) == (0, "")
    assert document["summary"] == {
        "files": 1,
        "transactions": 2,
        "claims": 2,
        "error": 0,
        "warning": 0,
        "info": 0,
        "left_out": 0,
    }
    (file,) = document["files"]
    assert file["file"] == "claims.x12" and file["findings"] == []
    first, second = file["transactions"]
    assert (first["kind"], first["version"], first["transaction"]) == ("837I", "005010X223A2", "0001")
    assert first["header"]["reference"] == "NIGHT207"
    (claim,) = first["claims"]
    assert claim["total_charge"] == "2126300" and claim["statement_from"] == "2026-11-20"
    assert claim["other_coverages"][0]["adjustments"][1]["amount"] == "300"
    assert claim["lines"][0]["adjudications"][0]["paid"] == "1999000"
    assert claim["unread"] == [] and "segments" not in claim
    assert second["claims"][0]["lines"][0]["drug"]["ndc"] == "71894012504"


def test_every_sample_is_read_clean() -> None:
    code, document, _ = read(SAMPLE)
    assert code == 0 and document["summary"]["claims"] == SAMPLE.read_text().count("~\nCLM*")


def test_segments_come_on_request(tmp_path: Path) -> None:
    body = [*HEADER, *OUTPATIENT]
    _, document, _ = read(a_path(tmp_path, a_file(body)), "--segments")
    (claim,) = document["files"][0]["transactions"][0]["claims"]
    quantity = {
        "loop": "2410",
        "segment": "CTP",
        "segment_position": position_of("CTP", body),
        "text": "CTP****1*UN",
    }
    assert quantity in claim["segments"]


def test_a_broken_claim_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    body = instead("SV2*0636", "SV2*0636*HC:J3399*2.125E+06*UN*1", OUTPATIENT)
    code, document, _ = read(a_path(tmp_path, a_file([*HEADER, *body])))
    assert code == 1 and document["summary"]["error"] == 1
    file = document["files"][0]
    (finding,) = file["findings"]
    assert (finding["file"], finding["element"], finding["loop"]) == ("claims.x12", "SV203", "2400")
    (claim,) = file["transactions"][0]["claims"]
    assert [item["text"] for item in claim["unread"]] == ["SV2*0636*HC:J3399*2.125E+06*UN*1"]
    assert claim["lines"][0]["charge"] is None and claim["lines"][0]["drug"]["ndc"] == "71894012504"


def test_findings_mask_patient_data_unless_asked(tmp_path: Path) -> None:
    body = instead("DMG*", "DMG*D8*QUILLFEATHER*F", OUTPATIENT)
    path = a_path(tmp_path, a_file([*HEADER, *body]))
    for options, shown in (((), False), (("--show-phi",), True)):
        _, document, _ = read(path, *options)
        text = json.dumps(document["files"][0]["findings"])
        assert any(word in text for word in PATIENT_DATA) is shown


def test_what_is_wrong_above_two_claims_is_said_once(tmp_path: Path) -> None:
    claim = OUTPATIENT[next(n for n, text in enumerate(OUTPATIENT) if text.startswith("CLM")) :]
    body = [*instead("DMG*", "DMG*D8*20261399*F", OUTPATIENT), *claim]
    _, document, _ = read(a_path(tmp_path, a_file([*HEADER, *body])))
    file = document["files"][0]
    assert len(file["findings"]) == 1
    assert [len(one["unread"]) for one in file["transactions"][0]["claims"]] == [1, 1]


def test_envelopes_are_judged_too(tmp_path: Path) -> None:
    text = a_file([*HEADER, *OUTPATIENT]).replace("IEA*1*000000207", "IEA*1*000000208")
    code, document, _ = read(a_path(tmp_path, text))
    assert code == 1
    assert [finding["rule"] for finding in document["files"][0]["findings"]] == ["envelope"]


def test_what_is_no_837_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    answer = next((ROOT / "samples" / "answers").glob("999*"))
    code, document, errors = read(answer, a_path(tmp_path, a_file([*HEADER, *OUTPATIENT])))
    assert code == 1 and "is of kind 999" in errors and "j3399 ingest" in errors
    other, ours = document["files"]
    (finding,) = other["findings"]
    assert (finding["found"], finding["severity"], finding["transaction"]) == ("999", "error", "0001")
    assert other["transactions"][0]["kind"] == "999" and other["transactions"][0]["claims"] is None
    assert len(ours["transactions"][0]["claims"]) == 1


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"PK\x03\x04 no claims", "Grüße, keine Claims".encode()]
)
def test_a_file_that_is_no_x12(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    code, document, errors = read(path)
    assert code == 1
    assert document["files"][0]["transactions"] == []
    assert document["files"][0]["findings"][0]["rule"] == "x12-syntax"
    assert "photo.jpg: no claim was found." in errors


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = j3399("read", str(tmp_path / "nowhere.x12"))
    assert done.returncode == 2 and "nowhere.x12" in done.stderr and done.stdout == ""


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """`j3399 read … | head -1` ends without a word."""
    path = a_path(tmp_path, a_file(*[[*HEADER, *OUTPATIENT]] * 200))
    command = f"{sys.executable} -c 'from pipeline.cli.main import run; run()' read {path} | head -1"
    command = f"set -o pipefail; {command}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("{\n", "", 128 + signal.SIGPIPE)


def test_a_file_that_cannot_be_read_costs_that_file(tmp_path: Path) -> None:
    """A file of the kernel that opens and then refuses to be read stands for a broken disk."""
    good = a_path(tmp_path, a_file([*HEADER, *OUTPATIENT]))
    code, document, errors = read("/proc/self/mem", good)
    assert code == 3 and "/proc/self/mem" in errors
    assert [len(file["transactions"]) for file in document["files"]] == [0, 1]


def test_a_thousand_of_a_kind_are_enough(tmp_path: Path) -> None:
    body = instead("CLM*", "CLM*ACCT*1.001***13:A:1**A*Y*Y", OUTPATIENT)
    claim = body[next(n for n, text in enumerate(body) if text.startswith("CLM")) :]
    _, document, _ = read(a_path(tmp_path, a_file([*HEADER, *body, *claim * 1200])))
    assert document["summary"]["error"] == 1201 and document["summary"]["left_out"] == 201
    assert len(document["files"][0]["findings"]) == 1000


def test_findings_of_claims_are_all_told(tmp_path: Path) -> None:
    body = [text for text in OUTPATIENT if not text.startswith("DTP*472")]
    claim = body[next(n for n, text in enumerate(body) if text.startswith("CLM")) :]
    broken = [text.replace("*2125000*", f"*{number}e5*") for number in range(300) for text in claim]
    _, document, _ = read(a_path(tmp_path, a_file([*HEADER, *body, *broken])))
    assert document["summary"]["error"] == 300


def test_a_ta1_alone_points_to_ingest(tmp_path: Path) -> None:
    text = a_file([*HEADER, *OUTPATIENT])
    isa, iea = text[: text.index("GS*")], text[text.index("IEA*") :].replace("IEA*1", "IEA*0")
    code, document, errors = read(a_path(tmp_path, f"{isa}TA1*000000207*261203*0915*A*000~\n{iea}"))
    assert code == 1 and "j3399 ingest" in errors
    assert [finding["rule"] for finding in document["files"][0]["findings"]] == ["x12-syntax"]


def test_one_claim_is_held_at_a_time(tmp_path: Path) -> None:
    """Memory for sixteen times the claims grows by little."""
    script = (
        "import resource, sys\n"
        "from pipeline.cli.main import main\n"
        "main.main(args=['read', sys.argv[1]], standalone_mode=False)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)\n"
    )
    peaks = []
    for count in (100, 1600):
        body = [*HEADER, *[segment for _ in range(count) for segment in OUTPATIENT]]
        path = a_path(tmp_path, a_file(body), f"{count}.x12")
        command = [sys.executable, "-c", script, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        assert json.loads(done.stdout)["summary"]["claims"] == count
        peaks.append(int(done.stderr.split()[-1]))
    assert peaks[1] < peaks[0] * 1.2
