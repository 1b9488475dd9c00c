"""A fault of a 999 and what it is about in the file that was sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi.acknowledgment.implementation import Context, ElementError, SegmentError
from edi.acknowledgment.resolution import SentFault, resolve
from edi.envelope import Transaction, read_document

SENT = Path(__file__).parent / "files" / "clean-837i.x12"
ALL = re.findall(r"CLM\*([^*]+)", SENT.read_text(encoding="ascii"))
FIRST, SECOND, LAST = ALL[0], ALL[1], ALL[-1]


def the_sent() -> Transaction:
    """Claims of one hospital: CLM at 19 (subscriber, HL at 12), at 50 (dependent, HL at 40 and 44) ..."""
    return read_document(SENT.read_bytes()).interchanges[0].groups[0].transactions[0]


def found(segment_id: str, at: int | None, *elements: ElementError, account: str = "") -> SentFault:
    contexts = (Context("CLM01", account, "", None, "", (None, None, None), "", 5),) if account else ()
    return resolve(SegmentError(segment_id, at, "", "8", contexts, elements, 4), the_sent())


def an_element(
    element: int | None, component: int | None = None, repetition: int | None = None
) -> ElementError:
    return ElementError(element, component, repetition, "", "7", None, (), 6)


def accounts(fault: SentFault) -> list[str]:
    return [claim.reveal() for claim in fault.claims]


@pytest.mark.parametrize(
    ("segment_id", "at", "claims"),
    [
        ("CLM", 19, [FIRST]),
        ("LIN", 33, [FIRST]),
        ("REF", 39, [FIRST]),
        ("CLM", 50, [SECOND]),
        ("NM1", 14, [FIRST]),  # the subscriber who is the patient
        ("HL", 40, [SECOND]),  # the subscriber above the dependent
        ("NM1", 46, [SECOND]),
        ("NM1", 8, ALL),  # the billing provider
        ("NM1", 3, ALL),  # the submitter
        ("ST", 1, ALL),
    ],
)
def test_a_position_names_the_claims_that_it_concerns(segment_id: str, at: int, claims: list[str]) -> None:
    assert accounts(found(segment_id, at)) == claims


def test_a_missing_segment_belongs_to_what_comes_before() -> None:
    fault = found("REF", 40)  # where the next HL stands
    assert (accounts(fault), fault.segment) == ([FIRST], None)
    assert accounts(found("DMG", 19)) == [FIRST]  # where the CLM stands: of its subscriber
    assert accounts(found("PRV", 12)) == ALL  # where the first patient's HL stands


def test_a_missing_segment_at_the_end_belongs_to_the_last_claim() -> None:
    end = the_sent().body[-1].position + 1
    assert accounts(found("CTP", end)) == [LAST]
    assert accounts(found("CTP", end + 1)) == []


def test_the_account_number_of_the_context_goes_before_the_position() -> None:
    assert accounts(found("LIN", 33, account=SECOND)) == [SECOND]
    assert accounts(found("LIN", 33, account="NOBODY")) == [FIRST]


@pytest.mark.parametrize("at", [None, 0, 10_000_000])
def test_a_position_that_is_none_names_nothing(at: int | None) -> None:
    fault = found("LIN", at, an_element(3))
    assert (fault.claims, fault.segment) == ((), None)
    assert fault.elements[0].value is None


def test_an_element_is_named_with_what_was_sent() -> None:
    fault = found(
        "SV2", 30, an_element(2, 2), an_element(3), an_element(2, 9), an_element(40), an_element(None)
    )
    assert fault.segment is not None
    assert fault.segment.id == "SV2"
    assert [(element.name, element.value and element.value.reveal()) for element in fault.elements] == [
        ("SV202-2", "J3399"),
        ("SV203", "2125000"),
        ("SV202-9", None),
        ("SV240", None),
        ("SV2", None),
    ]
    assert {element.code for element in fault.elements} == {"7"}


def test_a_repetition_is_named_and_its_value_taken() -> None:
    fault = found("HI", 25, an_element(1, 2, 1), an_element(1, 2, 2))
    assert [(element.name, element.value and element.value.reveal()) for element in fault.elements] == [
        ("HI01-2(1)", "G120"),
        ("HI01-2(2)", None),
    ]


def test_account_numbers_and_values_are_not_printed() -> None:
    assert "ACCT" not in repr(found("SV2", 30, an_element(3)).claims)
    assert "2125000" not in repr(found("SV2", 30, an_element(3)).elements)
