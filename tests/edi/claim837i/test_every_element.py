"""Fields that look alike are not mixed up: every element holds a value of its own, typed by hand."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from edi.claim837i.model import (
    Claim,
    Contact,
    ContractInformation,
    HealthCode,
    InpatientAdjudication,
    OutpatientAdjudication,
    Repricing,
)
from edi.claim837i.read import read_claims
from edi.claim837i.write import write_claims
from edi.envelope import read_document
from tests.edi.claim837i.test_round_trip import reader_of, written
from tests.support.guide_files import HEADER, SECONDARY, Segments, a_file, after, instead


def the_claim(body: Segments) -> Claim:
    (transaction,) = read_document(a_file([*HEADER, *body]).encode()).transactions()
    (claim,) = read_claims(transaction)
    assert claim.findings == ()
    return claim


def exact(text: str) -> Decimal:
    return Decimal(text)


def test_mia() -> None:
    text = "MIA*1**3*4.04*R5*6.06*7.07*8.08*9.09*10.1*11.11*12.12*13.13*14.14*15*16.16*17.17*18.18*19.19"
    claim = the_claim(after("OI*", f"{text}*R20*R21*R22*R23*24.24", SECONDARY))
    assert claim.other_coverages[0].inpatient == InpatientAdjudication(
        covered_days=exact("1"),
        lifetime_psychiatric_days=exact("3"),
        drg_amount=exact("4.04"),
        disproportionate_share=exact("6.06"),
        msp_pass_through=exact("7.07"),
        pps_capital=exact("8.08"),
        pps_capital_federal=exact("9.09"),
        pps_capital_hospital=exact("10.1"),
        pps_capital_disproportionate_share=exact("11.11"),
        old_capital=exact("12.12"),
        pps_capital_indirect_medical_education=exact("13.13"),
        operating_hospital=exact("14.14"),
        cost_report_days=exact("15"),
        operating_federal=exact("16.16"),
        pps_capital_outlier=exact("17.17"),
        indirect_teaching=exact("18.18"),
        professional_component=exact("19.19"),
        pps_capital_exception=exact("24.24"),
        remark_codes=("R5", "R20", "R21", "R22", "R23"),
    )


def test_moa() -> None:
    claim = the_claim(instead("MOA", "MOA*0.5*2.02*R3*R4*R5*R6*R7*8.08*9.09", SECONDARY))
    assert claim.other_coverages[0].outpatient == OutpatientAdjudication(
        reimbursement_rate=exact("0.5"),
        payable_amount=exact("2.02"),
        remark_codes=("R3", "R4", "R5", "R6", "R7"),
        esrd_payment=exact("8.08"),
        professional_component=exact("9.09"),
    )


def test_hcp_of_a_claim_and_of_a_line() -> None:
    rest = "*2.02*3.03*O4*5.05*D6*7.07*R8*Q9*P10*UN*12*T1*1*2"
    body = instead("HCP*", "HCP*00" + rest, SECONDARY)
    body = after("REF*6R", "HCP*01" + rest, body)
    claim = the_claim(body)
    wanted = {
        "allowed": exact("2.02"),
        "saving": exact("3.03"),
        "organization": "O4",
        "rate": exact("5.05"),
        "drg": "D6",
        "drg_amount": exact("7.07"),
        "revenue_code": "R8",
        "procedure_qualifier": "Q9",
        "procedure_code": "P10",
        "unit": "UN",
        "quantity": exact("12"),
        "reject_reason": "T1",
        "policy_compliance": "1",
        "exception": "2",
    }
    assert claim.repricing == Repricing(method="00", **wanted)  # type: ignore[arg-type]
    assert claim.lines[0].repricing == Repricing(method="01", **wanted)  # type: ignore[arg-type]


def test_amounts_and_references_by_qualifier() -> None:
    body = instead("AMT*D*", "AMT*D*1.01", SECONDARY)
    body = after("AMT*D*", "AMT*EAF*2.02", body)
    body = after("AMT*D*", "AMT*A8*3.03", body)
    for segment in ("AMT*N8*5.05", "AMT*GT*4.04", "REF*9D*D9", "REF*9B*B9"):
        body = after("REF*6R", segment, body)
    claim = the_claim(body)
    other, line = claim.other_coverages[0], claim.lines[0]
    assert (other.paid, other.patient_liability, other.non_covered) == (
        exact("1.01"),
        exact("2.02"),
        exact("3.03"),
    )
    assert (line.service_tax, line.facility_tax) == (exact("4.04"), exact("5.05"))
    assert (line.control_number, line.repriced_line_number, line.adjusted_repriced_line_number) == (
        "LINE1",
        "B9",
        "D9",
    )


def test_contract_and_cas_in_full() -> None:
    body = instead("CN1", "CN1*09*2.02*3*C4*5*V6", SECONDARY)
    cas = "CAS*CO*1*1.01*11*2*2.02*12*3*3.03*13*4*4.04*14*5*5.05*15*6*6.06*16"
    claim = the_claim(instead("CAS*CO*45*1000", cas, body))
    assert claim.contract == ContractInformation("09", "C4", "V6", exact("2.02"), exact("3"), exact("5"))
    assert [
        (one.group, one.reason, one.amount, one.quantity) for one in claim.other_coverages[0].adjustments
    ] == [("CO", str(n), exact(f"{n}.0{n}"), exact(f"1{n}")) for n in range(1, 7)]


FORMS = [
    ("DTP*434*RD8*20261120-20261120", "DTP*434*D8*20261120-20261120", "DTP02"),
    ("DTP*434*RD8*20261120-20261120", "DTP*434*RD8*20261120", "DTP02"),
    ("DTP*472*D8*20261120", "DTP*472**20261120", "DTP02"),
    ("HI*BBQ:XW033F3:D8:20261120", "HI*BBQ:XW033F3::20261120", "HI01-3"),
    ("HI*BI:70:RD8:20261101-20261102", "HI*BI:70:D8:20261101-20261102", "HI01-3"),
    ("HI*BH:11:D8:20261101", "HI*BH:11:D8", "HI01-3"),
]


@pytest.mark.parametrize(("start", "segment", "element"), FORMS)
def test_a_form_that_its_value_does_not_have_is_said(start: str, segment: str, element: str) -> None:
    (transaction,) = read_document(
        a_file([*HEADER, *instead(start, segment, SECONDARY)]).encode()
    ).transactions()
    (claim,) = read_claims(transaction)
    assert [finding.place.element for finding in claim.findings] == [element]
    assert [item.segment.text for item in claim.unread] == [segment]


@pytest.mark.parametrize(
    "segment", ["REF*6R", "AMT*F3", "PRV*AT*PXC", "DMG*D8", "CL1", "CAS*CO", "HI", "REF*9B"]
)
def test_a_segment_without_a_value_is_said(segment: str) -> None:
    start = {"AMT": "CN1", "PRV": "NM1*71", "DMG": "N4*SAMPLETON*TX*750020003"}.get(segment[:3], "")
    places = {"REF": "SV2", "CL1": "DTP*434", "CAS": "SBR*P", "HI": "HI*BG"}
    body = after(
        start or places[segment.split("*")[0]],
        segment,
        [
            text
            for text in SECONDARY
            if not (segment.startswith(("PRV", "DMG", "CL1")) and text.startswith(segment[:3]))
        ],
    )
    (transaction,) = read_document(a_file([*HEADER, *body]).encode()).transactions()
    (claim,) = read_claims(transaction)
    assert segment in [item.segment.text for item in claim.unread]


@pytest.mark.parametrize("mark", [":", "^"])
@pytest.mark.parametrize(
    ("start", "segment"),
    [
        ("CAS*CO*45*1000", "CAS*C{}O*45*1000"),
        ("CAS*CO*45*1000", "CAS*CO*4{}5*1000"),
        ("NM1*71", "NM1*71*1*VAN{}TERPOOL"),
        ("CLM*", "CLM*AC{}CT*2126300***13:A:1**A*Y*Y"),
        ("REF*G1", "REF*G1*AUTH{}5501"),
    ],
)
def test_a_separator_within_a_value_is_said(start: str, segment: str, mark: str) -> None:
    text = segment.format(mark)
    (transaction,) = read_document(
        a_file([*HEADER, *instead(start, text, SECONDARY)]).encode()
    ).transactions()
    (claim,) = read_claims(transaction)
    assert [item.segment.text for item in claim.unread] == [text]


def test_what_has_no_place_is_refused_in_writing_not_dropped() -> None:
    claim = the_claim(SECONDARY)
    reader = reader_of(a_file([*HEADER, *SECONDARY]).encode())
    list(reader)
    line = claim.lines[0]
    assert line.drug is not None
    contact = (Contact("DESK", (("TE", "5555550177"),)),)
    broken = [
        replace(claim, operating=replace(claim.attending, taxonomy="2084N0402X")),  # type: ignore[type-var]
        replace(claim, payer=replace(claim.payer, contacts=contact)),
        replace(
            claim,
            subscriber=replace(
                claim.subscriber, party=replace(claim.subscriber.party, taxonomy="2084N0402X")
            ),
        ),
        replace(claim, statement_through=None),
        replace(claim, lines=(replace(line, service_date=None, service_end=claim.statement_from),)),
        replace(claim, lines=(replace(line, drug=replace(line.drug, has_quantity_segment=False)),)),
        replace(claim, health_codes=(HealthCode("BI", "70", None, claim.statement_from),)),
    ]
    for one in broken:
        with pytest.raises(ValueError, match=r"[a-z]"):
            write_claims(reader.header, [one])


def test_modifiers_keep_their_places() -> None:
    body = instead("SV2*0636", "SV2*0636*HC:J3399::JZ*2125000*UN*1", SECONDARY)
    claim = the_claim(body)
    assert claim.lines[0].procedure is not None
    assert claim.lines[0].procedure.modifiers == ("", "JZ")
    reader = reader_of(a_file([*HEADER, *body]).encode())
    list(reader)
    assert b"SV2*0636*HC:J3399::JZ*2125000*UN*1~" in written(reader.header, [claim])
