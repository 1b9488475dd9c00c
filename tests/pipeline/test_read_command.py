"""`j3399 read`: what any file holds, whatever is wrong with it, as JSON, tables and XML."""

from __future__ import annotations

import csv
import json
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas
import pyarrow.parquet as pq
import pytest
from lxml import etree

from edi.answers import read_answers
from edi.plain import plain
from edi.remittance.model import Remittance
from edi.tables.build import read_tables
from tests.edi.test_remittance import a_set, file_of
from tests.edi.test_remittance_reversals import CORRECTION, REVERSAL
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

ANSWERS = sorted((ROOT / "samples" / "answers").iterdir())
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
        "answers": 0,
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


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: path.name)
def test_an_answer_is_read_with_all_its_fields(path: Path) -> None:
    code, document, errors = read(path)
    assert (code, errors) == (0, "")
    (file,) = document["files"]
    (transaction,) = file["transactions"]
    assert transaction["kind"] == path.name.split("_")[0]
    model = read_answers(path.read_bytes()).answers[-1].model
    assert transaction["answer"] == as_printed(model)
    assert document["summary"]["answers"] == 1 + len(file["interchange_acknowledgments"])


def test_a_reversal_is_shown_with_its_correction_and_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "f.835"
    path.write_bytes(file_of(a_set(REVERSAL + CORRECTION + REVERSAL)))
    code, document, _ = read(path)
    (file,) = document["files"]
    paired, alone = file["transactions"][0]["answer"]["reversals"]
    assert (paired["claim"], paired["correction"], paired["net_paid"]) == (1, 2, 12050)
    assert (alone["claim"], alone["correction"], alone["net_paid"]) == (3, None, -30000)
    assert [one["rule"] for one in file["findings"]] == ["remit-transaction-balance", "reversal-unpaired"]
    assert code == 1


def as_printed(model: object) -> dict[str, Any]:
    """Claims of a remittance stand beside its groups, so that they can be printed as they are read."""
    document: dict[str, Any] = plain(model)
    if isinstance(model, Remittance):
        groups = document["groups"]
        of_groups = [(group["number"], claim) for group in groups for claim in group.pop("claims")]
        claims = [
            {"claim": number, "group": group, **claim} for number, (group, claim) in enumerate(of_groups, 1)
        ]
        document |= {"claims": claims, "reversals": [], "unplaced": []}
    return document


def test_segments_of_an_answer_come_on_request() -> None:
    path = next(path for path in ANSWERS if path.name.startswith("835"))
    _, document, _ = read(path, "--segments")
    (transaction,) = document["files"][0]["transactions"]
    texts = [item["text"] for item in transaction["segments"]]
    assert texts[0].startswith("ST*835") and texts[-1].startswith("SE*")


def test_what_is_no_kind_of_ours_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    text = a_file([*HEADER, *OUTPATIENT])
    other = text.replace("*HC*", "*RA*").replace("ST*837*0001*005010X223A2", "ST*820*0001*005010X218")
    code, document, errors = read(a_path(tmp_path, other, "other.x12"), a_path(tmp_path, text))
    assert code == 0 and "ST 0001 is of a kind that is not read" in errors
    unknown, ours = document["files"]
    (finding,) = unknown["findings"]
    assert (finding["found"], finding["severity"], finding["transaction"]) == ("820", "warning", "0001")
    (transaction,) = unknown["transactions"]
    assert transaction["answer"] is None and transaction["segments"][1]["segment"] == "BHT"
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
    assert "photo.jpg: nothing of X12 was found." in errors


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


def test_a_ta1_alone_is_an_answer(tmp_path: Path) -> None:
    text = a_file([*HEADER, *OUTPATIENT])
    isa, iea = text[: text.index("GS*")], text[text.index("IEA*") :].replace("IEA*1", "IEA*0")
    code, document, errors = read(a_path(tmp_path, f"{isa}TA1*000000207*261203*0915*A*000~\n{iea}"))
    assert (code, errors) == (0, "")
    (acknowledgment,) = document["files"][0]["interchange_acknowledgments"]
    assert (acknowledgment["interchange_control_number"], acknowledgment["code"]) == ("000000207", "A")


def test_one_claim_is_held_at_a_time(tmp_path: Path) -> None:
    """Memory for sixteen times the claims grows by little."""
    script = (
        "import sys\n"
        "from pipeline.cli.main import main\n"
        "main.main(args=['read', sys.argv[1]], standalone_mode=False)\n"
        "from tests.support.memory import peak_kilobytes\n"
        "print(peak_kilobytes(), file=sys.stderr)\n"
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


def test_one_table_is_printed_as_csv() -> None:
    done = j3399("read", "--table", "adjustments", *map(str, ANSWERS))
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(done.stdout.splitlines()))
    whole = read_tables(ANSWERS)["adjustments"].to_pylist()
    assert [row["amount"] for row in rows] == [f"{row['amount']:.2f}" for row in whole]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_go_into_a_folder(tmp_path: Path, form: str) -> None:
    done = j3399("read", "--format", form, "--out", str(tmp_path / "out"), str(SAMPLE), *map(str, ANSWERS))
    assert done.returncode == 0, done.stderr
    tables = {name: table for name, table in read_tables([SAMPLE, *ANSWERS]).items() if table.num_rows}
    written = {path.stem: path for path in (tmp_path / "out").iterdir()}
    assert written.keys() == tables.keys()
    for name, table in tables.items():
        if form == "parquet":
            assert pq.read_table(written[name]).equals(table)
        else:
            assert len(written[name].read_text("utf-8").splitlines()) == table.num_rows + 1
        assert stat.S_IMODE(written[name].stat().st_mode) == 0o600


