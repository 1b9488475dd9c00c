"""What a guide checker found, in words, with its place and the codes a 999 would carry.

Why: whichever checker judged a file, the user reads the same sentences. Values at fault are
protected, but for codes, amounts and counts; an id that the guide does not know may be a name,
and is protected too.

Source: codes of IK304 and IK403: 005010X231A1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edi.finding import Acknowledgment, Finding, Place
from edi.guide.elements import FORM_QUALIFIER
from edi.guide.tables import (
    CompositeDefinition,
    ElementDefinition,
    ElementOrComposite,
    Guide,
    LoopDefinition,
    SegmentDefinition,
)
from edi.guide.verdict import (
    ElementTrouble,
    Kind,
    Misplaced,
    Placing,
    PlacingTrouble,
    Reason,
    Verdict,
)
from edi.protected import Protected, shown_code
from edi.reading_rules import GUIDE
from edi.tokens import Segment

CONTEXT = frozenset({"ISA", "GS", "ST", "HL", "CLM", "SE", "GE", "IEA"})
"""The segments that change where in a file we are: `GuideReport.enter` is to be told of each."""

_TRAILERS = frozenset({"SE", "GE", "IEA"})
_CLAIM_LOOP = "2300"
_MOST_CODES_SHOWN = 20
_MOST_TEXT_SHOWN = 200

_LONGEST_VERSION = 12
_LONGEST_COUNT = 6
_SIGN_AND_POINT = 2
CODED = "ID"
CODED_AND_PRIVATE = frozenset({"116"})
"""Elements of type ID that say where somebody lives: the postal code."""
_NUMBERS = ("N", "R")
_NUMBER = re.compile(r"[0-9.,+-]+", re.ASCII)
_ELSEWHERE = frozenset({Kind.NOT_USED, Kind.SURPLUS, Kind.COMPONENTS, Kind.REPETITION})
"""Trouble with a value that may belong into another element."""

_MEND = "Correct the value of {element}."
_EXTERNAL_LISTS = {
    "country": "a country code",
    "currency": "a currency code",
    "remark_code": "a remittance advice remark code",
    "states": "a code of a state or province",
}
_DATE_FORMS = {"D8": "CCYYMMDD", "DT": "CCYYMMDDHHMM", "RD8": "CCYYMMDD-CCYYMMDD"}
_PATTERNS = {"[0-9]{9}": "nine digits"}


@dataclass(frozen=True, slots=True)
class _Wording:
    """The wording of one kind of trouble with an element, and its IK403 code."""

    code: str
    template: str
    fix: str = _MEND


_WORDINGS = {
    Kind.MISSING: _Wording("1", "Required element {element} is empty.", "Fill {element}."),
    Kind.TOGETHER: _Wording(
        "2",
        "{element} is needed because of what else {segment} holds: see what was expected.",
        "Fill {element}, or empty the elements that call for it.",
    ),
    Kind.EXCLUSIVE: _Wording(
        "10", "{element} may not stand beside the others: see what was expected.", "Empty all but one."
    ),
    Kind.SURPLUS: _Wording(
        "3", "{segment} has more elements than the guide knows.", "Remove {element} and what follows it."
    ),
    Kind.COMPONENTS: _Wording(
        "13", "{element} has more components than the guide knows.", "Remove the last components."
    ),
    Kind.REPETITION: _Wording(
        "12", "{element} holds the repetition separator, but may not repeat.", "Keep one value in {element}."
    ),
    Kind.SHORT: _Wording("4", "{element} is too short: {length} characters."),
    Kind.LONG: _Wording("5", "{element} is too long: {length} characters.", "Shorten {element}."),
    Kind.FORM: _Wording("6", "{element} holds characters, or a form, that its type does not allow."),
    Kind.CODE: _Wording(
        "7", "{element} is no code that the guide allows here.", "Put a code of the list into {element}."
    ),
    Kind.PATTERN: _Wording("7", "{element} has not the form that the guide asks for."),
    Kind.DATE: _Wording("8", "{element} is no real date, or not in the form its qualifier names."),
    Kind.TIME: _Wording("9", "{element} is no real time."),
    Kind.NOT_USED: _Wording(
        "I10", "{element} holds a value, but the guide does not use it.", "Empty {element}."
    ),
    Kind.NUMBER: _Wording("7", "{element} breaks the numbering: see what was expected.", "Number it anew."),
    Kind.CHILDREN: _Wording(
        "7",
        "{element} says wrongly whether a level follows below.",
        "Write the code that was expected into {element}; where a level is missing or too many, mend that.",
    ),
}

_MISPLACED = {
    Reason.UNKNOWN: ("1", "Segment {id} is not part of the guide."),
    Reason.ORDER: ("7", "Segment {id} may not stand after {before}: out of order."),
    Reason.QUALIFIER: ("2", "The guide has no {id} with this qualifier here."),
    Reason.NOWHERE: ("2", "The guide has no place for segment {id} here."),
}


@dataclass(slots=True)
class _Unplaced:
    """A run of segments that went astray: the first with its place, how many, the position of the last."""

    first: Segment
    place: Place
    count: int = 0
    last: int = 0


class GuideReport:
    """Findings about one piece of a file: a transaction set with the envelope segments around it."""

    def __init__(self, guide: Guide, file: str | None) -> None:
        self.findings: list[Finding] = []
        self._ids = frozenset(definition.id for definition in guide.segments())
        self._source = f"X12N {guide.version}"
        self._file = file
        self._interchange: str | None = None
        self._group: str | None = None
        self._transaction: str | None = None
        self._claim: Segment | None = None
        self._claim_before: Segment | None = None
        self._entered: Segment | None = None
        self._astray: Misplaced | None = None
        self._unplaced: _Unplaced | None = None

    def take_findings(self) -> list[Finding]:
        """The findings since this was called last."""
        found, self.findings = self.findings, []
        return found

    @property
    def in_interchange(self) -> bool:
        """Whether an ISA was entered."""
        return self._interchange is not None

    @property
    def is_astray(self) -> bool:
        """Whether the last segment had no place; the next one is to be taken even if it is clean."""
        return self._astray is not None

    def enter(self, segment: Segment) -> None:
        """Keep account of the envelope and claim that the segments after this one stand in."""
        self._claim_before, self._entered = self._claim, segment
        match segment.id:
            case "ISA":
                self._interchange, self._group, self._transaction = segment.element(13).strip(), None, None
            case "GS":
                self._group, self._transaction = segment.element(6), None
            case "ST":
                self._transaction = segment.element(2)
            case "CLM":
                self._claim = segment
            case "HL" | "SE":
                self._claim = None
            case "GE" | "IEA":
                self._claim = self._transaction = None

    def take(self, verdict: Verdict, segment: Segment) -> None:
        """Report all that was found about one segment."""
        for earlier in verdict.earlier:
            self._element(earlier.trouble, earlier.definition, earlier.segment)
        if verdict.misplaced is not None:
            self._follow_astray(verdict.misplaced, segment)
            return
        definition = verdict.definition
        assert definition is not None
        self.end_astray()
        for trouble in verdict.placing:
            self._placing(trouble, definition, segment)
        if verdict.trailing_separators:
            self.add(
                "Segment {segment} ends in separators with nothing after them.",
                segment,
                definition=definition,
                fields={"segment": segment.id},
                fix="Leave out the separators at the end of the segment.",
                segment_code="8",
            )
        if verdict.empty:
            self.add(
                "Segment {segment} holds no data.",
                segment,
                definition=definition,
                fields={"segment": segment.id},
                fix="Fill the segment or leave it out.",
                segment_code="8",
            )
        self._elements(verdict.elements, definition, segment)

    def blanks_before(self, segment: Segment) -> None:
        """Our reader steps over blanks between segments; a strict receiver takes them into the id."""
        self.add(
            "Blanks stand between a segment and segment {id} after it.",
            segment,
            fields={"id": self._known_id(segment) or Protected(segment.id)},
            expected="nothing, or a line end",
            found="blanks",
            fix="Leave out blanks between segments.",
            segment_code="1",
        )

    def unknown_version(self, segment: Segment, element: str | None, expected: str) -> None:
        """The guide that a header names is not at hand, or a header is missing."""
        where = element or ("there is no GS" if self.in_interchange else "there is no ISA")
        self.add(
            "The guide version is not known ({where}); no claim under it was judged against the guide.",
            segment,
            fields={"where": where},
            element=element,
            expected=expected,
            found=shown_code(element_value(segment, element), _LONGEST_VERSION) if element else "nothing",
            fix=f"Institutional claims go out as {expected}; files of other guides are not checked here.",
        )

    def unfinished(self, segment: Segment, judged: bool = False) -> None:
        """Say from where on nothing was judged: at this segment, or after it where it was."""
        last = segment.position if judged else segment.position - 1
        if last > 0:
            part = f"after segment {last}"
        else:
            part = "of this transaction set" if segment.position else f"from {self._known_id(segment)} on"
        self.add(
            "The guide checker could not finish; the structure {part} was not judged.",
            segment,
            fields={"part": part},
            fix="Mend this segment and what the other findings name, then check the file again.",
        )

    def end_astray(self) -> None:
        """One finding for a run of segments that went astray with the one before them."""
        unplaced = self._unplaced
        if unplaced is not None:
            self.add(
                "Because of the segment before, {count} segments could not be placed (to segment {last}) "
                "and were not judged.",
                unplaced.first,
                place=unplaced.place,
                fields={"count": unplaced.count, "last": unplaced.last},
                fix="Mend the segment before, or the loop that never began, then check the file again.",
                segment_code="2",
            )
        self._astray = self._unplaced = None

    def _follow_astray(self, misplaced: Misplaced, segment: Segment) -> None:
        """Report the segment that led astray; those that follow it into nowhere are only counted."""
        before = self._astray
        nowhere = Reason.NOWHERE
        if before is not None and nowhere in (before.reason, misplaced.reason):
            if self._unplaced is None:
                self._unplaced = _Unplaced(segment, self._place(segment))
            self._unplaced.count += 1
            self._unplaced.last = segment.position
        else:
            self._misplaced(misplaced, segment)
        if before is None or before.reason is not nowhere:
            self._astray = misplaced

    def _misplaced(self, misplaced: Misplaced, segment: Segment) -> None:
        code, template = _MISPLACED[misplaced.reason]
        qualifier = misplaced.near[0].key_label if misplaced.near else None
        codes = {code for near in misplaced.near for code in near.key_codes}
        self.add(
            template,
            segment,
            definition=misplaced.after,
            fields={"id": self._known_id(segment) or Protected(segment.id), "before": misplaced.after.id},
            element=qualifier,
            expected=_code_list(codes) if codes else None,
            found=_found_qualifier(misplaced, segment) if qualifier else _shown(segment.id),
            fix="Move the segment to its place in the guide, correct its qualifier, or remove it.",
            segment_code=code,
        )

    def _placing(self, trouble: PlacingTrouble, definition: SegmentDefinition, segment: Segment) -> None:
        """Required parts that are missing, and parts that stand too often. Trailers are the envelope's."""
        at = trouble.definition
        if at.id in _TRAILERS:
            return
        match trouble.kind:
            case Placing.MISSING:
                assert isinstance(at, SegmentDefinition)
                self._missing(at, segment)
            case Placing.LOOP_TOO_OFTEN:
                self.add(
                    "Loop {loop} stands more often than the guide allows.",
                    segment,
                    definition=definition,
                    fields={"loop": at.id},
                    expected=f"at most {at.maximum}",
                    fix=f"Remove a loop {at.id}, or split what it belongs to.",
                    segment_code="4",
                )
            case Placing.SEGMENT_TOO_OFTEN:
                self.add(
                    "Segment {segment} stands more often in {where} than the guide allows.",
                    segment,
                    definition=definition,
                    fields={"segment": segment.id, "where": _where(definition)},
                    expected=f"at most {at.maximum}",
                    fix=f"Remove a segment {segment.id}, or move it where it belongs.",
                    segment_code="5",
                )
            case Placing.NOT_USED:
                self.add(
                    "The guide does not use segment {segment} in {where}.",
                    segment,
                    definition=definition,
                    fields={"segment": segment.id, "where": _where(definition)},
                    fix=f"Remove segment {segment.id}.",
                    segment_code="I4",
                )

    def _missing(self, definition: SegmentDefinition, segment: Segment) -> None:
        """A missing segment has the position of the one that stands where it was due."""
        loop = loop_id(definition)
        begins = loop if definition.begins_loop else None
        template = (
            "Required loop {loop} is missing; it begins with segment {segment}."
            if begins
            else "Required segment {segment} is missing from {where}."
        )
        self.add(
            template,
            segment,
            definition=definition,
            missing=True,
            fields={"segment": definition.id, "where": _where(definition), "loop": loop},
            expected=f"{definition.id} ({definition.loop.name if begins else definition.name})",
            found="nothing",
            fix=f"Write {f'loop {begins}' if begins else f'segment {definition.id}'} before this place.",
            segment_code="3",
        )

    def _elements(
        self, troubles: Iterable[ElementTrouble], definition: SegmentDefinition, segment: Segment
    ) -> None:
        """Each trouble once; what is missing needs no second finding that says why it is needed."""
        seen: set[tuple[Kind, str]] = set()
        for trouble in troubles:
            key = (trouble.kind, trouble.label)
            if key in seen or (trouble.kind is Kind.TOGETHER and (Kind.MISSING, trouble.label) in seen):
                continue
            seen.add(key)
            self._element(trouble, definition, segment)

    def _element(self, trouble: ElementTrouble, definition: SegmentDefinition, segment: Segment) -> None:
        wording = _WORDINGS[trouble.kind]
        label = trouble.label
        value = element_value(segment, label)
        self.add(
            wording.template,
            segment,
            definition=definition,
            fields={"element": label, "segment": segment.id, "length": _length(trouble.definition, value)},
            element=label,
            expected=trouble.expected or _expected(trouble, definition),
            found=_found(value, trouble),
            fix=wording.fix.format(element=label),
            segment_code="8",
            element_code=wording.code,
        )

    def add(
        self,
        template: str,
        segment: Segment,
        *,
        definition: SegmentDefinition | None = None,
        missing: bool = False,
        element: str | None = None,
        segment_code: str | None = None,
        element_code: str | None = None,
        place: Place | None = None,
        **rest: Any,
    ) -> None:
        """One finding, at a segment unless another place is given."""
        if place is None:
            place = self._place(segment, definition, missing, element)
        codes = Acknowledgment(segment_code, element_code) if segment_code else None
        self.findings.append(
            Finding.of(GUIDE, template, source=self._source, place=place, acknowledgment=codes, **rest)
        )

    def _place(
        self,
        segment: Segment,
        definition: SegmentDefinition | None = None,
        missing: bool = False,
        element: str | None = None,
    ) -> Place:
        """The place of a segment; a `missing` one was due there, and may be of the claim before."""
        claim = self._claim
        if missing:
            before = self._claim_before if self._entered is segment else self._claim
            claim = before if definition is not None and _in_claim(definition) else None
        return Place(
            file=self._file,
            interchange=self._interchange,
            group=self._group,
            transaction=self._transaction,
            claim=Protected(claim.element(1)) if claim is not None else None,
            loop=loop_id(definition),
            segment=definition.id if missing and definition is not None else self._known_id(segment),
            segment_position=segment.position or None,
            element=element,
        )

    def _known_id(self, segment: Segment) -> str | None:
        """A segment's id, unless it is no id of the guide: then it may be anything, a name even."""
        return segment.id if segment.id in self._ids else None


