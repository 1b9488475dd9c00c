"""`make corpus CASES=folder`: read every file below a folder by its content, and say what each holds.

Fails where a file raises or takes over two seconds, or holds something else than
`corpus_expectations.csv` says of it; never for what is wrong in it. Files of
837I, and those of `samples/`, are then judged by both engines of the guide check; a difference
that `docs/pyx12.md` does not list fails, too.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from edi.answers import read_answers
from edi.claim837i.read import read_claims
from tests.support.builders import ROOT
from tests.support.corpus_expectations import expectations, what_was_found
from tests.support.two_engines import as_known_version, unlisted

_LONGEST_SECONDS = 2.0
_SAMPLES = ROOT / "samples"


def main(folders: list[str]) -> int:
    """Read all files, and compare the engines on them; returns 1 where anything failed."""
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*") if path.is_file())
    failed = _read_all(paths)
    failed += _compare_with_expectations(paths)
    failed += _compare_engines([*paths, *sorted(_SAMPLES.rglob("*.x12"))])
    return 1 if failed or not paths else 0


def _read_all(paths: list[Path]) -> int:
    """Read files and print what each holds; returns how many raised or took too long."""
    failed = 0
    for path in paths:
        started = time.perf_counter()
        try:
            line = _what_it_holds(path)
        except Exception as error:
            line, failed = f"RAISED {type(error).__name__}", failed + 1
        seconds = time.perf_counter() - started
        if seconds > _LONGEST_SECONDS:
            line, failed = f"{line} SLOW {seconds:.1f} s", failed + 1
        print(f"{path}: {line}")
    print(f"{len(paths)} files, {failed} failed")
    return failed


def _compare_with_expectations(paths: list[Path]) -> int:
    """Hold what was found against the table; returns how many files differ without a reason on file."""
    compared = failed = 0
    by_end = {expectation.file: expectation for expectation in expectations()}
    for path in paths:
        expectation = by_end.get("/".join(path.parts[-3:])) or by_end.get("/".join(path.parts[-2:]))
        if expectation is None:
            continue
        compared += 1
        found = what_was_found(read_answers(path.read_bytes(), path.name))
        if expectation.is_met(found) is bool(expectation.departure):
            failed += 1
            print(
                f"{path}: EXPECTED {expectation.found}, {expectation.departure or 'no departure'}, FOUND {found}"
            )
    print(f"{compared} files held against the table, {failed} otherwise")
    return failed


def _compare_engines(paths: list[Path]) -> int:
    """Judge 837I files by our tables and by pyx12; returns how many differ in what is not listed."""
    compared = failed = 0
    for path in paths:
        data = as_known_version(path.read_bytes())
        if data is None:
            continue
        compared += 1
        rest, _ = unlisted(data)
        failed += bool(rest)
        for said in rest:
            print(f"{path}: NOT LISTED {said}")
    print(f"{compared} files of 837I judged by both engines, {failed} with a difference that is not listed")
    return failed


def _what_it_holds(path: Path) -> str:
    data = path.read_bytes()
    found = read_answers(data, path.name)
    if found.document.to_bytes() != data:
        raise ValueError("not lossless")
    kinds = Counter(answer.kind for answer in found.answers)
    claims = sum(
        len(list(read_claims(answer.transaction)))
        for answer in found.answers
        if answer.kind == "837I" and answer.transaction
    )
    rules = Counter(finding.rule for finding in found.findings)
    return f"{dict(kinds)} {claims} claims, findings {dict(rules)}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
