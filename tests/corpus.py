"""`make corpus CASES=folder`: read every file below a folder by its content, and say what each holds.

Fails where a file raises or takes over two seconds, never for what is wrong in it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

from edi.answers import read_answers
from edi.claim837i.read import read_claims

_LONGEST_SECONDS = 2.0


def main(folders: list[str]) -> int:
    """Read all files; returns 1 where one could not be read in time or raised."""
    failed = files = 0
    for path in sorted(path for folder in folders for path in Path(folder).rglob("*") if path.is_file()):
        files += 1
        started = time.perf_counter()
        try:
            line = _what_it_holds(path)
        except Exception as error:
            line, failed = f"RAISED {type(error).__name__}", failed + 1
        seconds = time.perf_counter() - started
        if seconds > _LONGEST_SECONDS:
            line, failed = f"{line} SLOW {seconds:.1f} s", failed + 1
        print(f"{path}: {line}")
    print(f"{files} files, {failed} failed")
    return 1 if failed or not files else 0


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
