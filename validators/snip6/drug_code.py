"""The code under which the drug is billed."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule(
    "drug-effective-date", source="CMS HCPCS Level II file, 2024; FACTS B1", of_drug=True, of_void=False
)
def drug_effective_date(check: ClaimCheck) -> Iterator[Fault]:
    """The drug's code was in force on the day of the infusion.

    What: a line has the drug's code with a service date before the code's first day.
    Why: a code that was not in force on the day of service is denied (CARC 181).
    Fix: check the service date; an infusion before that day is billed under the unclassified code of its time.
    """
    product = check.therapy
    for line in check.drug_lines:
        day = line.service_date or check.infusion_date
        if line.code == product.hcpcs and day is not None and day < product.hcpcs_first_date:
            yield Fault(
                "{code} is billed for a day before it was in force.",
                check.line_place(line, "DTP", "DTP03"),
                fields={"code": line.code},
                expected=f"{product.hcpcs_first_date} or later",
                found="an earlier day",
            )


@claim_rule(
    "unclassified-code", source="CMS HCPCS Level II file, 2024; FACTS C8, C9", of_drug=True, of_void=False
)
def unclassified_code(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed under its own code.

    What: an unclassified code stands with an NDC of the product since the product has a code of
    its own, and the payer's profile does not name that code.
    Why: an unclassified code is denied where a specific one exists (CARC 189).
    Fix: bill the product's own code (J3399); where the payer wants another, its profile says so (drug_hcpcs).
    """
    product = check.therapy
    for line, _ in check.kit_ndcs:
        if line.code not in product.unclassified_codes or line.code == check.payer.drug_hcpcs:
            continue
        day = line.service_date or check.infusion_date or check.claim.statement_from
        if day is None or day >= product.hcpcs_first_date:
            yield Fault(
                "The drug is billed under the unclassified code {code}.",
                check.line_place(line, "SV2", "SV202-2"),
                fields={"code": line.code},
                expected=check.payer.drug_hcpcs or product.hcpcs,
                found=line.code,
            )


@claim_rule(
    "unclassified-description",
    source="guide 005010X223A2, SV202-7; bug report L23",
    of_drug=True,
    of_void=False,
)
def unclassified_description(check: ClaimCheck) -> Iterator[Fault]:
    """An unclassified code says what it stands for.

    What: a line has an unclassified code and no description in SV202-7.
    Why: nobody can price an unclassified code without its words; the line is rejected (RARC N350).
    Fix: give the line of the record a description: the drug's name and dose.
    """
    for line in check.claim.lines:
        procedure = line.procedure
        if procedure is None or procedure.code not in check.therapy.unclassified_codes:
            continue
        if not procedure.description.strip():
            yield Fault(
                "The unclassified code {code} has no description.",
                check.line_place(line, "SV2", "SV202-7"),
                fields={"code": procedure.code},
                expected="the drug's name",
                found="nothing",
            )


@claim_rule("hcpcs-missing", source="guide 005010X223A2, SV202; FACTS B2", of_drug=True, of_void=False)
def hcpcs_missing(check: ClaimCheck) -> Iterator[Fault]:
    """A line with the drug's NDC has a procedure code.

    What: an NDC of the product stands on a line whose SV202 has no code.
    Why: without the code the drug is paid as a part of the room or visit, or not at all.
    Fix: give the line the product's code (J3399), or the one that the payer's profile names.
    """
    for line, _ in check.kit_ndcs:
        if not line.code:
            yield Fault(
                "The line has an NDC of the drug and no procedure code.",
                check.line_place(line, "SV2", "SV202-2"),
                expected=check.payer.drug_hcpcs or check.therapy.hcpcs,
                found="nothing",
            )
