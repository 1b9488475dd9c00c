"""Reads an 835 (005010X221A1 and its odd relatives), whole or claim by claim.

Inside a loop the order of segments does not matter. What a payer got wrong is reported and
read all the same.

Source: FACTS D4 and annex 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from edi.answer_parts import find_date
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
from edi.envelope import StreamedTransaction, Transaction
from edi.finding import Finding
from edi.other_elements import OtherElement, all_elements, other_elements
from edi.remittance.glance import ADJUDICATION_REMARKS, ADJUDICATION_VALUES, REMARK_CODE
from edi.remittance.model import (
    KIND,
    Address,
    AdjudicationValue,
    Adjustment,
    BankAccount,
    ClaimGroup,
    ClaimPayment,
    Delivery,
    Party,
    Payment,
    ProviderAdjustment,
    ProviderSummary,
    Remark,
    Remittance,
    RemittanceHeader,
    ServiceLine,
)
from edi.remittance.scan import ClaimRun, ClaimsOfRuns, ClaimText, HeldClaim
from edi.remittance.sorting import ClaimLoops, ClaimSegments, RemittanceSorter, check_claim
from edi.tokens import Run, Segment

_NOT_OF_THE_BODY = frozenset({"ST", "SE"})
_END_A_CLAIM = frozenset({"CLP", "LX"})
_SUMMARY_FIRST_AMOUNT = 4


def read_remittance(
    transaction: Transaction | StreamedTransaction, file: str | None = None
) -> tuple[Remittance, list[Finding]]:
    """Read one 835 whole. Never raises for what it holds; what is odd is a finding."""
    reader = RemittanceReader(transaction, file)
    groups: list[tuple[ClaimGroup, list[ClaimPayment]]] = []
    for claim in reader:
        if not groups or groups[-1][0] is not reader.group:
            groups.append((reader.group, []))
        groups[-1][1].append(claim)
    header = reader.header
    whole = [replace(group, claims=tuple(claims)) for group, claims in groups]
    whole += reader.empty_groups
    remittance = Remittance(
        version=header.version,
        payment=header.payment,
        trace=header.trace,
        production_date=header.production_date,
        currency=header.currency,
        currency_entity=header.currency_entity,
        dates=header.dates,
        references=header.references,
        payer=header.payer,
        payee=header.payee,
        other_elements=header.other_elements + reader.other_elements,
        groups=tuple(sorted(whole, key=lambda group: group.segment_position)),
        provider_adjustments=reader.provider_adjustments,
        unplaced=reader.unplaced,
    )
    return remittance, reader.findings


class RemittanceReader:
    """Reads the claims of one 835 as they are asked for; only one is held.

    Fast where the file is read with `scan.RUN_IDS` as `run_ids`; `scan` then gives the claims before
    they are typed.

    `header` is known with the first claim, `group` is that of the claim that was read last,
    without its claims. `findings`, `provider_adjustments` and `unplaced` are complete when all claims were
    read; so are `empty_groups`, those under which no claim stood. Never raises for what the file holds.
    """

    def __init__(self, transaction: Transaction | StreamedTransaction, file: str | None = None) -> None:
        self._transaction = transaction
        self._reading = Reading(transaction, file)
        self._sorter = RemittanceSorter(self._reading)
        self._header: RemittanceHeader | None = None
        self._group: tuple[Loop, ClaimGroup] | None = None
        self._begun: Loop | None = None
        self._without_claims: dict[int, Loop] = {}
        self.provider_adjustments: tuple[ProviderAdjustment, ...] = ()

    @property
    def header(self) -> RemittanceHeader:
        """Payment, payer and payee. Raises ValueError before the first claim was asked for."""
        if self._header is None:
            raise ValueError("the header is known when the first claim was asked for")
        return self._header

    @property
    def group(self) -> ClaimGroup:
        """The group of the last claim. Raises ValueError before the first was asked for."""
        if self._group is None:
            raise ValueError("the group is known when the first claim was asked for")
        return self._group[1]

    @property
    def empty_groups(self) -> tuple[ClaimGroup, ...]:
        """The groups without claims, with the provider's totals that stand in them."""
        return tuple(_group(loop, loop.segments[0].position) for loop in self._without_claims.values())

    @property
    def findings(self) -> list[Finding]:
        """What was odd in what was read so far."""
        return self._reading.findings

    @property
    def unplaced(self) -> list[Segment]:
        """The segments that no loop holds."""
        return self._sorter.unplaced

    @property
    def other_elements(self) -> tuple[OtherElement, ...]:
        """What stands beside the fields in PLB, and in segments that no loop holds."""
        footer = other_elements(self._sorter.footer.segments, KIND, "FOOTER")
        return (*footer, *all_elements(self.unplaced, "2000"))

    def __iter__(self) -> Iterator[ClaimPayment]:
        return (claim.read() for claim in self.scan())

    def scan(self) -> Iterator[ClaimText]:
        """The claims over their texts: of those that are not read, no findings are kept."""
        return chain.from_iterable(self.stretches())

    def stretches(self) -> Iterator[ClaimRun | list[ClaimText]]:
        """The same, as many at once as stand in one text."""
        transaction, runs = self._transaction, ClaimsOfRuns()
        pieces: Iterable[Segment | Run] = (
            transaction.pieces if isinstance(transaction, StreamedTransaction) else transaction.segments
        )
        for piece in pieces:
            if isinstance(piece, Run):
                yield from self._of_run(piece, runs)
            elif piece.id not in _NOT_OF_THE_BODY:
                if piece.id not in _END_A_CLAIM:
                    yield from self._take(runs.give_back())
                yield from self._take([piece])
                yield from self._whole(runs.end())
        yield from self._whole(runs.end())
        yield from self._held(self._sorter.end())
        if self._header is None:
            self._close_header()
        self._sorter.check_group()
        self.provider_adjustments = _provider_adjustments(self._sorter.footer)

    def _of_run(self, run: Run, runs: ClaimsOfRuns) -> Iterator[ClaimRun | list[ClaimText]]:
        """The claims that end in a run; what is not surely of claims goes segment by segment."""
        begin = "CLP" + run.separators.element
        if self._sorter.group is None:
            yield from self._take(run.segments())
            return
        if not runs.goes_on(run):
            if run.text.startswith(begin):
                yield from self._whole(runs.end())
            yield from self._take(runs.give_back())
            parts = run.parted_at(begin)
            if parts is None:
                yield from self._take(run.segments())
                return
            head, run = parts
            yield from self._take(head.segments())
            yield from self._held(self._sorter.end())
        yield from self._whole(runs.take(run, self._sorter.group, _read_exactly))

    def _take(self, segments: Iterable[Segment]) -> Iterator[list[ClaimText]]:
        """Sort segments one by one; the claims that they end."""
        for segment in segments:
            done = self._sorter.take(segment)
            group = self._sorter.group
            if group is not self._begun and group is not None:
                self._begun = self._without_claims[id(group)] = group
                if self._header is None:
                    self._close_header()
            yield from self._held(done)

    def _held(self, claim: ClaimSegments | None) -> Iterator[list[ClaimText]]:
        if claim is not None:
            self._enter(claim.group, claim.segments[0].position)
            yield [HeldClaim(claim, _read_exactly)]

    def _whole(self, claims: ClaimRun | None) -> Iterator[ClaimRun]:
        if claims is not None:
            self._enter(claims.setting.group, claims.run.position)
            yield claims

    def _enter(self, loop: Loop, first_claim: int) -> None:
        """Make the group of the next claim the one that `group` gives."""
        if self._group is None or self._group[0] is not loop:
            self._without_claims.pop(id(loop), None)
            self._group = loop, _group(loop, first_claim)

    def _close_header(self) -> None:
        self._sorter.check_header()
        self._header = _header(self._sorter, self._transaction.version)


