"""SNIP type 2: how values are written, where the tables of the guide are not strict enough.

A zero alone before the point (`0.75`) is taken: the standard only advises against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from edi.claim837i import layouts
from edi.claim837i.layout import Layout
from edi.claim837i.model import LoopSegment
from edi.finding import Acknowledgment
from edi.protected import Protected, shown_code
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

Elements = Mapping[str, tuple[int, ...]]
"""Numbers of elements by segment id, ascending."""

_LAYOUTS = [one for one in vars(layouts).values() if isinstance(one, Layout)]
_AMOUNTS: Elements = {one.segment_id: tuple(sorted(one.amounts)) for one in _LAYOUTS if one.amounts}
_NUMBERS: Elements = {one.segment_id: tuple(sorted(one.numbers)) for one in _LAYOUTS if one.numbers}
_WITH_NUMBERS = frozenset({*_NUMBERS, "HI"})
_SERVICE, _UNITS = "SV2", 5
"""SV205, the one quantity whose digits the guide limits."""
_VALUE_CODE, _VALUE = "BE", 5
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,7}|(?=\.))(?:\.[0-9]{1,2})?")
_AMOUNTS_IN_A_ROW = re.compile(rf"(?:{_AMOUNT.pattern} )*")
_QUANTITY = re.compile(r"(?:0|[1-9][0-9]{0,7}|(?=\.))(?:\.[0-9]{1,3})?")
_SIGNED = "CAS"
"""The segment whose amounts may be negative."""
_SIGN_IS_ANOTHERS = frozenset({("SV2", 3), ("SVD", 2)})
"""Charges and payments below zero: `charge-shape` and `cob-shape` say it."""
_FAULTS = (
    (re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+"), "an exponent"),
    (re.compile(r"[-+]?[0-9][0-9,]*,[0-9,]*(?:\.[0-9]*)?"), "a comma"),
    (re.compile(r"\+[0-9.]+"), "a plus sign"),
    (re.compile(r"-[0-9.]+"), "a minus sign"),
    (re.compile(r"0[0-9]+(?:\.[0-9]+)?"), "a leading zero"),
    (re.compile(r"[0-9]{9,}(?:\.[0-9]+)?"), "more than eight digits before the point"),
    (re.compile(r"[0-9]*\.[0-9]{3,}"), "too many decimals"),
)
_SEEM_TO_END_IN_ZEROS = re.compile(r"\.[0-9]*0(?![0-9])")
_ZEROS_AT_THE_END = re.compile(r"-?[0-9]*\.[0-9]*0")
_LONGEST_SHOWN = 24
_WRONG_CHARACTERS = Acknowledgment("8", "6")
_TAX_ID = re.compile("[0-9]{9}")


def _values(check: ClaimCheck, elements: Elements) -> list[tuple[LoopSegment, int, str]]:
    """What stands in those elements, with segment and element."""
    segments = check.segments
    return [
        (item, number, contents[number])
        for segment_id in elements.keys() & segments.keys()
        for item in segments[segment_id]
        for contents in (item.segment.elements,)
        for number in elements[segment_id]
        if number < len(contents) and contents[number]
    ]


def _value_code_amounts(check: ClaimCheck) -> Iterator[tuple[LoopSegment, str, str]]:
    """The amounts of value codes (HI BE), with the segment and the component."""
    for item in check.segments.get("HI", ()):
        if not item.segment.element(1).startswith(_VALUE_CODE):
            continue
        for number in range(1, len(item.segment.elements)):
            amount = item.segment.component(number, _VALUE)
            if amount:
                yield item, f"HI{number:02d}-{_VALUE}", amount


@claim_rule("amount-format", source="005010X223A2, data element 782 and SV205; X12 RFI 1526, 1924; FACTS A4")
def amount_format(check: ClaimCheck) -> Iterator[Fault]:
    """Amounts are written as the guide limits them.

    What: an amount has an exponent, a comma, a sign, a leading zero, more than two decimals or more than
    eight digits before the point; or units (SV205) have that, three decimals being allowed there.
    Why: a payer's system reads another amount, or rejects the file (999 IK403 6; 277CA 178).
    Fix: write digits and at most one point: 2125000 for two million one hundred and twenty-five thousand dollars.
    """
    values = _values(check, _AMOUNTS)
    are_right = _AMOUNTS_IN_A_ROW.fullmatch("".join([f"{value} " for _, _, value in values]))
    for item, number, value in () if are_right else values:
        if _AMOUNT.fullmatch(value):
            continue
        segment_id = item.segment.id
        text = value
        if segment_id == _SIGNED or (segment_id, number) in _SIGN_IS_ANOTHERS:
            text = value.removeprefix("-")
        yield from _misshapen(check, item, f"{segment_id}{number:02d}", value, text)
    for item, element, value in _value_code_amounts(check):
        if not _AMOUNT.fullmatch(value):
            yield from _misshapen(check, item, element, value, value)
    for item in check.segments.get(_SERVICE, ()):
        units = item.segment.element(_UNITS)
        if units and not _QUANTITY.fullmatch(units):
            yield from _misshapen(check, item, f"{_SERVICE}{_UNITS:02d}", units, units, decimals=3)


def _misshapen(
    check: ClaimCheck, item: LoopSegment, element: str, value: str, text: str, decimals: int = 2
) -> Iterator[Fault]:
    """The fault of a value; `text` is it without a sign that is none. What is no number at all, the guide says."""
    right = _AMOUNT if decimals == 2 else _QUANTITY
    fault = next((words for form, words in _FAULTS if form.fullmatch(text)), None)
    if fault is None or right.fullmatch(text):
        return
    yield Fault(
        "{element} is written with {fault}.",
        check.claim.place_of(item, element),
        fields={"element": element, "fault": fault},
        expected=f"digits, at most eight before the point and {decimals} behind it",
        found=value if len(value) <= _LONGEST_SHOWN else Protected(value),
        acknowledgment=_WRONG_CHARACTERS,
    )


@claim_rule("amount-trailing-zeros", source="X12 control standard, type R; X12 RFI 1526; FACTS A4")
def amount_trailing_zeros(check: ClaimCheck) -> Iterator[Fault]:
    """Numbers have no zeros at the end of their decimals.

    What: an amount or a quantity ends in zeros after the decimal point, as 2125000.00 does.
    Why: the standard leaves such zeros out; some clearinghouses reject them.
    Fix: write the number without them: 2125000 instead of 2125000.00.
    """
    if not _may_end_in_zeros(check):
        return
    for item, number, value in _values(check, _NUMBERS):
        if value[-1] == "0" and _ZEROS_AT_THE_END.fullmatch(value) and not _is_too_fine(item, number, value):
            yield _zeros(check, item, f"{item.segment.id}{number:02d}", value)
    for item, element, value in _value_code_amounts(check):
        if _ZEROS_AT_THE_END.fullmatch(value) and _AMOUNT.fullmatch(value):
            yield _zeros(check, item, element, value)


def _may_end_in_zeros(check: ClaimCheck) -> bool:
    """Whether anything in the segments with numbers looks so: one search over all of them."""
    segments = check.segments
    texts = [
        item.segment.text for segment_id in _WITH_NUMBERS & segments.keys() for item in segments[segment_id]
    ]
    return _SEEM_TO_END_IN_ZEROS.search("\n".join(texts)) is not None


def _is_too_fine(item: LoopSegment, number: int, value: str) -> bool:
    """Whether it is an amount with more than two decimals: `amount-format` says it."""
    return number in _AMOUNTS.get(item.segment.id, ()) and len(value.partition(".")[2]) > 2


def _zeros(check: ClaimCheck, item: LoopSegment, element: str, value: str) -> Fault:
    return Fault(
        "{element} ends in zeros after the decimal point.",
        check.claim.place_of(item, element),
        fields={"element": element},
        expected="no zeros at the end of the decimals",
        found=value if len(value) <= _LONGEST_SHOWN else Protected(value),
    )


@claim_rule("tax-id", source="005010X223A2, 2010AA REF*EI: the employer's number of the IRS; FACTS A4")
def tax_id(check: ClaimCheck) -> Iterator[Fault]:
    """The tax id of the hospital has nine digits.

    What: a REF*EI holds anything else than nine digits.
    Why: the payer matches hospital and payment by it; a hyphen or a lost zero matches nobody (277CA 128).
    Fix: write the nine digits of the tax id without a hyphen, with leading zeros, in the site profile.
    """
    for item in check.segments.get("REF", ()):
        contents = item.segment.elements
        if "EI" not in contents:
            continue
        number = contents[2] if len(contents) > 2 and contents[1] == "EI" else ""
        if number and not _TAX_ID.fullmatch(number):
            yield Fault(
                "The tax id in loop {loop} is not nine digits.",
                check.claim.place_of(item, "REF02"),
                fields={"loop": item.loop or "unknown"},
                expected="nine digits",
                found=shown_code(number, 10),
            )
