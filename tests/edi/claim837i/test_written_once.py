"""What is remembered of writing: equal records share it, and no two others do."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest

from edi.claim837i.memory import written
from edi.claim837i.model import Party, ServiceLine
from edi.claim837i.parts.lines import write_line
from edi.claim837i.parts.parties import write_party
from edi.writer import SegmentValues
from tests.support.builders import a_built_claim

PAYER = Party("2", "STATE MEDICAID", id_qualifier="PI", id="SKTX0")


def test_records_that_are_alike_are_written_once() -> None:
    again = replace(PAYER)
    assert again is not PAYER
    assert write_party("PR", again, "2010BB") is write_party("PR", PAYER, "2010BB")


def test_two_payers_are_never_mixed() -> None:
    other = replace(PAYER, name="ANOTHER PAYER")
    assert write_party("PR", PAYER, "2010BB")[0][3] == "STATE MEDICAID"
    assert write_party("PR", other, "2010BB")[0][3] == "ANOTHER PAYER"
    assert write_party("PR", replace(PAYER, id="SKTX1"), "2010BB")[0][9] == "SKTX1"
    assert write_party("77", PAYER, "2310E")[0][1] == "77"


def test_what_does_not_tell_two_lines_apart_is_not_written() -> None:
    line = a_built_claim().claim.lines[0]
    silent = {field.name: ((),) for field in fields(ServiceLine) if not field.compare}
    assert silent
    fresh = write_line.__wrapped__  # type: ignore[attr-defined]
    assert fresh(replace(line, **silent)) == fresh(line)
    assert write_line(replace(line, charge=Decimal("1.5")))[1][3] == "1.5"


def test_a_segment_that_was_given_out_cannot_be_changed_for_the_next_one() -> None:
    @written
    def write(name: str) -> list[SegmentValues]:
        return [["NTE", name]]

    with pytest.raises(AttributeError):
        write("A")[0].append("B")  # type: ignore[attr-defined]
    assert write("A") == (("NTE", "A"),)


def test_what_cannot_be_written_is_refused_each_time() -> None:
    line = replace(a_built_claim().claim.lines[0], service_date=None, service_end=date(2026, 11, 10))
    for _ in range(2):
        with pytest.raises(ValueError, match="first day"):
            write_line(line)


def test_no_more_is_remembered_than_a_bound() -> None:
    known = write_line.cache_info()  # type: ignore[attr-defined]
    assert known.maxsize is not None
