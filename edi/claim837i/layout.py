"""A segment laid out as fields of a record: one table that reads it and writes it.

Why: which element holds which field is one piece of knowledge. Reading and writing from the
same table cannot drift apart.

It must not: know any particular segment; `edi.claim837i.layouts` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, TypeVar

from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered
from edi.tokens import Segment
from edi.values import format_amount, format_date, format_decimal, parse_amount, parse_day, parse_decimal
from edi.writer import SegmentValues

_ONE_VALUE = 0
_NOTHING = (None, "")

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a value stands in an element: in words, read and written."""

    words: str
    parse: Callable[[str], object | None]
    write: Callable[[Any], str]


# the claims of a file share many amounts, numbers and days
_remembered = lru_cache(maxsize=1024)

_TEXT = _Kind("text", str, str)
_AMOUNT = _Kind("an amount of dollars and cents", _remembered(parse_amount), _remembered(format_amount))
_NUMBER = _Kind("a number", _remembered(parse_decimal), _remembered(format_decimal))
_DAY = _Kind("a date as CCYYMMDD", _remembered(parse_day), format_date)


@dataclass(frozen=True, slots=True)
class Cell:
    """A field and where it stands. `component` is 0 for an element without components."""

    field: str
    element: int
    component: int
    kind: _Kind


