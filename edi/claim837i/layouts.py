"""Which element of which segment holds which field of the claim's records.

Source: 005010X223A2, the segments of loops 1000A to 2430; FACTS annex 1.
"""

from __future__ import annotations

from edi.claim837i.layout import Layout, amount, component_texts, day, fixed, number, text, texts

# Names, and what follows them.
NM1 = Layout(
    "NM1",
    text("entity", 1),
    text("entity_type", 2),
    text("name", 3),
    text("first_name", 4),
    text("middle_name", 5),
    text("suffix", 7),
    text("id_qualifier", 8),
    text("id", 9),
)
N3 = Layout("N3", texts("lines", 1, 2))
N4 = Layout(
    "N4",
    text("city", 1),
    text("state", 2),
    text("postal_code", 3),
    text("country", 4),
    text("subdivision", 7),
)
REF = Layout(
    "REF",
    text("qualifier", 1),
    text("value", 2),
    fixed(4, "2U", component=1, only_with="payer_id"),
    text("payer_id", 4, 2),
)
PLAIN_REF = Layout("REF", text("qualifier", 1), text("value", 2))
"""REF where the field says all that the qualifier does."""
BILLING_PRV = Layout("PRV", fixed(1, "BI"), fixed(2, "PXC"), text("taxonomy", 3))
ATTENDING_PRV = Layout("PRV", fixed(1, "AT"), fixed(2, "PXC"), text("taxonomy", 3))
CUR = Layout("CUR", fixed(1, "85"), text("currency", 2))
DMG = Layout("DMG", fixed(1, "D8", only_with="birth_date"), day("birth_date", 2), text("sex", 3))

PER = Layout(
    "PER",
    fixed(1, "IC"),
    text("name", 2),
    text("qualifier_1", 3),
    text("number_1", 4),
    text("qualifier_2", 5),
    text("number_2", 6),
    text("qualifier_3", 7),
    text("number_3", 8),
)
DTP = Layout("DTP", text("qualifier", 1), text("form", 2), text("value", 3))
HL = Layout("HL", text("number", 1), text("parent", 2), text("level", 3), text("children", 4))

# The transaction set, the subscriber and the patient.
BHT = Layout(
    "BHT",
    fixed(1, "0019"),
    text("purpose", 2),
    text("reference", 3),
    text("date", 4),
    text("time", 5),
    text("claim_or_encounter", 6),
)
SBR = Layout(
    "SBR",
    text("responsibility", 1),
    text("relationship", 2),
    text("group_number", 3),
    text("group_name", 4),
    text("filing_indicator", 9),
)
PAT = Layout("PAT", text("relationship", 1))

# The claim.
CLM = Layout(
    "CLM",
    text("patient_control_number", 1),
    amount("total_charge", 2),
    text("facility_code", 5, 1),
    fixed(5, "A", component=2),
    text("frequency", 5, 3),
    text("accepts_assignment", 7),
    text("benefits_assigned", 8),
    text("release_of_information", 9),
    text("delay_reason", 20),
)
CL1 = Layout("CL1", text("admission_type", 1), text("point_of_origin", 2), text("patient_status", 3))
PWK = Layout(
    "PWK",
    text("report_type", 1),
    text("transmission", 2),
    fixed(5, "AC", only_with="control_number"),
    text("control_number", 6),
)
CN1 = Layout(
    "CN1",
    text("type", 1),
    amount("amount", 2),
    number("percentage", 3),
    text("code", 4),
    number("discount_percentage", 5),
    text("version", 6),
)
AMT = Layout("AMT", text("qualifier", 1), amount("amount", 2))
K3 = Layout("K3", text("text", 1))
NTE = Layout("NTE", text("code", 1), text("text", 2))
CRC = Layout("CRC", fixed(1, "ZZ"), text("referred", 2), texts("conditions", 3, 4, 5))
HCP = Layout(
    "HCP",
    text("method", 1),
    amount("allowed", 2),
    amount("saving", 3),
    text("organization", 4),
    number("rate", 5),
    text("drg", 6),
    amount("drg_amount", 7),
    text("revenue_code", 8),
    text("procedure_qualifier", 9),
    text("procedure_code", 10),
    text("unit", 11),
    number("quantity", 12),
    text("reject_reason", 13),
    text("policy_compliance", 14),
    text("exception", 15),
)

# Other payers.
OI = Layout("OI", text("benefits_assigned", 3), text("release_of_information", 6))
MIA = Layout(
    "MIA",
    number("covered_days", 1),
    number("lifetime_psychiatric_days", 3),
    amount("drg_amount", 4),
    amount("disproportionate_share", 6),
    amount("msp_pass_through", 7),
    amount("pps_capital", 8),
    amount("pps_capital_federal", 9),
    amount("pps_capital_hospital", 10),
    amount("pps_capital_disproportionate_share", 11),
    amount("old_capital", 12),
    amount("pps_capital_indirect_medical_education", 13),
    amount("operating_hospital", 14),
    number("cost_report_days", 15),
    amount("operating_federal", 16),
    amount("pps_capital_outlier", 17),
    amount("indirect_teaching", 18),
    amount("professional_component", 19),
    amount("pps_capital_exception", 24),
    texts("remark_codes", 5, 20, 21, 22, 23),
)
MOA = Layout(
    "MOA",
    number("reimbursement_rate", 1),
    amount("payable_amount", 2),
    texts("remark_codes", 3, 4, 5, 6, 7),
    amount("esrd_payment", 8),
    amount("professional_component", 9),
)

TRIPLETS = range(1, 7)
"""The adjustments that one CAS has room for."""
CAS = Layout(
    "CAS",
    text("group", 1),
    *(
        cell
        for triplet in TRIPLETS
        for cell in (
            text(f"reason_{triplet}", 3 * triplet - 1),
            amount(f"amount_{triplet}", 3 * triplet),
            number(f"quantity_{triplet}", 3 * triplet + 1),
        )
    ),
)

# Service lines.
LX = Layout("LX", text("number", 1))
SV2 = Layout(
    "SV2",
    text("revenue_code", 1),
    text("qualifier", 2, 1),
    text("code", 2, 2),
    component_texts("modifiers", 2, 3, 4, 5, 6),
    text("description", 2, 7),
    amount("charge", 3),
    text("unit", 4),
    number("quantity", 5),
    amount("non_covered_charge", 7),
)
LIN = Layout("LIN", fixed(2, "N4"), text("ndc", 3))
CTP = Layout("CTP", number("quantity", 4), text("unit", 5, 1))
SVD = Layout(
    "SVD",
    text("payer_id", 1),
    amount("paid", 2),
    text("qualifier", 3, 1),
    text("code", 3, 2),
    component_texts("modifiers", 3, 3, 4, 5, 6),
    text("description", 3, 7),
    text("revenue_code", 4),
    number("quantity", 5),
    text("bundled_line", 6),
)
