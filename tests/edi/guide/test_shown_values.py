"""Which values at fault are shown: codes, amounts and counts; never what may be a name or an id."""

from __future__ import annotations

import pytest

from edi.guide.check import check_guide
from edi.protected import Protected
from tests.support.guide_files import HEADER, OUTPATIENT, a_file, instead


@pytest.mark.parametrize(
    ("start", "new", "found"),
    [
        ("DTP*434", "DTP*434*D9*20261120", "D9"),
        ("CTP", "CTP****1*KT", "KT"),
        ("SV2*0636", "SV2*0636*HC:J3399*2125000,50*UN*1", "2125000,50"),
        ("SV2*0636", "SV2*0636*HC:J3399*2125000*XX*1", "XX"),
        ("HL*2", "HL*7*1*22*0", "7"),
        ("LX*2", "LX*9", "9"),
        ("SBR", "SBR*Z*18*******MC", "Z"),
    ],
)
def test_a_code_an_amount_or_a_count_is_shown(start: str, new: str, found: str) -> None:
    assert found in found_in(start, new)


@pytest.mark.parametrize(
    ("start", "new"),
    [
        ("NM1*IL", "NM1*IL*1*QUILLFEATHER*ODALYS****MI*" + "MEMB77001" * 10),
        ("NM1*IL", "NM1*IL*QUILL*FEATHER*ODALYS***MI*MEMB77001"),
        ("NM1*IL", "NM1*IL*1*QUILLFEATHER*ODALYS****MEMB77001*MI"),
        ("N4*SAMPLETON*TX*750020003", "N4*SAMPLETON*TX*75"),
        ("N4*SAMPLETON*TX*750020003", "N4*SAMPLETON*TEXAS*750020003"),
        ("DMG", "DMG*D8*20261399*F"),
        ("DMG", "DMG*D8*20260614*20260614"),
        ("CLM", "CLM*" + "ACCT90210" * 9 + "*2126300***13:A:1**A*Y*Y"),
        ("CLM", "CLM*ACCT90210*CHART3303***13:A:1**A*Y*Y"),
        ("REF*EA", "REF*EA*" + "CHART3303" * 9),
        ("REF*EA", "REF*CHART3303*EA"),
        ("DTP*472", "DTP*472*D8*20261320"),
        ("SV2*0636", "SV2*0636*HC:J3399*2125000*UN*1*****QUILLFEATHER"),
    ],
)
def test_what_may_say_who_it_is_stays_masked(start: str, new: str) -> None:
    found = found_in(start, new)
    assert found and all(isinstance(value, Protected) or value in (None, "nothing") for value in found)


def found_in(start: str, new: str) -> list[object]:
    data = a_file(instead(start, new, [*HEADER, *OUTPATIENT])).encode("latin-1")
    return [finding.found for finding in check_guide(data)]


def test_the_version_of_another_guide_is_shown_where_it_looks_like_one() -> None:
    text = a_file([*HEADER, *OUTPATIENT])
    (known,) = check_guide(text.replace("*X*005010X223A2~", "*X*005010X222A1~").encode())
    assert known.found == "005010X222A1"
    (other,) = check_guide(text.replace("*X*005010X223A2~", "*X*QUILL FEATHER~").encode())
    assert isinstance(other.found, Protected)