@dataclass(frozen=True, slots=True)
class Row:
    """A field that holds several texts, and the elements (or components of one) where they stand."""

    field: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A value that always stands there: `only_with` names a field without which it does not."""

    element: int
    component: int
    value: str
    only_with: str | None


def text(field: str, element: int, component: int = _ONE_VALUE) -> Cell:
    """A text, "" where there is none."""
    return Cell(field, element, component, _TEXT)


def amount(field: str, element: int) -> Cell:
    """Dollars, None where there are none."""
    return Cell(field, element, _ONE_VALUE, _AMOUNT)


def number(field: str, element: int) -> Cell:
    """A number of type R, None where there is none."""
    return Cell(field, element, _ONE_VALUE, _NUMBER)


def day(field: str, element: int) -> Cell:
    """A date CCYYMMDD, None where there is none."""
    return Cell(field, element, _ONE_VALUE, _DAY)


def texts(field: str, *elements: int) -> Row:
    """Several texts in elements of their own; those that are empty at the end are left out."""
    return Row(field, tuple((element, _ONE_VALUE) for element in elements))


def component_texts(field: str, element: int, *components: int) -> Row:
    """Several texts in components of one element; those that are empty at the end are left out."""
    return Row(field, tuple((element, component) for component in components))


def fixed(element: int, value: str, component: int = _ONE_VALUE, only_with: str | None = None) -> Fixed:
    """A value that the guide prescribes."""
    return Fixed(element, component, value, only_with)


class Layout:
    """Reads the fields of a segment, and writes them again.

    >>> AMT = Layout("AMT", fixed(1, "F3"), amount("estimated_amount_due", 2))
    """

    def __init__(self, segment_id: str, *parts: Cell | Row | Fixed) -> None:
        self.segment_id = segment_id
        self._cells = [part for part in parts if isinstance(part, Cell)]
        self._rows = [part for part in parts if isinstance(part, Row)]
        self._fixed = [part for part in parts if isinstance(part, Fixed)]
        self._components: dict[int, set[int]] = {}
        for element, component in self._places():
            self._components.setdefault(element, set()).add(component)
        self._width = max(self._components)
        self._slots = _Slots(self._components, self._width)
        slot = self._slots.of
        rows = enumerate(self._rows, start=self._slots.end)
        self._index = {cell.field: slot(cell) for cell in self._cells}
        self._index |= {row.field: index for index, row in rows}
        self._typed = [(slot(cell), cell.kind.parse, cell) for cell in self._cells if cell.kind is not _TEXT]
        self._row_picks = [_picker([self._slots.at(*place) for place in row.places]) for row in self._rows]
        self._prescribed = [
            (slot(item), item.value, self._index[item.only_with] if item.only_with else None, item)
            for item in self._fixed
        ]
        self._prepare_to_write()

    def _prepare_to_write(self) -> None:
        """The same table as slots: from which field, or from what always stands there, each one is filled."""
        slot = self._slots.of
        self._names = [cell.field for cell in self._cells] + [row.field for row in self._rows]
        self._values_of = attrgetter(*self._names) if len(self._names) > 1 else self._only_value
        places = {name: index for index, name in enumerate(self._names)}
        self._typed_writes = [(slot(cell), cell.kind.write) for cell in self._cells if cell.kind is not _TEXT]
        self._row_slots = [
            (places[row.field], row.field, [self._slots.at(*place) for place in row.places])
            for row in self._rows
        ]
        always = [item for item in self._fixed if item.only_with is None]
        self._constants = [self.segment_id, "", *(item.value for item in always)]
        first = len(self._names)
        sources = [first, *[first + 1] * (self._slots.end - 1)]
        for index, item in enumerate(always, start=first + 2):
            sources[slot(item)] = index
        for cell in self._cells:
            sources[slot(cell)] = places[cell.field]
        self._arranged = itemgetter(*sources)
        self._companions = [
            (slot(item), item.value, places[item.only_with])
            for item in self._fixed
            if item.only_with is not None
        ]

    def _only_value(self, record: object) -> tuple[Any]:
        return (getattr(record, self._names[0]),)

    def _places(self) -> list[tuple[int, int]]:
        places = [(cell.element, cell.component) for cell in self._cells]
        places += [(item.element, item.component) for item in self._fixed]
        return places + [place for row in self._rows for place in row.places]

    def read(self, segment: Segment, loop: str, losses: Losses) -> dict[str, Any]:
        """The fields of a segment. What is unreadable is None; it and what no field carries are losses."""
        contents = self._contents(segment, loop, losses)
        return {field: contents[index] for field, index in self._index.items()}

    def reads(self, *names: str) -> Callable[[Segment, str, Losses], Any]:
        """What reads these fields only, and quicker: one as its value, several as a tuple."""
        contents, pick = self._contents, itemgetter(*(self._index[name] for name in names))
        return remembered(lambda segment, loop, losses: pick(contents(segment, loop, losses)))

    def makes(self, record: type[R]) -> Callable[[Segment, str, Losses], R]:
        """What reads a segment into a record: its first fields are all that the segment holds."""
        names = [item.name for item in fields(record) if item.name in self._index]  # type: ignore[arg-type]
        values = self.reads(*names)
        return remembered(lambda segment, loop, losses: record(*values(segment, loop, losses)))

    def _contents(self, segment: Segment, loop: str, losses: Losses) -> list[Any]:
        """The values of the fields by their index, among them what stands in no field."""
        texts, has_more = self._slots.contents(segment)
        contents: list[Any] = texts
        for slot, parse, cell in self._typed:
            content = contents[slot]
            contents[slot] = value = parse(content) if content else None
            if value is None and content:
                label = self._label(cell.element, cell.component)
                losses.unreadable(loop, segment, label, cell.kind.words, content)
        for pick in self._row_picks:
            contents.append(_without_empty_end(pick(contents)))
        for slot, prescribed, companion, item in self._prescribed:
            content = contents[slot]
            if content != prescribed and (
                content or companion is None or contents[companion] not in _NOTHING
            ):
                label = self._label(item.element, item.component)
                losses.not_as_prescribed(loop, segment, label, prescribed, content)
        if has_more:
            self._look_for_more(segment, segment.elements, loop, losses)
        return contents

    def _look_for_more(self, segment: Segment, elements: list[str], loop: str, losses: Losses) -> None:
        separator = segment.separators.component
        repetition = segment.separators.repetition
        for element in range(1, len(elements)):
            content = elements[element]
            if not content:
                continue
            known = self._components.get(element)
            is_simple = known is None or _ONE_VALUE in known
            has_mark = (is_simple and separator in content) or (repetition and repetition in content)
            if known is None or has_mark:
                losses.not_carried(loop, segment, self._label(element, _ONE_VALUE))
            elif _ONE_VALUE not in known:
                for component, part in enumerate(content.split(separator), start=1):
                    if part and component not in known:
                        losses.not_carried(loop, segment, self._label(element, component))

    def _label(self, element: int, component: int) -> str:
        label = f"{self.segment_id}{element:02d}"
        return f"{label}-{component}" if component else label

    @property
    def amounts(self) -> tuple[int, ...]:
        """The elements that hold dollars."""
        return tuple(cell.element for cell in self._cells if cell.kind is _AMOUNT)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The elements of type R: amounts and other numbers."""
        return tuple(cell.element for cell in self._cells if cell.kind in (_AMOUNT, _NUMBER))

    def write(self, record: object, **more: Any) -> SegmentValues:
        """The segment of a record that has the fields as attributes, those in `more` apart.

        Raises ValueError where a value cannot stand in X12, or a row has no room for all texts.
        """
        if more:
            return self._write(
                [more[name] if name in more else getattr(record, name) for name in self._names]
            )
        return self._write(self._values_of(record))

    def write_values(self, **values: Any) -> SegmentValues:
        """The same for fields given by name."""
        return self._write([values[name] for name in self._names])

    def _write(self, contents: Sequence[Any]) -> SegmentValues:
        """Of the fields' values, in the order of their names."""
        texts: list[Any] = list(self._arranged((*contents, *self._constants)))
        for slot, write in self._typed_writes:
            content = texts[slot]
            # asked for its type first: to compare a Decimal with a text takes long
            if content is not None and not (isinstance(content, str) and content == ""):
                texts[slot] = write(content)
        if None in texts:
            texts = ["" if text is None else text for text in texts]
        for index, name, slots in self._row_slots:
            content = contents[index]
            if len(content) > len(slots):
                raise ValueError(f"{self.segment_id} has room for {len(slots)} {name}")
            for slot, text in zip(slots, content, strict=False):
                texts[slot] = text
        for slot, prescribed, index in self._companions:
            if contents[index] not in _NOTHING:
                texts[slot] = prescribed
        if self._slots.composites:
            for element, start, end in self._slots.composites:
                if any(parts := texts[start:end]):
                    texts[element] = parts
            del texts[self._width + 1 :]
        return texts


