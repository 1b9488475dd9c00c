"""SNIP type 2: how values are written, where the tables of the guide are not strict enough.

A zero alone before the point (`0.75`) is taken: the standard only advises against it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from edi.claim837i import layouts
from edi.claim837i.layout import Layout
from edi.finding import Acknowledgment
from edi.protected import Protected, shown_code
from validators.checks import ClaimCheck, InLoop
from validators.registry import Fault, claim_rule

_LAYOUTS = [one for one in vars(layouts).values() if isinstance(one, Layout)]
_SERVICE, _UNITS = "SV2", 5
"""SV205, the one quantity whose digits the guide limits."""
_VALUE_CODE, _VALUE = "BE", 5
_FIRST_ELEMENT = len("HI*")
_SEPARATORS_KEPT = 8
_REMEMBERED = 4096
"""Claims of a file have few charges and counts, again and again."""
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,7}|(?=\.))(?:\.[0-9]{1,2})?")
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
_ZEROS_AT_THE_END = re.compile(r"-?[0-9]*\.[0-9]*0")
_LONGEST_SHOWN = 24
_WRONG_CHARACTERS = Acknowledgment("8", "6")
_TAX_ID = re.compile("[0-9]{9}")


@lru_cache(_REMEMBERED)
def _is_amount(value: str) -> bool:
    return _AMOUNT.fullmatch(value) is not None


@lru_cache(_REMEMBERED)
def _is_quantity(value: str) -> bool:
    return _QUANTITY.fullmatch(value) is not None


Form = Callable[[str], bool]


def _form(layout: Layout, number: int) -> Form | None:
    """The form that an element with a number must have; None where the guide limits none."""
    if number in layout.amounts:
        return _is_amount
    return _is_quantity if (layout.segment_id, number) == (_SERVICE, _UNITS) else None


_NUMBERS = {
    one.segment_id: tuple((number, _form(one, number)) for number in sorted(one.numbers))
    for one in _LAYOUTS
    if one.numbers
}
"""By segment id the elements that are amounts or quantities, each with its form."""


_WHOLE = r"(?:0|[1-9][0-9]{0,7})"
_PLAIN: dict[Form | None, str] = {
    _is_amount: r"(?:\.[0-9]?[1-9])?",
    _is_quantity: r"(?:\.[0-9]{0,2}[1-9])?",
    None: "",
}
"""How a plain number of each form goes on behind its whole part."""
_TAKEN_FOR_NUMBERS = frozenset("0123456789.")


@lru_cache(_SEPARATORS_KEPT)
def _plain_segments(separator: str) -> dict[str, Callable[[str], object]]:
    """By segment id what knows the segments all of whose numbers are surely well written.

    Nearly all are: a pattern for the whole segment says so at once, and what it does not match is looked
    at element by element. So it may be stricter than the rules of this module, but never laxer.
    """
    if separator in _TAKEN_FOR_NUMBERS:
        return dict.fromkeys(_NUMBERS, lambda text: None)
    mark = re.escape(separator)
    patterns: dict[str, Callable[[str], object]] = {}
    for segment_id, numbers in _NUMBERS.items():
        forms, text = dict(numbers), f"(?:{mark}.*|)"
        for number in range(max(forms), 0, -1):
            cell = f"(?:{_WHOLE}{_PLAIN[forms[number]]}|)" if number in forms else f"[^{mark}]*"
            text = f"(?:{mark}{cell}{text}|)"
        patterns[segment_id] = re.compile(re.escape(segment_id) + text, re.DOTALL).fullmatch
    return patterns


def _numbers(check: ClaimCheck) -> list[tuple[InLoop, int, str, Form | None]]:
    """What stands in those elements of segments that are not plain, with segment, element and form."""
    segments = check.segments
    plain = _plain_segments(check.claim.sources[-1].loops[0][1][0].separators.element)
    return [
        (item, number, contents[number], form)
        for segment_id in segments
        if segment_id in plain
        for item in segments[segment_id]
        if plain[segment_id](item[1].text) is None
        for contents in (item[1].elements,)
        for number, form in _NUMBERS[segment_id]
        if number < len(contents) and contents[number]
    ]


def _value_code_amounts(check: ClaimCheck) -> list[tuple[InLoop, str, str]]:
    """The amounts of value codes (HI BE), with the segment and the component."""
    return [
        ((loop, segment), f"HI{number:02d}-{_VALUE}", segment.component(number, _VALUE))
        for loop, segment in check.segments.get("HI", ())
        if segment.text.startswith(_VALUE_CODE, _FIRST_ELEMENT)
        for number in range(1, len(segment.elements))
        if segment.component(number, _VALUE)
    ]


@claim_rule("amount-format", source="005010X223A2, data element 782 and SV205; X12 RFI 1526, 1924; FACTS A4")
def amount_format(check: ClaimCheck) -> Iterator[Fault]:
    """Amounts are written as the guide limits them.

    What: an amount has an exponent, a comma, a sign, a leading zero, more than two decimals or more than
    eight digits before the point; or units (SV205) have that, three decimals being allowed there.
    Why: a payer's system reads another amount, or rejects the file (999 IK403 6; 277CA 178).
    Fix: write digits and at most one point: 2125000 for two million one hundred and twenty-five thousand dollars.
    """
    for item, number, value, is_right in check.once(_numbers):
        if is_right is None or is_right(value):
            continue
        segment_id = item[1].id
        text = value
        if segment_id == _SIGNED or (segment_id, number) in _SIGN_IS_ANOTHERS:
            text = value.removeprefix("-")
        decimals = 2 if is_right is _is_amount else 3
        yield from _misshapen(check, item, f"{segment_id}{number:02d}", value, text, decimals)
    for item, element, value in check.once(_value_code_amounts):
        if not _is_amount(value):
            yield from _misshapen(check, item, element, value, value)


def _misshapen(
    check: ClaimCheck, item: InLoop, element: str, value: str, text: str, decimals: int = 2
) -> Iterator[Fault]:
    """The fault of a value; `text` is it without a sign that is none. What is no number at all, the guide says."""
    right = _AMOUNT if decimals == 2 else _QUANTITY
    fault = next((words for form, words in _FAULTS if form.fullmatch(text)), None)
    if fault is None or right.fullmatch(text):
        return
    yield Fault(
        "{element} is written with {fault}.",
        check.place_of(item, element),
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
    for item, number, value, form in check.once(_numbers):
        if (
            "." in value
            and value[-1] == "0"
            and _ZEROS_AT_THE_END.fullmatch(value)
            and not _is_too_fine(form, value)
        ):
            yield _zeros(check, item, f"{item[1].id}{number:02d}", value)
    for item, element, value in check.once(_value_code_amounts):
        if _ZEROS_AT_THE_END.fullmatch(value) and _AMOUNT.fullmatch(value):
            yield _zeros(check, item, element, value)


def _is_too_fine(form: Form | None, value: str) -> bool:
    """Whether it is an amount with more than two decimals: `amount-format` says it."""
    return form is _is_amount and len(value.partition(".")[2]) > 2


def _zeros(check: ClaimCheck, item: InLoop, element: str, value: str) -> Fault:
    return Fault(
        "{element} ends in zeros after the decimal point.",
        check.place_of(item, element),
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
    for loop, segment in check.segments.get("REF", ()):
        if "EI" not in segment.text:
            continue
        contents = segment.elements
        number = contents[2] if len(contents) > 2 and contents[1] == "EI" else ""
        if number and not _TAX_ID.fullmatch(number):
            yield Fault(
                "The tax id in loop {loop} is not nine digits.",
                check.place_of((loop, segment), "REF02"),
                fields={"loop": loop or "unknown"},
                expected="nine digits",
                found=shown_code(number, 10),
            )
