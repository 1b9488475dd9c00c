"""Waivers: what a rule found, and a person let go with a reason.

Why: a treated child's missing blood test cannot be cured; the claim must go out all the same,
and say so. Only rules that the payer's profile marks waivable can be waived. A waiver is tied
to the encounter's content: when that changes, somebody must look again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pydantic import ValidationError

from edi.finding import Finding, Severity
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile
from mapping.profile_store import ProfileStore
from pipeline.errors import NotWaivable
from pipeline.ledger import claims, decisions, encounters
from pipeline.ledger.decisions import Waiver
from pipeline.ledger.encounters import EncounterRow
from pipeline.ledger.store import Ledger
from pipeline.outbound.take_in import decode_content


def apply_waivers(
    findings: Iterable[Finding], waivers: Sequence[Waiver], payer: PayerProfile
) -> list[Finding]:
    """The findings, those that are waived as warnings that name who waived them.

    What the payer's profile no longer marks waivable stays an error.
    """
    if not waivers:
        return list(findings)
    by_rule = {waiver.rule: waiver for waiver in waivers if waiver.rule in payer.waivable}
    return [_waived(finding, by_rule.get(finding.rule)) for finding in findings]


def _waived(finding: Finding, waiver: Waiver | None) -> Finding:
    if waiver is None or not finding.is_error:
        return finding
    return replace(
        finding,
        severity=Severity.WARNING,
        template=finding.template + " Waived on {waived_at} by {waived_by}: {waived_reason}.",
        fields={
            **finding.fields,
            "waived_at": waiver.at[:10],
            "waived_by": waiver.by,
            "waived_reason": waiver.reason.rstrip("."),
        },
    )


def waive(
    ledger: Ledger, profiles: ProfileStore, subject: str, rule: str, *, reason: str, by: str, at: str
) -> bool:
    """Record a waiver for an encounter, named by itself or by one of its claims.

    False where the same waiver stands already. NotWaivable where the subject is unknown or
    not held, where the rule holds nothing there, or where the payer's profile does not let it be
    waived.
    """
    with ledger.transaction("waive") as connection:
        found = claims.by_id(connection, subject)
        row = encounters.latest(connection, found.encounter if found is not None else subject)
        if row is None:
            raise NotWaivable(
                f"nothing is known of {subject!r}", "Name an encounter or a claim of the ledger"
            )
        _check(row, rule, _payers(row, profiles))
        known = decisions.waivers(connection, row.encounter, row.digest)
        if any(one.rule == rule for one in known):
            return False
        decisions.add_waiver(connection, Waiver(row.encounter, row.digest, rule, reason, by, at))
    return True


def _check(row: EncounterRow, rule: str, payers: Sequence[PayerProfile]) -> None:
    if row.state not in encounters.OPEN_STATES:
        raise NotWaivable(f"encounter {row.encounter} is {row.state} and waits for nothing")
    held_by = sorted({one["rule"] for one in row.findings if one["severity"] == "error"})
    if rule not in held_by:
        names = ", ".join(held_by) or "no rule"
        raise NotWaivable(f"encounter {row.encounter} is held by {names}, not by {rule}")
    for payer in payers:
        if rule in payer.waivable:
            return
    allowed = ", ".join(sorted({one for payer in payers for one in payer.waivable})) or "none"
    raise NotWaivable(
        f"the payer's profile does not let {rule} be waived (waivable: {allowed})",
        "Cure what the rule found, or change the profile with a reason",
    )


def _payers(row: EncounterRow, profiles: ProfileStore) -> list[PayerProfile]:
    try:
        encounter = Encounter.model_validate(decode_content(row.content))
    except ValidationError:
        raise NotWaivable(f"the record of encounter {row.encounter} no longer fits the schema") from None
    return [profiles.payer(coverage.payer) for coverage in encounter.coverages]