def _without_empty_end(texts: tuple[str, ...]) -> tuple[str, ...]:
    count = len(texts)
    while count and not texts[count - 1]:
        count -= 1
    return texts[:count]


def _picker(slots: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """What takes these slots out of the contents of a segment, without a loop."""
    if len(slots) > 1:
        return itemgetter(*slots)
    if not slots:
        return lambda contents: ()
    slot = slots[0]
    return lambda contents: (contents[slot],)


class _Slots:
    """The elements of a segment and, behind them, the components of its composites, in one list.

    Why: a segment is split once, and each field then is one index.
    """

    def __init__(self, components: dict[int, set[int]], width: int) -> None:
        self._width = width + 1  # the id is element 0
        self._blanks = _blanks(self._width)
        self.composites: list[tuple[int, int, int]] = []
        """By their element, the first slot of their components and the one after the last."""
        self._composites: list[tuple[int, int, list[list[str]]]] = []
        self._index: dict[tuple[int, int], int] = {}
        unused = set(range(1, self._width))
        end = self._width
        for element in sorted(components):
            unused.discard(element)
            known = components[element]
            if _ONE_VALUE in known:
                self._index[element, _ONE_VALUE] = element
                continue
            count = max(known)
            self.composites.append((element, end, end + count))
            self._composites.append((element, count, _blanks(count)))
            for component in range(1, count + 1):
                self._index[element, component] = end + component - 1
                if component not in known:
                    unused.add(end + component - 1)
            end += count
        self.end = end
        self._pick_unused = _picker(sorted(unused))

    def at(self, element: int, component: int) -> int:
        """The slot of an element or component."""
        return self._index[element, component]

    def of(self, part: Cell | Fixed) -> int:
        """The slot of a part of a layout."""
        return self._index[part.element, part.component]

    def contents(self, segment: Segment) -> tuple[list[str], bool]:
        """What stands in each slot, and whether anything stands where no slot is, or an unused one."""
        elements, text, separators = segment.elements, segment.text, segment.separators
        missing = self._width - len(elements)
        contents = elements + self._blanks[missing] if missing >= 0 else elements[: self._width]
        has_more = missing < 0
        separator = separators.component
        marks = text.count(separator)
        for element, count, blanks in self._composites:
            parts = contents[element].split(separator)
            missing = count - len(parts)
            marks -= len(parts) - 1
            if missing >= 0:
                contents += parts
                contents += blanks[missing]
            else:
                contents += parts[:count]
                has_more = True
        if has_more or marks or (separators.repetition and separators.repetition in text):
            return contents, True
        return contents, any(self._pick_unused(contents))


def _blanks(most: int) -> list[list[str]]:
    """By their number, so many empty texts."""
    return [[""] * count for count in range(most + 1)]


def says_something(segment: SegmentValues) -> bool:
    """Whether any element of a written segment holds anything."""
    return any(element if isinstance(element, str) else any(element or ()) for element in segment[1:])
