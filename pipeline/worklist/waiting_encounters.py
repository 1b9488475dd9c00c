"""Encounters that wait: held by a rule before their claim was made, or refused after it was written.

Each says what holds it, what of that can be waived, and how many days are left to the payer's
filing limit and, before the infusion, to the age limit. The days come with the item; the day of the
age limit, which tells the birth date, only once it is near.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from edi.values import to_cents
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile
from pipeline.denials.deadlines import NO_DEADLINE, Deadline, filing
from pipeline.denials.item import WorkItem
from pipeline.denials.ranking import RankedCause
from pipeline.denials.tables import Cause, causes
from pipeline.ledger import claims, encounters
from pipeline.ledger.encounters import EncounterRow
from pipeline.outbound import turns
from pipeline.worklist.desk import Desk
from pipeline.worklist.making import days_words, own_kinds
from validators.ages import AgeLimit, age_limit, limit_words

_NEAR_DAYS = 90
"""An age limit is counted down only when there is something to be done about it."""
_STATES = ("held", "refused")


def waiting_encounters(desk: Desk) -> Iterator[WorkItem]:
    """An item for each encounter that waits for its first payer's claim.

    One that waits for a later payer's claim is told by `next_payers`.
    """
    for row in encounters.open_encounters(desk.connection):
        if row.state in _STATES and not waits_for_later_payer(desk, row):
            yield _item(desk, row)


def waits_for_later_payer(desk: Desk, row: EncounterRow) -> bool:
    """Whether the payer whose turn it is comes after one that was billed."""
    record = desk.record_of(row)
    if record is None or len(record.coverages) == 1:
        return False
    try:
        live = claims.live_by_encounter(desk.connection, [record.id]).get(record.id, [])
        turn = turns.next_turn(desk.connection, record, live)
    except turns.NotBillable:
        return True
    return turn is not None and turn.payer_order > 0


def blocking(row: EncounterRow) -> list[dict[str, Any]]:
    """The findings that hold an encounter back."""
    return [finding for finding in row.findings if finding["severity"] == "error"]


def finding_words(finding: dict[str, Any]) -> str:
    """A finding as evidence."""
    return f"rule {finding['rule']}: {finding['message']}"


def remedies(encounter: str, findings: Sequence[dict[str, Any]], payer: PayerProfile | None) -> list[str]:
    """What cures the findings; the command where the payer's profile lets a rule be waived."""
    waivable = payer.waivable if payer is not None else ()
    cures = [finding["fix"] for finding in findings if finding["fix"]]
    waivers = [
        f'where nobody can cure it any more: `j3399 waive {encounter} {rule} --reason "..." --by "..."`'
        for rule in dict.fromkeys(finding["rule"] for finding in findings)
        if rule in waivable
    ]
    return cures + waivers


def _item(desk: Desk, row: EncounterRow) -> WorkItem:
    record = desk.record_of(row)
    payer = desk.payer(record.coverages[0].payer) if record is not None else None
    findings = blocking(row)
    rules = sorted({finding["rule"] for finding in findings})
    limits = _limits(desk, record, payer)
    nearest = min((one for one in limits if one.day), key=_day, default=NO_DEADLINE)
    held_for = _causes(row.state, findings)
    words = [*held_for[0].evidence, *_limit_words(desk, record, payer, limits)]
    return WorkItem(
        kind=row.state,
        key=f"{row.encounter}:{row.state}",
        claim="",
        encounter=row.encounter,
        payer=payer.key if payer is not None else "",
        state=row.state,
        stage="held",
        amount_at_risk_cents=planned_charge(record) if record is not None else 0,
        codes=(),
        causes=(RankedCause(held_for[0].cause, held_for[0].score, tuple(words)), *held_for[1:]),
        actions=("wait",) if _waits_for_infusion(record, findings) else ("new_claim",),
        steps=tuple(dict.fromkeys([*remedies(row.encounter, findings, payer), *_standing_steps(row.state)])),
        owner=held_for[0].cause.owner,
        due=nearest.day,
        deadline=nearest.words,
        facts=tuple(rules),
    )


