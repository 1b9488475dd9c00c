"""Reads a 277CA (005010X214) or a 277 (005010X212) into one model.

Inside a loop the order of segments does not matter. What a payer got wrong is reported and
read all the same.

Source: FACTS D2 and D3, annexes 2 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi.answer_parts import find_reference
from edi.answer_reading import (
    Fields,
    Loop,
    Reading,
    read_amounts,
    read_contacts,
    read_dates,
    read_names,
    read_quantities,
    read_references,
    read_traces,
)
from edi.claim_status.model import (
    BatchRejection,
    ClaimStatus,
    ClaimStatusReport,
    Level,
    Paperwork,
    Status,
    StatusCode,
    StatusLine,
)
from edi.claim_status.outcomes import ReportKind, category, report_kinds
from edi.claim_status.sorting import ClaimLoops, LevelLoops, LevelSorter
from edi.codes import knows
from edi.envelope import Transaction
from edi.finding import Finding, RuleKey, Severity
from edi.other_elements import OtherElement, all_elements, other_elements
from edi.protected import shown_code

STATUS_NOT_ALLOWED = RuleKey("status-not-allowed", 4, Severity.WARNING)
CODE_UNKNOWN = RuleKey("adjustment-code-unknown", 5, Severity.WARNING)
RECEIVER = "21"
_KIND = "277"
_LONGEST_CODE = 4


def report_kind(transaction: Transaction) -> str:
    """`277CA` or `277`: by the guide that the file names, else by its BHT, else by its levels."""
    kinds = report_kinds()
    header = next((segment for segment in transaction.body if segment.id == "BHT"), None)
    structure, purpose = (header.element(1).strip(), header.element(6).strip()) if header else ("", "")
    named = (
        *(name for name, kind in kinds.items() if any(guide in transaction.version for guide in kind.guides)),
        *(name for name, kind in kinds.items() if structure == kind.structure),
        *(name for name, kind in kinds.items() if purpose == kind.type),
        *(name for name, kind in kinds.items() if _has_levels_of(kind, transaction)),
    )
    return named[0] if named else "277"


def _has_levels_of(kind: ReportKind, transaction: Transaction) -> bool:
    levels = {segment.element(3).strip() for segment in transaction.body if segment.id == "HL"}
    statuses = [segment.element(1).strip() for segment in transaction.body if segment.id == "STC"]
    return kind.level in levels and all(status.startswith(kind.categories) for status in statuses)


def read_claim_status(
    transaction: Transaction, file: str | None = None
) -> tuple[ClaimStatusReport, list[Finding]]:
    """Read one 277CA or 277. Never raises for what it holds; what is odd is a finding."""
    reading = Reading(transaction, file)
    sorter = LevelSorter(reading)
    for segment in transaction.body:
        sorter.take(segment)
    sorter.check()
    report = _Builder(reading, sorter, report_kind(transaction)).report()
    return report, reading.findings


class _Builder:
    """Makes the records from the sorted loops."""

    def __init__(self, reading: Reading, sorter: LevelSorter, kind: str) -> None:
        self._reading = reading
        self._sorter = sorter
        self._kind = kind
        self._levels = [self._level(loops) for loops in sorter.levels]

    def report(self) -> ClaimStatusReport:
        header = self._sorter.header.need("BHT")
        claims = [
            self._claim(claim, index)
            for index, loops in enumerate(self._sorter.levels)
            for claim in loops.claims
        ]
        return ClaimStatusReport(
            kind=self._kind,
            structure=header.text(1) if header else "",
            purpose=header.text(2) if header else "",
            reference=header.text(3) if header else "",
            created=header.day(4) if header else None,
            time=header.text(5) if header else "",
            type=header.text(6) if header else "",
            levels=tuple(self._levels),
            claims=tuple(claims),
            batch_rejections=self._batch_rejections(),
            other_elements=tuple(_other_elements(self._sorter)),
            segment_position=header.position if header else 1,
            segments=self._sorter.header.segments,
            unplaced=self._sorter.unplaced,
        )

    def _level(self, loops: LevelLoops) -> Level:
        header = Fields(loops.header.segments[0], loops.header)
        tracking = loops.tracking
        return Level(
            number=header.text(1),
            parent_number=header.text(2),
            code=header.text(3),
            loop=loops.header.name,
            names=read_names(loops.names),
            contacts=read_contacts(loops.names),
            traces=read_traces(tracking),
            statuses=self._statuses(tracking),
            references=read_references(tracking),
            dates=read_dates(tracking),
            quantities=read_quantities(tracking),
            amounts=read_amounts(tracking),
            segment_position=header.position,
            segments=loops.segments,
        )

    def _claim(self, loops: ClaimLoops, index: int) -> ClaimStatus:
        loop = loops.loop
        trace = loop.first("TRN")
        trace_number = trace.text(2) if trace else ""
        references = read_references(loop)
        account = trace_number if self._kind == "277CA" else find_reference(references, "EJ")
        return ClaimStatus(
            trace_number=trace_number,
            patient_control_number=account,
            loop=loop.name,
            statuses=self._statuses(loop),
            references=references,
            dates=read_dates(loop),
            paperwork=_paperwork(loop),
            contacts=read_contacts(loop),
            lines=tuple(self._line(line) for line in loops.lines),
            levels=tuple(self._levels[level] for level in self._sorter.chain(index)),
            segment_position=loops.segments[0].position,
            segments=loops.segments,
        )

    def _line(self, loop: Loop) -> StatusLine:
        header = Fields(loop.segments[0], loop)
        return StatusLine(
            service=header.procedure(1),
            charge=header.optional_cents(2),
            paid=header.optional_cents(3),
            revenue_code=header.text(4),
            units=header.decimal(7),
            statuses=self._statuses(loop),
            references=read_references(loop),
            dates=read_dates(loop),
            paperwork=_paperwork(loop),
            unreadable=header.unreadable,
            segment_position=header.position,
            segments=loop.segments,
        )

    def _statuses(self, loop: Loop) -> tuple[Status, ...]:
        return tuple(self._status(entry) for entry in loop.all("STC"))

    def _status(self, entry: Fields) -> Status:
        codes = tuple(_codes(entry))
        if not codes:
            entry.loop.odd("Segment {id} holds no status.", entry.segment)
        for code in codes:
            self._check_code(entry, code)
        charge, paid = entry.optional_cents(4), entry.optional_cents(5)
        return Status(
            codes=codes,
            effective_date=entry.day(2),
            action=entry.text(3),
            charge=charge,
            paid=paid,
            final_date=entry.day(6),
            payment_method=entry.text(7),
            remittance_date=entry.day(8),
            check_number=entry.text(9),
            message=entry.text(12),
            unreadable=entry.unreadable,
            segment_position=entry.position,
        )

    def _check_code(self, entry: Fields, code: StatusCode) -> None:
        """Say what is in no table, and a category that this kind of answer may not use."""
        allowed = report_kinds()[self._kind].categories
        expected = "a category that begins with " + " or ".join(allowed)
        if category(code.category) is None:
            self._unknown("a status category", entry, code, (1, code.category), expected)
        elif not code.category.startswith(allowed):
            template = "{element} is a status category that a {kind} may not use."
            self._say(STATUS_NOT_ALLOWED, template, entry, code, (1, code.category), expected)
        if code.status and not code.list_qualifier and not knows("claim_status", code.status):
            self._unknown("a status code", entry, code, (2, code.status))
        if code.entity and not knows("entity", code.entity):
            self._unknown("an entity code", entry, code, (3, code.entity))

    def _unknown(
        self,
        what: str,
        entry: Fields,
        code: StatusCode,
        found: tuple[int, str],
        expected: str = "a code of the list",
    ) -> None:
        template = f"{{element}} is {what} that the table does not know."
        self._say(CODE_UNKNOWN, template, entry, code, found, expected)

    def _say(
        self,
        rule: RuleKey,
        template: str,
        entry: Fields,
        code: StatusCode,
        found: tuple[int, str],
        expected: str,
    ) -> None:
        component, value = found
        self._reading.report(
            rule,
            template,
            segment=entry.segment,
            loop=entry.loop.name,
            claim=entry.loop.claim,
            element=code.element,
            fields={"element": f"{code.element}-{component}", "kind": self._kind},
            expected=expected,
            found=shown_code(value, _LONGEST_CODE),
            fix="Go by the action code STC03 where there is one, and tell the sender.",
            source="FACTS D2",
        )

    def _batch_rejections(self) -> tuple[BatchRejection, ...]:
        named = {
            above
            for index, loops in enumerate(self._sorter.levels)
            if loops.claims
            for above in self._sorter.chain(index)
        }
        rejections = []
        for index, level in enumerate(self._levels):
            *above, _ = self._sorter.chain(index)
            covered = any(self._levels[at].rejected and at not in named for at in above)
            if level.rejected and index not in named and not covered:
                rejections.append(BatchRejection(self._batch(index), level))
        return tuple(rejections)

    def _batch(self, index: int) -> str:
        """TRN02 of 2200B: of this level, or of the receiver above it."""
        chain = [self._levels[at] for at in self._sorter.chain(index)]
        return next((level.trace_number for level in chain if level.code == RECEIVER), "")


def _other_elements(sorter: LevelSorter) -> Iterator[OtherElement]:
    """What stands beside the fields, level by level. The table is the same for 277CA and 277."""
    yield from other_elements(sorter.header.segments, _KIND, "HEADER", once=("BHT",))
    yield from all_elements(sorter.unplaced, "HEADER")
    for level in sorter.levels:
        for loop in (level.header, level.names, level.tracking):
            yield from other_elements(loop.segments, _KIND, loop.name, loop.name[:4])
        for claim in level.claims:
            yield from other_elements(claim.loop.segments, _KIND, claim.loop.name, "claim", once=("TRN",))
            for line in claim.lines:
                yield from other_elements(line.segments, _KIND, line.name, line.name[:4])


def _paperwork(loop: Loop) -> tuple[Paperwork, ...]:
    return tuple(
        Paperwork(entry.text(1), entry.text(2), entry.text(6), entry.position) for entry in loop.all("PWK")
    )


def _codes(entry: Fields) -> list[StatusCode]:
    codes = []
    for number in (1, 10, 11):
        category_code, status, entity, qualifier = [*entry.parts(number), *[""] * 4][:4]
        if category_code or status:
            element = entry.element_name(number)
            codes.append(StatusCode(category_code, status, entity, qualifier, element))
    return codes
