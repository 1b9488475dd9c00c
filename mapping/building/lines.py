"""The service lines of a claim.

An inpatient line carries a HCPCS code only for drugs and biologics (guide, SV202); an
outpatient line carries the one it has. The drug line gets its NDC, quantity and unit
(loop 2410) from the kit and the payer profile. Source: FACTS A4, A5, B2.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import Drug, Procedure, ServiceLine
from mapping import encounter as record
from mapping.building.request import ClaimRequest, Notebook


def service_lines(request: ClaimRequest, notebook: Notebook) -> Iterator[ServiceLine]:
    """Loops 2400 and 2410, numbered from 1, each with a line control number of its own (REF*6R)."""
    for number, line in enumerate(request.encounter.service_lines, start=1):
        yield _line(request, notebook, number, line)


def is_drug_line(request: ClaimRequest, line: record.ServiceLine) -> bool:
    """Whether the line bills the product (its code, or a code it was once billed under)."""
    product = request.product
    return product is not None and line.hcpcs in (product.hcpcs, *product.unclassified_codes)


def _line(request: ClaimRequest, notebook: Notebook, number: int, line: record.ServiceLine) -> ServiceLine:
    outpatient = not request.encounter.is_inpatient
    date = line.date or (
        request.encounter.infusion_date if outpatient or is_drug_line(request, line) else None
    )
    return ServiceLine(
        number=str(number),
        revenue_code=line.revenue_code,
        procedure=_procedure(request, notebook, number, line),
        charge=line.charge,
        unit=line.unit,
        quantity=line.units,
        non_covered_charge=line.non_covered_charge,
        service_date=date,
        control_number=f"L{number:03d}",
        drug=_drug(request, notebook) if is_drug_line(request, line) else None,
    )


def _procedure(
    request: ClaimRequest, notebook: Notebook, number: int, line: record.ServiceLine
) -> Procedure | None:
    if line.hcpcs is None:
        return None
    if request.encounter.is_inpatient and not line.hcpcs.startswith(request.payer.inpatient_hcpcs_prefixes):
        return None
    path = f"service_lines[{number - 1}].description"
    return Procedure("HC", line.hcpcs, tuple(line.modifiers), notebook.text(line.description, path))


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


def _quantity(request: ClaimRequest, kit: record.Kit) -> Decimal | None:
    """CTP04: one each, or the volume that was given, else the volume of the kit's weight band."""
    if request.payer.ndc_unit == "UN":
        return Decimal(1)
    if kit.volume_ml is not None:
        return kit.volume_ml
    band = request.product.kit_by_ndc.get(kit.ndc) if request.product else None
    return band.dose_ml if band else None
