"""Judging a file of claims as it stands on disk.

Reads the bytes with our own reader, checks envelope and guide, then runs every rule on
every claim. All faults come out in one pass: one broken claim does not hide the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from edi.claim837i.model import Claim
from edi.claim837i.read import ClaimReader
from edi.envelope import Document, Transaction, read_document
from edi.finding import Finding, Place, RuleKey, Severity, has_errors
from edi.reading_rules import OUTBOUND
from mapping.encounter import Encounter
from mapping.profile_models import PartnerProfile, PayerProfile
from mapping.profile_store import ProfileStore
from validators.billed import billed_product
from validators.checks import ClaimCheck, ClaimsBefore, InterchangeCheck, PriorClaims
from validators.registry import RuleSet, claim_rules, encounter_rules, interchange_rules

_CLAIM_LOOPS = ("23", "24")
_SET_ID = "837"
_NO_CLAIMS = RuleKey("x12-syntax", 1, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class KnownClaim:
    """What is known of a claim besides the file: its encounter, its payer, its turn.

    `rebuild` makes the claim that the encounter would become now, None where it becomes none.
    """

    encounter: Encounter
    payer: PayerProfile
    payer_order: int = 0
    rebuild: Callable[[], Claim | None] = lambda: None


@dataclass(frozen=True, slots=True)
class ValidationContext:
    """What rules may use beyond the file. `known` finds what belongs to a
    claim by its place in the file (from 0), or None. `engine` judges the guide: one of
    `edi.guide.check.ENGINES`."""

    profiles: ProfileStore
    today: dt.date
    known: Callable[[int, Claim], KnownClaim | None] = lambda index, claim: None
    prior: PriorClaims | None = None
    engine: str = "tables"


@dataclass(slots=True)
class ClaimReport:
    """A claim with its findings; `index` counts the claims of the file from 0, `created` is BHT04."""

    index: int
    claim: Claim
    transaction: Transaction
    created: dt.date | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return has_errors(self.findings)


@dataclass(slots=True)
class FileReport:
    """The result for one file: claims with their findings, and those that belong to no claim."""

    document: Document
    claims: list[ClaimReport]
    file_findings: list[Finding]
    not_checked: list[str]

    def findings(self) -> list[Finding]:
        """All findings, those of the file first."""
        return self.file_findings + [finding for report in self.claims for finding in report.findings]

    @property
    def has_errors(self) -> bool:
        return has_errors(self.findings())


def validate_bytes(data: bytes, context: ValidationContext, file: str | None = None) -> FileReport:
    """Judge one file. Never raises for what the file holds."""
    from edi.guide.check import check_segments

    document = read_document(data, OUTBOUND, file)
    reports: list[ClaimReport] = []
    for transaction in document.transactions():
        if transaction.set_id == _SET_ID:
            reader = ClaimReader(transaction)
            for claim in reader:
                made = reader.header.created
                reports.append(ClaimReport(len(reports), claim, transaction, made.date() if made else None))
    structural = list(document.findings)
    if reports:
        structural += check_segments(document.segments, file, context.engine)
    elif document.interchanges:
        structural += _without_claims(document, file)
    file_findings = _assign(structural, reports)
    for report in reports:
        report.findings += _of_the_record(report, file)
    file_findings += _of_interchanges(document, context, file)
    not_checked: set[str] = set()
    profiles = _Profiles(context)
    for report in reports:
        check = profiles.claim_check(report)
        rules = profiles.rules(check)
        report.findings += [finding.at(file=file) for finding in rules.findings(check)]
        not_checked.update(rules.not_judged(check))
        if check.encounter is None and check.product is not None:
            not_checked.update(rule.id for rule in encounter_rules(check.product.clinical_gate))
    return FileReport(document, reports, file_findings, sorted(not_checked))


def _of_interchanges(document: Document, context: ValidationContext, file: str | None) -> list[Finding]:
    rules = RuleSet(interchange_rules(), context.profiles.payer("default"))
    partners = {_parties(one): one for one in context.profiles.partners()}
    checks = (InterchangeCheck(one, partners.get(one.parties)) for one in document.interchanges)
    return [finding.at(file=file) for check in checks for finding in rules.findings(check)]


def _parties(partner: PartnerProfile) -> tuple[str, str, str, str]:
    """ISA05 to ISA08 of a file to the partner."""
    isa = partner.isa
    return isa.sender_qualifier, isa.sender, isa.receiver_qualifier, isa.receiver


class _Profiles:
    """What profiles say of each claim of a file, looked up once."""

    def __init__(self, context: ValidationContext) -> None:
        self._context = context
        self._products = context.profiles.products()
        self._sites = {one.npi: one for one in context.profiles.sites()}
        self._before = ClaimsBefore()
        self._rules: dict[str, RuleSet] = {}

    def rules(self, check: ClaimCheck) -> RuleSet:
        """The rules with the severities of the claim's payer."""
        payer = check.payer
        if payer.key not in self._rules:
            self._rules[payer.key] = RuleSet(claim_rules(), payer)
        return self._rules[payer.key]

    def claim_check(self, report: ClaimReport) -> ClaimCheck:
        """The claim with everything the context knows about it."""
        claim, context = report.claim, self._context
        known = context.known(report.index, claim)
        payer = known.payer if known else context.profiles.payer_by_id(claim.payer.id)
        return ClaimCheck(
            claim=claim,
            payer=payer,
            product=billed_product(claim, self._products, payer),
            today=context.today,
            encounter=known.encounter if known else None,
            prior=context.prior,
            payer_order=known.payer_order if known else 0,
            site=self._sites.get(claim.billing_provider.id),
            created=report.created,
            before=self._before,
            rebuild=known.rebuild if known else lambda: None,
        )


