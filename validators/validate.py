"""Judging a file of claims as it stands on disk.

Reads the file once, from its first byte to its last: each segment goes to the guide checker and
to the reader of claims, each claim to the rules. Held at once are the claims that end in one
stretch of the file (16 KB, some twenty of them), and what is said of them, however long the file is.
All faults come out in one pass: one broken claim does not hide the next.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import BinaryIO

from edi.claim837i import VERSION
from edi.claim837i.model import Claim
from edi.claim837i.read import ClaimReader
from edi.envelope import (
    Interchange,
    StreamedTransaction,
    TransactionSet,
    collector_paused,
    collector_seldom,
    read_transactions,
)
from edi.finding import Finding, Place, RuleKey, Severity
from edi.guide.check import GuideCheck
from edi.protected import shown_code
from edi.reading_log import FindingLog
from edi.reading_rules import OUTBOUND
from edi.records import record
from edi.tokens import Segment
from mapping.encounter import Encounter
from mapping.profile_models import PartnerProfile, PayerProfile
from mapping.profile_store import ProfileStore
from validators.attribution import Attribution, unsaid
from validators.billed import billed_product
from validators.checks import ClaimCheck, InterchangeCheck
from validators.claims_before import ClaimsBefore
from validators.prior_claims import PriorClaims
from validators.registry import (
    RuleSet,
    claim_rules,
    encounter_rules,
    ids_judged_by_file,
    interchange_rules,
    judge_together,
)
from validators.reports import ClaimReport, FileReport, SharedFinding

__all__ = [
    "ClaimReport",
    "FileCheck",
    "FileReport",
    "KnownClaim",
    "SharedFinding",
    "ValidationContext",
    "validate_bytes",
]

_SET_ID = "837"
_GUIDE = VERSION[: len("005010X223")]
_NO_CLAIMS = RuleKey("x12-syntax", 1, Severity.ERROR)
_SEGMENTS_AT_ONCE = 512
_MOST_KINDS_NAMED = 5
_LONGEST_KIND = 3
_MOST_PAYERS = 1024


@record(frozen=True, slots=True)
class KnownClaim:
    """What is known of a claim besides the file: its encounter, its payer, its turn.

    `rebuild` makes the claim that the encounter would become now, None where it becomes none.
    `gate` judges the encounter itself; it gives nothing where that was done elsewhere.
    """

    encounter: Encounter
    payer: PayerProfile
    payer_order: int = 0
    rebuild: Callable[[], Claim | None] = lambda: None
    gate: Callable[[], Iterable[Finding]] = lambda: ()


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


def validate_bytes(data: bytes, context: ValidationContext, file: str | None = None) -> FileReport:
    """Judge one file and keep all that was found. Never raises for what the file holds."""
    check = FileCheck(data, context, file)
    claims: list[ClaimReport] = []
    shared: list[SharedFinding] = []
    with collector_paused():
        for item in check:
            if isinstance(item, ClaimReport):
                claims.append(item)
            else:
                shared.append(item)
    for one in shared:
        # a fault that shows where a level ends concerns the claims before it, too
        for report in claims[one.first : one.last + 1]:
            if not any(finding.place == one.finding.place for finding in report.above):
                report.above.append(one.finding)
    return FileReport(claims, shared, check.file_findings, check.not_checked)


class FileCheck(Iterable[ClaimReport | SharedFinding]):
    """Judges one file of any size, stretch by stretch. Never raises for what the file holds.

    Gives, once, the claims in their order, and each fault above several of them after the last one.
    `file_findings` and `not_checked` are complete when it is through.
    """

    def __init__(self, source: bytes | BinaryIO, context: ValidationContext, file: str | None = None) -> None:
        self._context = context
        self._file = file
        self._profiles = _Profiles(context)
        self._guide = GuideCheck(file, context.engine)
        self._reader = read_transactions(
            source,
            OUTBOUND,
            file,
            on_interchange=self._next_interchange,
            on_outside=self._outside,
            with_digests=False,
        )
        self._to_judge: list[Segment] = []
        self._interchange: Interchange | None = None
        self._met_interchange = False
        self._is_of_claims = False
        self._log = FindingLog()
        self._early = FindingLog()
        self._kinds: dict[str, None] = {}
        self._claims = 0
        self._has_read_on = False
        self._not_checked: set[str] = set()
        self._asked: set[tuple[object, ...]] = set()

    @property
    def file_findings(self) -> list[Finding]:
        """What concerns no claim; of one kind no more than a thousand are listed."""
        return [finding.at(file=self._file) for finding in [*self._reader.findings, *self._log.all()]]

    @property
    def not_checked(self) -> list[str]:
        """The ids of rules that lacked what they need."""
        return sorted(self._not_checked)

    def __iter__(self) -> Iterator[ClaimReport | SharedFinding]:
        # the check does not keep what it gives: who lets go of that has the collector back as it was
        with collector_seldom():
            yield from self._judge()

    def _judge(self) -> Iterator[ClaimReport | SharedFinding]:
        for transaction in self._reader:
            if len(self._kinds) < _MOST_KINDS_NAMED:
                self._kinds.setdefault(_kind(transaction))
            if transaction.set_id == _SET_ID:
                self._add(self._early.all())
                self._early, self._is_of_claims = FindingLog(), True
                yield from self._judged(transaction)
            elif not transaction.implied:
                # a transaction set of another kind: its ST is enough to say so
                self._outside(transaction.header)
        self._judge_outside()
        if self._is_of_claims:
            self._add(self._guide.end())
        self._next_interchange(None)
        if self._met_interchange and not self._claims:
            self._log.add(self._without_claims())

    def _judged(self, transaction: StreamedTransaction) -> Iterator[ClaimReport | SharedFinding]:
        """The claims of a transaction set with all that is said of them.

        Those that ended in one stretch of the file are judged together: see `judge_together`.
        """
        is_of_guide = _is_of_guide(transaction)
        waiting: list[ClaimReport | SharedFinding] = []
        for item in self._transaction(transaction):
            waiting.append(item)
            if self._has_read_on:
                self._has_read_on = False
                yield from self._told(waiting, is_of_guide)
                waiting.clear()
        yield from self._told(waiting, is_of_guide)

    def _transaction(self, transaction: StreamedTransaction) -> Iterator[ClaimReport | SharedFinding]:
        """The claims of a transaction set, each with what the guide has against it."""
        attribution = Attribution()
        transaction.segments = chain.from_iterable(self._passing(transaction, attribution))
        reader = ClaimReader(transaction)
        for claim in reader:
            report = ClaimReport(self._claims, claim, transaction, reader.header)
            self._claims += 1
            yield from attribution.claim(report)
            if attribution.rest:
                self._take_rest(attribution)
        is_judged = self._guide.judges
        yield from attribution.end()
        self._add(attribution.rest)
        # where the guide is not known, that was said of the whole group
        self._add(attribution.outside(reader.findings) if is_judged else ())

    def _passing(self, transaction: StreamedTransaction, attribution: Attribution) -> Iterator[list[Segment]]:
        """The segments of a transaction set on their way to the reader of claims; the guide checker sees all first."""
        is_made_up = transaction.implied
        for batch in transaction.batches:
            self._has_read_on = True
            # an ST that was made up does not stand in the file
            self._to_judge += batch[1:] if is_made_up else batch
            is_made_up = False
            attribution.openings([segment.position for segment in batch if segment.id == "CLM"])
            attribution.take(self._guide.take(self._to_judge))
            self._to_judge.clear()
            self._take_rest(attribution)
            yield batch

    def _take_rest(self, attribution: Attribution) -> None:
        """What concerns no claim."""
        self._add(attribution.rest)
        attribution.rest.clear()

    def _outside(self, segment: Segment) -> None:
        """A segment that stands in no transaction set of claims."""
        self._to_judge.append(segment)
        if len(self._to_judge) >= _SEGMENTS_AT_ONCE:
            self._judge_outside()

    def _judge_outside(self) -> None:
        """In a file without claims the guide has nothing to say: its findings wait for the first."""
        log = self._log if self._is_of_claims else self._early
        for finding in self._guide.take(self._to_judge):
            log.add(finding)
        self._to_judge.clear()

    def _next_interchange(self, interchange: Interchange | None) -> None:
        """Judge the envelope of the interchange that is through."""
        if self._interchange is not None:
            self._add(self._profiles.of_interchange(self._interchange))
        self._interchange = interchange
        self._met_interchange = self._met_interchange or interchange is not None

    def _told(
        self, items: Sequence[ClaimReport | SharedFinding], is_of_guide: bool
    ) -> Iterator[ClaimReport | SharedFinding]:
        """With the file's name and, of claims, what their records and the rules say."""
        if is_of_guide:
            self._judge_claims([item for item in items if isinstance(item, ClaimReport)])
        else:
            self._not_checked.update(rule.id for rule in claim_rules())
        for item in items:
            if isinstance(item, SharedFinding):
                yield replace(item, finding=self._named(item.finding))
                continue
            if item.findings:
                item.findings = [self._named(finding) for finding in item.findings]
            if item.above:
                item.above = [self._named(finding) for finding in item.above]
            yield item

    def _judge_claims(self, items: Sequence[ClaimReport]) -> None:
        """Add what their records and the rules say."""
        known = [self._context.known(item.index, item.claim) for item in items]
        checks = [self._profiles.claim_check(item, one) for item, one in zip(items, known, strict=True)]
        rules = [self._profiles.rules(check) for check in checks]
        by_rules = judge_together(list(zip(rules, checks, strict=True)))
        for item, one, check, of_payer, found in zip(items, known, checks, rules, by_rules, strict=True):
            unread = item.claim.sources[-1].findings
            if unread:
                item.findings += unsaid(unread, [*item.findings, *item.above], found)
            item.findings += found
            if one is not None:
                account = item.claim.place.claim
                item.findings += (finding.at(claim=account) for finding in one.gate())
            self._note_what_was_not_judged(check, of_payer)

    def _note_what_was_not_judged(self, check: ClaimCheck, rules: RuleSet) -> None:
        product = check.product.key if check.product is not None else None
        kind = check.payer.key, product, check.is_void, check.encounter is None
        if kind in self._asked:
            return
        self._asked.add(kind)
        self._not_checked.update(rules.not_judged(check))
        if check.encounter is None and check.product is not None:
            of_record = {rule.id for rule in encounter_rules(check.product.clinical_gate)}
            self._not_checked |= of_record - ids_judged_by_file()

    def _add(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self._log.add(finding)

    def _named(self, finding: Finding) -> Finding:
        return finding if finding.place.file == self._file else finding.at(file=self._file)

    def _without_claims(self) -> Finding:
        """A file in which no institutional claim was found must not pass in silence."""
        return Finding.of(
            _NO_CLAIMS,
            "The file holds no institutional claim.",
            expected="a transaction set 837 with a CLM segment",
            found=", ".join(sorted(self._kinds)) or "no transaction set",
            fix="Give an 837I file; an answer (835, 277, 999) goes to `j3399 ingest`.",
            place=Place(file=self._file),
        )


def _is_of_guide(transaction: TransactionSet) -> bool:
    """Whether the claims are institutional: what rules ask for means nothing in another guide."""
    version = transaction.version
    return not version or version.startswith(_GUIDE)


def _kind(transaction: StreamedTransaction) -> str:
    """ST01 in words; in a damaged file it may be anything."""
    if not transaction.set_id:
        return "no kind"
    shown = shown_code(transaction.set_id, _LONGEST_KIND)
    return shown if isinstance(shown, str) else "another kind"


class _Profiles:
    """What profiles say of each claim of a file, looked up once."""

    def __init__(self, context: ValidationContext) -> None:
        self._context = context
        self._products = context.profiles.products()
        self._sites = {one.npi: one for one in context.profiles.sites()}
        self._partners = {_parties(one): one for one in context.profiles.partners()}
        self._envelope_rules = RuleSet(interchange_rules(), context.profiles.payer("default"))
        self._payer = lru_cache(_MOST_PAYERS)(context.profiles.payer_by_id)
        self._before = ClaimsBefore()
        self._rules: dict[int, tuple[PayerProfile, RuleSet]] = {}

    def rules(self, check: ClaimCheck) -> RuleSet:
        """The rules with the severities of the claim's payer."""
        payer = check.payer
        known = self._rules.get(id(payer))
        if known is None:
            if len(self._rules) >= _MOST_PAYERS:
                self._rules.clear()
            # by the profile itself, which is kept with it: two of one key may want different things
            known = self._rules[id(payer)] = payer, RuleSet(claim_rules(), payer)
        return known[1]

    def of_interchange(self, interchange: Interchange) -> list[Finding]:
        """What the rules say of an envelope."""
        partner = self._partners.get(interchange.parties)
        return self._envelope_rules.findings(InterchangeCheck(interchange, partner))

    def claim_check(self, report: ClaimReport, known: KnownClaim | None) -> ClaimCheck:
        """The claim with everything the context knows about it."""
        claim, context = report.claim, self._context
        payer = known.payer if known else self._payer(claim.payer.id)
        return ClaimCheck(
            claim=claim,
            payer=payer,
            product=billed_product(claim, self._products, payer),
            today=context.today,
            encounter=known.encounter if known else None,
            prior=context.prior,
            payer_order=known.payer_order if known else 0,
            site=self._sites.get(claim.billing_provider.id),
            products=self._products,
            created=report.created,
            before=self._before,
            rebuild=known.rebuild if known else lambda: None,
        )


def _parties(partner: PartnerProfile) -> tuple[str, str, str, str]:
    """ISA05 to ISA08 of a file to the partner."""
    isa = partner.isa
    return isa.sender_qualifier, isa.sender, isa.receiver_qualifier, isa.receiver
