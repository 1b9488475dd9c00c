"""Encounters stream: ten times as many take hardly more memory, in every form."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mapping.encounter import Encounter
from tests.support.builders import ROOT, a_child
from tests.support.encounter_files import as_csv, as_flat_parquet, as_json, as_ndjson

FEW, MANY = 150, 1500
READ = """
import sys
from pathlib import Path
from mapping.intake import read_encounters
from tests.support.memory import peak_kilobytes
count = sum(record.encounter is not None for record in read_encounters(Path(sys.argv[1])))
print(count, peak_kilobytes())
"""


FORMS = {"json": as_json, "ndjson": as_ndjson, "csv": as_csv, "parquet": as_flat_parquet}


def a_file(folder: Path, form: str, count: int) -> Path:
    encounters = [Encounter.model_validate(a_child(number)) for number in range(count)]
    path = folder / f"{count}.{form}"
    path.write_bytes(FORMS[form](encounters))
    return path


@pytest.mark.parametrize("form", list(FORMS))
def test_ten_times_the_encounters_take_hardly_more_memory(tmp_path: Path, form: str) -> None:
    peaks = []
    for count in (FEW, MANY):
        command = [sys.executable, "-c", READ, str(a_file(tmp_path, form, count))]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        found, peak = map(int, done.stdout.split())
        assert found == count
        peaks.append(peak)
    print(form, peaks)
    assert peaks[1] < peaks[0] * 1.3
