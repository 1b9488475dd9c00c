"""A remittance of 500 MB as tables: nothing lost, and no more memory than a small one (R15 of the promises)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.remittance import a_remittance
from tests.support.builders import ROOT

MOST_MEGABYTES = 300


def rows_and_megabytes(path: Path, megabytes: int) -> tuple[int, int, float]:
    """The claims written, the rows of `claims` and the most memory, in megabytes, of a process that reads it."""
    script = f"""
from collections import Counter
from pathlib import Path
from edi.tables.build import write_batches
from tests.edi.test_tokens import Generated
from tests.support.memory import peak_kilobytes

path, source, claims = Path({str(path)!r}), Generated({megabytes}), 0
with path.open("wb") as target:
    while piece := source.read(1 << 20):
        target.write(piece)
with path.open("rb") as lines:
    claims = sum(line.startswith(b"CLP*") for line in lines)
rows = Counter()
write_batches([path], lambda table, batch: rows.update({{table: batch.num_rows}}))
assert rows["adjustments"] == claims
print(claims, rows["claims"], peak_kilobytes() / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    claims, found, peak = done.stdout.split()
    return int(claims), int(found), float(peak)


@pytest.mark.parametrize("megabytes", [30, pytest.param(500, marks=pytest.mark.soak)])
def test_a_long_remittance_becomes_tables_with_little_memory(tmp_path: Path, megabytes: int) -> None:
    claims, found, peak = rows_and_megabytes(tmp_path / "long.835", megabytes)
    print(f"R15: {megabytes} MB, {claims} claims, at most {peak:.0f} MB of memory")
    assert found == claims > 10_000 * megabytes
    assert peak < MOST_MEGABYTES


def _megabytes_of_parquet(path: Path) -> float:
    """The most memory, in megabytes, of a process that writes the tables of a file as Parquet beside it."""
    script = f"""
from pathlib import Path
import pyarrow.parquet as pq
from edi.tables.build import write_batches
from tests.support.memory import peak_kilobytes

path, writers = Path({str(path)!r}), {{}}

def take(table, batch):
    if table not in writers:
        writers[table] = pq.ParquetWriter(path.with_suffix("." + table), batch.schema)
    writers[table].write_batch(batch)

write_batches([path], take)
for writer in writers.values():
    writer.close()
print(peak_kilobytes() / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


@pytest.mark.slow
def test_three_times_the_claims_take_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for claims in (90_000, 270_000):
        path = tmp_path / f"{claims}.835"
        path.write_bytes(a_remittance(claims))
        peaks.append(_megabytes_of_parquet(path))
        print(f"{path.stat().st_size / 1e6:.0f} MB: at most {peaks[-1]:.0f} MB of memory")
    assert peaks[1] < 1.2 * peaks[0]