def _read_exactly(claim: ClaimSegments) -> ClaimPayment:
    return _claim(claim.loops())


def _header(sorter: RemittanceSorter, version: str) -> RemittanceHeader:
    header = sorter.header
    payment, traces = header.need("BPR"), read_traces(header)
    header.need("TRN")
    dates = read_dates(header)
    produced = find_date(dates, "405")
    currency = header.first("CUR")
    payer, payee = _party_loop(sorter, "PR"), _party_loop(sorter, "PE")
    return RemittanceHeader(
        version=version,
        payment=_payment(payment) if payment else None,
        trace=traces[0] if traces else None,
        production_date=produced.first if produced else None,
        currency=currency.text(2) if currency else "",
        currency_entity=currency.text(1) if currency else "",
        dates=dates,
        references=read_references(header),
        payer=_party(payer) if payer else None,
        payee=_party(payee) if payee else None,
        other_elements=tuple(_others_of_header(sorter, (payer, payee))),
    )


def _others_of_header(sorter: RemittanceSorter, read: tuple[Loop | None, ...]) -> Iterator[OtherElement]:
    """What stands beside the fields in the header, in payer and payee, and in any other party."""
    yield from other_elements(sorter.header.segments, KIND, "HEADER", once=("BPR", "TRN", "CUR"))
    for loop in sorter.parties:
        if any(loop is one for one in read):
            table = "NM1" if loop.segments[0].id == "NM1" else loop.name
            yield from other_elements(loop.segments, KIND, loop.name, table, once=("N1", "NM1", "N4", "RDM"))
        else:
            yield from all_elements(loop.segments, loop.name)