def test_a_second_run_leaves_no_table_of_the_first(tmp_path: Path) -> None:
    j3399("read", "--format", "csv", "--out", str(tmp_path), *map(str, ANSWERS))
    j3399("read", "--format", "csv", "--out", str(tmp_path), str(SAMPLE))
    assert {path.stem for path in tmp_path.iterdir()} == {"transactions", "billed_claims", "billed_lines"}


def test_a_workbook_has_a_sheet_for_each_table_and_real_numbers(tmp_path: Path) -> None:
    target = tmp_path / "answers.xlsx"
    done = j3399("read", "--format", "xlsx", "--out", str(target), *map(str, ANSWERS))
    assert done.returncode == 0, done.stderr
    sheets = pandas.read_excel(target, sheet_name=None, engine="openpyxl")
    tables = {name: table for name, table in read_tables(ANSWERS).items() if table.num_rows}
    assert set(sheets) == set(tables)
    claims = sheets["claims"]
    assert claims["paid"].sum() == float(sum(row["paid"] for row in tables["claims"].to_pylist()))
    assert str(claims["statement_from"].dtype).startswith("datetime64")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_a_spreadsheet_would_run_stays_text(tmp_path: Path, form: str) -> None:
    text = a_file([*HEADER, *instead("CLM*", "CLM*=1+1*2126300***13:A:1**A*Y*Y", OUTPATIENT)])
    out = tmp_path / ("out" if form == "csv" else "out.xlsx")
    j3399("read", "--format", form, "--out", str(out), str(a_path(tmp_path, text)))
    if form == "csv":
        assert '"\'=1+1"' in (out / "billed_claims.csv").read_text("utf-8")
    else:
        cell = pandas.read_excel(out, sheet_name="billed_claims", engine="openpyxl")[
            "patient_control_number"
        ][0]
        assert cell == "'=1+1"


def test_xml_of_one_file_and_of_several(tmp_path: Path) -> None:
    done = j3399("read", "--format", "xml", str(ANSWERS[0]))
    assert done.returncode == 0 and etree.fromstring(done.stdout.encode()).tag == "file"
    done = j3399("read", "--format", "xml", *map(str, ANSWERS))
    assert done.returncode == 2 and "give --out" in done.stderr
    done = j3399("read", "--format", "xml", "--out", str(tmp_path / "xml"), *map(str, ANSWERS))
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "xml").iterdir()) == [
        f"{path.name}.xml" for path in ANSWERS
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "csv"], "needs --out"),
        (["--table", "nothing"], "there is no table 'nothing'; there are transactions"),
        (["--out", "x.json"], "JSON is printed"),
    ],
)
def test_wrong_usage_is_said(arguments: list[str], words: str) -> None:
    done = j3399("read", *arguments, str(SAMPLE))
    assert done.returncode == 2 and words in done.stderr


def test_errors_in_files_show_in_tables_and_in_the_exit_code(tmp_path: Path) -> None:
    body = instead("SV2*0636", "SV2*0636*HC:J3399*2.125E+06*UN*1", OUTPATIENT)
    path = a_path(tmp_path, a_file([*HEADER, *body]))
    done = j3399("read", "--table", "findings", str(path), "/proc/self/mem")
    assert done.returncode == 3 and "/proc/self/mem" in done.stderr
    assert "SV203" in done.stdout and j3399("read", "--table", "findings", str(path)).returncode == 1


HEAD = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *261116*2200*^*00501*000000001*0*T*:~"
    "GS*HP*PAYER*HOSPITAL*20261116*2200*1*X*005010X221A1~ST*835*0001~BPR*I*2*C*CHK************20261116**B17~"
    "TRN*1*T1*1999999999~N1*PR*PLAN~N1*ZZ*THIRD~LX*1~TS3*P*13*20261231*0~LX*2~CLP*A1*1*2*2*0*MC*I1***X10~"
    "SVC*HC:99213*2*2**.5~QTY*ZK*0~PLB*1*20261231*WO:A:C3*0~SE*13*0001~GE*1*1~IEA*1*000000001~"
)


def test_what_stands_beside_the_fields_of_a_remittance_is_printed(tmp_path: Path) -> None:
    code, document, _ = read(a_path(tmp_path, HEAD, "odd.835"))
    answer = document["files"][0]["transactions"][0]["answer"]
    assert code == 0
    assert {one["element"]: one["value"] for one in answer["other_elements"]} == {
        "BPR18": "B17",
        "N101": "ZZ",
        "N102": "THIRD",
        "PLB03-3": "C3",
    }
    (claim,) = answer["claims"]
    assert [one["value"] for one in claim["other_elements"]] == ["X10"]
    assert [group["number"] for group in answer["groups"]] == ["1", "2"]


def test_quantities_in_a_csv_file_are_written_as_people_write_them(tmp_path: Path) -> None:
    path = a_path(tmp_path, HEAD, "odd.835")
    columns = {"lines": "units", "quantities": "quantity", "provider_totals": "total"}
    printed = {table: j3399("read", "--table", table, str(path)).stdout for table in columns}
    rows = {table: next(csv.DictReader(text.splitlines())) for table, text in printed.items()}
    assert [rows[table][column] for table, column in columns.items()] == ["0.5", "0", "0"]