def loop_id(definition: SegmentDefinition | None) -> str | None:
    """The guide's id of the loop that a segment stands in; None for header and envelope."""
    if definition is None or not definition.loop.is_numbered:
        return None
    return definition.loop.id


def element_value(segment: Segment, label: str) -> str:
    """What a segment holds at an element or component (`CLM05-3`); "" where there is none."""
    element, _, part = label[len(segment.id) :].partition("-")
    if not element.isdigit():
        return ""
    return segment.component(int(element), int(part)) if part else segment.element(int(element))


def _in_claim(definition: SegmentDefinition) -> bool:
    loop: LoopDefinition | None = definition.loop
    while loop is not None:
        if loop.id == _CLAIM_LOOP:
            return True
        loop = loop.parent
    return False


def _where(definition: SegmentDefinition) -> str:
    loop = loop_id(definition)
    if loop:
        return f"loop {loop}"
    return "the envelope" if definition.loop.id in ("ISA_LOOP", "GS_LOOP") else "the transaction set"


def _expected(trouble: ElementTrouble, segment: SegmentDefinition) -> str | None:
    """What the guide asks of an element, in words."""
    match trouble.kind:
        case Kind.SURPLUS:
            return f"at most {len(segment.elements)} elements"
        case Kind.NOT_USED:
            return "nothing"
        case Kind.REPETITION:
            return "one value"
        case Kind.DATE:
            return f"a real date: {_date_forms(trouble.definition, segment)}"
        case Kind.TIME:
            return "a real time, HHMM"
    definition = trouble.definition
    if trouble.kind is Kind.MISSING and definition is not None:
        return definition.name
    if definition is None or isinstance(definition, CompositeDefinition):
        return None
    return _expected_value(trouble.kind, definition)


