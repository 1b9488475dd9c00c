"""The codes of an answer, each with the line it is about, out of an event's body.

A payer need not give our line control number back: then the line is the one of that code and
charge, where there is one alone (FACTS D4, REF*6R).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from mapping.profile_models import PayerProfile, ProductProfile
from pipeline.denials.item import OTHERS_REFUSED, CodeEntry, LineEntry
from pipeline.ledger.claims import LineRow
from pipeline.life import adjudication, is_denied_line

DRUG, INFUSION, OTHER = "drug", "infusion", "other"


def codes_of(stage: str, body: dict[str, Any], lines: Sequence[LineRow] = ()) -> tuple[CodeEntry, ...]:
    """The codes of an event that rejected or denied; of a paid claim, those of its denied lines."""
    if stage == "835":
        return tuple(_remittance_codes(body, lines))
    if stage in ("TA1", "999"):
        return tuple(_acknowledgment_codes(stage, body))
    entries = [_status_code(item, "") for item in body["statuses"]]
    for line in body["lines"]:
        entries += [_status_code(item, line["control_number"]) for item in line["statuses"]]
    return tuple(dict.fromkeys(entries))


def of_lines(codes: Iterable[CodeEntry], lines: Collection[str]) -> list[CodeEntry]:
    """The codes of the claim as a whole and of the lines that are named."""
    return [code for code in codes if not code.line or code.line in lines]


def line_number(line: dict[str, Any], sent: Sequence[LineRow]) -> str:
    """The control number of a line as it was sent; "" where none or several fit."""
    given = str(line["control_number"])
    if given:
        return given
    code = line["code"] or line["revenue_code"]
    found = [
        row.control_number
        for row in sent
        if (row.code or row.revenue_code) == code and row.charge_cents == line["charge_cents"]
    ]
    return found[0] if len(found) == 1 else ""


def line_kind(code: str, product: ProductProfile | None, payer: PayerProfile) -> str:
    """What a line bills: the drug, its infusion (under any code for it), or something else."""
    if product is None or not code:
        return OTHER
    if code in (product.hcpcs, payer.drug_hcpcs, *product.unclassified_codes):
        return DRUG
    if code in (product.infusion_code, product.infusion_addon_code):
        return INFUSION
    wrong = any(one.first <= code <= one.last for one in product.wrong_administration)
    return INFUSION if wrong else OTHER


def decided_lines(
    body: dict[str, Any], sent: Sequence[LineRow], product: ProductProfile | None, payer: PayerProfile
) -> Iterator[LineEntry]:
    """The lines of a remittance in its order."""
    for line in body["lines"]:
        yield LineEntry(
            line=line_number(line, sent),
            kind=line_kind(line["code"], product, payer),
            code=line["code"] or line["revenue_code"],
            charge_cents=line["charge_cents"],
            paid_cents=line["paid_cents"],
            denied=is_denied_line(line),
        )


def _status_code(item: dict[str, Any], line: str) -> CodeEntry:
    status = ":".join(part for part in (item["category"], item["status"], item["entity"]) if part)
    return CodeEntry(status=status, line=line, segment_position=item["position"])


def _acknowledgment_codes(stage: str, body: dict[str, Any]) -> list[CodeEntry]:
    if stage == "TA1":
        return [CodeEntry(status=f"TA105:{body['note']}")]
    entries = [entry for error in body["errors"] for entry in _faults(error)]
    if not entries and body.get("errors_of_others"):
        return [CodeEntry(status=f"{OTHERS_REFUSED}:{body['code']}")]
    return entries or [CodeEntry(status=f"IK501:{body['code']}")]


def _faults(error: dict[str, Any]) -> Iterator[CodeEntry]:
    at = error["position"]
    yield CodeEntry(status=f"IK304:{error['code']}", segment_position=at, element=error.get("name", ""))
    for element in error["elements"]:
        yield CodeEntry(
            status=f"IK403:{element['code']}",
            segment_position=at,
            element=element.get("name", ""),
            sent=element.get("sent") or "",
        )


def _remittance_codes(body: dict[str, Any], sent: Sequence[LineRow]) -> list[CodeEntry]:
    """The codes that denied: of the claim and of its denied lines; where the claim was denied, or no line was, all."""
    denied = [line for line in body["lines"] if is_denied_line(line)]
    lines = body["lines"] if adjudication(body) == "denied" or not denied else denied
    entries = _adjustment_codes(body["adjustments"], "")
    entries += _remark_codes(body["remarks"], "")
    for line in lines:
        number = line_number(line, sent)
        entries += _adjustment_codes(line["adjustments"], number)
        entries += _remark_codes(line["remarks"], number)
    return entries


def _remark_codes(remarks: Sequence[dict[str, Any]], line: str) -> list[CodeEntry]:
    return [CodeEntry(rarc=item["code"], line=line, segment_position=item["position"]) for item in remarks]


def _adjustment_codes(adjustments: Sequence[dict[str, Any]], line: str) -> list[CodeEntry]:
    return [
        CodeEntry(
            group=item["group"],
            carc=item["reason"],
            amount_cents=item["cents"],
            line=line,
            segment_position=item["position"],
        )
        for item in adjustments
    ]
