"""Clean claims of an 835 at a glance.

Why: nearly all claims are clean, and for them the careful way (each element stripped, asked for by
number, ready to be reported) says nothing new and costs five times as much. So a claim is read in
one pass over its texts; whatever is not surely clean is left to the exact way in `read.py`, and a
test holds the two together.

Values that come again and again (dates, quantities, procedures) are made once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Final

from edi.answer_parts import (
    AmountEntry,
    Contact,
    DateEntry,
    Name,
    ProcedureCode,
    QuantityEntry,
    Reference,
)
from edi.remittance.model import AdjudicationValue, Adjustment, ClaimPayment, Remark, ServiceLine
from edi.separators import Separators
from edi.tokens import Segment
from edi.values import parse_cents, parse_date_range, parse_decimal

ADJUDICATION_REMARKS: Final = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
ADJUDICATION_VALUES: Final = {
    "MIA": (1, 2, 3, 4, *range(6, 20), 24),
    "MOA": (1, 2, 8, 9),
}
REMARK_CODE: Final = "HE"

_KEPT = 4096
_MOST_ELEMENTS = 100
_PADDING = [""] * 25
_CLP_ELEMENTS, _SVC_ELEMENTS, _NM1_ELEMENTS = 14, 8, 10
_CAS = [f"CAS{number:02d}" for number in range(_MOST_ELEMENTS)]
_CONTACT_NUMBERS = (3, 5, 7)
_ANY_MARK = "\0"
_SURELY_AN_AMOUNT = 14  # fewer digits than that

_Elements = list[str]
"""The elements of a segment, its id at index 0."""
_Entries = tuple[
    tuple[Adjustment, ...],
    tuple[Reference, ...],
    tuple[DateEntry, ...],
    tuple[AmountEntry, ...],
    tuple[QuantityEntry, ...],
    list[tuple[_Elements, int]],
]
"""Entries of a loop, and the segments of other kinds with their positions."""


class Unsure(Exception):
    """This is for the exact way."""


def clean_claim(
    texts: Sequence[str], segments: Sequence[Segment], separators: Separators, position: int
) -> ClaimPayment | None:
    """The claim whose segments, CLP first, have the texts; None where it is not surely clean.

    `position` is that of CLP; the other segments follow it one by one. `segments` are those of the
    texts, to be kept with what is read. `is_plain` must have been asked of the texts.
    """
    try:
        return _claim(texts, segments, separators, position)
    except (Unsure, IndexError):
        return None


def is_plain(text: str, separators: Separators) -> bool:
    """Whether the text of segments, parted by terminators alone, is ASCII with no blank next to a separator.

    The careful way takes such blanks off.
    """
    return text.isascii() and not _has_padding(text, separators)


def _has_padding(text: str, separators: Separators) -> bool:
    marks = (separators.element, separators.component, separators.terminator, _ANY_MARK)
    for mark in marks:
        if mark.isspace():  # a line end, or a control character that Python takes for a blank
            text = text.replace(mark, _ANY_MARK)
    words = text.split()
    if len(words) == 1:
        return words[0] != text
    return (
        text[-1].isspace()
        or any(word.endswith(marks) for word in words[:-1])
        or any(word.startswith(marks) for word in words[1:])
    )


def _claim(
    texts: Sequence[str], segments: Sequence[Segment], separators: Separators, position: int
) -> ClaimPayment:
    mark, component = separators.element, separators.component
    split = [text.split(mark) for text in texts]
    begins = [at for at, elements in enumerate(split) if elements[0] == "SVC"]
    begins.append(len(split))
    adjustments, references, dates, amounts, quantities, others = _entries(split[1 : begins[0]], position)
    names: list[Name] = []
    contacts: list[Contact] = []
    remarks: dict[str, tuple[Remark, ...]] = {}
    values: dict[str, tuple[AdjudicationValue, ...]] = {}
    for elements, here in others:
        segment_id = elements[0]
        if segment_id == "NM1":
            names.append(_name(elements, here))
        elif segment_id == "PER":
            contacts.append(_contact(elements + _PADDING, here))
        elif segment_id in ADJUDICATION_REMARKS and segment_id not in remarks:
            elements += _PADDING
            remarks[segment_id] = _adjudication_remarks(elements, here)
            values[segment_id] = _adjudication_values(elements, here)
        else:
            raise Unsure
    header = split[0]
    if len(header) < _CLP_ELEMENTS:
        header += _PADDING
    return ClaimPayment(
        header[1],
        header[2],
        _cents(header[3]),
        _cents(header[4]),
        _cents(header[5]) if header[5] else 0,
        header[6],
        header[7],
        header[8],
        header[9],
        header[11],
        clean_quantity(header[12]),
        clean_quantity(header[13]) if header[13] else None,
        tuple(names),
        adjustments,
        remarks.get("MIA", ()) + remarks.get("MOA", ()),
        values.get("MIA", ()) + values.get("MOA", ()),
        references,
        dates,
        amounts,
        quantities,
        tuple(contacts),
        tuple(
            [
                _line(split[first:end], segments[first:end], component, position + first)
                for first, end in pairwise(begins)
            ]
        ),
        (),
        position,
        segments,
    )


def _line(split: list[_Elements], segments: Sequence[Segment], component: str, position: int) -> ServiceLine:
    header = split[0]
    if len(header) < _SVC_ELEMENTS:
        header += _PADDING
    adjustments, references, dates, amounts, quantities, others = _entries(split[1:], position)
    remarks = []
    for elements, here in others:
        if elements[0] != "LQ":
            raise Unsure
        if elements[2]:
            remarks.append(Remark(elements[1], elements[2], "LQ02", here))
    return ServiceLine(
        clean_procedure(header[1], component),
        _cents(header[2]),
        _cents(header[3]),
        header[4],
        clean_quantity(header[5]),
        clean_procedure(header[6], component) if header[6] else None,
        clean_quantity(header[7]) if header[7] else None,
        adjustments,
        references,
        dates,
        amounts,
        quantities,
        tuple(remarks),
        (),
        position,
        segments,
    )


def _entries(split: Iterable[_Elements], position: int) -> _Entries:
    """What claims and lines both have, of the segments that follow CLP or SVC at `position`, and the others.

    IndexError where an element is missing.
    """
    adjustments: list[Adjustment] = []
    references: list[Reference] = []
    dates: list[DateEntry] = []
    amounts: list[AmountEntry] = []
    quantities: list[QuantityEntry] = []
    others: list[tuple[_Elements, int]] = []
    for elements in split:
        position += 1
        segment_id = elements[0]
        if segment_id == "DTM":
            first, last = clean_period(elements[2])
            dates.append(DateEntry(elements[1], first, last, position))
        elif segment_id == "REF":
            references.append(Reference(elements[1], elements[2], position))
        elif segment_id == "CAS":
            _adjustments(elements, position, adjustments)
        elif segment_id == "AMT":
            amounts.append(AmountEntry(elements[1], _cents(elements[2]), True, position))
        elif segment_id == "QTY":
            quantities.append(QuantityEntry(elements[1], clean_quantity(elements[2]), position))
        else:
            others.append((elements, position))
    return (
        tuple(adjustments),
        tuple(references),
        tuple(dates),
        tuple(amounts),
        tuple(quantities),
        others,
    )


def _adjustments(elements: _Elements, position: int, found: list[Adjustment]) -> None:
    count = len(elements)
    if count > _MOST_ELEMENTS:
        raise Unsure
    elements += ("", "")
    group = elements[1]
    for number in range(2, count, 3):
        reason, amount, units = elements[number : number + 3]
        if reason or amount or units:
            quantity = clean_quantity(units) if units else None
            found.append(Adjustment(group, reason, _cents(amount), quantity, _CAS[number], True, position))


def _adjudication_remarks(elements: _Elements, position: int) -> tuple[Remark, ...]:
    segment_id = elements[0]
    return tuple(
        Remark(REMARK_CODE, elements[number], f"{segment_id}{number:02d}", position)
        for number in ADJUDICATION_REMARKS[segment_id]
        if elements[number]
    )


def _adjudication_values(elements: _Elements, position: int) -> tuple[AdjudicationValue, ...]:
    segment_id = elements[0]
    found = ((number, elements[number]) for number in ADJUDICATION_VALUES[segment_id])
    values = ((number, clean_quantity(text)) for number, text in found if text)
    return tuple(
        AdjudicationValue(f"{segment_id}{number:02d}", value, position)
        for number, value in values
        if value is not None
    )


def _name(elements: _Elements, position: int) -> Name:
    if len(elements) < _NM1_ELEMENTS:
        elements += _PADDING
    _, qualifier, entity_type, last, first, middle, prefix, suffix, of_identifier, identifier, *_ = elements
    return Name(
        qualifier, entity_type, last, first, middle, prefix, suffix, of_identifier, identifier, position
    )


def _contact(elements: _Elements, position: int) -> Contact:
    numbers = tuple(
        (elements[number], elements[number + 1]) for number in _CONTACT_NUMBERS if elements[number + 1]
    )
    return Contact(elements[1], elements[2], numbers, position)


def _cents(text: str) -> int:
    if text.isdigit() and len(text) < _SURELY_AN_AMOUNT:  # ASCII, as all here: the usual case, quickly
        return int(text) * 100
    cents = parse_cents(text)
    if cents is None:
        raise Unsure
    return cents


@lru_cache(maxsize=_KEPT)
def clean_quantity(text: str) -> Decimal | None:
    """A quantity, None where the element is empty. Raises Unsure."""
    value = parse_decimal(text)
    if value is None and text:
        raise Unsure
    return value


@lru_cache(maxsize=_KEPT)
def clean_period(text: str) -> tuple[date, date] | tuple[None, None]:
    """A date twice or a range, Nones where the element is empty. Raises Unsure."""
    period = parse_date_range(text)
    if period is None and text:
        raise Unsure
    return period or (None, None)


@lru_cache(maxsize=_KEPT)
def clean_procedure(text: str, component: str) -> ProcedureCode | None:
    """A procedure composite, None where the element is empty. Raises Unsure."""
    if not text:
        return None
    parts = text.split(component)
    if len(parts) == 1 or len(parts[0]) != 2:
        raise Unsure
    parts += [""] * 7
    return ProcedureCode(parts[0], parts[1], tuple(filter(None, parts[2:6])), parts[6])
