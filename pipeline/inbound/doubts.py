"""What a file's answers leave in doubt: answers that disagree, reversals that stand alone.

Told once, with the file that brought it about. The state of the claim follows all the same: the
worse answer holds, and money is netted.

Source: FACTS D2, D4; the order of events is that of `pipeline.life`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from edi.finding import Finding, Place, RuleKey, Severity
from pipeline.chains import Chain
from pipeline.ledger.answers import EventRow
from pipeline.life import conflicts

STATUS_CONFLICT = RuleKey("status-conflict", None, Severity.WARNING)
REVERSAL_UNPAIRED = RuleKey("reversal-unpaired", None, Severity.WARNING)


def doubts(
    chains: Iterable[Chain], touched: Collection[str], digests: Collection[str], place: Place
) -> list[Finding]:
    """The doubts about the claims that a file touched, by claim, as far as its own transactions bring them
    about. `chains` are those of the claims."""
    found: dict[str, list[Finding]] = {}
    for chain in chains:
        for claim in (row.id for row in chain.claims if row.id in touched):
            found[claim] = [
                *_disagreements(claim, chain.events[claim], digests, place),
                *_reversals(claim, chain, digests, place),
            ]
    return [finding for claim in sorted(found) for finding in found[claim]]


def _disagreements(
    claim: str, events: Iterable[EventRow], digests: Collection[str], place: Place
) -> Iterator[Finding]:
    for held, other in conflicts(events):
        if held.digest in digests or other.digest in digests:
            yield Finding.of(
                STATUS_CONFLICT,
                "Two answers of {stage} of {day} to claim {claim} disagree; the worse one holds.",
                fields={"stage": held.stage, "day": held.day, "claim": claim},
                expected=other.verdict,
                found=held.verdict,
                fix="Ask who answered what became of the claim.",
                place=place,
            )


def _reversals(claim: str, chain: Chain, digests: Collection[str], place: Place) -> Iterator[Finding]:
    found = chain.unpaired_reversal(claim)
    if found is not None and found[0].digest in digests:
        yield Finding.of(
            REVERSAL_UNPAIRED,
            "A payment of claim {claim} was taken back, and its {missing} is not known yet.",
            fields={"claim": claim, "missing": found[1]},
            expected=f"the {found[1]} of the payment",
            found="a reversal alone",
            fix="Wait for the rest of the payer's remittance; then ask the payer.",
            place=Place(file=place.file, segment_position=found[0].position),
        )
