"""Rules of SNIP type 5 where a date decides, where a finding points, and what it does not show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from edi.protected import Protected
from mapping.profile_store import ProfileStore
from tests.support.builders import NIGHT, a_built_claim, a_file_of, claims_of
from validators.checks import ClaimCheck
from validators.registry import Fault
from validators.snip5.codes import code_format, code_unknown
from validators.snip5.diagnosis import icd10
from validators.snip5.duplicates import code_duplicate
from validators.snip5.identifiers import taxonomy

PAYER = ProfileStore().payer("default")
LAST_DAY = NIGHT.date()
REASON = "HI*APR:G120~"
FREE_TEXT = "OKAFOR ADA 1"


def a_check(*changes: tuple[str, str], through: dt.date | None = LAST_DAY) -> ClaimCheck:
    """A clean outpatient claim, read from its file with texts replaced, and with another last day."""
    data = a_file_of(a_built_claim().claim).decode()
    for old, new in changes:
        assert data.count(old) == 1
        data = data.replace(old, new)
    (claim,) = claims_of(data.encode())
    return ClaimCheck(replace(claim, statement_through=through), PAYER, None, NIGHT.date())


def places(faults: Iterable[Fault], check: ClaimCheck) -> list[tuple[str, str | None]]:
    """The text of each segment that a fault points at, and the element."""
    texts = {item.segment.position: item.segment.text for item in check.claim.segments}
    return [(texts[fault.place.segment_position or 0], fault.place.element) for fault in faults]


@pytest.mark.parametrize(
    ("through", "fires"),
    [(dt.date(2025, 9, 30), False), (dt.date(2025, 10, 1), True), (None, True)],
)
def test_a_code_that_was_split_is_billable_until_its_last_day(through: dt.date | None, fires: bool) -> None:
    check = a_check((REASON, "HI*APR:E7801~"), through=through)
    assert bool(list(icd10(check))) is fires
    assert not list(code_unknown(check))


@pytest.mark.parametrize(("through", "fires"), [(dt.date(2025, 9, 30), False), (dt.date(2025, 10, 1), True)])
def test_a_code_that_was_dropped_is_known_until_its_last_day(through: dt.date, fires: bool) -> None:
    check = a_check((REASON, "HI*APR:T7807XA~"), through=through)
    assert not list(icd10(check))
    assert bool(list(code_unknown(check))) is fires


@pytest.mark.parametrize(
    ("through", "fires"),
    [(dt.date(2015, 9, 30), False), (dt.date(2015, 10, 1), True), (None, True)],
)
def test_a_qualifier_of_icd_9_is_wrong_from_october_2015(through: dt.date | None, fires: bool) -> None:
    assert bool(list(icd10(a_check((REASON, "HI*PR:3350~"), through=through)))) is fires


def test_a_finding_points_at_the_composite_whatever_the_order_of_the_segments() -> None:
    check = a_check(
        (REASON, "HI*ABF:Z7952*ABF:Z00~HI*APR:G120~HI*BE:80:::1*BE:ZZ:::1~HI*ABF:Z8481*ABF:Z7952~")
    )
    assert places(icd10(check), check) == [("HI*ABF:Z7952*ABF:Z00", "HI02-2")]
    assert places(code_unknown(check), check) == [("HI*BE:80:::1*BE:ZZ:::1", "HI02-2")]
    assert places(code_duplicate(check), check) == [("HI*ABF:Z8481*ABF:Z7952", "HI02-2")]


def test_a_finding_points_at_the_element_of_the_bill_and_of_the_line() -> None:
    check = a_check(("SV2*0260", "SV2*260"), ("CL1*3*1*01", "CL1*7*0*00"), ("HC:96365", "HC:9636"))
    assert [element for _, element in places(code_format(check), check)] == [
        "CL101",
        "CL102",
        "CL103",
        "SV201",
        "SV202-2",
    ]


def test_every_wrong_code_is_named_not_only_the_first() -> None:
    check = a_check((REASON, "HI*APR:G12.0*APR:Z00*APR:g1~"))
    assert len(list(icd10(check))) == 3


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (icd10, (REASON, f"HI*APR:{FREE_TEXT}~")),
        (code_format, (REASON, f"HI*BE:{FREE_TEXT}~")),
        (code_format, ("CL1*3*1*01", f"CL1*3*1*{FREE_TEXT}")),
        (code_format, ("HC:96365", f"HC:{FREE_TEXT}")),
        (code_duplicate, (REASON, f"HI*BE:{FREE_TEXT}*BE:{FREE_TEXT}~")),
        (taxonomy, ("PXC*2084N0402X", f"PXC*{FREE_TEXT}")),
    ],
)
def test_what_may_be_a_name_is_not_shown(
    rule: Callable[[ClaimCheck], Iterable[Fault]], change: tuple[str, str]
) -> None:
    faults = list(rule(a_check(change)))
    assert faults
    assert all(isinstance(fault.found, Protected) for fault in faults)


def test_a_table_with_gaps_says_so() -> None:
    (fault,) = code_unknown(a_check((REASON, "HI*BE:ZZ:::1~")))
    assert "gaps" in fault.expected
    (fault,) = code_unknown(a_check(("SV2*0260", "SV2*0268")))
    assert "gaps" not in fault.expected