def _waits_for_infusion(record: Encounter | None, findings: Sequence[dict[str, Any]]) -> bool:
    """Whether nothing is wrong but that the infusion is still to come."""
    return (
        record is not None
        and _is_planned(record)
        and all(finding["path"] == "therapy.status" for finding in findings)
    )


def _day(deadline: Deadline) -> dt.date:
    return deadline.day or dt.date.max


def planned_charge(record: Encounter) -> int:
    """What the encounter's claims would ask for, in cents."""
    return sum(to_cents(line.charge) for line in record.service_lines)


def _standing_steps(state: str) -> tuple[str, ...]:
    return own_kinds()[state].steps


def _causes(state: str, findings: Sequence[dict[str, Any]]) -> list[RankedCause]:
    """The denials that the findings spare the claim, by how many of them; a kind of our own where none."""
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in findings:
        found.setdefault(_spared(finding["rule"], state).id, []).append(finding)
    ranked = [
        RankedCause(
            causes().get(name) or own_kinds()[name],
            len(own) / len(findings),
            tuple(finding_words(finding) for finding in own),
        )
        for name, own in found.items()
    ]
    ranked.sort(key=lambda item: -item.score)
    return ranked or [RankedCause(own_kinds()[state], 1.0, ())]


def _spared(rule: str, state: str) -> Cause:
    """The cause that names the rule first among those that would have prevented it."""
    naming = [cause for cause in causes().values() if rule in cause.prevented_by]
    return min(naming, key=lambda cause: cause.prevented_by.index(rule), default=own_kinds()[state])


def _limits(desk: Desk, record: Encounter | None, payer: PayerProfile | None) -> list[Deadline]:
    """The days until which something must have happened; that of the infusion once it is near."""
    if record is None or payer is None:
        return []
    found = [filing(_last_day_of_bill(record), None, 0, payer)]
    limit = _age_limit(desk, record, payer)
    if limit is not None and _is_planned(record):
        last = limit.birthday if limit.inclusive else limit.birthday - dt.timedelta(1)
        found += [Deadline(last, "last day for the infusion by age")] if _is_near(desk, last) else []
    return found


def _is_planned(record: Encounter) -> bool:
    return record.therapy is not None and record.therapy.status == "planned"


def _is_near(desk: Desk, day: dt.date) -> bool:
    return (day - desk.today).days <= _NEAR_DAYS


def _age_limit(desk: Desk, record: Encounter, payer: PayerProfile) -> AgeLimit | None:
    """The birthday that ends the child's treatment; None where no product says one."""
    product = desk.product(record.therapy.product if record.therapy else None)
    return age_limit(record.patient.birth_date.reveal(), product, payer) if product is not None else None


def _last_day_of_bill(record: Encounter) -> dt.date | None:
    if record.statement is not None:
        return record.statement.last_date
    days = [line.date for line in record.service_lines if line.date is not None]
    stay = record.admission.discharge_date or (None if days else record.admission.date)
    return max((day for day in (*days, stay) if day is not None), default=None)


def _limit_words(
    desk: Desk, record: Encounter | None, payer: PayerProfile | None, limits: Sequence[Deadline]
) -> Iterator[str]:
    if record is None or payer is None:
        return
    for limit in limits:
        if limit.day is not None:
            yield f"{limit.words}: {days_words((limit.day - desk.today).days)}"
    if payer.filing_days is None:
        yield "filing limit: not in the payer's profile"
    age = _age_limit(desk, record, payer)
    if age is not None and age.birthday >= desk.today:
        days = (age.birthday - desk.today).days
        left = days_words(days) if days <= _NEAR_DAYS else f"more than {_NEAR_DAYS} days away"
        yield f"birthday that ends the treatment ({limit_words(age)}): {left}"