def _payment(entry: Fields) -> Payment:
    amount = entry.cents(2, required=True)
    return Payment(
        handling=entry.text(1),
        amount=amount,
        credit_or_debit=entry.text(3),
        method=entry.text(4),
        payment_format=entry.text(5),
        payer_account=_account(entry, 6),
        originator=entry.text(10),
        originator_supplement=entry.text(11),
        payee_account=_account(entry, 12),
        payment_date=entry.day(16),
        unreadable=entry.unreadable,
        segment_position=entry.position,
    )


def _account(entry: Fields, first: int) -> BankAccount | None:
    bank_qualifier, bank, account_qualifier, account = found = [entry.text(first + at) for at in range(4)]
    return BankAccount(bank_qualifier, bank, account_qualifier, account) if any(found) else None


def _party_loop(sorter: RemittanceSorter, qualifier: str) -> Loop | None:
    """The loop of the first party with the qualifier."""
    return next(
        (loop for loop in sorter.parties if Fields(loop.segments[0], loop).text(1) == qualifier), None
    )


def _party(loop: Loop) -> Party:
    """A party; where NM1 stands for N1, its elements are meant."""
    header = Fields(loop.segments[0], loop)
    name, identifier_qualifier, identifier = (3, 8, 9) if header.segment.id == "NM1" else (2, 3, 4)
    delivery = loop.first("RDM") if loop.name == "1000B" and header.segment.id == "N1" else None
    return Party(
        qualifier=header.text(1),
        name=header.text(name),
        identifier_qualifier=header.text(identifier_qualifier),
        identifier=header.text(identifier),
        references=read_references(loop),
        contacts=read_contacts(loop),
        address=_address(loop),
        delivery=Delivery(delivery.text(1), delivery.text(2), delivery.text(3)) if delivery else None,
        segment_position=header.position,
        segments=loop.segments,
    )


def _address(loop: Loop) -> Address | None:
    streets, place = loop.all("N3"), loop.first("N4")
    if not streets and place is None:
        return None
    lines = tuple(text for entry in streets for number in (1, 2) if (text := entry.text(number)))
    city, state, postal_code, country, subdivision = (
        place.text(number) if place else "" for number in (1, 2, 3, 4, 7)
    )
    return Address(lines, city, state, postal_code, country, subdivision)


def _group(loop: Loop, first_claim: int) -> ClaimGroup:
    header = loop.first("LX")
    return ClaimGroup(
        number=header.text(1) if header else "",
        claims=(),
        summaries=tuple(_summary(entry) for entry in loop.all("TS3", "TS2")),
        segment_position=header.position if header else first_claim,
        segments=loop.segments,
    )


def _summary(entry: Fields) -> ProviderSummary:
    """TS3 begins with who and when; all of TS2, and the rest of TS3, is amounts and counts."""
    names_provider = entry.segment.id == "TS3"
    first = _SUMMARY_FIRST_AMOUNT if names_provider else 1
    numbers = range(first, len(entry.segment.elements))
    found = ((entry.element_name(number), entry.decimal(number)) for number in numbers)
    return ProviderSummary(
        provider=entry.text(1) if names_provider else "",
        facility_type=entry.text(2) if names_provider else "",
        fiscal_period=entry.day(3) if names_provider else None,
        totals=tuple((element, value) for element, value in found if value is not None),
        segment_position=entry.position,
    )


