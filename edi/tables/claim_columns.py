"""Tables of many clean claims of an 835 at once: columns out of the text, with no object in between.

Why: a remittance of a million claims is read into tables faster than Python can split it. NumPy
finds the separators; each column is cut out of the text by where its elements begin and end.
Whatever is not surely clean is named as such, and goes the exact way; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from edi.answer_parts import ProcedureCode
from edi.other_elements import most_elements
from edi.remittance.glance import (
    ADJUDICATION_REMARKS,
    REMARK_CODE,
    Unsure,
    clean_period,
    clean_procedure,
    clean_quantity,
)
from edi.remittance.statuses import claim_status_meaning
from edi.tables.arrow import TYPES, money, quantity, same_text
from edi.tables.columns import Kind
from edi.tables.cut_text import CutText, Flags, Numbers, Segments, code
from edi.tables.entry_arrays import AdjudicationArrays, EntryArrays, all_but
from edi.tables.rows import (
    ALLOWED_OF_LINES,
    DATES_OF_CLAIMS,
    DAY_OF_LINES,
    NUMBER_OF_LINES,
    PERIOD_OF_LINES,
)
from edi.tokens import Run

_TRIPLETS: Final = range(2, 20, 3)
_NOT_READ: Final = 10  # CLP10
_MOST_COMPONENTS = 7
_FIRST_PLAIN, _LAST_PLAIN = ord("!"), ord("~")
_NO_CODE = ProcedureCode("", "")


class Unique(NamedTuple):
    """Values that come again and again: each once, and which of them stands where."""

    values: list[Any]
    codes: Numbers

    def column(self, kind: Kind, read: Callable[[Any], object], codes: Numbers | None = None) -> pa.Array:
        """A column of what `read` takes out of each value; null where the code is -1."""
        chosen = self.codes if codes is None else codes
        found = [read(value) for value in self.values]
        if codes is None and found.count(found[0]) == len(found):
            return _same(kind, found[0], len(chosen))
        values = pa.array(found, TYPES[kind])
        return values.take(_with_nulls(chosen, chosen < 0))


def _same(kind: Kind, value: object, count: int) -> pa.Array:
    if isinstance(value, str):
        return same_text(value, count)
    return pa.repeat(pa.scalar(value, TYPES[kind]), count)


def _with_nulls(numbers: Numbers, missing: Flags) -> pa.Array:
    """Null where a number is missing."""
    return pa.array(numbers, mask=missing) if missing.any() else pa.array(numbers)


class ClaimColumns:
    """The claims of a run. `unclean` names those for which `tables` must not be asked, by index.

    `starts` are where claims begin in `text`, which has no line ends.
    """

    def __init__(self, run: Run) -> None:
        marks = run.separators
        self.text = run.text.replace(run.tail, marks.terminator)
        self._cut = CutText(self.text, marks.element, marks.terminator, behind=REMARK_CODE)
        self._component = marks.component
        self._position = run.position
        self._read_ids(marks.element)
        self._unclean = np.zeros(len(self._clp), dtype=bool)
        self._refuse_padding(marks.element + marks.component + marks.terminator)
        self._refuse_misplaced()
        self._read_values()

    @property
    def unclean(self) -> Numbers:
        return np.flatnonzero(self._unclean)

    @property
    def starts(self) -> Numbers:
        return self._cut.begins[self._clp.which]

    @property
    def amounts(self) -> tuple[memoryview, memoryview, memoryview]:
        """CLP03, CLP04 and CLP05 of each claim, in cents."""
        charge, paid, patient = map(np.ascontiguousarray, (self._charge, self._paid, self._patient))
        return charge.data, paid.data, patient.data

    @cached_property
    def accounts(self) -> pa.StringArray:
        """CLP01 of each claim."""
        return self._cut.texts(self._clp.element(1))

    def _read_ids(self, mark: str) -> None:
        ids = self._cut.ids()

        def having(segment_id: str) -> Segments:
            return Segments(self._cut, np.flatnonzero(ids == code((segment_id + mark)[:3])))

        self._clp, self._svc, self._cas = having("CLP"), having("SVC"), having("CAS")
        self._dtm, self._ref, self._amt = having("DTM"), having("REF"), having("AMT")
        self._qty, self._lq = having("QTY"), having("LQ")
        self._adjudication = {name: having(name) for name in ADJUDICATION_REMARKS}
        self._nm1, self._per = having("NM1"), having("PER")
        of_claims_alone = [self._nm1, self._per, *self._adjudication.values()]
        self._of_claims_alone = np.concatenate([segments.which for segments in of_claims_alone])
        self._claim = _last_of(self._clp.which, len(ids))
        self._line = _last_of(self._svc.which, len(ids))
        claim_of_line = self._claim[self._svc.which]
        if len(self._svc):
            self._line[claim_of_line[self._line] != self._claim] = -1
        first_line = np.searchsorted(claim_of_line, claim_of_line)
        self._line_number = np.arange(len(self._svc)) - first_line + 1

    def _refuse(self, segments: Numbers) -> None:
        self._unclean[self._claim[segments]] = True

    def _refuse_padding(self, marks: str) -> None:
        """Blanks beside a separator are taken off by the exact way; other alphabets are for it, too."""
        is_mark = np.zeros(256, dtype=bool)
        is_mark[[ord(mark) for mark in marks]] = True
        whole = self._cut.whole
        # one comparison for both sides, as numbers of eight bits begin anew
        odd = self._cut.where(lambda some: (some - np.uint8(_FIRST_PLAIN)) > _LAST_PLAIN - _FIRST_PLAIN)
        odd = odd[~is_mark[whole[odd]]]
        beside = is_mark[whole[odd - 1]] | is_mark[whole[odd + 1]] | (whole[odd] > _LAST_PLAIN)
        at = odd[beside]
        self._refuse(np.searchsorted(self._cut.begins, at, side="right") - 1)

    def _refuse_misplaced(self) -> None:
        self._refuse(self._of_claims_alone[self._line[self._of_claims_alone] >= 0])
        self._refuse(self._lq.which[self._line[self._lq.which] < 0])
        if self._cas.most >= _TRIPLETS.stop:
            self._refuse(self._cas.which[self._cut.counts[self._cas.which] >= _TRIPLETS.stop])
        self._refuse(self._clp.which[self._cut.length[self._clp.element(_NOT_READ)] > 0])
        read = {"2100": {"CLP": self._clp, "NM1": self._nm1, "PER": self._per, **self._adjudication}}
        read["2110"] = {"SVC": self._svc, "REF": self._ref, "DTM": self._dtm, "AMT": self._amt}
        read["2110"] |= {"QTY": self._qty, "LQ": self._lq}
        for loop, groups in read.items():
            for name, segments in groups.items():
                most = most_elements("835", loop, name)
                if segments.most > most:
                    self._refuse(segments.which[self._cut.counts[segments.which] > most])
        for segments in self._adjudication.values():
            self._unclean |= np.bincount(self._claim[segments.which], minlength=len(self._clp)) > 1

    def _unique(self, segments: Segments, number: int, read: Callable[[str], object]) -> Unique:
        """Each value of an element read once; claims with one that is not clean are refused."""
        return self._unique_of(segments.which, segments.element(number), read)

    def _unique_of(self, segments: Numbers, elements: Numbers, read: Callable[[str], object]) -> Unique:
        texts, codes = self._cut.distinct(elements)
        values: list[Any] = []
        unsure = []
        for number, text in enumerate(texts):
            try:
                values.append(read(text))
            except Unsure:
                values.append(None)
                unsure.append(number)
        if unsure:
            self._refuse(segments[np.isin(codes, unsure)])
        return Unique(values, codes)

    def _read_values(self) -> None:
        self._read_amounts()
        clp, svc, qty = self._clp, self._svc, self._qty
        self._units = self._unique(svc, 5, clean_quantity)
        self._submitted_units = self._unique(svc, 7, clean_quantity)
        self._drg_weight = self._unique(clp, 12, clean_quantity)
        self._discharge_fraction = self._unique(clp, 13, clean_quantity)
        self._quantities = self._unique(qty, 2, clean_quantity)
        self._values = AdjudicationArrays(self._cut, self._adjudication)
        self._adjudicated = self._unique_of(self._values.which, self._values.values, clean_quantity)
        self._date_codes = self._cut.codes(self._dtm.element(1))
        self._dates = self._unique(self._dtm, 2, clean_period)

        def procedure(text: str) -> ProcedureCode | None:
            if text.count(self._component) >= _MOST_COMPONENTS:
                raise Unsure
            return clean_procedure(text, self._component)

        self._services = self._unique(svc, 1, procedure)
        self._submitted = self._unique(svc, 6, procedure)
        self._refuse_unbalanced()

    def _read_amounts(self) -> None:
        clp, svc, amt = self._clp, self._svc, self._amt
        responsibility = clp.element(5)
        given = np.flatnonzero(self._cut.length[responsibility])
        elements = [(clp, 3), (clp, 4), (svc, 2), (svc, 3), (amt, 2)]
        self._charge, self._paid, self._line_charge, self._line_paid, self._amounts, patient, adjustments = (
            self._cents(
                [
                    *((segments.which, segments.element(number)) for segments, number in elements),
                    (clp.which[given], responsibility[given]),
                    self._read_adjustments(),
                ]
            )
        )
        self._patient = np.zeros(len(clp), dtype=np.int64)
        self._patient[given] = patient
        self._adjustments = adjustments

    def _cents(self, parts: list[tuple[Numbers, Numbers]]) -> list[Numbers]:
        """Amounts in cents, given by their segments; claims with one that is not clean are refused.

        All in one call, as each has its price.
        """
        cents, clean = self._cut.cents(np.concatenate([elements for _, elements in parts]))
        if not clean.all():
            self._refuse(np.concatenate([segments for segments, _ in parts])[~clean])
        return np.split(cents, np.cumsum([len(segments) for segments, _ in parts[:-1]]))

    def _read_adjustments(self) -> tuple[Numbers, Numbers]:
        """The triplets of CAS that have a reason or an amount, in the order of the file: segments and amounts."""
        cas = self._cas
        numbers = [number for number in _TRIPLETS if number <= cas.most] or [_TRIPLETS.start]
        reasons, amounts, quantities = (
            np.concatenate([cas.element(number + at) for number in numbers]) for at in range(3)
        )
        segments = np.tile(cas.which, len(numbers))
        length = self._cut.length
        given = np.flatnonzero(length[reasons] + length[amounts] + length[quantities])
        if len(numbers) > 1:  # the triplets of one segment stand in their order already
            given = given[np.argsort(segments[given], kind="stable")]
        self._adjusted = Segments(self._cut, segments[given])
        self._reasons = reasons[given]
        self._adjusted_quantities = self._unique_of(self._adjusted.which, quantities[given], clean_quantity)
        return self._adjusted.which, amounts[given]

    def _refuse_unbalanced(self) -> None:
        of_lines = np.zeros(len(self._svc) + 1, dtype=np.int64)
        adjusted = self._adjusted.which
        np.add.at(of_lines, self._line[adjusted], self._adjustments)  # -1: those of claims, at the end
        self._refuse(self._svc.which[self._line_charge - of_lines[:-1] != self._line_paid])
        of_claims = np.zeros(len(self._clp), dtype=np.int64)
        np.add.at(of_claims, self._claim[adjusted], self._adjustments)
        self._unclean |= self._charge - of_claims != self._paid

    def tables(self, first_number: int) -> Mapping[str, list[pa.Array]]:
        """The columns of each table without file and transaction; claims are counted from `first_number`."""
        self._number = first_number
        tables = {
            "claims": self._claims(),
            "lines": self._lines(),
            "adjustments": self._adjustment_columns(),
            "remarks": self._remarks(),
            **self._entries(),
        }
        return {name: columns for name, columns in tables.items() if len(columns[0])}

    def _keys(self, segments: Numbers) -> list[pa.Array]:
        """Claim, line and position."""
        line = self._line[segments]
        numbers = self._line_number[line] if len(self._line_number) else line
        return [
            pa.array(self._claim[segments] + self._number),
            _with_nulls(numbers, line < 0),
            pa.array(segments + self._position),
        ]

    def _claims(self) -> list[pa.Array]:
        clp = self._clp
        text = {number: self._cut.texts(clp.element(number)) for number in (6, 7, 8, 9, 11)}
        status = self._unique(clp, 2, str)
        at_claims = self._line[self._dtm.which] < 0
        found = [self._first_date(code, at_claims, self._claim, len(clp)) for code in DATES_OF_CLAIMS]
        self._held_dates = found
        number, _, position = self._keys(clp.which)
        return [
            number,
            position,
            self.accounts,
            status.column(Kind.TEXT, str),
            *map(money, (self._charge, self._paid, self._patient)),
            text[6],
            text[7],
            text[8],
            text[9],
            text[11],
            *(self._day_column(_first, which) for which in found),
            status.column(Kind.FLAG, _is_reversal),
            status.column(Kind.FLAG, _was_forwarded),
            self._drg_weight.column(Kind.QUANTITY, quantity),
            self._discharge_fraction.column(Kind.QUANTITY, quantity),
        ]

    def _first_date(self, qualifier: str, chosen: Flags, owner: Numbers, count: int) -> Numbers:
        """Which DTM is the first with the qualifier of each claim or line, -1 where there is none."""
        found = np.flatnonzero((self._date_codes == code(qualifier)) & chosen)
        return _first_of_each(owner[self._dtm.which[found]], found, count)

    def _day_column(self, read: Callable[[Any], object], which: Numbers) -> pa.Array:
        if not len(self._dtm):
            return pa.nulls(len(which), TYPES[Kind.DAY])
        return self._dates.column(Kind.DAY, read, np.where(which >= 0, self._dates.codes[which], -1))

    def _lines(self) -> list[pa.Array]:
        svc = self._svc
        at_lines = self._line[self._dtm.which] >= 0
        single, first, last = (
            self._first_date(code, at_lines, self._line, len(svc))
            for code in (DAY_OF_LINES, *PERIOD_OF_LINES)
        )
        first, last = np.where(single >= 0, single, first), np.where(single >= 0, single, last)
        self._held_dates += [first, last]
        return [
            *self._keys(svc.which),
            self._services.column(Kind.TEXT, lambda service: (service or _NO_CODE).qualifier),
            self._services.column(Kind.TEXT, lambda service: (service or _NO_CODE).code),
            self._services.column(Kind.TEXT, lambda service: " ".join((service or _NO_CODE).modifiers)),
            self._cut.texts(svc.element(4)),
            money(self._line_charge),
            money(self._line_paid),
            self._units.column(Kind.QUANTITY, quantity),
            self._submitted.column(Kind.TEXT, lambda service: (service or _NO_CODE).code),
            self._submitted_units.column(Kind.QUANTITY, quantity),
            self._cut.texts(self._line_control_numbers()),
            self._day_column(_first, first),
            self._day_column(_last, last),
            self._allowed(),
            self._services.column(Kind.TEXT, lambda service: (service or _NO_CODE).description),
            self._submitted.column(Kind.TEXT, lambda service: (service or _NO_CODE).qualifier),
            self._submitted.column(Kind.TEXT, lambda service: " ".join((service or _NO_CODE).modifiers)),
            self._submitted.column(Kind.TEXT, lambda service: (service or _NO_CODE).description),
        ]

    def _line_control_numbers(self) -> Numbers:
        which = self._first_of_lines(self._ref, NUMBER_OF_LINES)
        self._held_references = which
        if not len(self._ref):
            return np.full(len(which), self._cut.nothing)
        return np.where(which >= 0, self._ref.element(2)[which], self._cut.nothing)

    def _allowed(self) -> pa.Array:
        which = self._first_of_lines(self._amt, ALLOWED_OF_LINES)
        self._held_amounts = which
        cents = self._amounts[which] if len(self._amounts) else which
        return money(np.where(which >= 0, cents, 0), _with_nulls(which, which < 0))

    def _first_of_lines(self, segments: Segments, qualifier: str) -> Numbers:
        """Which of the segments is the first with the qualifier, for each line; -1 where there is none."""
        line = self._line[segments.which]
        found = np.flatnonzero((self._cut.codes(segments.element(1)) == code(qualifier)) & (line >= 0))
        return _first_of_each(line[found], found, len(self._svc))

    def _entries(self) -> Mapping[str, list[pa.Array]]:
        """What no column of claims and lines has; those are made before."""
        arrays = EntryArrays(self._cut, self._keys, self._line)
        ref, dtm, amt, qty = self._ref, self._dtm, self._amt, self._qty
        references = all_but(len(ref), [self._held_references])
        dates = all_but(len(dtm), self._held_dates)
        amounts = all_but(len(amt), [self._held_amounts])
        days = self._dates.codes[dates]
        claim, _, position = self._keys(self._values.which)
        return {
            "names": arrays.names(self._nm1),
            "references": arrays.entries(ref, references, [self._cut.texts(ref.element(2)[references])]),
            "dates": arrays.entries(
                dtm, dates, [self._dates.column(Kind.DAY, read, days) for read in (_first, _last)]
            ),
            "amounts": arrays.entries(amt, amounts, [money(self._amounts[amounts])]),
            "quantities": arrays.entries(
                qty, np.arange(len(qty)), [self._quantities.column(Kind.QUANTITY, quantity)]
            ),
            "contacts": arrays.contacts(self._per),
            "adjudication": [
                claim,
                position,
                self._values.elements(),
                self._adjudicated.column(Kind.QUANTITY, quantity),
            ],
        }

    def _adjustment_columns(self) -> list[pa.Array]:
        return [
            *self._keys(self._adjusted.which),
            self._cut.texts(self._adjusted.element(1)),
            self._cut.texts(self._reasons),
            money(self._adjustments),
            self._adjusted_quantities.column(Kind.QUANTITY, quantity),
        ]

    def _remarks(self) -> list[pa.Array]:
        found = [(self._lq.which, self._lq.element(1), self._lq.element(2))]
        for name, numbers in ADJUDICATION_REMARKS.items():
            segments = self._adjudication[name]
            count = len(segments)
            always = np.full(count, self._cut.always)
            found += [(segments.which, always, segments.element(number)) for number in numbers if count]
        which = np.concatenate([one for one, _, _ in found])
        qualifiers = np.concatenate([one for _, one, _ in found])
        codes = np.concatenate([one for _, _, one in found])
        given = np.flatnonzero(self._cut.length[codes])
        if len(found) > 1:  # the elements of one segment stand in their order already
            given = given[np.argsort(which[given], kind="stable")]
        return [
            *self._keys(which[given]),
            self._cut.texts(qualifiers[given]),
            self._cut.texts(codes[given]),
        ]


def _last_of(which: Numbers, count: int) -> Numbers:
    """For each of `count` places the number of the last of those that are not behind it, -1 before the first."""
    numbers = np.zeros(count, dtype=np.int32)
    numbers[which] = 1
    np.cumsum(numbers, out=numbers)
    numbers -= 1
    return numbers


def _first_of_each(owners: Numbers, values: Numbers, count: int) -> Numbers:
    """The first value of each owner, -1 where it has none; owners are in their order."""
    first = np.full(count, -1, dtype=np.int64)
    first[owners[::-1]] = values[::-1]
    return first


def _first(period: Any) -> object:
    return period[0] if period else None


def _last(period: Any) -> object:
    return period[1] if period else None


def _is_reversal(status: str) -> bool:
    known = claim_status_meaning(status)
    return known.reversal if known else False


def _was_forwarded(status: str) -> bool:
    known = claim_status_meaning(status)
    return known.forwarded if known else False
