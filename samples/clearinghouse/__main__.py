"""`python -m samples.clearinghouse`: the only part that touches files."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from samples.clearinghouse import Arrival, arrivals, read_scenario


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer 837I files: `python -m samples.clearinghouse FILE --script FILE --out DIR --as-of TIME`.

    What arrives after `--until` is left out, so that each day's call gives one more day's answers.
    """
    parser = argparse.ArgumentParser(prog="samples.clearinghouse", description="Answers 837I files.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="837I files that were sent")
    parser.add_argument(
        "--script", required=True, type=Path, help="what becomes of each claim, and how answers arrive (TOML)"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the answers go")
    parser.add_argument("--as-of", required=True, type=datetime.fromisoformat, help="2026-11-18T06:00")
    parser.add_argument("--until", type=datetime.fromisoformat, help="leave out what arrives later")
    options = parser.parse_args(arguments)
    try:
        scenario = read_scenario(options.script.read_text(encoding="utf-8"))
        found = [
            file for path in options.files for file in arrivals(path.read_bytes(), scenario, options.as_of)
        ]
    except ValueError as error:
        parser.error(str(error))
    options.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in sorted(found, key=lambda file: file.at):
        if options.until is not None and file.at > options.until:
            break
        _write(options.out, file)
        print(file.name)
    return 0


def _write(folder: Path, file: Arrival) -> None:
    """Under a dot name first, so that nobody picks up a part of it."""
    hidden = folder / f".{file.name}"
    hidden.unlink(missing_ok=True)
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(file.data)
    hidden.rename(folder / file.name)


if __name__ == "__main__":
    sys.exit(main())
