"""What the guide checker keeps of the files it saw: ways through the guide, and no data."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

import pytest

from edi.guide import check, table_engine
from edi.guide.check import check_guide
from edi.guide.glance import Ways
from edi.guide.table_engine import TableEngine
from edi.guide.tables import Guide
from edi.guide.walk import Steps
from edi.separators import Separators
from tests.support.accidents import mutants
from tests.support.guide_files import HEADER, OUTPATIENT, PATIENT_DATA, SECONDARY, a_file


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    """The ways of an engine that keeps what it learns at once."""
    kept = Ways(Steps(check.load_guide("00501", "HC", check.VERSION)), Separators(), met=1)

    def ways_for(guide: Guide, separators: Separators) -> Ways:
        return kept

    monkeypatch.setitem(check.ENGINES, "tables", lambda guide, segments: TableEngine(guide, ways_for))
    return kept


def starts(ways: Ways) -> Iterator[str]:
    return (start for onward in ways.onward for start in onward)


def a_file_of_chance(chance: random.Random) -> bytes:
    """A clean file with other names, numbers and amounts each time."""

    def word() -> str:
        return "".join(chance.choice(string.ascii_uppercase) for _ in range(6))

    body = []
    for segment in [*HEADER, *chance.choice([OUTPATIENT, SECONDARY])]:
        if segment.startswith(("AMT*", "HCP*")):
            segment = "*".join([*segment.split("*")[:2], str(chance.randint(1, 10**6))])
        for data in PATIENT_DATA:
            segment = segment.replace(data, word())
        body.append(segment)
    return a_file(body).encode()


def test_files_with_other_data_teach_nothing_new(ways: Ways) -> None:
    chance = random.Random(3399)
    for _ in range(150):
        check_guide(a_file_of_chance(chance))
    known = len(list(starts(ways)))
    for _ in range(150):
        check_guide(a_file_of_chance(chance))
    assert 0 < len(list(starts(ways))) <= known + 1


def test_a_way_is_known_by_id_and_qualifier_and_keeps_no_data(ways: Ways) -> None:
    for _ in range(3):
        check_guide(a_file([*HEADER, *SECONDARY]).encode())
    assert {"CL1", "N3", "REF*G1", "HI*ABK", "NM1*IL", "HL", "LX"} <= set(starts(ways))
    assert all(len(start) <= len("BHT*0019") for start in starts(ways))


def test_files_with_accidents_teach_no_more_than_the_guide_has(ways: Ways) -> None:
    for data in mutants(400, seed=3399):
        check_guide(data)
    assert len(list(starts(ways))) < 2000


def test_ways_are_kept_for_few_sets_of_separators() -> None:
    for mark in "!#$%&'()+,/;<=>?@[]":
        check_guide(a_file([*HEADER, *OUTPATIENT]).replace("*", mark).encode())
    assert table_engine.known_ways.cache_info().currsize <= 8
