"""SNIP type 6: what this kind of service asks for. All are silent on claims without the drug."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi.values import format_decimal
from validators.ages import age_limit, limit_words
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_HOSPITAL_BILLS = ("11", "13", "85")
_VOID = "8"


@claim_rule("drug-units", source="HCPCS descriptor (per treatment); CMS MUE of 1; FACTS B1")
def drug_units(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed as one treatment.

    What: the drug line's SV205 is not 1, or SV204 is not UN.
    Why: the code means one whole treatment, whatever the dose; vials or millilitres in the units are denied.
    Fix: bill 1 UN on the drug line; the volume goes into CTP04.
    """
    product = check.product
    if product is None:
        return
    for line in check.drug_lines:
        if line.quantity != product.units or line.unit != product.unit:
            quantity = format_decimal(line.quantity) if line.quantity is not None else "nothing"
            yield Fault(
                "{code} is billed with other units than one treatment.",
                check.line_place(line, "SV2", "SV205"),
                fields={"code": line.code},
                expected=f"{product.units} {product.unit}",
                found=f"{quantity} {line.unit}".strip(),
            )


@claim_rule("drug-revenue-code", source="NUBC revenue codes; published billing guide of 2026; FACTS C11")
def drug_revenue_code(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line stands under a revenue code that its payer knows for it.

    What: SV201 of the drug line is none of the payer profile's codes, nor one used elsewhere for this drug.
    Why: revenue code and procedure are checked against each other; a mismatch is denied (CARC 199).
    Fix: bill the drug under the profile's revenue code, by default 0636.
    """
    payer = check.payer
    for line in check.drug_lines:
        if line.revenue_code not in (*payer.drug_revenue_codes, *payer.drug_revenue_codes_unusual):
            yield Fault(
                "The drug line's revenue code is not one for this drug.",
                check.line_place(line, "SV2", "SV201"),
                expected=" or ".join(payer.drug_revenue_codes),
                found=line.revenue_code or "nothing",
            )


@claim_rule("ndc-missing", source="guide 005010X223A2, loop 2410; SSA 1927(a)(7) for Medicaid; FACTS B2")
def ndc_missing(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line names the kit and how much of it was given.

    What: the drug line has no LIN with N4, or a LIN without CTP, or a CTP without LIN.
    Why: without the NDC the payer cannot claim the rebate, and denies the line (RARC M119).
    Fix: give therapy.kits[0] its NDC; quantity and unit follow from the payer profile.
    """
    for line in check.drug_lines:
        drug = line.drug
        if drug is None:
            yield Fault(
                "The drug line has no NDC.", check.line_place(line, "LIN", "LIN03"), expected="LIN and CTP"
            )
        elif not drug.ndc:
            yield Fault(
                "The drug line has a quantity but no NDC.",
                check.line_place(line, "LIN", "LIN03"),
                expected="LIN*N4",
            )
        elif not drug.has_quantity_segment:
            yield Fault(
                "The drug line has an NDC but no quantity.",
                check.line_place(line, "CTP", "CTP04"),
                expected="CTP",
            )


@claim_rule("ndc-format", source="guide 005010X223A2, LIN03; clearinghouse edits; FACTS B2, A4")
def ndc_format(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC is eleven digits.

    What: LIN03 is not eleven digits: hyphens, ten digits, letters, an N4 before it.
    Why: clearinghouses reject anything else at the door.
    Fix: write the NDC as 5-4-2 digits without hyphens; a 5-3-2 code gets its zero in the middle.
    """
    for line in check.claim.lines:
        ndc = line.drug.ndc if line.drug else None
        if ndc and not (len(ndc) == 11 and ndc.isascii() and ndc.isdigit()):
            yield Fault(
                "The NDC is not eleven digits.",
                check.line_place(line, "LIN", "LIN03"),
                expected="eleven digits",
                found=ndc,
            )


@claim_rule("ndc-quantity", source="FDA label, dosing table: 5.5 mL/kg; kit table; FACTS B2")
def ndc_quantity(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC quantity fits the unit and the child's weight.

    What: CTP04 is not above zero; or the unit is UN and it is not 1; or the unit is ML and it is
    below the dose for the weight or above what the kit holds, by more than half a millilitre.
    Why: a quantity of vials, units or kilograms is denied (RARC N815) or paid wrongly.
    Fix: with ML send the volume given; with UN send 1.
    """
    for line in check.drug_lines:
        drug = line.drug
        if drug is None or not drug.has_quantity_segment:
            continue
        place = check.line_place(line, "CTP", "CTP04")
        found = f"{format_decimal(drug.quantity) if drug.quantity is not None else 'no number'} {drug.unit}"
        if drug.quantity is None or drug.quantity <= 0:
            yield Fault("The NDC quantity is not above zero.", place, expected="above 0", found=found)
        elif drug.unit == "UN" and drug.quantity != 1:
            yield Fault("The kit is counted as more or less than one.", place, expected="1 UN", found=found)
        elif drug.unit == "ML":
            least, most = _volume_limits(check, drug.ndc or "")
            if least is not None and most is not None and least > most:
                yield Fault(
                    "The kit is too small for the child's weight.",
                    place,
                    expected=f"at least {format_decimal(least)} ML",
                    found=f"a kit of {format_decimal(most)} ML at most",
                    fix="Check the weight and the NDC of the kit: one of them is wrong.",
                )
            elif least is not None and most is not None and not least <= drug.quantity <= most:
                yield Fault(
                    "The NDC quantity does not fit the weight and the kit.",
                    place,
                    expected=f"{format_decimal(least)} to {format_decimal(most)} ML",
                    found=found,
                )


def _volume_limits(check: ClaimCheck, ndc: str) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most millilitres: by weight (the band's lowest where unknown) and by kit."""
    product = check.product
    kit = product.kit_by_ndc.get(ndc) if product else None
    if product is None or kit is None:
        return None, None
    weight = check.weight_kg if check.weight_kg is not None else kit.weight_from_kg
    tolerance = product.volume_tolerance_ml
    return weight * product.ml_per_kg - tolerance, kit.extractable_ml + tolerance


@claim_rule("admin-wrong-code", source="CPT; published billing guide of 2026")
def admin_wrong_code(check: ClaimCheck) -> Iterator[Fault]:
    """The infusion is billed as a therapeutic infusion.

    What: a chemotherapy, radiopharmaceutical or push code stands on the day of the infusion.
    Why: the administration code must fit the drug, or the infusion (and often the drug) is denied.
    Fix: bill the infusion with the product's infusion code (96365).
    """
    product = check.product
    if product is None:
        return
    codes = {line.code for line in check.claim.lines}
    for line in check.claim.lines:
        same_day = line.service_date is None or line.service_date == check.infusion_date
        for wrong in product.wrong_administration:
            if same_day and line.code and wrong.covers(line.code) and wrong.unless not in codes - {""}:
                yield Fault(
                    "{code} is {reason}.",
                    check.line_place(line, "SV2", "SV202-2"),
                    fields={"code": line.code, "reason": wrong.reason},
                    expected=product.infusion_code,
                    found=line.code,
                )


@claim_rule("diagnosis-sma", source="FDA label, indication; ICD-10-CM April 2026; FACTS B4")
def diagnosis_sma(check: ClaimCheck) -> Iterator[Fault]:
    """A diagnosis on the claim is the disease that the drug treats.

    What: none of the product's diagnoses stands among principal and other diagnoses.
    Why: the diagnosis must support the procedure (CARC 11, 167).
    Fix: code the documented type of the disease; for a child found by screening too.
    """
    product = check.product
    if product is None:
        return
    diagnoses = check.claim.codes("ABK", "ABF", "BK", "BF")
    if not any(code.code.replace(".", "") in product.diagnoses for code in diagnoses):
        yield Fault(
            "No diagnosis on the claim is one that the drug treats.",
            check.claim_place("HI", "ABK", "HI01-2"),
            expected=", ".join(product.diagnoses),
            found=", ".join(code.code for code in diagnoses) or "none",
        )


@claim_rule("age-at-infusion", source="FDA label: less than 2 years of age; FACTS C5")
def age_at_infusion(check: ClaimCheck) -> Iterator[Fault]:
    """The child is young enough on the day of the infusion.

    What: the second birthday (or the payer's own limit) is reached on the day of the infusion,
    or the child is born after it.
    Why: the drug is approved, and paid, below the limit only (CARC 6, RARC N129).
    Fix: check the birth date and the day of the infusion; over the limit the claim is not payable.
    """
    born, infused = check.claim.birth_date, check.infusion_date
    if check.product is None or born is None or infused is None:
        return
    limit = age_limit(born, check.product, check.payer)
    place = check.claim_place("CLM") if not check.drug_lines else check.line_place(check.drug_lines[0], "DTP")
    if infused < born:
        yield Fault(
            "The infusion is dated before the child was born.", place, expected="on or after the birth"
        )
    elif not limit.allows(infused):
        yield Fault(
            "The child is too old on the day of the infusion.",
            place,
            expected=limit_words(limit),
            found="older",
        )


@claim_rule("prior-authorization", source="all payers' policies; published billing guide of 2026; FACTS E2")
def prior_authorization(check: ClaimCheck) -> Iterator[Fault]:
    """The claim carries the authorization's number.

    What: a primary original or replacement claim with the drug has no REF*G1.
    Why: every payer authorizes this drug in advance; without the number the claim is denied (CARC 197).
    Fix: enter the number in coverages[].authorizations; where there is none, ask for a retro-authorization.
    """
    claim = check.claim
    if not check.drug_lines or claim.frequency == _VOID or claim.subscriber.responsibility != "P":
        return
    if not claim.reference("G1"):
        yield Fault(
            "The claim has no prior authorization number.",
            check.claim_place("REF", "G1", "REF02"),
            expected="REF*G1 with the number",
            found="none",
        )


@claim_rule("drug-lifetime", source="FDA label: a single dose; FACTS B4")
def drug_lifetime(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed once in the life of a child.

    What: the ledger holds a live claim for the same child, product and payer order.
    Why: the therapy is given once; a second claim is a duplicate at best.
    Fix: find the earlier claim; replace or void it instead of billing again.
    """
    if check.product is None or check.encounter is None or check.prior is None or not check.drug_lines:
        return
    earlier = check.prior.live_drug_claim(check.encounter, check.product.key, check.payer_order)
    if earlier is not None:
        yield Fault(
            "The child already has claim {earlier} for this drug.",
            check.claim_place("CLM", element="CLM01"),
            fields={"earlier": earlier},
            expected="no other live claim",
            found=earlier,
        )


@claim_rule("site-of-care", source="published billing guide of 2026: hospital only; FACTS C12")
def site_of_care(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is given in a hospital.

    What: the bill is not 011x, 013x or 085x.
    Why: office, infusion suite and home are not covered for this drug.
    Fix: bill from the certified hospital where the infusion took place.
    """
    if check.drug_lines and check.claim.facility_code not in _HOSPITAL_BILLS:
        yield Fault(
            "The type of bill is not one of a hospital that gives this drug.",
            check.claim_place("CLM", element="CLM05-1"),
            expected=", ".join(f"0{code}x" for code in _HOSPITAL_BILLS),
            found=check.claim.type_of_bill,
        )
