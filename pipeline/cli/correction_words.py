"""A correction as people read it, 80 columns wide, and as JSON. Patient data masked unless asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from edi.finding import Finding, Severity
from edi.protected import MASK
from edi.values import from_cents
from pipeline.cli.paragraphs import WIDTH, entry, heading
from pipeline.corrections.difference import Difference
from pipeline.corrections.kinds import FREQUENCIES, Decision
from pipeline.corrections.plan import Plan, PlannedClaim
from pipeline.corrections.record import RecordChange
from pipeline.corrections.run import Corrected

_KIND_WORDS = {
    "replace": "a replacement",
    "void": "a void",
    "new-claim": "a new claim",
    "secondary": "a claim to the next payer",
}
_NOTHING = "(nothing)"
_LONGEST_LIST = 200


def lines_of(
    done: Corrected, path: Path | None, outbox: Path, *, is_shown_only: bool, show_phi: bool, by: str
) -> Iterator[str]:
    """What is sent, why, what changes, what remains, and where it went."""
    plan = done.plan
    yield from _head(plan)
    if plan.changes:
        yield from _block("In the record", _record_lines(plan.changes, show_phi, by))
    for planned in plan.planned:
        title = (
            f"On the claim {planned.claim_id} ({_named(planned)})"
            if len(plan.planned) > 1
            else "On the claim"
        )
        yield from _block(title, _difference_lines(planned.differences, show_phi))
    if plan.findings:
        yield from _block("What the rules say", _finding_lines(plan.findings, show_phi))
    yield ""
    if not show_phi and _has_masked(plan):
        yield f"{MASK} is patient data; --show-phi shows it."
    yield from _end(done, path, outbox, is_shown_only, by)


def _has_masked(plan: Plan) -> bool:
    differences = [one for planned in plan.planned for one in planned.differences]
    return any(MASK in one.shown(False) for one in differences)


def _head(plan: Plan) -> Iterator[str]:
    claim, item = plan.claim, plan.item
    amount = from_cents(item.amount_at_risk_cents if item is not None else claim.total_cents)
    state = plan.state.replace("_", " ")
    title = f"Claim {claim.id} (encounter {claim.encounter}) to {claim.payer}: {state}, ${amount:,}"
    for line in heading(title):
        yield click.style(line, bold=True)
    if item is not None and item.causes:
        first = item.causes[0]
        yield from entry("  cause", f"{first.cause.meaning} ({first.cause.id}, {first.score:.0%} likely)")
    yield from entry("  becomes", f"{_becomes(plan.decision)}: {plan.decision.why}")


def _becomes(decision: Decision) -> str:
    return ", then ".join(f"{_KIND_WORDS[kind]} (frequency {FREQUENCIES[kind]})" for kind in decision.kinds)


def _named(planned: PlannedClaim) -> str:
    return f"{_KIND_WORDS[planned.kind]}, frequency {planned.frequency}"


def _block(title: str, lines: Iterator[str]) -> Iterator[str]:
    yield ""
    yield click.style(title, bold=True)
    yield from lines


def _record_lines(changes: Sequence[RecordChange], show_phi: bool, by: str) -> Iterator[str]:
    for item in changes:
        old, new = _values(item, show_phi)
        source = item.change.source + (f": {item.change.reason}" if item.change.reason else "")
        if item.is_coding:
            source += f"; approved by {by}" if by else "; needs --by"
        yield from _pair(item.change.path, old, new, source)


def _values(item: RecordChange, show_phi: bool) -> tuple[str, str]:
    hidden = item.change.is_protected and not show_phi
    return tuple(
        _NOTHING if one in (None, "") else MASK if hidden else _text(one)
        for one in (item.old, item.change.value)
    )  # type: ignore[return-value]


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_LIST else text[:_LONGEST_LIST] + "…"


def _difference_lines(found: Sequence[Difference], show_phi: bool) -> Iterator[str]:
    if not found:
        yield "  nothing"
    for one in found:
        old, new = one.shown(show_phi)
        box = f"box {one.place.box}, " if one.place.box else ""
        where = f"{one.loop} {_element(one)}" + (f", line {one.line}" if one.line else "")
        words = f"{one.place.words} " if one.place.words else ""
        yield from _pair(f"{words}({box}{where})", old or _NOTHING, new or _NOTHING, one.source)


def _element(one: Difference) -> str:
    """`REF*F8 02` as people write it; `SV202-2` where the segment has no kinds."""
    if "*" in one.segment:
        return f"{one.segment} {one.element.removeprefix(one.segment.partition('*')[0])}"
    return one.element or one.segment


def _pair(what: str, old: str, new: str, source: str) -> Iterator[str]:
    yield from _indented(f"{what}", "  ")
    yield from _indented(f"{old} -> {new}   [{source}]", "      ")


def _indented(text: str, indent: str) -> list[str]:
    import textwrap

    return textwrap.wrap(
        text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
    )


def _finding_lines(findings: Sequence[Finding], show_phi: bool) -> Iterator[str]:
    ranks = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    colours = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
    for finding in sorted(findings, key=lambda one: ranks[one.severity]):
        yield f"  {click.style(finding.severity.value, fg=colours[finding.severity])}  {finding.rule}"
        yield from _indented(finding.message(show_phi), "      ")
        if finding.is_error and finding.fix:
            yield from _indented(f"Fix: {finding.fix}", "      ")


def _end(done: Corrected, path: Path | None, outbox: Path, is_shown_only: bool, by: str) -> Iterator[str]:
    plan = done.plan
    if done.file is not None:
        yield f"Sent: {done.file['name']}"
        yield f"      in {outbox}"
        yield f"      claims {', '.join(done.file['claims'])}"
    elif plan.is_refused:
        yield "Kept back: mend what the errors name with --set, in the record or in the profile."
    elif is_shown_only:
        yield f"Nothing was sent. Preview: {path}" if path is not None else "Nothing was sent."
        if plan.unapproved and not by:
            yield "To send it, say with --by who approved the changes of codes, units or charges."
    else:
        yield "Kept back: the file was refused when it was read back."
    if path is not None and plan.is_refused:
        yield f"Preview: {path}"


def as_document(done: Corrected, path: Path | None, show_phi: bool) -> str:
    """The correction as one JSON document."""
    plan, item = done.plan, done.plan.item
    content = {
        "claim": plan.claim.id,
        "encounter": plan.claim.encounter,
        "payer": plan.claim.payer,
        "state": plan.state,
        "causes": [one.cause.id for one in item.causes] if item is not None else [],
        "becomes": list(plan.decision.kinds),
        "why": plan.decision.why,
        "record_changes": [_change(one, show_phi) for one in plan.changes],
        "claims": [
            {
                "claim": one.claim_id,
                "kind": one.kind,
                "frequency": one.frequency,
                "differences": [difference.as_dict(show_phi) for difference in one.differences],
            }
            for one in plan.planned
        ],
        "findings": [finding.as_dict(show_phi) for finding in plan.findings],
        "refused": plan.is_refused,
        "file": {name: done.file[name] for name in ("name", "control_number", "sha256", "claims")}
        if done.file is not None
        else None,
        "preview": str(path) if path is not None else None,
    }
    return json.dumps(content, indent=2)


def _change(item: RecordChange, show_phi: bool) -> dict[str, Any]:
    hidden = item.change.is_protected and not show_phi
    return {
        "field": item.change.path,
        "old": MASK if hidden and item.old is not None else item.old,
        "new": MASK if hidden and item.change.value is not None else item.change.value,
        "source": item.change.source,
        "reason": item.change.reason or None,
        "needs_approval": item.is_coding,
    }