def _of_the_record(report: ClaimReport, file: str | None) -> list[Finding]:
    """What the claim's record could not carry, where nothing else was said of the segment.

    No rule can judge a value that could not be read: it must not pass in silence.
    """
    said = {finding.place.segment_position for finding in report.findings}
    return [
        finding.at(file=file)
        for finding in report.claim.findings
        if finding.place.segment_position not in said
    ]


def _without_claims(document: Document, file: str | None) -> list[Finding]:
    """A file in which no institutional claim was found must not pass in silence."""
    kinds = sorted({transaction.set_id or "no kind" for transaction in document.transactions()})
    return [
        Finding.of(
            _NO_CLAIMS,
            "The file holds no institutional claim.",
            expected="a transaction set 837 with a CLM segment",
            found=", ".join(kinds) or "no transaction set",
            fix="Give an 837I file; an answer (835, 277, 999) goes to `j3399 ingest`.",
            place=Place(file=file),
        )
    ]


def _assign(findings: Iterable[Finding], reports: list[ClaimReport]) -> list[Finding]:
    """Hand each structural finding to the claims it concerns; what concerns none is returned."""
    rest = []
    for finding in findings:
        owners = _owners(finding, reports)
        for report in owners:
            report.findings.append(_with_claim(finding, report))
        if not owners:
            rest.append(finding)
    return rest


def _owners(finding: Finding, reports: list[ClaimReport]) -> list[ClaimReport]:
    """The claims a finding concerns: those whose loops hold its position.

    A finding of a claim's own loop that is reported behind its last segment (something
    required is missing there) belongs to the claim before it; one above the claims
    concerns every claim below that level.
    """
    place = finding.place
    if place.segment_position is None:
        return []
    candidates = [
        report
        for report in reports
        if report.transaction.control_number == place.transaction
        and (place.group is None or _group(report) == place.group)
        and (place.interchange is None or report.transaction.interchange.control_number == place.interchange)
    ]
    own_loop = bool(place.loop) and str(place.loop).startswith(_CLAIM_LOOPS)
    if own_loop:
        before = [report for report in candidates if _first_own(report) <= place.segment_position]
        return before[-1:]
    return [report for report in candidates if place.segment_position in _positions(report)]


def _group(report: ClaimReport) -> str | None:
    group = report.transaction.group
    return group.control_number if group is not None else None


def _first_own(report: ClaimReport) -> int:
    return report.claim.place.segment_position or 0


def _positions(report: ClaimReport) -> set[int]:
    return {item.segment.position for item in report.claim.segments}


def _with_claim(finding: Finding, report: ClaimReport) -> Finding:
    return replace(finding, place=replace(finding.place, claim=report.claim.place.claim))
