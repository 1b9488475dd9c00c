"""Tables of many clean claims of an 835 at once: columns out of the text, with no object in between.

Why: a remittance of a million claims is read into tables faster than Python can split it. NumPy
finds the separators; each column is cut out of the text by where its elements begin and end.
Whatever is not surely clean is named as such, and goes the exact way; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edi.answer_parts import ProcedureCode
from edi.remittance.glance import (
    ADJUDICATION_REMARKS,
    REMARK_CODE,
    Unsure,
    clean_period,
    clean_procedure,
    clean_quantity,
)
from edi.remittance.statuses import claim_status_meaning
from edi.tables.arrow import TYPES, money, quantity
from edi.tables.columns import Kind
from edi.tokens import Run

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
Result = TypeVar("Result")

_TRIPLETS: Final = range(2, 20, 3)
_LONGEST_AMOUNT = 16
_FIRST_PLAIN, _LAST_PLAIN = ord("!"), ord("~")
_NO_CODE = ProcedureCode("", "")


class Slices(NamedTuple):
    """Pieces of the text: where each begins, and how long it is."""

    begin: Numbers
    length: Numbers

    def at(self, chosen: Any) -> Slices:
        """Those that are chosen, by index or flag."""
        return Slices(self.begin[chosen], self.length[chosen])


class Unique(NamedTuple):
    """Values that come again and again: each once, and which of them stands where."""

    values: list[Any]
    codes: Numbers

    def column(self, kind: Kind, read: Callable[[Any], object], codes: Numbers | None = None) -> pa.Array:
        """A column of what `read` takes out of each value; null where the code is -1."""
        chosen = self.codes if codes is None else codes
        values = pa.array([read(value) for value in self.values], TYPES[kind])
        return values.take(pa.array(chosen, mask=chosen < 0))


def join(parts: list[Slices]) -> Slices:
    """One after another."""
    return Slices(
        np.concatenate([part.begin for part in parts]), np.concatenate([part.length for part in parts])
    )


class ClaimColumns:
    """The claims of a run. `unclean` names those for which `tables` must not be asked, by index.

    `starts` are where claims begin in `text`, which has no line ends; `paid` is the sum of CLP04 in cents.
    """

    def __init__(self, run: Run) -> None:
        marks = run.separators
        self.text = run.text.replace(run.tail, marks.terminator)
        behind = REMARK_CODE.ljust(
            _LONGEST_AMOUNT, "\0"
        )  # so that looking a little beyond the text is no fault
        self._bytes = np.frombuffer((self.text + behind).encode("latin-1"), dtype=np.uint8)
        whole = self._bytes[: len(self.text)]
        # 32 bits are enough, and half as much to move
        self._ends = np.flatnonzero(whole == ord(marks.terminator)).astype(np.int32)
        self._begins = np.zeros_like(self._ends)
        np.add(self._ends[:-1], 1, out=self._begins[1:])
        self._marks = np.flatnonzero(whole == ord(marks.element)).astype(np.int32)
        self._first_mark = np.searchsorted(self._marks, self._begins).astype(np.int32)
        self._elements = np.diff(self._first_mark, append=np.int32(len(self._marks)))
        self._marks = np.append(self._marks, np.zeros(2, dtype=np.int32))
        self._component = marks.component
        self._position = run.position
        self._read_ids(marks.element)
        self._unclean = np.zeros(len(self._clp), dtype=bool)
        self._refuse_padding(whole, marks.element + marks.component + marks.terminator)
        self._refuse_misplaced()
        self._read_values()

    @property
    def unclean(self) -> Numbers:
        return np.flatnonzero(self._unclean)

    @property
    def starts(self) -> Numbers:
        return self._begins[self._clp]

    @property
    def paid(self) -> int:
        return int(self._paid.sum())

    def _read_ids(self, mark: str) -> None:
        first, second, third = (self._bytes[self._begins + at].astype(np.int32) for at in range(3))
        ids = (first << 16) | (second << 8) | third

        def having(segment_id: str) -> Numbers:
            wanted = (segment_id + mark)[:3].encode("latin-1")
            return np.flatnonzero(ids == int.from_bytes(wanted, "big"))

        self._clp, self._svc, self._cas = having("CLP"), having("SVC"), having("CAS")
        self._dtm, self._ref, self._amt = having("DTM"), having("REF"), having("AMT")
        self._qty, self._lq = having("QTY"), having("LQ")
        self._adjudication = {name: having(name) for name in ADJUDICATION_REMARKS}
        self._of_claim_alone = np.concatenate([having("NM1"), having("PER"), *self._adjudication.values()])
        everywhere = np.zeros(len(ids), dtype=np.int64)
        everywhere[self._clp] = 1
        self._claim = np.cumsum(everywhere) - 1
        everywhere = np.zeros(len(ids), dtype=np.int64)
        everywhere[self._svc] = 1
        self._line = np.cumsum(everywhere) - 1
        self._claim_of_line = self._claim[self._svc]
        if len(self._svc):
            self._line[self._claim_of_line[self._line] != self._claim] = -1
        first_line = np.searchsorted(self._claim_of_line, self._claim_of_line)
        self._line_number = np.arange(len(self._svc)) - first_line + 1

    def _refuse(self, segments: Numbers) -> None:
        self._unclean[self._claim[segments]] = True

    def _refuse_padding(self, whole: Bytes, marks: str) -> None:
        """Blanks beside a separator are taken off by the exact way; other alphabets are for it, too."""
        is_mark = np.zeros(256, dtype=bool)
        is_mark[[ord(mark) for mark in marks]] = True
        # one comparison for both sides, as numbers of eight bits begin anew
        odd = np.flatnonzero((whole - np.uint8(_FIRST_PLAIN)) > _LAST_PLAIN - _FIRST_PLAIN)
        odd = odd[~is_mark[whole[odd]]]
        beside = is_mark[whole[odd - 1]] | is_mark[whole[odd + 1]] | (whole[odd] > _LAST_PLAIN)
        at = odd[beside]
        self._refuse(np.searchsorted(self._begins, at, side="right") - 1)

    def _refuse_misplaced(self) -> None:
        self._refuse(self._of_claim_alone[self._line[self._of_claim_alone] >= 0])
        self._refuse(self._lq[self._line[self._lq] < 0])
        self._refuse(self._cas[self._elements[self._cas] >= _TRIPLETS.stop])
        adjudications = np.concatenate(list(self._adjudication.values()))
        often = np.bincount(self._claim[adjudications], minlength=len(self._clp)) > 1
        self._unclean |= often

    def _element(self, segments: Numbers, number: int) -> Slices:
        """The element at 1-based `number` of each of the segments, empty where there is none."""
        count = self._elements[segments]
        fewest, most = (int(count.min()), int(count.max())) if len(count) else (0, 0)
        if most < number:
            return Slices(np.zeros(len(count), dtype=np.int64), np.zeros(len(count), dtype=np.int64))
        mark = self._first_mark[segments] + (number - 1)
        if fewest < number:
            mark = np.minimum(mark, len(self._marks) - 2)
        begin = self._marks[mark] + 1
        end = self._ends[segments] if most == number else self._marks[mark + 1]
        if fewest <= number < most:
            end = np.where(count > number, end, self._ends[segments])
        length = end - begin
        return Slices(begin, length if fewest >= number else np.where(count >= number, length, 0))

    def _codes(self, segments: Numbers) -> Numbers:
        """The first element of segments as numbers: see `_code`; those that are longer than three are -1."""
        begin, length = self._element(segments, 1)
        first, second, third = (self._bytes[begin + at].astype(np.int32) for at in range(3))
        number = first << 16
        number |= np.where(length > 1, second << 8, 0)
        number |= np.where(length > 2, third, 0)
        return np.where((length > 0) & (length <= 3), number, -1)

    def _texts(self, slices: Slices) -> pa.Array:
        count = len(slices.length)
        if not slices.length.any():
            return pa.repeat("", count)
        offsets = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(slices.length, out=offsets[1:])
        where = np.repeat(slices.begin - offsets[:-1], slices.length) + np.arange(offsets[-1])
        data = self._bytes[where]
        return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))

    def _unique(self, segments: Numbers, slices: Slices, read: Callable[[str], object]) -> Unique:
        """Each value read once; claims with one that is not clean are refused."""
        texts = self._texts(slices)
        if not slices.length.any():
            return Unique([read("")], np.zeros(len(segments), dtype=np.int64))
        # what is not clean may not even be text
        encoded = texts.cast(pa.binary()).dictionary_encode()
        values: list[Any] = []
        unsure = []
        for code, value in enumerate(encoded.dictionary.to_pylist()):
            try:
                values.append(read(value.decode("latin-1")))
            except Unsure:
                values.append(None)
                unsure.append(code)
        codes = encoded.indices.to_numpy().astype(np.int64)
        if unsure:
            self._refuse(segments[np.isin(codes, unsure)])
        return Unique(values, codes)

    def _cents(self, segments: Numbers, slices: Slices, needed: Flags) -> Numbers:
        """Amounts in cents; claims with a needed one that is not clean are refused."""
        cents = np.zeros(len(segments), dtype=np.int64)
        clean = np.zeros(len(segments), dtype=bool)
        for size in range(1, _LONGEST_AMOUNT + 1):  # those of one length make a matrix
            rows = np.flatnonzero(slices.length == size)
            if len(rows):
                matrix = self._bytes[slices.begin[rows][:, None] + np.arange(size, dtype=np.int32)]
                cents[rows], clean[rows] = _cents_of(matrix)
        self._refuse(segments[needed & ~clean])
        return cents

    def _read_values(self) -> None:
        clp, svc, cas, amt = self._clp, self._svc, self._cas, self._amt
        numbers = [number for number in _TRIPLETS if number <= self._elements[cas].max(initial=0)]
        reasons = [self._element(cas, number) for number in numbers]
        amounts = [self._element(cas, number + 1) for number in numbers]
        quantities = [self._element(cas, number + 2) for number in numbers]
        triplet = np.repeat(np.array(numbers, dtype=np.int64), len(cas))
        segments = np.tile(cas, len(numbers))
        # one call for all amounts of a run: what takes time is how often NumPy is called
        three, optional = [self._element(clp, number) for number in (3, 4)], self._element(clp, 5)
        of_lines = [self._element(svc, number) for number in (2, 3)]
        all_slices = join([*three, optional, *of_lines, self._element(amt, 2), *amounts])
        owners = np.concatenate([clp, clp, clp, svc, svc, amt, segments])
        present = np.ones(len(owners), dtype=bool)
        present[2 * len(clp) : 3 * len(clp)] = optional.length > 0
        first_triplet = len(owners) - len(segments)
        given = np.zeros(0, dtype=bool)
        if numbers:
            given = (join(reasons).length > 0) | (join(amounts).length > 0)
        present[first_triplet:] = given
        cents = self._cents(owners, all_slices, present)
        ends = np.cumsum([len(clp)] * 3 + [len(svc)] * 2 + [len(amt)])
        (
            self._charge,
            self._paid,
            self._patient,
            self._line_charge,
            self._line_paid,
            self._amounts,
            adjusted,
        ) = np.split(cents, ends)
        order = np.lexsort((triplet[given], segments[given]))
        self._adjusted = segments[given][order]
        self._adjustments = adjusted[given][order]
        none = Slices(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self._reasons = (join(reasons) if numbers else none).at(given).at(order)
        self._adjusted_quantities = self._unique(
            self._adjusted, (join(quantities) if numbers else none).at(given).at(order), clean_quantity
        )
        self._units = self._unique(svc, self._element(svc, 5), clean_quantity)
        self._submitted_units = self._unique(svc, self._element(svc, 7), clean_quantity)
        self._unique(clp, self._element(clp, 12), clean_quantity)
        self._unique(self._qty, self._element(self._qty, 2), clean_quantity)
        self._date_codes = self._codes(self._dtm)
        self._dates = self._unique(self._dtm, self._element(self._dtm, 2), clean_period)

        def procedure(text: str) -> ProcedureCode | None:
            return clean_procedure(text, self._component)

        self._services = self._unique(svc, self._element(svc, 1), procedure)
        self._submitted = self._unique(svc, self._element(svc, 6), procedure)
        self._refuse_unbalanced()

    def _refuse_unbalanced(self) -> None:
        of_lines = np.zeros(len(self._svc) + 1, dtype=np.int64)
        np.add.at(of_lines, self._line[self._adjusted], self._adjustments)  # -1: those of claims, at the end
        self._refuse(self._svc[self._line_charge - of_lines[:-1] != self._line_paid])
        of_claims = np.zeros(len(self._clp), dtype=np.int64)
        np.add.at(of_claims, self._claim[self._adjusted], self._adjustments)
        self._unclean |= self._charge - of_claims != self._paid

    def tables(self, first_number: int) -> Mapping[str, list[pa.Array]]:
        """The columns of each table without file and transaction; claims are counted from `first_number`."""
        self._number = first_number
        tables = {
            "claims": self._claims(),
            "lines": self._lines(),
            "adjustments": self._adjustment_columns(),
            "remarks": self._remarks(),
        }
        return {name: columns for name, columns in tables.items() if len(columns[0])}

    def _keys(self, segments: Numbers) -> list[pa.Array]:
        """Claim, line and position."""
        line = self._line[segments]
        numbers = self._line_number[line] if len(self._line_number) else line
        return [
            pa.array(self._claim[segments] + self._number),
            pa.array(numbers, mask=line < 0),
            pa.array(segments + self._position),
        ]

    def _claims(self) -> list[pa.Array]:
        clp = self._clp
        text = {number: self._texts(self._element(clp, number)) for number in (1, 6, 7, 8, 9, 11)}
        status = self._unique(clp, self._element(clp, 2), str)
        at_claims = self._line[self._dtm] < 0
        received = [
            self._first_date(code, at_claims, self._claim, len(clp)) for code in ("232", "233", "050")
        ]
        number, _, position = self._keys(clp)
        return [
            number,
            position,
            text[1],
            status.column(Kind.TEXT, str),
            *map(money, (self._charge, self._paid, self._patient)),
            text[6],
            text[7],
            text[8],
            text[9],
            text[11],
            *(self._dates.column(Kind.DAY, _first, codes) for codes in received),
            status.column(Kind.FLAG, _is_reversal),
            status.column(Kind.FLAG, _was_forwarded),
        ]

    def _first_date(self, qualifier: str, chosen: Flags, owner: Numbers, count: int) -> Numbers:
        """The code of the first date with the qualifier for each claim or line, -1 where there is none."""
        found = np.flatnonzero((self._date_codes == _code(qualifier)) & chosen)
        return _first_of_each(owner[self._dtm[found]], self._dates.codes[found], count)

    def _lines(self) -> list[pa.Array]:
        svc = self._svc
        at_lines = self._line[self._dtm] >= 0
        single, first, last = (
            self._first_date(code, at_lines, self._line, len(svc)) for code in ("472", "150", "151")
        )
        return [
            *self._keys(svc),
            self._services.column(Kind.TEXT, lambda service: (service or _NO_CODE).qualifier),
            self._services.column(Kind.TEXT, lambda service: (service or _NO_CODE).code),
            self._services.column(Kind.TEXT, lambda service: " ".join((service or _NO_CODE).modifiers)),
            self._texts(self._element(svc, 4)),
            money(self._line_charge),
            money(self._line_paid),
            self._units.column(Kind.QUANTITY, quantity),
            self._submitted.column(Kind.TEXT, lambda service: (service or _NO_CODE).code),
            self._submitted_units.column(Kind.QUANTITY, quantity),
            self._texts(self._line_control_numbers()),
            self._dates.column(Kind.DAY, _first, np.where(single >= 0, single, first)),
            self._dates.column(Kind.DAY, _last, np.where(single >= 0, single, last)),
            self._allowed(),
        ]

    def _line_control_numbers(self) -> Slices:
        at = (self._line[self._ref] >= 0) & (self._codes(self._ref) == _code("6R"))
        found = self._ref[at]
        which = _first_of_each(self._line[found], np.arange(len(found)), len(self._svc))
        values = self._element(found, 2)
        if not len(found):
            return Slices(np.zeros(len(which), dtype=np.int64), np.zeros(len(which), dtype=np.int64))
        return Slices(values.begin[which], np.where(which >= 0, values.length[which], 0))

    def _allowed(self) -> pa.Array:
        at = (self._line[self._amt] >= 0) & (self._codes(self._amt) == _code("B6"))
        which = _first_of_each(self._line[self._amt[at]], np.flatnonzero(at), len(self._svc))
        none = pa.array(which, mask=which < 0)
        cents = self._amounts[which] if len(self._amounts) else which
        return money(np.where(which >= 0, cents, 0), none)

    def _adjustment_columns(self) -> list[pa.Array]:
        return [
            *self._keys(self._adjusted),
            self._texts(self._element(self._adjusted, 1)),
            self._texts(self._reasons),
            money(self._adjustments),
            self._adjusted_quantities.column(Kind.QUANTITY, quantity),
        ]

    def _remarks(self) -> list[pa.Array]:
        found = [(self._lq, self._element(self._lq, 1), self._element(self._lq, 2))]
        for name, numbers in ADJUDICATION_REMARKS.items():
            segments = self._adjudication[name]
            always = Slices(np.full(len(segments), len(self.text)), np.full(len(segments), len(REMARK_CODE)))
            found += [(segments, always, self._element(segments, number)) for number in numbers]
        segments = np.concatenate([one for one, _, _ in found])
        qualifiers, codes = join([one for _, one, _ in found]), join([one for _, _, one in found])
        given = np.flatnonzero(codes.length > 0)
        # the elements of one segment stand in their order already
        order = given[np.argsort(segments[given], kind="stable")]
        return [*self._keys(segments[order]), self._texts(qualifiers.at(order)), self._texts(codes.at(order))]


def _cents_of(characters: Bytes) -> tuple[npt.NDArray[np.int64], Flags]:
    """Amounts of one length in cents, and which of them are clean: digits, a point before the last one or two."""
    count, size = characters.shape
    negative = characters[:, 0] == ord("-")
    decimals = np.zeros(count, dtype=np.int64)
    for number in (1, 2):
        if size > number:
            decimals[characters[:, size - 1 - number] == ord(".")] = number
    digits = characters - np.uint8(ord("0"))
    digits[negative, 0] = 0
    cents = np.zeros(count, dtype=np.int64)
    for number in (0, 1, 2):
        rows = np.flatnonzero(decimals == number)
        if not len(rows):
            continue
        weights = [10 ** (size - 1 - at + 2 - number) for at in range(size)]
        if number:
            point = size - 1 - number
            digits[rows, point] = 0
            weights[:point] = [weight // 10 for weight in weights[:point]]
        cents[rows] = digits[rows] @ np.array(weights, dtype=np.int64)
    has_digits = size - negative - (decimals > 0) > 0
    return np.where(negative, -cents, cents), (digits <= 9).all(axis=1) & has_digits


def _code(text: str) -> int:
    return int.from_bytes(text.encode("ascii").ljust(3, b"\0"), "big")


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
