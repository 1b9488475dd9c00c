"""Our guide checker beside pyx12, on thousands of files with accidents in them.

Both must say the same of the same segment, except for what is listed here. Each entry has its
reason in `docs/pyx12.md`, and a test below that shows it: a difference that is not listed is a
fault of one of the two.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edi.envelope import read_document
from edi.finding import Finding
from edi.guide.check import FUNCTIONAL_ID, INTERCHANGE_VERSION, VERSION, check_guide
from edi.guide.map_file import load_guide
from edi.guide.table_engine import TableEngine
from tests.support.builders import ROOT
from tests.support.guide_files import (
    HEADER,
    INPATIENT,
    OUTPATIENT,
    SECONDARY,
    a_file,
    an_outpatient_file,
)

MUTANTS = 5000
PORTIONS = 5
GUIDE_TABLES = load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION)

CLEAN = [
    an_outpatient_file(),
    a_file([*HEADER, *INPATIENT]),
    a_file([*HEADER, *SECONDARY]),
    a_file([*HEADER, *OUTPATIENT], [*HEADER, *INPATIENT]),
]


@dataclass(frozen=True)
class Said:
    """One finding, less its words."""

    transaction: str
    position: int
    segment: str
    loop: str
    element: str
    segment_code: str
    element_code: str


def said(findings: list[Finding]) -> Counter[Said]:
    counted: Counter[Said] = Counter()
    for finding in findings:
        codes = finding.acknowledgment
        counted[
            Said(
                finding.place.transaction or "",
                finding.place.segment_position or 0,
                finding.place.segment or "",
                finding.place.loop or "",
                finding.place.element or "",
                (codes.segment_code if codes else "") or "",
                (codes.element_code if codes else "") or "",
            )
        ] += 1
    return counted


Difference = Callable[[Said, bytes], bool]


def is_hierarchy(one: Said, data: bytes) -> bool:
    """HL02 must name the level above, HL04 must say whether a level follows: pyx12 judges neither."""
    return one.element in ("HL02", "HL04") and one.element_code == "7"


def is_repetition(one: Said, data: bytes) -> bool:
    """A repetition separator in an element that may not repeat: pyx12 takes it for text."""
    return one.element_code == "12"


def is_second_at_a_repetition(one: Said, data: bytes) -> bool:
    """What pyx12 makes of that text: a wrong code, length or form."""
    return any(other.element == one.element and "^" in segment for other, segment in _at(one, data))


def is_form_of_a_date(one: Said, data: bytes) -> bool:
    """A date or time that is none in the form its qualifier names: pyx12 is laxer, or looks elsewhere."""
    return one.element_code in ("8", "9")


def is_first_component(one: Said, data: bytes) -> bool:
    """A composite in use without its required first component: pyx12 says nothing."""
    return one.element_code == "1" and one.element.endswith("-1")


def is_loop_again_at_once(one: Said, data: bytes) -> bool:
    """A loop that begins again right after its first segment lacks the rest: pyx12 says nothing."""
    if one.segment_code != "3":
        return False
    for transaction in read_document(data).transactions():
        if transaction.control_number != one.transaction or len(transaction.segments) < one.position:
            continue
        engine = TableEngine(GUIDE_TABLES)
        placed = []
        assert transaction.group is not None
        headers = [transaction.interchange.header, transaction.group.header]
        for segment in [*headers, *transaction.segments[: one.position]]:
            verdict = engine.judge(segment)
            if verdict is None or verdict.misplaced is None:
                placed.append(segment.id)
        if placed[-1:] == placed[-2:-1]:
            return True
    return False


LISTED: tuple[Difference, ...] = (
    is_hierarchy,
    is_repetition,
    is_second_at_a_repetition,
    is_form_of_a_date,
    is_first_component,
    is_loop_again_at_once,
)


def _segments(one: Said, data: bytes) -> list[str]:
    for transaction in read_document(data).transactions():
        if transaction.control_number == one.transaction:
            return [segment.text for segment in transaction.segments]
    return []


def _at(one: Said, data: bytes) -> Iterator[tuple[Said, str]]:
    segments = _segments(one, data)
    if 0 < one.position <= len(segments):
        yield one, segments[one.position - 1]
    elif not one.position:
        yield one, data.decode("latin-1")


def differences(data: bytes) -> tuple[Counter[Said], Counter[Said], bool]:
    """What only we say, what only pyx12 says, and whether pyx12 gave up: then up to there alone."""
    other = check_guide(data, engine="pyx12")
    gave_up = [finding for finding in other if "could not finish" in finding.message()]
    ours, theirs = said(check_guide(data)), said([finding for finding in other if finding not in gave_up])
    for finding in gave_up:
        where, position = finding.place.transaction or "", finding.place.segment_position or 0
        for counted in (ours, theirs):
            for one in list(counted):
                if not where or (one.transaction in (where, "") and one.position >= position):
                    del counted[one]
    return ours - theirs, theirs - ours, bool(gave_up)


def unlisted(data: bytes) -> tuple[list[Said], bool]:
    """What differs and is not listed, and whether the two agree to the letter."""
    ours, theirs, _ = differences(data)
    differing = [*ours, *theirs]
    return [one for one in differing if not any(listed(one, data) for listed in LISTED)], not differing


def accident(text: str, chance: random.Random) -> str:
    """One small accident, as typing, cutting and bad builders cause them."""
    at = chance.randrange(len(text))
    segments = text.split("~\n")
    one, other = chance.randrange(2, len(segments) - 3), chance.randrange(2, len(segments) - 3)
    elements = segments[one].split("*")
    which = chance.randrange(len(elements))
    match chance.randrange(9):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + chance.choice("*:^ \x07\xe9A9.-") + text[at + chance.randint(0, 1) :]
        case 2:
            del segments[one]
        case 3:
            segments.insert(one, segments[other])
        case 4:
            segments[one], segments[other] = segments[other], segments[one]
        case 5:
            segments[one] += chance.choice("*:") * chance.randint(1, 4)
        case 6:
            elements[which] = chance.choice(["", "1:2:3:4:5", "X" * 90, "20261399", "-1", ":", "ZZ", "1.5"])
            segments[one] = "*".join(elements)
        case 7:
            elements.insert(which, chance.choice(["", "A"]))
            segments[one] = "*".join(elements)
        case 8:
            segments[one:one] = segments[min(one, other) : max(one, other)]
    return "~\n".join(segments)


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """The clean files with one or two accidents each, the same ones every time."""
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(CLEAN)
        for _ in range(chance.randint(1, 2)):
            text = accident(text, chance)
        yield text.encode("latin-1")


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
