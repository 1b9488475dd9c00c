"""Many files as tables at once: in processes of this machine, or on a Dask cluster.

Files do not need each other, so each is read by itself, wherever a worker is free, the longest first. The
tables are the same whoever read them, in the order of the paths.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

from edi.tables.arrow import arrow_schema
from edi.tables.build import read_tables
from edi.tables.columns import TABLES

_DIED = "the process that read it died; read it alone to see why"


@dataclass(frozen=True, slots=True)
class ParsedFiles:
    """What `parse_many` read.

    `tables` are all tables by name, with the rows of the files in the order of their paths.
    `unreadable` says why a file gave no rows, by path.
    """

    tables: Mapping[str, pa.Table]
    unreadable: Mapping[Path, str]


@dataclass(frozen=True, slots=True)
class _ParsedFile:
    """The tables of one file that have rows, or why it could not be read."""

    path: Path
    tables: Mapping[str, pa.Table]
    reason: str = ""


Engine = Callable[[Sequence[Path], int | None], Iterable[_ParsedFile]]
"""Reads files in any order; the number of workers is the engine's choice where it is None."""


def parse_many(
    paths: Iterable[str | Path], *, engine: str = "processes", workers: int | None = None
) -> ParsedFiles:
    """The tables of many files (`edi.tables.columns.TABLES`), equal whatever the engine and the order of paths.

    `engine` is a name of `ENGINES`: `processes` (of this machine; `workers` of them, one a core unless told), `dask`
    (the cluster of the present `dask.distributed` client, else threads of this process; needs the extra
    `dask`, and every worker must see the files under the same paths), or `serial` (in this process).

    A path that is named twice is read once. What a file holds never raises (see the table `findings`); a
    file that cannot be read costs its own rows and is named in `unreadable`. ValueError where
    there is no such engine. Processes start anew and import the caller's script, so a script calls this below
    `if __name__ == "__main__":`.
    """
    if engine not in ENGINES:
        raise ValueError(f"there is no engine {engine!r}; there are {', '.join(ENGINES)}")
    wanted = sorted(set(map(Path, paths)))
    longest_first = sorted(wanted, key=_size, reverse=True)
    found = {parsed.path: parsed for parsed in ENGINES[engine](longest_first, workers)}
    in_order = [found[path] for path in wanted]
    return ParsedFiles(
        {name: _joined(name, in_order) for name in TABLES},
        {parsed.path: parsed.reason for parsed in in_order if parsed.reason},
    )


def _joined(name: str, files: Iterable[_ParsedFile]) -> pa.Table:
    parts = [file.tables[name] for file in files if name in file.tables]
    return pa.concat_tables([arrow_schema(name).empty_table(), *parts])


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _parse(path: Path) -> _ParsedFile:
    try:
        tables = read_tables([path])
    except OSError as error:
        return _ParsedFile(path, {}, error.strerror or type(error).__name__)
    return _ParsedFile(path, {name: table for name, table in tables.items() if table.num_rows})


def _serial(paths: Sequence[Path], workers: int | None) -> Iterator[_ParsedFile]:
    return map(_parse, paths)


def _processes(
    paths: Sequence[Path], workers: int | None, parse: Callable[[Path], _ParsedFile] = _parse
) -> Iterator[_ParsedFile]:
    """Read in processes of this machine. Where one dies, the files that are not done go on one by one."""
    count = max(1, min(workers or os.cpu_count() or 1, len(paths)))
    left = dict.fromkeys(paths)
    with _pool(count) as pool:
        futures = {path: pool.submit(parse, path) for path in paths}
        for path, future in futures.items():
            try:
                parsed = future.result()
            except BrokenProcessPool:
                break
            del left[path]
            yield parsed
    for path in left:
        with _pool(1) as pool:
            try:
                yield pool.submit(parse, path).result()
            except BrokenProcessPool:
                yield _ParsedFile(path, {}, _DIED)


def _pool(workers: int) -> ProcessPoolExecutor:
    # a fork of a process with threads (Arrow has some) may hang
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _dask(paths: Sequence[Path], workers: int | None) -> Iterable[_ParsedFile]:
    from dask.base import compute
    from dask.delayed import delayed

    readings = [delayed(_parse, pure=False)(path) for path in paths]
    options = {} if workers is None else {"num_workers": workers}
    parsed: tuple[_ParsedFile, ...] = compute(*readings, **options)  # type: ignore[no-untyped-call]
    return parsed


ENGINES: Mapping[str, Engine] = {"processes": _processes, "dask": _dask, "serial": _serial}
"""Who may read, by name."""
