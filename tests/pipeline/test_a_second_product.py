"""A second gene therapy is files: a product, a kit table, a site that may give it, and one gate module."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from edi.claim837i.model import Claim
from tests.support.builders import ROOT, a_child, claims_of

PROFILES = ROOT / "mapping" / "profiles"
GATE = '''
from validators.registry import Fault, encounter_rule


@encounter_rule("weight-missing", gate="toy", source="a test")
def weight_missing(check):
    """The weight is on record.

    What: the record has no weight.
    Why: the toy is given by weight.
    Fix: weigh the child.
    """
    if check.encounter.patient.weight_kg is None:
        yield Fault("No weight is on record.", check.place("patient.weight_kg"))
'''


def the_profiles(folder: Path) -> None:
    """The shipped product with other codes, one kit and another gate, and the site certified for it."""
    for kind in ("products", "sites"):
        (folder / kind).mkdir(parents=True)
    text = (PROFILES / "products" / "zolgensma.toml").read_text("utf-8")
    for old, new in (
        ('key = "zolgensma"', 'key = "toy"'),
        ("zolgensma-kits.csv", "toy-kits.csv"),
        ('clinical_gate = "sma"', 'clinical_gate = "toy"'),
        ('value = "J3399"', 'value = "J3398"'),
        ('value = ["G120", "G121", "G128", "G129"]', 'value = ["H3550"]'),
        ('value = "96365"', 'value = "96379"'),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "products" / "toy.toml").write_text(text, encoding="utf-8")
    header, *kits = (PROFILES / "products" / "zolgensma-kits.csv").read_text("utf-8").splitlines()
    kit = re.sub("71894", "99999", kits[6])
    (folder / "products" / "toy-kits.csv").write_text(f"{header}\n{kit}\n", encoding="utf-8")
    site = (PROFILES / "sites" / "example-childrens.toml").read_text("utf-8")
    site = site.replace('certified_products = ["zolgensma"]', 'certified_products = ["zolgensma", "toy"]')
    (folder / "sites" / "example-childrens.toml").write_text(site, encoding="utf-8")


def the_record(weight: str | None) -> dict[str, Any]:
    record = a_child(1)
    record["therapy"] |= {"product": "toy", "kits": [{"ndc": "99999-126-04"}]}
    record["service_lines"] = [
        {"revenue_code": "0636", "hcpcs": "J3398", "charge": "850000.00", "units": "1", "date": "2026-11-10"}
    ]
    record["coverages"][0]["authorizations"][0]["hcpcs"] = "J3398"
    record["diagnoses"] = [
        {"code": "H35.50", "role": "principal"},
        {"code": "H35.50", "role": "reason_for_visit"},
    ]
    record.pop("clinical")  # no titer, no steroid plan: the toy's gate asks for nothing but the weight
    record["patient"].pop("weight_kg")
    if weight is not None:
        record["patient"]["weight_kg"] = weight
    return record


def generate(tmp_path: Path, record: dict[str, Any]) -> tuple[dict[str, Any], list[Claim]]:
    (tmp_path / "gates").mkdir(exist_ok=True)
    (tmp_path / "gates" / "toy.py").write_text(GATE, encoding="utf-8")
    if not (tmp_path / "profiles").exists():
        the_profiles(tmp_path / "profiles")
    (tmp_path / "j3399.toml").write_text('[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    (tmp_path / "record.json").write_text(json.dumps(record), encoding="utf-8")
    script = (
        "import validators.gates\n"
        f"validators.gates.__path__.append({str(tmp_path / 'gates')!r})\n"
        "from pipeline.cli.main import run\n"
        "run(['generate', 'record.json', '--out', 'out', '--config', 'j3399.toml', '--as-of', '2026-11-16'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    claims = [claim for path in (tmp_path / "out").glob("*.x12") for claim in claims_of(path.read_bytes())]
    return json.loads(done.stdout.splitlines()[-1]), claims


def test_its_claim_goes_out_by_its_own_gate_and_codes(tmp_path: Path) -> None:
    summary, claims = generate(tmp_path, the_record("6.0"))
    assert summary["held"] == summary["refused"] == []
    (claim,) = claims
    (line,) = claim.lines
    assert (line.code, claim.codes("ABK")[0].code) == ("J3398", "H3550")
    assert line.drug is not None and line.drug.ndc == "99999012604"
    assert line.drug.unit == "ML" and line.drug.quantity is not None


def test_its_own_gate_holds_it(tmp_path: Path) -> None:
    summary, claims = generate(tmp_path, the_record(None))
    assert [entry["rules"] for entry in summary["held"]] == [["weight-missing"]]
    assert claims == []
