"""835: made-up files, read and checked field by field, and balanced to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi.answers import Answer, read_answers
from edi.envelope import read_transactions
from edi.remittance.model import Remittance
from edi.remittance.read import RemittanceReader

HEAD = """BPR*I*{amount}*C*ACH*CCP*01*111000025*DA*000111*1990000002**01*111000025*DA*000222*20260201
TRN*1*EFT-77*1990000002*DEPT1
CUR*PR*USD
REF*EV*RECEIVER1
DTM*405*20260131
N1*PR*SOME PAYER*XV*PLAN9
N3*9 STATE ST
N4*SPRINGFIELD*IL*62701
REF*2U*PAYER2
PER*CX*CLAIMS*TE*5555550111*EX*12
PER*BL*EDI HELP*EM*EDI@EXAMPLE.COM
N1*PE*SOME HOSPITAL*XX*1999999984
REF*TJ*990000001
LX*1
"""

PAID = """CLP*ACCOUNT-1*1*2126000*1900000*1000.25*MC*ICN001*13*1**793*1.5
CAS*PR*3*1000.25
NM1*QC*1*DOE*BABY*Q***MI*MEMBER01
NM1*IL*1*DOE*PARENT****MI*MEMBER00
NM1*74*1*DOE*CORRECTED****C*MEMBER09
NM1*82*2*SOME HOSPITAL*****XX*1999999984
NM1*TT*2*NEXT PAYER*****PI*NEXT1
NM1*PR*2*FIRST PAYER*****PI*FIRST1
NM1*GB*1*OTHER*SUBSCRIBER
MIA*0***0*N381***************MA44**M25*N520
REF*EA*RECORD1
REF*G1*AUTH1
DTM*232*20260105
DTM*233*20260106
DTM*050*20260110
PER*CX*PAYER DESK*TE*5555550122
AMT*AU*2000000
QTY*CA*2
SVC*HC:J3590*2125000*1900500.25*0636*1*HC:J3399:TB:JG*2
DTM*472*20260105
CAS*CO*45*223500**253*999.75*1
REF*6R*LINE-1
REF*0K*POLICY1
AMT*B6*1900000
QTY*ZK*3
LQ*HE*N519
LQ*RX*70
SVC*HC:96365*1000*500*0260**HC:96365
DTM*150*20260105
DTM*151*20260106
CAS*CO*45*500
REF*6R*LINE-2
"""

DENIED = """CLP*ACCOUNT-2*4*2000*0**MC*ICN002*13*7
NM1*QC*1*ROE*BABY****MI*MEMBER02
MOA***M119*N56**MA01
SVC*HC:J3399*2000*0*0636
CAS*CO*16*1500**197*400*****96*100
LQ*HE*M119
"""

REVERSAL = """CLP*ACCOUNT-1*22*-2000*-1500**MC*ICN001*13*1
SVC*HC:J3399*-2000*-1500*0636*-1
CAS*CO*45*-500
"""


def a_set(body: str, *, amount: str = "0", head: str = HEAD, number: str = "0001") -> list[str]:
    """The segments of one 835, ST to SE."""
    segments = (head.format(amount=amount) + body).strip("\n").split("\n")
    return [f"ST*835*{number}", *segments, f"SE*{len(segments) + 2}*{number}"]


def file_of(*sets: list[str], component: str = ":", version: str = "005010X221A1") -> bytes:
    """One interchange with the transaction sets; components are parted by `component`."""
    lines = [
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       "
        "*260110*2130*^*00501*000000021*0*T*:",
        f"GS*HP*PAYER*HOSPITAL*20260110*2130*21*X*{version}",
        *(segment for segments in sets for segment in segments),
        f"GE*{len(sets)}*21",
        "IEA*1*000000021",
    ]
    return "".join(f"{line}~\n" for line in lines).replace(":", component).encode("ascii")


def remittance_of(data: bytes) -> tuple[Remittance, Answer]:
    (answer,) = read_answers(data).answers
    assert isinstance(answer.model, Remittance)
    return answer.model, answer


def test_the_header_of_an_835_is_read_field_by_field() -> None:
    remittance, answer = remittance_of(file_of(a_set(PAID, amount="1900000")))
    assert answer.kind == "835"
    assert answer.findings == ()
    payment = remittance.payment
    assert payment is not None
    assert (payment.handling, payment.amount, payment.credit_or_debit) == ("I", 190000000, "C")
    assert (payment.method, payment.payment_date) == ("ACH", date(2026, 2, 1))
    assert (payment.unreadable, payment.segment_position) == ((), 2)
    assert (remittance.trace_number, remittance.payer_identifier) == ("EFT-77", "1990000002")
    assert remittance.trace is not None
    assert (remittance.trace.supplement, remittance.trace.segment_position) == ("DEPT1", 3)
    assert (remittance.production_date, remittance.currency) == (date(2026, 1, 31), "USD")
    assert [(entry.qualifier, entry.value) for entry in remittance.references] == [("EV", "RECEIVER1")]
    assert remittance.version == "005010X221A1"


def test_payer_and_payee_are_read_with_their_numbers_and_contacts() -> None:
    remittance, _ = remittance_of(file_of(a_set(PAID)))
    payer, payee = remittance.payer, remittance.payee
    assert payer is not None
    assert payee is not None
    assert (payer.name, payer.identifier_qualifier, payer.identifier) == ("SOME PAYER", "XV", "PLAN9")
    assert payer.reference("2U") == "PAYER2"
    assert [(contact.function, contact.numbers) for contact in payer.contacts] == [
        ("CX", (("TE", "5555550111"), ("EX", "12"))),
        ("BL", (("EM", "EDI@EXAMPLE.COM"),)),
    ]
    assert (payee.name, payee.identifier_qualifier, payee.identifier) == (
        "SOME HOSPITAL",
        "XX",
        "1999999984",
    )
    assert (payee.reference("TJ"), payee.segment_position) == ("990000001", 13)


def test_a_claim_of_an_835_is_read_field_by_field() -> None:
    remittance, _ = remittance_of(file_of(a_set(PAID)))
    (group,) = remittance.groups
    assert (group.number, group.segment_position) == ("1", 15)
    (claim,) = remittance.claims
    assert (claim.patient_control_number, claim.status) == ("ACCOUNT-1", "1")
    assert (claim.charge, claim.paid, claim.patient_responsibility) == (212600000, 190000000, 100025)
    assert (claim.filing_indicator, claim.payer_claim_control_number) == ("MC", "ICN001")
    assert (claim.facility_type, claim.frequency) == ("13", "1")
    assert (claim.drg, claim.drg_weight) == ("793", Decimal("1.5"))
    assert (claim.is_reversal, claim.was_forwarded) == (False, False)
    names = {name.qualifier: name.identifier for name in claim.names}
    assert names == {
        "QC": "MEMBER01",
        "IL": "MEMBER00",
        "74": "MEMBER09",
        "82": "1999999984",
        "TT": "NEXT1",
        "PR": "FIRST1",
        "GB": "",
    }
    corrected = claim.name("74")
    assert corrected is not None
    assert (corrected.first_name, corrected.segment_position) == ("CORRECTED", 20)
    assert (claim.reference("EA"), claim.reference("G1"), claim.reference("F8")) == ("RECORD1", "AUTH1", "")
    assert (claim.date_of("232"), claim.date_of("233")) == (date(2026, 1, 5), date(2026, 1, 6))
    assert (claim.date_of("050"), claim.date_of("036")) == (date(2026, 1, 10), None)
    assert (claim.amount("AU"), claim.amount("F5")) == (200000000, None)
    assert [(entry.qualifier, entry.quantity) for entry in claim.quantities] == [("CA", Decimal(2))]
    assert claim.contacts[0].name == "PAYER DESK"
    assert (claim.segment_position, len(claim.segments)) == (16, 32)


def test_a_line_of_an_835_is_read_field_by_field() -> None:
    remittance, _ = remittance_of(file_of(a_set(PAID)))
    drug, infusion = remittance.claims[0].lines
    assert drug.service is not None
    assert (drug.service.qualifier, drug.service.code, drug.service.modifiers) == ("HC", "J3590", ())
    assert (drug.charge, drug.paid, drug.revenue_code, drug.units) == (
        212500000,
        190050025,
        "0636",
        Decimal(1),
    )
    assert drug.submitted_units == Decimal(2)
    assert (drug.line_control_number, drug.reference("0K")) == ("LINE-1", "POLICY1")
    assert (drug.amount("B6"), drug.quantities[0].quantity) == (190000000, Decimal(3))
    assert [(remark.qualifier, remark.code, remark.element) for remark in drug.remarks] == [
        ("HE", "N519", "LQ02"),
        ("RX", "70", "LQ02"),
    ]
    assert drug.service_dates == (date(2026, 1, 5), date(2026, 1, 5))
    assert drug.segment_position == 34
    assert infusion.units is None
    assert infusion.service_dates == (date(2026, 1, 5), date(2026, 1, 6))


def test_the_billed_code_is_svc06_where_the_payer_changed_it() -> None:
    remittance, _ = remittance_of(file_of(a_set(PAID)))
    drug = remittance.claims[0].lines[0]
    assert drug.submitted_service is not None
    assert (drug.submitted_service.code, drug.submitted_service.modifiers) == ("J3399", ("TB", "JG"))
    assert drug.billed_service == drug.submitted_service
    denied, _ = remittance_of(file_of(a_set(DENIED)))
    (line,) = denied.claims[0].lines
    assert line.submitted_service is None
    assert line.billed_service == line.service


def test_every_triplet_of_an_adjustment_is_read_over_empty_quantities_and_blanks() -> None:
    remittance, answer = remittance_of(file_of(a_set(DENIED)))
    (claim,) = remittance.claims
    found = [(entry.group, entry.reason, entry.amount, entry.element) for entry in claim.all_adjustments]
    assert found == [
        ("CO", "16", 150000, "CAS02"),
        ("CO", "197", 40000, "CAS05"),
        ("CO", "96", 10000, "CAS11"),
    ]
    assert [entry.quantity for entry in claim.all_adjustments] == [None, None, None]
    assert answer.findings == ()


def test_an_adjustment_keeps_its_quantity() -> None:
    remittance, _ = remittance_of(file_of(a_set(PAID)))
    (at_claim,) = remittance.claims[0].adjustments
    assert (at_claim.group, at_claim.reason, at_claim.amount) == ("PR", "3", 100025)
    assert (at_claim.readable, at_claim.segment_position) == (True, 17)
    assert [entry.quantity for entry in remittance.claims[0].lines[0].adjustments] == [None, Decimal(1)]


def test_remark_codes_come_from_mia_moa_and_lq() -> None:
    remittance, _ = remittance_of(file_of(a_set(PAID + DENIED)))
    inpatient, outpatient = remittance.claims
    assert [(remark.code, remark.element) for remark in inpatient.remarks] == [
        ("N381", "MIA05"),
        ("MA44", "MIA20"),
        ("M25", "MIA22"),
        ("N520", "MIA23"),
    ]
    assert [(remark.code, remark.element) for remark in outpatient.remarks] == [
        ("M119", "MOA03"),
        ("N56", "MOA04"),
        ("MA01", "MOA06"),
    ]
    assert [remark.code for remark in outpatient.all_remarks] == ["M119", "N56", "MA01", "M119"]


def test_a_reversal_carries_negative_amounts_and_balances() -> None:
    remittance, answer = remittance_of(file_of(a_set(REVERSAL, amount="-1500")))
    (claim,) = remittance.claims
    assert claim.is_reversal
    assert (claim.charge, claim.paid, claim.patient_responsibility) == (-200000, -150000, 0)
    assert claim.lines[0].units == Decimal(-1)
    assert claim.lines[0].adjustments[0].amount == -50000
    assert answer.findings == ()


def test_two_transaction_sets_are_two_payments_each_balanced_alone() -> None:
    second = a_set(DENIED, amount="5", number="0002")
    second[2] = "TRN*1*EFT-78*1990000002"
    answers = read_answers(file_of(a_set(PAID, amount="1900000"), second)).answers
    remittances = [answer.model for answer in answers if isinstance(answer.model, Remittance)]
    assert [remittance.trace_number for remittance in remittances] == ["EFT-77", "EFT-78"]
    assert answers[0].findings == ()
    assert [(finding.rule, finding.place.transaction) for finding in answers[1].findings] == [
        ("remit-transaction-balance", "0002")
    ]
    assert answers[0].digest != answers[1].digest


def test_provider_adjustments_are_read_pair_by_pair_and_lower_the_payment() -> None:
    adjustments = "PLB*1999999984*20261231*WO:ICN000*100.5*L6:INTEREST*-1.25*****FB*2\n"
    remittance, answer = remittance_of(file_of(a_set(DENIED + adjustments, amount="-101.25")))
    found = [
        (entry.reason, entry.reference, entry.amount, entry.element)
        for entry in remittance.provider_adjustments
    ]
    assert found == [
        ("WO", "ICN000", 10050, "PLB03"),
        ("L6", "INTEREST", -125, "PLB05"),
        ("FB", "", 200, "PLB11"),
    ]
    first = remittance.provider_adjustments[0]
    assert (first.provider, first.fiscal_period) == ("1999999984", date(2026, 12, 31))
    assert answer.findings == ()


def test_a_debit_lowers_the_payment() -> None:
    head = HEAD.replace("*C*ACH", "*D*ACH")
    _, answer = remittance_of(file_of(a_set(REVERSAL, amount="1500", head=head)))
    assert answer.findings == ()


def test_a_line_that_does_not_balance_says_expected_found_and_difference() -> None:
    body = DENIED.replace("CAS*CO*16*1500**197*400*****96*100", "CAS*CO*16*1500.01").replace(
        "*4*2000*0", "*4*2000*499.99"
    )
    _, answer = remittance_of(file_of(a_set(body, amount="499.99")))
    (finding,) = answer.findings
    assert (finding.rule, finding.snip, finding.severity) == ("remit-line-balance", 3, "error")
    assert (finding.expected, finding.found) == ("499.99", "0.00")
    assert finding.message() == (
        "Line 1 is not balanced: SVC02 less its adjustments is 499.99, SVC03 is 0.00, difference -499.99."
    )
    assert (finding.place.loop, finding.place.element, finding.place.segment_position) == (
        "2110",
        "SVC03",
        19,
    )
    assert finding.place.transaction == "0001"


def test_a_claim_that_does_not_balance_says_expected_found_and_difference() -> None:
    _, answer = remittance_of(file_of(a_set(PAID.replace("CAS*PR*3*1000.25\n", ""), amount="1900000")))
    (finding,) = answer.findings
    assert (finding.rule, finding.expected, finding.found) == (
        "remit-claim-balance",
        "1901000.25",
        "1900000.00",
    )
    assert "difference -1000.25" in finding.message()
    assert finding.place.claim is not None
    assert finding.place.claim.reveal() == "ACCOUNT-1"
    assert "ACCOUNT" not in repr(finding)


def test_a_payment_that_does_not_balance_says_expected_found_and_difference() -> None:
    _, answer = remittance_of(file_of(a_set(PAID + "PLB*1*20261231*WO*0.02\n", amount="1900000")))
    (finding,) = answer.findings
    assert (finding.rule, finding.expected, finding.found) == (
        "remit-transaction-balance",
        "1899999.98",
        "1900000.00",
    )
    assert finding.place.element == "BPR02"


@pytest.mark.parametrize("text", ["2000.001", "2E3", "2,000", "x", "", "+2000", "9" * 40])
def test_an_unreadable_amount_is_reported_counts_as_zero_and_is_flagged(text: str) -> None:
    remittance, answer = remittance_of(
        file_of(a_set(DENIED.replace("CLP*ACCOUNT-2*4*2000", f"CLP*ACCOUNT-2*4*{text}")))
    )
    claim = remittance.claims[0]
    assert (claim.charge, claim.unreadable) == (0, ("CLP03",))
    finding = answer.findings[0]
    assert (finding.rule, finding.severity, finding.place.element) == ("amount-format", "error", "CLP03")
    assert (finding.place.loop, finding.place.segment_position) == ("2100", 16)
    assert text[:4] not in str(finding.found) or not text


def test_an_unreadable_adjustment_is_flagged() -> None:
    remittance, _ = remittance_of(file_of(a_set(DENIED.replace("**197*400*", "**197*4O0*"))))
    assert [(entry.reason, entry.readable) for entry in remittance.claims[0].all_adjustments] == [
        ("16", True),
        ("197", False),
        ("96", True),
    ]


def test_other_component_separators_give_the_same_remittance() -> None:
    usual, usual_answer = remittance_of(file_of(a_set(PAID + DENIED)))
    other, other_answer = remittance_of(file_of(a_set(PAID + DENIED), component=">"))
    assert other == usual
    assert other_answer.digest == usual_answer.digest


def test_a_procedure_parted_by_another_mark_than_the_declared_one_is_read_and_reported() -> None:
    remittance, answer = remittance_of(file_of(a_set(DENIED.replace("SVC*HC:J3399", "SVC*HC>J3399>TB"))))
    service = remittance.claims[0].lines[0].service
    assert service is not None
    assert (service.qualifier, service.code, service.modifiers) == ("HC", "J3399", ("TB",))
    assert [finding.rule for finding in answer.findings] == ["structure-odd"]


def test_the_order_of_segments_inside_a_line_does_not_matter() -> None:
    lines = PAID.split("\n")
    shuffled = "\n".join([*lines[:19], *reversed(lines[19:27]), *lines[27:]])
    usual = remittance_of(file_of(a_set(PAID)))[0].claims[0].lines[0]
    other = remittance_of(file_of(a_set(shuffled)))[0].claims[0].lines[0]
    assert [entry.amount for entry in other.adjustments] == [entry.amount for entry in usual.adjustments]
    assert other.line_control_number == usual.line_control_number
    assert other.service_dates == usual.service_dates
    assert {remark.code for remark in other.remarks} == {remark.code for remark in usual.remarks}


def test_an_n1_after_the_first_claim_is_reported_and_loses_no_adjustment() -> None:
    body = DENIED.replace("CAS*CO*16", "N1*PE*OTHER HOSPITAL\nCAS*CO*16")
    remittance, answer = remittance_of(file_of(a_set(body)))
    assert remittance.payee is not None
    assert remittance.payee.name == "SOME HOSPITAL"
    assert len(remittance.claims[0].all_adjustments) == 3
    assert [finding.rule for finding in answer.findings] == ["structure-odd"]
    assert "N1" in [segment.id for segment in remittance.claims[0].segments]


def test_a_claim_without_lx_and_a_line_without_claim_are_read_and_reported() -> None:
    head = HEAD.replace("LX*1\n", "SVC*HC:J3399*1*1\n")
    remittance, answer = remittance_of(file_of(a_set(DENIED, head=head)))
    assert [group.number for group in remittance.groups] == [""]
    assert len(remittance.claims) == 1
    assert [segment.id for segment in remittance.unplaced] == ["SVC"]
    assert [finding.rule for finding in answer.findings] == ["structure-odd"] * 2


def test_a_remittance_without_payment_is_reported() -> None:
    head = "\n".join(HEAD.split("\n")[2:])
    remittance, answer = remittance_of(file_of(a_set(DENIED, head=head)))
    assert remittance.payment is None
    assert (remittance.trace_number, remittance.payer_identifier) == ("", "")
    assert [finding.message() for finding in answer.findings] == [
        "Loop HEADER has no BPR.",
        "Loop HEADER has no TRN.",
    ]


def test_account_numbers_names_and_identifiers_are_not_printed() -> None:
    remittance, answer = remittance_of(file_of(a_set(PAID + DENIED)))
    printed = repr(remittance) + repr(answer) + repr(answer.findings)
    for secret in ("ACCOUNT", "MEMBER", "DOE", "ROE", "ICN0", "RECORD1", "AUTH1", "LINE-1"):
        assert secret not in printed


def test_claim_by_claim_gives_what_the_whole_gives() -> None:
    data = file_of(a_set(PAID + DENIED + "LX*2\n" + REVERSAL + "PLB*1999999984*20261231*WO:A*1"))
    (answer,) = read_answers(data).answers
    whole = answer.model
    assert isinstance(whole, Remittance)
    transaction = next(read_transactions(data))
    reader = RemittanceReader(transaction)
    with pytest.raises(ValueError, match="the first claim was asked for"):
        _ = reader.header
    assert tuple(reader) == whole.claims
    assert reader.provider_adjustments == whole.provider_adjustments
    assert (reader.header.payment, reader.header.payer) == (whole.payment, whole.payer)


def test_the_providers_totals_are_read() -> None:
    segments = "TS3*1999999984*13*20261231*2*2126000*******1900000\nTS2*5*6.5\n"
    (answer,) = read_answers(file_of(a_set(segments + PAID))).answers
    assert isinstance(answer.model, Remittance)
    third, second = answer.model.groups[0].summaries
    assert (third.provider, third.facility_type, third.fiscal_period) == (
        "1999999984",
        "13",
        date(2026, 12, 31),
    )
    assert dict(third.totals) == {"TS304": 2, "TS305": 2126000, "TS312": 1900000}
    assert dict(second.totals) == {"TS201": 5, "TS202": Decimal("6.5")}


EMPTY = "LX*{number}\nTS3*1999999984*13*20261231*{number}*100\nTS2*7\n"


@pytest.mark.parametrize("empty", ["first", "between", "last", "alone"])
def test_an_lx_without_claims_keeps_its_totals(empty: str) -> None:
    parts = [PAID, "LX*2\n" + DENIED]
    at = {"first": 0, "between": 1, "last": 2, "alone": 0}[empty]
    parts.insert(at, EMPTY.format(number=8) + EMPTY.format(number=9))
    if empty == "alone":
        parts = parts[:1]
    elif empty == "first":
        parts[1] = "LX*3\n" + parts[1]
    data = file_of(a_set("".join(parts)))
    (answer,) = read_answers(data).answers
    assert isinstance(answer.model, Remittance)
    groups = answer.model.groups
    wanted = {
        "first": ["1", "8", "9", "3", "2"],
        "between": ["1", "8", "9", "2"],
        "last": ["1", "2", "8", "9"],
        "alone": ["1", "8", "9"],
    }
    assert [group.number for group in groups] == wanted[empty]
    for group in groups:
        if group.number in ("8", "9"):
            assert group.claims == ()
            assert [dict(one.totals) for one in group.summaries] == [
                {"TS304": Decimal(group.number), "TS305": 100},
                {"TS201": 7},
            ]
    assert "structure-odd" not in {finding.rule for finding in answer.findings}
    streamed = RemittanceReader(next(read_transactions(data)))
    assert sum(1 for _ in streamed) == len(answer.model.claims)
    assert streamed.empty_groups == tuple(group for group in groups if not group.claims)
