"""Makes the ICD-10-CM tables of `edi/codes` from public lists; run by hand when a new release is out.

The steps are in `docs/code-tables.md`. Only codes are kept: no description, no hierarchy.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

TABLES = Path(__file__).parents[1] / "edi" / "codes"
_CODE = re.compile(r"[A-Z][0-9][0-9A-Z][0-9A-Z]{0,4}")
_CATEGORY_LENGTH = 3


def main() -> None:
    """Write `icd10cm.csv`, `icd10cm_changes.csv` and, with a list of them, `poa_exempt.csv`."""
    arguments = _arguments()
    now = billable(_codes(arguments.release))
    (TABLES / "icd10cm.csv").write_text(_grouped(now), encoding="utf-8")
    changes: dict[str, tuple[str, str]] = {}
    for text in arguments.earlier:
        path, last_day, first_day = text.split("=")
        then = billable(_codes(Path(path)))
        changes |= dict.fromkeys(then - now, ("", last_day))
        if first_day:
            changes |= dict.fromkeys(now - then, (first_day, ""))
    rows = (f"{code},{first},{last}\n" for code, (first, last) in sorted(changes.items()))
    text = "code,first_day,last_day\n" + "".join(rows)
    (TABLES / "icd10cm_changes.csv").write_text(text, encoding="utf-8")
    if arguments.exempt:
        (TABLES / "poa_exempt.csv").write_text(_grouped(_codes(arguments.exempt)), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", type=Path, help="all codes of the release, headers among them")
    parser.add_argument(
        "--earlier",
        action="append",
        default=[],
        metavar="FILE=LAST_DAY=FIRST_DAY",
        help="an earlier release, oldest first: the last day of its codes that are gone, and the first "
        "day of those that came since (may be empty: then they are not kept)",
    )
    parser.add_argument("--exempt", type=Path, help="codes that need no present-on-admission indicator")
    return parser.parse_args()


def _codes(path: Path) -> set[str]:
    """The ICD-10-CM codes of a list, one a line, with or without a dot, a number before or words behind."""
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        # CMS's order file counts its lines in front of the code
        words = re.sub(r"^\d{5} ", "", line).split()
        code = words[0].replace(".", "") if words else ""
        if _CODE.fullmatch(code):
            found.add(code)
    return found


def billable(codes: set[str]) -> set[str]:
    """Those without a longer code below them: these, and no others, are billable."""
    headers = {code[:length] for code in codes for length in range(_CATEGORY_LENGTH, len(code))}
    return codes - headers


def _grouped(codes: Iterable[str]) -> str:
    """A line for each category of three characters, with what follows it in its codes."""
    endings = defaultdict(list)
    for code in sorted(codes):
        endings[code[:_CATEGORY_LENGTH]].append(code[_CATEGORY_LENGTH:])
    return "category,endings\n" + "".join(
        f"{category},{' '.join(endings[category])}\n" for category in endings
    )


if __name__ == "__main__":
    main()
