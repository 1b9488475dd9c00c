"""The service lines of a claim.

An inpatient line carries a HCPCS code only for drugs and biologics (guide, SV202); an
outpatient line carries the one it has. The drug line gets its NDC, quantity and unit
(loop 2410) from the kit and the payer profile, and the revenue code, modifiers and number of
lines that its payer wants. Source: FACTS A4, A5, B1 to B3, F.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import Drug, Procedure, ServiceLine
from edi.finding import Finding
from edi.records import record
from edi.values import from_cents, to_cents
from mapping.building.coordination import with_adjudications
from mapping.building.request import ClaimRequest, Notebook
from mapping.encounter import Kit
from mapping.encounter import ServiceLine as RecordedLine
from mapping.rule_keys import RECORD_INVALID
from mapping.text import fold

_MOST_MODIFIERS = 4
_LONGEST_DESCRIPTION = 80


@record(frozen=True, slots=True)
class _Source:
    """A line of the record on its way to the claim. `number` counts the record's lines from 1."""

    number: int
    line: RecordedLine
    is_drug: bool

    @property
    def path(self) -> str:
        return f"service_lines[{self.number - 1}]"


def service_lines(request: ClaimRequest, notebook: Notebook) -> tuple[ServiceLine, ...]:
    """Loops 2400 and 2410, numbered from 1, each with a line control number of its own (REF*6R).

    The control number names the line of the record (`L002`; `L002-1` where it is split), so
    that it stays the same when the record is billed in other parts.
    """
    built: list[ServiceLine] = []
    codes = request.drug_codes
    for number, line in request.lines():
        source = _Source(number, line, line.hcpcs in codes)
        for charge, suffix in _shares(request, source):
            built_line = _line(request, notebook, source, str(len(built) + 1), charge, suffix)
            built.append(with_adjudications(request, notebook, number, built_line, bool(suffix)))
    return tuple(built)


def _shares(request: ClaimRequest, source: _Source) -> Iterator[tuple[Decimal, str]]:
    """The charge of a line, or its shares where the payer wants the drug on several lines.

    The shares sum to the charge to the cent; the first ones hold a cent more where it does not divide.
    """
    count = request.payer.drug_lines if source.is_drug else 1
    if count == 1:
        yield source.line.charge, ""
        return
    share, rest = divmod(to_cents(source.line.charge), count)
    for number in range(1, count + 1):
        yield from_cents(share + (number <= rest)), f"-{number}"


def _line(
    request: ClaimRequest, notebook: Notebook, source: _Source, number: str, charge: Decimal, suffix: str
) -> ServiceLine:
    line = source.line
    return ServiceLine(
        number=number,
        revenue_code=_revenue_code(request, source),
        procedure=_procedure(request, notebook, source),
        charge=charge,
        unit=line.unit,
        quantity=Decimal(1) if suffix else line.units,
        non_covered_charge=line.non_covered_charge if suffix in ("", "-1") else None,
        service_date=_service_date(request, source),
        control_number=f"L{source.number:03d}{suffix}",
        drug=_drug(request, notebook) if source.is_drug else None,
    )


def _revenue_code(request: ClaimRequest, source: _Source) -> str:
    wanted = request.payer.drug_revenue_code if source.is_drug else None
    return wanted or source.line.revenue_code


def _service_date(request: ClaimRequest, source: _Source) -> dt.date | None:
    infused = request.encounter.infusion_date if source.is_drug or not request.is_inpatient else None
    return source.line.date or infused


def _procedure(request: ClaimRequest, notebook: Notebook, source: _Source) -> Procedure | None:
    line = source.line
    code = (request.payer.drug_hcpcs if source.is_drug else None) or line.hcpcs
    if code is None:
        return None
    if request.is_inpatient and not code.startswith(request.payer.inpatient_hcpcs_prefixes):
        return None
    description = notebook.text(line.description, f"{source.path}.description")
    if not description and source.is_drug:
        description = _product_words(request, code)
    return Procedure("HC", code, _modifiers(request, notebook, source), description)


def _product_words(request: ClaimRequest, code: str) -> str:
    """The product's name where the payer wants it under an unclassified code, which needs words."""
    product = request.product
    if product is None or code != request.payer.drug_hcpcs or code not in product.unclassified_codes:
        return ""
    return fold(product.title, request.separators)[:_LONGEST_DESCRIPTION].rstrip()


def _modifiers(request: ClaimRequest, notebook: Notebook, source: _Source) -> tuple[str, ...]:
    """The record's modifiers, then those that the payer wants on the drug line."""
    modifiers = list(source.line.modifiers)
    if source.is_drug:
        setting = "inpatient" if request.is_inpatient else "outpatient"
        for wanted in request.payer.drug_modifiers:
            applies = wanted.setting in ("any", setting) and (
                request.site.covered_340b or not wanted.only_340b
            )
            if applies and wanted.code not in modifiers:
                modifiers.append(wanted.code)
    if len(modifiers) > _MOST_MODIFIERS:
        finding = Finding.of(
            RECORD_INVALID,
            "{path} and the payer's own modifiers are more than a line can carry.",
            fields={"path": f"{source.path}.modifiers"},
            expected=f"at most {_MOST_MODIFIERS}",
            found=" ".join(modifiers),
            fix="Remove modifiers that the payer does not want.",
        )
        notebook.add(finding, f"{source.path}.modifiers")
    return tuple(modifiers[:_MOST_MODIFIERS])


def _drug(request: ClaimRequest, notebook: Notebook) -> Drug | None:
    therapy = request.encounter.therapy
    if therapy is None:
        return None
    kit = therapy.kits[0]
    return Drug(
        ndc=kit.ndc,
        quantity=_quantity(request, kit),
        unit=request.payer.ndc_unit,
        prescription_number=notebook.id(kit.prescription_number, "therapy.kits[0].prescription_number"),
    )


def _quantity(request: ClaimRequest, kit: Kit) -> Decimal | None:
    """CTP04: one each, or the volume that was given, else the volume of the kit's weight band."""
    if request.payer.ndc_unit == "UN":
        return Decimal(1)
    if kit.volume_ml is not None:
        return kit.volume_ml
    band = request.product.kit_by_ndc.get(kit.ndc) if request.product else None
    return band.dose_ml if band else None


def refuse_second_kit(request: ClaimRequest, notebook: Notebook) -> None:
    """A treatment is one kit: it is made up for one weight. More are refused, not billed as more units."""
    therapy = request.encounter.therapy
    for number in range(1, len(therapy.kits) if therapy else 0):
        finding = Finding.of(
            RECORD_INVALID,
            "{path}: a treatment is one kit, made up for the child's weight; the record has another.",
            fields={"path": f"therapy.kits[{number}]"},
            expected="one kit",
            fix="Give the kit that was infused. A spare or broken kit is not billed.",
        )
        notebook.add(finding, f"therapy.kits[{number}]")
