"""The quick ways of the guide checker say what its exact check says.

Patterns and ways that were learned only spare work: whatever they pass as clean must be clean.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from edi.guide.check import ENGINES, FUNCTIONAL_ID, INTERCHANGE_VERSION, VERSION, check_guide
from edi.guide.elements import FORM_QUALIFIER, FORMATTED_VALUE, element_troubles
from edi.guide.glance import Ways
from edi.guide.map_file import load_guide
from edi.guide.patterns import segment_pattern
from edi.guide.table_engine import TableEngine
from edi.guide.tables import CompositeDefinition, ElementDefinition, Guide, SegmentDefinition, Usage
from edi.guide.walk import Steps
from edi.separators import Separators
from edi.tokens import Segment
from tests.support.accidents import CLEAN, accident, mutants
from tests.support.builders import ROOT
from tests.support.guide_files import HEADER, OUTPATIENT, a_file, without

MUTANTS = 1200
GUIDE_TABLES = load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION)
OTHER_SEPARATORS = ["|>^~", "\x1d\x1f^\x1c", "*-^~", "*.^~", "*:-~", "+:^'"]


@cache
def ways_at_once(guide: Guide, separators: Separators) -> Ways:
    """As the checker has them, but patterns are compiled when a segment is first met."""
    return Ways(Steps(guide), separators, met=1)


@pytest.fixture(autouse=True)
def more_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "exact", lambda guide, segments: TableEngine(guide, ways_for=None))
    monkeypatch.setitem(ENGINES, "at once", lambda guide, segments: TableEngine(guide, ways_at_once))


def assert_same(data: bytes) -> None:
    exact = told(data, "exact")
    assert told(data, "tables") == exact, data.decode("latin-1")
    assert told(data, "at once") == exact, data.decode("latin-1")


def told(data: bytes, engine: str) -> list[tuple[str, object]]:
    return [
        (finding.message(show_phi=True), finding.as_dict(show_phi=True))
        for finding in check_guide(data, engine=engine)
    ]


def test_mutants_are_judged_the_same() -> None:
    for data in mutants(MUTANTS, seed=837):
        assert_same(data)


def test_mutants_with_other_separators_are_judged_the_same() -> None:
    chance = random.Random(837)
    for number in range(150):
        text = chance.choice(CLEAN)
        if number >= 4 * len(OTHER_SEPARATORS):
            text = accident(text, chance)
        marks = str.maketrans("*:^~", OTHER_SEPARATORS[number % len(OTHER_SEPARATORS)])
        assert_same(text.translate(marks).encode("latin-1"))


@pytest.mark.parametrize(
    "path",
    [
        path
        for folder in ("samples/files", "samples/answers", "tests/edi/files")
        for path in sorted((ROOT / folder).rglob("*.*"))
    ],
    ids=lambda path: path.name,
)
def test_files_of_ours_are_judged_the_same(path: Path) -> None:
    assert_same(path.read_bytes())


def test_a_file_is_judged_the_same_the_second_time() -> None:
    text = "".join(CLEAN[:2]).replace("CL1*3*1*01~\n", "")
    first = told(text.encode(), "at once")
    for clean in CLEAN:
        told(clean.encode(), "at once")
    assert first and told(text.encode(), "at once") == first == told(text.encode(), "exact")


@pytest.mark.parametrize("start", ["CL1", "NM1*PR", "HI*ABK", "HL", "SV2"])
def test_what_is_missing_again_in_a_later_claim_is_told_again(start: str) -> None:
    body, level = list(HEADER), 1
    for number in range(12):
        level += 1
        claim = [segment.replace("HL*2*", f"HL*{level}*") for segment in OUTPATIENT]
        body += claim if number % 3 else without(start, claim)
    data = a_file(body).encode()
    assert_same(data)
    assert len(told(data, "exact")) >= 4


# -- patterns, one segment at a time ------------------------------------------------------------


def test_no_pattern_passes_a_segment_with_troubles() -> None:
    """Segments made up by chance from the definitions, nearly right and not."""
    chance = random.Random(837)
    separators = Separators()
    passed = 0
    for definition in GUIDE_TABLES.segments():
        pattern = segment_pattern(definition, separators)
        if pattern is None:
            continue
        for _ in range(150):
            text = made_up(definition, chance)
            if pattern.fullmatch(text):
                passed += 1
                assert not element_troubles(definition, Segment(text, separators)), text
                assert not text.endswith("*"), text
    assert passed > 10_000, "too few to say anything"


def made_up(definition: SegmentDefinition, chance: random.Random) -> str:
    """A segment with elements filled or not by chance, and now and then a character changed."""
    text = definition.id + "".join(f"*{cell}" for cell in cells(definition.elements, chance, ":")).rstrip("*")
    if chance.random() < 0.2:
        at = chance.randrange(len(definition.id), len(text) + 1)
        text = text[:at] + chance.choice("*:^ A0-.\x07\xe9") + text[at + chance.randint(0, 1) :]
    return text


def cells(
    parts: tuple[ElementDefinition | CompositeDefinition, ...], chance: random.Random, mark: str
) -> Iterator[str]:
    form = ""
    share = chance.random()  # how much of what is situational is filled
    for part in parts:
        often = {Usage.REQUIRED: 0.98, Usage.SITUATIONAL: share, Usage.NOT_USED: 0.01}[part.usage]
        if chance.random() > often:
            cell = ""
        elif isinstance(part, CompositeDefinition):
            cell = mark.join(cells(part.components, chance, mark)).rstrip(mark)
        else:
            cell = value(part, form, chance)
            form = cell if part.data_element == FORM_QUALIFIER else form
        yield cell


def value(element: ElementDefinition, form: str, chance: random.Random) -> str:
    if element.codes:
        return chance.choice(sorted(element.codes)) if chance.random() < 0.98 else "Q"
    length = chance.randint(element.minimum, min(element.maximum, element.minimum + 12))
    if chance.random() < 0.03:
        length = element.maximum + 1
    if element.data_element == FORMATTED_VALUE:
        return {"D8": a_date, "RD8": lambda by: f"{a_date(by)}-{a_date(by)}"}.get(form, a_time)(chance)
    made: dict[str, Callable[[random.Random], str]] = {"DT": a_date, "TM": a_time}
    if element.data_type in made:
        return made[element.data_type](chance)
    if element.data_type == "R":
        return chance.choice(["", "-"]) + a_number(element.maximum, chance)
    if element.data_type.startswith("N") or element.pattern is not None:
        return digits(max(length, 9 if element.pattern is not None else 0), chance)
    return "".join(chance.choice(string.ascii_uppercase + " 0'") for _ in range(length))


def digits(length: int, chance: random.Random) -> str:
    return "".join(chance.choice(string.digits) for _ in range(length))


def a_number(most: int, chance: random.Random) -> str:
    number = digits(chance.choice([1, 3, 6, most - 1, most, most + 1]), chance)
    at = chance.randint(0, len(number))
    return number if chance.random() < 0.5 else f"{number[:at]}.{number[at:]}"


def a_date(chance: random.Random) -> str:
    return f"{chance.choice([1799, 1899, 2026])}{chance.randint(1, 13):02d}{chance.randint(0, 31):02d}"


def a_time(chance: random.Random) -> str:
    return f"{chance.randint(0, 24):02d}{chance.randint(0, 60):02d}"
