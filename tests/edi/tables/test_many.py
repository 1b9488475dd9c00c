"""Many files at once: whoever reads them, and in whatever order, the tables are those of reading one by one."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from edi.tables.build import read_tables
from edi.tables.many import ENGINES, _parse, _ParsedFile, _processes, parse_many
from tests.support.builders import ROOT

FILES = [
    *sorted((ROOT / "samples" / "answers").iterdir()),
    *sorted((ROOT / "samples" / "files").glob("*.x12")),
]


@pytest.fixture(scope="module")
def one_by_one() -> Mapping[str, pa.Table]:
    return read_tables(sorted(FILES))


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_each_engine_gives_the_tables_of_reading_one_by_one(
    engine: str, one_by_one: Mapping[str, pa.Table]
) -> None:
    shuffled = random.Random(engine).sample(FILES, len(FILES))
    parsed = parse_many(shuffled, engine=engine, workers=2)
    assert not parsed.unreadable
    assert sum(table.num_rows for table in one_by_one.values()) > 100
    for name, table in one_by_one.items():
        assert parsed.tables[name].combine_chunks().equals(table.combine_chunks()), name


def test_a_cluster_of_dask_gives_them_too(one_by_one: Mapping[str, pa.Table]) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        parsed = parse_many(FILES, engine="dask")
    for name, table in one_by_one.items():
        assert parsed.tables[name].combine_chunks().equals(table.combine_chunks()), name


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_file_that_cannot_be_read_costs_its_own_rows(
    engine: str, one_by_one: Mapping[str, pa.Table], tmp_path: Path
) -> None:
    gone = tmp_path / "gone.835"
    garbage = tmp_path / "garbage.835"
    garbage.write_bytes(b"\x00\xff no X12")
    parsed = parse_many([gone, garbage, *FILES, FILES[0]], engine=engine, workers=2)
    assert parsed.unreadable == {gone: "No such file or directory"}
    assert parsed.tables["claims"].equals(one_by_one["claims"].combine_chunks())
    findings = parsed.tables["findings"].to_pylist()
    assert [row["file"] for row in findings if row["file"] == "garbage.835"]


def _deadly(path: Path) -> _ParsedFile:
    """Reads a file, or takes its process along."""
    if path.name == "poison":
        os._exit(9)
    return _parse(path)


def test_a_file_that_kills_its_process_costs_its_own_rows() -> None:
    poison = Path("poison")
    parsed = list(_processes([FILES[0], poison, FILES[1]], 2, _deadly))
    assert sorted(file.path for file in parsed) == sorted([poison, *FILES[:2]])
    reasons = {file.path: file.reason for file in parsed if file.reason}
    assert set(reasons) == {poison}
    assert "died" in reasons[poison]
    assert all(file.tables for file in parsed if file.path != poison)


def test_no_files_give_empty_tables() -> None:
    parsed = parse_many([])
    assert all(table.num_rows == 0 and table.num_columns for table in parsed.tables.values())


def test_an_engine_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="no engine 'spark'; there are processes, dask, serial"):
        parse_many([], engine="spark")