def _claim(loops: ClaimLoops) -> ClaimPayment:
    check_claim(loops)
    loop = loops.loop
    header = Fields(loop.segments[0], loop)
    charge, paid = header.cents(3, required=True), header.cents(4, required=True)
    responsibility = header.cents(5)
    return ClaimPayment(
        patient_control_number=header.text(1),
        status=header.text(2),
        charge=charge,
        paid=paid,
        patient_responsibility=responsibility,
        filing_indicator=header.text(6),
        payer_claim_control_number=header.text(7),
        facility_type=header.text(8),
        frequency=header.text(9),
        drg=header.text(11),
        drg_weight=header.decimal(12),
        discharge_fraction=header.decimal(13),
        names=read_names(loop),
        adjustments=_adjustments(loop),
        remarks=_adjudication_remarks(loop) + _listed_remarks(loop),
        adjudication=_adjudication_values(loop),
        references=read_references(loop),
        dates=read_dates(loop),
        amounts=read_amounts(loop),
        quantities=read_quantities(loop),
        contacts=read_contacts(loop),
        lines=tuple(_line(line) for line in loops.lines),
        unreadable=header.unreadable,
        segment_position=header.position,
        segments=loops.segments,
    )


def _line(loop: Loop) -> ServiceLine:
    header = Fields(loop.segments[0], loop)
    charge, paid = header.cents(2, required=True), header.cents(3, required=True)
    return ServiceLine(
        service=header.procedure(1),
        charge=charge,
        paid=paid,
        revenue_code=header.text(4),
        units=header.decimal(5),
        submitted_service=header.procedure(6),
        submitted_units=header.decimal(7),
        adjustments=_adjustments(loop),
        references=read_references(loop),
        dates=read_dates(loop),
        amounts=read_amounts(loop),
        quantities=read_quantities(loop),
        remarks=_listed_remarks(loop),
        unreadable=header.unreadable,
        segment_position=header.position,
        segments=loop.segments,
    )


def _adjustments(loop: Loop) -> tuple[Adjustment, ...]:
    """The triplets of CAS; blank ones are skipped, and none after a blank one is lost."""
    adjustments = []
    for entry in loop.all("CAS"):
        for number in range(2, len(entry.segment.elements), 3):
            if not any(entry.text(number + at) for at in range(3)):
                continue
            amount, quantity = entry.cents(number + 1, required=True), entry.decimal(number + 2)
            adjustments.append(
                Adjustment(
                    group=entry.text(1),
                    reason=entry.text(number),
                    amount=amount,
                    quantity=quantity,
                    element=entry.element_name(number),
                    readable=entry.element_name(number + 1) not in entry.unreadable,
                    segment_position=entry.position,
                )
            )
    return tuple(adjustments)


def _adjudication_remarks(loop: Loop) -> tuple[Remark, ...]:
    """The remark codes of MIA (inpatient) and MOA (outpatient)."""
    return tuple(
        Remark(REMARK_CODE, entry.text(number), entry.element_name(number), entry.position)
        for segment_id, numbers in ADJUDICATION_REMARKS.items()
        for entry in loop.all(segment_id)
        for number in numbers
        if entry.text(number)
    )


def _adjudication_values(loop: Loop) -> tuple[AdjudicationValue, ...]:
    """The amounts, counts and rates of MIA and MOA; those that are no number are reported and other elements."""
    found = (
        (entry, number, entry.decimal(number))
        for segment_id, numbers in ADJUDICATION_VALUES.items()
        for entry in loop.all(segment_id)
        for number in numbers
    )
    return tuple(
        AdjudicationValue(entry.element_name(number), value, entry.position)
        for entry, number, value in found
        if value is not None
    )


def _listed_remarks(loop: Loop) -> tuple[Remark, ...]:
    """The remark codes of LQ; the guide has them at lines, payers also at claims."""
    return tuple(
        Remark(entry.text(1), entry.text(2), entry.element_name(2), entry.position)
        for entry in loop.all("LQ")
        if entry.text(2)
    )


def _provider_adjustments(footer: Loop) -> tuple[ProviderAdjustment, ...]:
    """The pairs of PLB; blank ones are skipped."""
    adjustments = []
    for entry in footer.all("PLB"):
        period = entry.day(2)
        for number in range(3, len(entry.segment.elements), 2):
            if not entry.text(number) and not entry.text(number + 1):
                continue
            adjustments.append(
                ProviderAdjustment(
                    provider=entry.text(1),
                    fiscal_period=period,
                    reason=entry.part(number, 1),
                    reference=entry.part(number, 2),
                    amount=entry.cents(number + 1, required=True),
                    element=entry.element_name(number),
                    readable=entry.element_name(number + 1) not in entry.unreadable,
                    segment_position=entry.position,
                )
            )
    return tuple(adjustments)
