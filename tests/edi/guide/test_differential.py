"""Our guide checker beside pyx12, on thousands of files with accidents in them.

Both must say the same of the same segment, except for what `tests.support.two_engines` lists.
Each entry has its reason in `docs/pyx12.md`, and a test below that shows it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from edi.guide.check import check_guide
from tests.support.accidents import CLEAN, mutants
from tests.support.builders import ROOT
from tests.support.two_engines import (
    LISTED,
    Difference,
    differences,
    is_first_component,
    is_form_of_a_date,
    is_hierarchy,
    is_loop_again_at_once,
    is_number_with_more_than_digits,
    is_repetition,
    is_second_at_a_repetition,
    is_sign_alone,
    unlisted,
)

MUTANTS = 5000
PORTIONS = 5


@pytest.mark.slow
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_the_two_engines_say_the_same_of_a_mutant_but_for_what_is_listed(portion: int) -> None:
    same = 0
    for data in mutants(MUTANTS // PORTIONS, seed=223 + portion):
        rest, agree = unlisted(data)
        assert not rest, data.decode("latin-1")
        same += agree
    print(f"{MUTANTS // PORTIONS} mutants, {same} judged the same to the letter, the others as listed")
    assert same > 0.7 * MUTANTS // PORTIONS


def test_most_mutants_have_findings() -> None:
    found = sum(bool(check_guide(data)) for data in mutants(300, seed=223))
    assert found > 200


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("samples/files/*")) + sorted(ROOT.glob("tests/edi/files/**/*"))
)
def test_the_two_engines_say_the_same_of_our_files(path: Path) -> None:
    if path.is_file():
        assert unlisted(path.read_bytes())[0] == []


def replaced(old: str, new: str, text: str = CLEAN[2]) -> bytes:
    assert text.count(old) == 1
    return text.replace(old, new).encode("latin-1")


# A file, the listed difference that it shows, and the element or loop (ours first) of the findings.
SHOWN = [
    (replaced("HL*2*1*22*0", "HL*2*1*22*1"), is_hierarchy, {"HL04"}, set()),
    (replaced("HL*3*2*23*0", "HL*3*1*23*0", CLEAN[1]), is_hierarchy, {"HL02"}, set()),
    (replaced("REF*XZ*RX1", "REF*XZ*RX^1"), is_repetition, {"REF02"}, set()),
    (
        replaced("REF*F8*PRIORICN", "REF*F8*" + "X" * 50 + "^"),
        is_second_at_a_repetition,
        {"REF02"},
        {"REF02"},
    ),
    (replaced("HI*BH:11:D8:20261101", "HI*BH:11:D8:20261131"), is_form_of_a_date, {"HI01-4"}, set()),
    (
        replaced("DTP*434*RD8*20261120-20261120", "DTP*434*RD8*20261120-2026112"),
        is_form_of_a_date,
        {"DTP03"},
        {"DTP03"},
    ),
    (
        replaced("DTP*435*DT*202611190800", "DTP*435*DT*20261119", CLEAN[1]),
        is_form_of_a_date,
        {"DTP03"},
        set(),
    ),
    (replaced("DTP*096*TM*1130", "DTP*096*TM*113015", CLEAN[1]), is_form_of_a_date, {"DTP03"}, set()),
    (replaced("*ABF:Z00129", "*:Z00129"), is_first_component, {"HI02-1"}, set()),
    (replaced("AMT*D*2000000", "AMT*D*-"), is_sign_alone, {"AMT02"}, set()),
    (replaced("HL*1**20", "HL* 1**20"), is_number_with_more_than_digits, {"HL01"}, set()),
    (replaced("LX*2\n".rstrip(), "LX*2~\nLX*3"), is_loop_again_at_once, {""}, set()),
]


@pytest.mark.parametrize(("data", "listed", "ours", "theirs"), SHOWN)
def test_a_listed_difference_is_there_and_is_listed_once(
    data: bytes, listed: Difference, ours: set[str], theirs: set[str]
) -> None:
    only_ours, only_theirs, gave_up = differences(data)
    assert not gave_up
    assert {one.element for one in only_ours} >= ours or ours == theirs
    assert all(listed(one, data) for one in [*only_ours, *only_theirs]) or listed is is_second_at_a_repetition
    if ours != theirs:
        assert only_ours and not only_theirs


def test_every_listed_difference_has_its_line_in_the_document() -> None:
    text = (ROOT / "docs" / "pyx12.md").read_text(encoding="utf-8")
    for listed in LISTED:
        assert f"`{listed.__name__}`" in text
