"""Service lines: what names them, and which of a stay carry a procedure code."""

from __future__ import annotations

from collections.abc import Iterator

from edi.claim837i.model import ServiceLine
from edi.protected import shown_code
from validators.checks import ClaimCheck
from validators.line_places import line_number, qualified_place
from validators.registry import Fault, claim_rule

_HCPCS_QUALIFIER = "HC"
_LONGEST_CODE = 5


@claim_rule("line-control-number", source="005010X223A2, 2400 REF*6R; X12 RFI 1684; FACTS D4")
def line_control_number(check: ClaimCheck) -> Iterator[Fault]:
    """Each line has a number of its own that the payer sends back.

    What: a line has no REF*6R, or the number of another line of the claim.
    Why: the remittance repeats the number only if it was sent; without it a denial cannot be tied to its line.
    Fix: give each line a REF*6R that no other line of the claim has.
    """
    numbers = {line.control_number for line in check.claim.lines}
    if "" not in numbers and len(numbers) == len(check.claim.lines):
        return
    seen: dict[str, ServiceLine] = {}
    for line in check.claim.lines:
        number = line.control_number
        if not number:
            yield Fault(
                "Line {number} has no control number.",
                check.line_place(line, "LX"),
                fields={"number": line_number(line)},
                expected="REF*6R",
                found="none",
            )
            continue
        first = seen.setdefault(number, line)
        if first is not line:
            yield Fault(
                "Line {number} has the control number of line {first}.",
                qualified_place(check, line, "REF", "6R", "REF02"),
                fields={"number": line_number(line), "first": line_number(first)},
                expected="a number of its own",
                found="that of another line",
            )


@claim_rule(
    "inpatient-hcpcs", source="005010X223A2, SV202: drugs, biologics and HIPPS on inpatient lines; FACTS A5"
)
def inpatient_hcpcs(check: ClaimCheck) -> Iterator[Fault]:
    """Lines of a stay carry a procedure code for drugs and biologics only.

    What: a line of a bill of type 011x has a HCPCS or CPT code that is no drug or biologic of the payer's profile.
    Why: the guide has no use for it there; some payers reject the line, others ignore it.
    Fix: leave the code out and bill the revenue code alone; where the payer asks for it, add its beginning to inpatient_hcpcs_prefixes.
    """
    if not check.is_inpatient:
        return
    for line in check.claim.lines:
        procedure = line.procedure
        if procedure is None or procedure.qualifier != _HCPCS_QUALIFIER or not procedure.code:
            continue
        if not procedure.code.startswith(check.payer.inpatient_hcpcs_prefixes):
            yield Fault(
                "Line {number} of an inpatient bill has a procedure code that is no drug.",
                check.line_place(line, "SV2", "SV202-2"),
                fields={"number": line_number(line)},
                expected=f"no code, or one that begins with {', '.join(check.payer.inpatient_hcpcs_prefixes)}",
                found=shown_code(procedure.code, _LONGEST_CODE),
            )