def _expected_value(kind: Kind, definition: ElementDefinition) -> str | None:
    match kind:
        case Kind.SHORT | Kind.LONG:
            return f"{definition.minimum} to {definition.maximum} characters"
        case Kind.FORM:
            return _form(definition.data_type)
        case Kind.CODE if definition.code_list:
            return _EXTERNAL_LISTS.get(definition.code_list, "a code of the list the guide names")
        case Kind.CODE:
            return _code_list(definition.codes)
        case Kind.PATTERN if definition.pattern is not None:
            pattern = definition.pattern.pattern
            return _PATTERNS.get(pattern, f"the form {pattern}")
    return None


def _date_forms(definition: ElementOrComposite | None, segment: SegmentDefinition) -> str:
    """The forms of a date that the guide takes in an element: those of its type, or of its segment's qualifiers."""
    if isinstance(definition, ElementDefinition) and definition.data_type == "DT":
        return _DATE_FORMS["D8"][-definition.maximum :]
    parts = [
        part
        for one in segment.elements
        for part in (one.components if isinstance(one, CompositeDefinition) else (one,))
    ]
    allowed = {code for part in parts if part.data_element == FORM_QUALIFIER for code in part.codes}
    forms = [f"{form} ({code})" for code, form in _DATE_FORMS.items() if code in allowed or not allowed]
    return " or ".join(forms)


