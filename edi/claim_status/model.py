"""The records of a claim status answer, 277CA or 277.

Account numbers, identifiers, names and free text stay out of `repr`. Money is cents.
Each record carries the position of its segment (ST = 1).

Source: 005010X214 and 005010X212, FACTS D2 and D3, annexes 2 and 4. What a request for documents
(005010X213) has beside, LOI, DTP*106 and loop 2210 with PWK, is from memory of that guide and
public examples of it, not from the guide itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from edi.answer_parts import (
    AmountEntry,
    Contact,
    DateEntry,
    Name,
    ProcedureCode,
    QuantityEntry,
    Reference,
    Trace,
    find_amount,
    find_date,
    find_quantity,
    find_reference,
)
from edi.claim_status.outcomes import category
from edi.other_elements import OtherElement
from edi.tokens import Segment

ACCEPT = "WQ"
REJECT = "U"
ACKNOWLEDGES = "A"
LOINC = "LOI"
REQUEST = "request"
DUE = "106"


@dataclass(frozen=True, slots=True)
class StatusCode:
    """One status: category, status and entity; `element` is STC01, STC10 or STC11.

    `list_qualifier` is empty for a claim status code, RX where the status is an NCPDP reject
    code, LOI where it is the LOINC code of a document that is asked for.
    """

    category: str
    status: str
    entity: str
    list_qualifier: str
    element: str

    @property
    def outcome(self) -> str:
        """What the category means: accepted, rejected, pending ... `unknown` if the table has it not."""
        known = category(self.category)
        return known.outcome if known else "unknown"

    @property
    def is_document(self) -> bool:
        """Whether the status is the LOINC code of a document."""
        return self.list_qualifier == LOINC


@dataclass(frozen=True, slots=True)
class Status:
    """One STC segment: up to three statuses and what goes with them.

    `effective_date` is STC02, `action` STC03 (WQ accept, U reject), `charge` STC04, `paid`
    STC05, `final_date` STC06, `payment_method` STC07 (4010), `remittance_date` STC08,
    `check_number` STC09, `message` STC12.
    """

    codes: tuple[StatusCode, ...]
    effective_date: date | None
    action: str
    charge: int | None
    paid: int | None
    final_date: date | None
    payment_method: str
    remittance_date: date | None
    check_number: str = field(repr=False)
    message: str = field(repr=False)
    unreadable: tuple[str, ...]
    segment_position: int

    @property
    def rejects(self) -> bool:
        """Whether it rejects: by its action, or by a category where no known action is given."""
        if self.action in (ACCEPT, REJECT):
            return self.action == REJECT
        known = (category(code.category) for code in self.codes)
        return any(entry.rejects for entry in known if entry)

    @property
    def outcome(self) -> str:
        """What is said: by its first category; by its action where that is no A category.

        A 277CA may use A categories alone; where it uses another, its action still counts.
        """
        first = self.codes[0] if self.codes else None
        if self.action in (ACCEPT, REJECT) and not (first and first.category.startswith(ACKNOWLEDGES)):
            return "rejected" if self.action == REJECT else "accepted"
        return first.outcome if first else "unknown"


@dataclass(frozen=True, slots=True)
class Paperwork:
    """How a document that is asked for is to be sent: PWK01, PWK02 and PWK06 of a request."""

    report_type: str
    transmission: str
    control_number: str = field(repr=False)
    segment_position: int


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the answer: loops 2000 to 2200 of a source, receiver, provider or patient.

    `number`, `parent_number` and `code` are HL01 to HL03, `loop` is 2000A to 2000E.
    """

    number: str
    parent_number: str
    code: str
    loop: str
    names: tuple[Name, ...]
    contacts: tuple[Contact, ...]
    traces: tuple[Trace, ...]
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...]
    dates: tuple[DateEntry, ...]
    quantities: tuple[QuantityEntry, ...]
    amounts: tuple[AmountEntry, ...]
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)

    @property
    def name(self) -> Name | None:
        """Who this level is: its first NM1."""
        return self.names[0] if self.names else None

    @property
    def trace_number(self) -> str:
        """TRN02; in 2200B of a 277CA the BHT03 of the batch that was sent."""
        return self.traces[0].number if self.traces else ""

    @property
    def rejected(self) -> bool:
        """Whether this level itself is rejected, and with it all below."""
        return any(status.rejects for status in self.statuses)

    def quantity(self, *qualifiers: str) -> Decimal | None:
        """The first QTY with one of the qualifiers: 90 or QA accepted, AA or QC rejected."""
        found = (find_quantity(self.quantities, qualifier) for qualifier in qualifiers)
        return next((value for value in found if value is not None), None)

    def amount(self, qualifier: str) -> int | None:
        """The AMT with the qualifier in cents: YU accepted, YY rejected."""
        return find_amount(self.amounts, qualifier)


