"""Clean claims of an 835 at a glance.

Why: nearly all claims are clean, and for them the careful way (each element stripped, asked for by
number, ready to be reported) says nothing new and costs five times as much. So a claim is read in
one pass over its texts; whatever is not surely clean is left to the exact way in `read.py`, and a
test holds the two together.

Values that come again and again (dates, quantities, procedures) are made once.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from edi.remittance.model import Adjustment, ClaimPayment, Remark, ServiceLine
from edi.separators import Separators
from edi.tokens import Segment
from edi.values import parse_cents, parse_date_range, parse_decimal

ADJUDICATION_REMARKS: Final = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
REMARK_CODE: Final = "HE"

_KEPT = 4096
_MOST_ELEMENTS = 100
_PADDING = [""] * 24
_CAS = [f"CAS{number:02d}" for number in range(_MOST_ELEMENTS)]
_CONTACT_NUMBERS = (3, 5, 7)

_Entries = tuple[
    list[Adjustment], list[Reference], list[DateEntry], list[AmountEntry], list[QuantityEntry], list[Remark]
]


class Unsure(Exception):
    """This is for the exact way."""


def clean_claim(
    texts: Sequence[str], segments: Sequence[Segment], separators: Separators, position: int
) -> ClaimPayment | None:
    """The claim whose segments, CLP first, have the texts; None where it is not surely clean.

    `position` is that of CLP; the other segments follow it one by one. `segments` are those of the
    texts, to be kept with what is read.
    """
    whole = separators.terminator.join(texts)
    if not whole.isascii():
        return None
    if _has_padding(whole, separators):
        return None
    try:
        return _claim(texts, segments, separators, position)
    except (Unsure, IndexError):
        return None


def _has_padding(whole: str, separators: Separators) -> bool:
    """Whether blanks stand next to a separator: the careful way takes them off."""
    words = whole.split()
    if len(words) == 1:
        return words[0] != whole
    marks = (separators.element, separators.component, separators.terminator)
    return (
        whole[-1].isspace()
        or any(word.endswith(marks) for word in words[:-1])
        or any(word.startswith(marks) for word in words[1:])
    )


def _claim(
    texts: Sequence[str], segments: Sequence[Segment], separators: Separators, position: int
) -> ClaimPayment:
    mark, component = separators.element, separators.component
    ends = [at for at, text in enumerate(texts) if text.startswith("SVC" + mark)]
    ends.append(len(texts))
    adjustments, references, dates, amounts, quantities, _ = entries = _no_entries()
    names: list[Name] = []
    contacts: list[Contact] = []
    remarks: dict[str, list[Remark]] = {}
    for at in range(1, ends[0]):
        elements = texts[at].split(mark)
        segment_id = elements[0]
        here = position + at
        if segment_id == "NM1":
            names.append(_name(elements + _PADDING, here))
        elif segment_id in ADJUDICATION_REMARKS:
            if segment_id in remarks:
                raise Unsure
            remarks[segment_id] = _adjudication_remarks(elements + _PADDING, here)
        elif segment_id == "PER":
            contacts.append(_contact(elements + _PADDING, here))
        elif segment_id == "LQ":
            raise Unsure
        else:
            _take(segment_id, elements, here, entries)
    header = texts[0].split(mark) + _PADDING
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
        tuple(names),
        tuple(adjustments),
        (*remarks.get("MIA", ()), *remarks.get("MOA", ())),
        tuple(references),
        tuple(dates),
        tuple(amounts),
        tuple(quantities),
        tuple(contacts),
        tuple(
            [
                _line(texts[first:end], segments[first:end], mark, component, position + first)
                for first, end in pairwise(ends)
            ]
        ),
        (),
        position,
        segments,
    )


def _line(
    texts: Sequence[str], segments: Sequence[Segment], mark: str, component: str, position: int
) -> ServiceLine:
    adjustments, references, dates, amounts, quantities, remarks = entries = _no_entries()
    for at in range(1, len(texts)):
        elements = texts[at].split(mark)
        _take(elements[0], elements, position + at, entries)
    header = texts[0].split(mark) + _PADDING
    return ServiceLine(
        clean_procedure(header[1], component),
        _cents(header[2]),
        _cents(header[3]),
        header[4],
        clean_quantity(header[5]),
        clean_procedure(header[6], component),
        clean_quantity(header[7]),
        tuple(adjustments),
        tuple(references),
        tuple(dates),
        tuple(amounts),
        tuple(quantities),
        tuple(remarks),
        (),
        position,
        segments,
    )


def _no_entries() -> _Entries:
    return [], [], [], [], [], []


def _take(segment_id: str, elements: list[str], position: int, entries: _Entries) -> None:
    """Read a segment that claims and lines have; LQ is for lines alone."""
    if segment_id == "CAS":
        _adjustments(elements, position, entries[0])
        return
    elements += ("", "", "")
    if segment_id == "REF":
        entries[1].append(Reference(elements[1], elements[2], position))
    elif segment_id == "DTM":
        first, last = clean_period(elements[2])
        entries[2].append(DateEntry(elements[1], first, last, position))
    elif segment_id == "AMT":
        entries[3].append(AmountEntry(elements[1], _cents(elements[2]), True, position))
    elif segment_id == "QTY":
        entries[4].append(QuantityEntry(elements[1], clean_quantity(elements[2]), position))
    elif segment_id == "LQ":
        if elements[2]:
            entries[5].append(Remark(elements[1], elements[2], "LQ02", position))
    else:
        raise Unsure


def _adjustments(elements: list[str], position: int, found: list[Adjustment]) -> None:
    count = len(elements)
    if count > _MOST_ELEMENTS:
        raise Unsure
    elements += ("", "")
    group = elements[1]
    for number in range(2, count, 3):
        reason, amount = elements[number], elements[number + 1]
        if reason or amount:
            quantity = clean_quantity(elements[number + 2])
            found.append(Adjustment(group, reason, _cents(amount), quantity, _CAS[number], True, position))


def _adjudication_remarks(elements: list[str], position: int) -> list[Remark]:
    segment_id = elements[0]
    return [
        Remark(REMARK_CODE, elements[number], f"{segment_id}{number:02d}", position)
        for number in ADJUDICATION_REMARKS[segment_id]
        if elements[number]
    ]


def _name(elements: list[str], position: int) -> Name:
    _, qualifier, entity_type, last, first, middle, prefix, suffix, of_identifier, identifier = elements[:10]
    return Name(
        qualifier, entity_type, last, first, middle, prefix, suffix, of_identifier, identifier, position
    )


def _contact(elements: list[str], position: int) -> Contact:
    numbers = tuple(
        (elements[number], elements[number + 1]) for number in _CONTACT_NUMBERS if elements[number + 1]
    )
    return Contact(elements[1], elements[2], numbers, position)


def _cents(text: str) -> int:
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