def _form(data_type: str) -> str:
    if data_type.startswith("N"):
        return "a whole number"
    if data_type == "R":
        return "a decimal number"
    return "characters of the extended set, without separators, control characters or spaces at the end"


def _code_list(codes: Iterable[str]) -> str:
    ordered = sorted(codes)
    words = ", ".join(ordered[:_MOST_CODES_SHOWN])
    more = ", …" if len(ordered) > _MOST_CODES_SHOWN else ""
    return f"one of {words}{more}" if len(ordered) > 1 else words


def _length(definition: ElementOrComposite | None, value: str) -> int:
    """The length as the standard counts it: a number's sign and point do not count."""
    if isinstance(definition, ElementDefinition) and definition.data_type.startswith(("N", "R")):
        value = value.replace("-", "").replace(".", "")
    return len(value)


def _found(value: str, trouble: ElementTrouble) -> Protected[str] | str:
    """The value at fault: codes, amounts and counts as they stand, all else protected.

    Only what has the length and the characters of a code or number is shown: in a damaged file
    any element may hold a name.
    """
    definition = trouble.definition
    if trouble.kind in (Kind.NUMBER, Kind.CHILDREN):
        return (
            value if value.isascii() and value.isdigit() and len(value) <= _LONGEST_COUNT else _shown(value)
        )
    if trouble.kind in _ELSEWHERE or not isinstance(definition, ElementDefinition):
        return _shown(value)
    if definition.data_type == CODED and definition.data_element not in CODED_AND_PRIVATE:
        return shown_code(value, definition.maximum)
    if definition.data_type.startswith(_NUMBERS) and _NUMBER.fullmatch(value):
        return value if len(value) <= definition.maximum + _SIGN_AND_POINT else _shown(value)
    return _shown(value)


def _found_qualifier(misplaced: Misplaced, segment: Segment) -> Protected[str] | str:
    """The qualifier of a segment that the guide does not have with it: a code of two or three letters."""
    label = misplaced.near[0].key_label or ""
    longest = max((len(code) for near in misplaced.near for code in near.key_codes), default=0)
    return shown_code(element_value(segment, label), longest)


def _shown(text: str) -> Protected[str] | str:
    """The value at fault, protected, and cut where it is endless."""
    if not text:
        return "nothing"
    return Protected(text if len(text) <= _MOST_TEXT_SHOWN else text[:_MOST_TEXT_SHOWN] + "…")
