"""Compares the totals of a 277CA with the claims in it (rule `status-count`).

Why: a claim that is in neither the accepted nor the rejected total was lost between two
computers, and nobody will say so.

Source: FACTS D2: 2200B QTY*90 and QTY*AA, 2200C QTY*QA and QTY*QC, both AMT*YU and AMT*YY.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from edi.claim_status.model import ClaimStatus, ClaimStatusReport, Level
from edi.finding import Finding, Place, RuleKey, Severity
from edi.values import from_cents

STATUS_COUNT = RuleKey("status-count", 3, Severity.WARNING)


def check_counts(report: ClaimStatusReport, place: Place) -> list[Finding]:
    """Findings where a stated total differs from the claims below the level that states it."""
    if report.kind != "277CA":
        return []
    below: dict[int, list[ClaimStatus]] = {}
    for claim in report.claims:
        for level in claim.levels:
            below.setdefault(level.segment_position, []).append(claim)
    found: list[Finding] = []
    for level in report.levels:
        claims = below.get(level.segment_position, [])
        if claims or not level.rejected:
            found.extend(_check_level(level, claims, place))
    return found


def _check_level(level: Level, claims: Sequence[ClaimStatus], place: Place) -> Iterator[Finding]:
    rejected = [claim for claim in claims if claim.rejected]
    accepted = [claim for claim in claims if not claim.rejected]
    for word, group, quantities, amount in (
        ("accepted", accepted, ("90", "QA"), "YU"),
        ("rejected", rejected, ("AA", "QC"), "YY"),
    ):
        stated = level.quantity(*quantities)
        if stated is not None and stated != len(group):
            yield _finding(level, word, "claims", format(stated, "f"), str(len(group)), place)
        cents, total = level.amount(amount), sum(_charge(claim) for claim in group)
        if cents is not None and cents != total:
            yield _finding(level, word, "dollars", str(from_cents(cents)), str(from_cents(total)), place)


def _charge(claim: ClaimStatus) -> int:
    return next((status.charge for status in claim.statuses if status.charge is not None), 0)


def _finding(level: Level, word: str, what: str, stated: str, counted: str, place: Place) -> Finding:
    return Finding.of(
        STATUS_COUNT,
        "Level {loop} states {expected} {word} {what}, the claims below it make {found}.",
        fields={"loop": level.loop, "expected": stated, "word": word, "what": what, "found": counted},
        expected=stated,
        found=counted,
        fix="Look for the claims that were sent and are named by no status.",
        source="FACTS D2",
        place=replace(place, loop=level.loop, segment="HL", segment_position=level.segment_position),
    )