@dataclass(frozen=True, slots=True)
class StatusLine:
    """The status of one service line: loop 2220, SVC with its STC, REF and DTP.

    `service` is SVC01, `charge` SVC02, `paid` SVC03, `revenue_code` SVC04, `units` SVC07.
    """

    service: ProcedureCode | None
    charge: int | None
    paid: int | None
    revenue_code: str
    units: Decimal | None
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...]
    dates: tuple[DateEntry, ...]
    paperwork: tuple[Paperwork, ...]
    unreadable: tuple[str, ...]
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)

    @property
    def line_control_number(self) -> str:
        """REF*FJ: the REF*6R of the line as it was sent."""
        return find_reference(self.references, "FJ")

    @property
    def prescription_number(self) -> str:
        """REF*XZ."""
        return find_reference(self.references, "XZ")

    @property
    def service_dates(self) -> DateEntry | None:
        """DTP*472."""
        return find_date(self.dates, "472")

    @property
    def due_date(self) -> date | None:
        """DTP*106: until when documents are awaited."""
        return _due_date(self.dates)

    @property
    def rejected(self) -> bool:
        """Whether a status of this line rejects it."""
        return any(status.rejects for status in self.statuses)


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """The status of one claim: loop 2200D (2200E of a dependent).

    `trace_number` is TRN02. `patient_control_number` (CLM01) is TRN02 in a 277CA and REF*EJ
    in a 277. `levels` are the levels above it, the source first, its patient last. In a request
    for documents (X213) `paperwork` and `contacts` say how and to whom they are to be sent.
    """

    trace_number: str = field(repr=False)
    patient_control_number: str = field(repr=False)
    loop: str
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...]
    dates: tuple[DateEntry, ...]
    paperwork: tuple[Paperwork, ...]
    contacts: tuple[Contact, ...]
    lines: tuple[StatusLine, ...]
    levels: tuple[Level, ...] = field(repr=False)
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)

    @property
    def payer_claim_control_number(self) -> str:
        """REF*1K."""
        return find_reference(self.references, "1K")

    @property
    def clearinghouse_number(self) -> str:
        """REF*D9."""
        return find_reference(self.references, "D9")

    @property
    def type_of_bill(self) -> str:
        """REF*BLT."""
        return find_reference(self.references, "BLT")

    @property
    def service_dates(self) -> DateEntry | None:
        """DTP*472."""
        return find_date(self.dates, "472")

    @property
    def all_statuses(self) -> Iterator[Status]:
        """Its own statuses, then those of its lines."""
        yield from self.statuses
        for line in self.lines:
            yield from line.statuses

    @property
    def is_request(self) -> bool:
        """Whether something is asked for: an R category at the claim or a line."""
        return any(code.outcome == REQUEST for status in self.all_statuses for code in status.codes)

    @property
    def requested_documents(self) -> tuple[str, ...]:
        """The LOINC codes of what is asked for, in the order of the file."""
        codes = (code for status in self.all_statuses for code in status.codes)
        return tuple(dict.fromkeys(code.status for code in codes if code.is_document))

    @property
    def due_date(self) -> date | None:
        """DTP*106: until when documents are awaited; the earliest of claim and lines."""
        stated = (_due_date(self.dates), *(line.due_date for line in self.lines))
        return min((day for day in stated if day), default=None)

    @property
    def source(self) -> Level | None:
        """Who answers: the level of the payer (PR) or clearinghouse (AY)."""
        return self.levels[0] if self.levels and self.levels[0].code == "20" else None

    @property
    def patient(self) -> Name | None:
        """Whose claim it is: the name at the last level."""
        return self.levels[-1].name if self.levels else None

    @property
    def inherited(self) -> tuple[Status, ...]:
        """The rejecting statuses of the levels above: what rejects them rejects this claim."""
        return tuple(status for level in self.levels for status in level.statuses if status.rejects)

    @property
    def rejected(self) -> bool:
        """Whether the claim is rejected: by its own status (or its lines', if it has none) or from above."""
        own = self.statuses or tuple(status for line in self.lines for status in line.statuses)
        return bool(self.inherited) or any(status.rejects for status in own)


@dataclass(frozen=True, slots=True)
class BatchRejection:
    """A whole batch that was rejected above claim level, no claim being named.

    `batch` is TRN02 of 2200B: the BHT03 of the 837 that was sent. `level` is the level that
    was rejected; at 2000C the rejection is of that provider's claims alone.
    """

    batch: str = field(repr=False)
    level: Level

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Why: the rejecting statuses."""
        return tuple(status for status in self.level.statuses if status.rejects)


@dataclass(frozen=True, slots=True)
class ClaimStatusReport:
    """One 277CA or 277: BHT, its levels in the order of the file, and its claims.

    `kind` is `277CA` or `277`; `structure`, `purpose`, `reference`, `created`, `time` and `type`
    are BHT01 to BHT06, `segments` hold the BHT. `unplaced` are segments that no level holds;
    `other_elements` are theirs, and all that stands beside the fields of these records.
    """

    kind: str
    structure: str
    purpose: str
    reference: str
    created: date | None
    time: str
    type: str
    levels: tuple[Level, ...]
    claims: tuple[ClaimStatus, ...]
    batch_rejections: tuple[BatchRejection, ...]
    other_elements: tuple[OtherElement, ...]
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)
    unplaced: list[Segment] = field(repr=False, compare=False)


def _due_date(dates: tuple[DateEntry, ...]) -> date | None:
    """The last day of DTP*106."""
    entry = find_date(dates, DUE)
    return entry.last if entry else None
