"""277CA and 277: made-up files, read and checked field by field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from edi.answers import Answer, read_answers
from edi.claim_status.model import ClaimStatus, ClaimStatusReport
from edi.claim_status.outcomes import category

HEAD = """
BHT*0085*08*ANSWER1*20260111*0300*TH
HL*1**20*1
NM1*AY*2*SOME CLEARINGHOUSE*****46*CLR01
PER*IC*HELP DESK*TE*5555550100*EM*HELP@EXAMPLE.COM
TRN*1*RECEIPT9
DTP*050*D8*20260110
DTP*009*D8*20260111
"""

RECEIVER = """HL*2*1*21*1
NM1*41*2*SOME HOSPITAL*****46*HOSP
TRN*2*BATCH0007
STC*A1:19:PR*20260111*WQ*3000.5
QTY*90*1
QTY*AA*1
AMT*YU*1000.5
AMT*YY*2000
"""

PROVIDER = """HL*3*2*19*1
NM1*85*2*SOME HOSPITAL*****XX*1999999984
TRN*1*0
REF*TJ*990000001
QTY*QA*1
QTY*QC*1
"""

CLAIMS = """HL*4*3*PT
NM1*QC*1*DOE*BABY*Q***MI*MEMBER01
TRN*2*ACCOUNT-1
STC*A2:20:PR*20260111*WQ*1000.5
REF*1K*ICN001
REF*D9*CLEAR001
REF*BLT*131
DTP*472*RD8*20260105-20260106
HL*5*3*PT
NM1*QC*1*ROE*BABY****MI*MEMBER02
TRN*2*ACCOUNT-2
STC*A7:218*20260111*U*2000******A6:476:1P*A3:187:PR*LOOK AT THE DRUG CODE
DTP*472*D8*20260105
SVC*HC:J3399:TB*2000**0636***1
STC*A7:218**U
REF*FJ*LINE-1
REF*XZ*RX55
DTP*472*D8*20260105
"""

REQUEST_ANSWER = """
BHT*0010*08*ANSWER2*20260211*1200*DG
HL*1**20*1
NM1*PR*2*SOME PAYER*****PI*PAYER1
HL*2*1*21*1
NM1*41*2*SOME HOSPITAL*****46*HOSP
HL*3*2*19*1
NM1*1P*2*SOME HOSPITAL*****XX*1999999984
HL*4*3*22*1
NM1*IL*1*DOE*PARENT****MI*MEMBER01
HL*5*4*23
NM1*QC*1*DOE*BABY
TRN*2*TRACE-1
STC*F2:88:QC*20260210**2000*0*20260209**20260211*CHECK1
REF*1K*ICN001
REF*EJ*ACCOUNT-1
REF*VV*VOUCHER1
DTP*472*D8*20260105
SVC*NU:0636*2000*0****1
STC*F2:218*20260210
DTP*472*D8*20260105
TRN*2*TRACE-1
STC*F1:65*20260210**500*400*20260209
REF*1K*ICN002
REF*EJ*ACCOUNT-1
DTP*472*D8*20260106
"""


def file_of(body: str, *, version: str = "005010X214", component: str = ":") -> bytes:
    """One interchange with one 277; segments are lines, components are parted by `component`."""
    segments = body.strip("\n").replace(":", component).split("\n")
    lines = [
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*HOSPITAL       "
        f"*260110*2130*^*00501*000000031*0*T*{component}",
        f"GS*HN*SENDER*HOSPITAL*20260110*2130*31*X*{version}",
        f"ST*277*0001*{version}",
        *segments,
        f"SE*{len(segments) + 2}*0001",
        "GE*1*31",
        "IEA*1*000000031",
    ]
    return "".join(f"{line}~" for line in lines).encode("ascii")


def report_of(data: bytes) -> tuple[ClaimStatusReport, Answer]:
    (answer,) = read_answers(data).answers
    assert isinstance(answer.model, ClaimStatusReport)
    return answer.model, answer


def claims_of(body: str, **rest: str) -> tuple[ClaimStatus, ...]:
    return report_of(file_of(body, **rest))[0].claims


def test_a_277ca_is_read_level_by_level() -> None:
    report, answer = report_of(file_of(HEAD + RECEIVER + PROVIDER + CLAIMS))
    assert (answer.kind, report.kind) == ("277CA", "277CA")
    assert answer.findings == ()
    assert (report.structure, report.purpose, report.reference) == ("0085", "08", "ANSWER1")
    assert (report.created, report.time, report.type) == (date(2026, 1, 11), "0300", "TH")
    source, receiver, provider, *patients = report.levels
    assert [level.code for level in report.levels] == ["20", "21", "19", "PT", "PT"]
    assert [level.loop for level in report.levels] == ["2000A", "2000B", "2000C", "2000D", "2000D"]
    assert source.name is not None
    assert (source.name.qualifier, source.name.last_name, source.name.identifier) == (
        "AY",
        "SOME CLEARINGHOUSE",
        "CLR01",
    )
    assert source.contacts[0].numbers == (("TE", "5555550100"), ("EM", "HELP@EXAMPLE.COM"))
    assert source.trace_number == "RECEIPT9"
    assert [(entry.qualifier, entry.first) for entry in source.dates] == [
        ("050", date(2026, 1, 10)),
        ("009", date(2026, 1, 11)),
    ]
    assert receiver.trace_number == "BATCH0007"
    assert (receiver.quantity("90", "QA"), receiver.quantity("AA", "QC")) == (Decimal(1), Decimal(1))
    assert (receiver.amount("YU"), receiver.amount("YY"), receiver.amount("ZZ")) == (100050, 200000, None)
    assert (receiver.number, receiver.parent_number, receiver.segment_position) == ("2", "1", 9)
    assert (provider.quantity("90", "QA"), provider.references[0].value) == (Decimal(1), "990000001")
    assert [level.segment_position for level in patients] == [23, 31]


def test_a_claim_of_a_277ca_is_read_field_by_field() -> None:
    accepted, rejected = claims_of(HEAD + RECEIVER + PROVIDER + CLAIMS)
    assert (accepted.patient_control_number, accepted.trace_number) == ("ACCOUNT-1", "ACCOUNT-1")
    assert (accepted.payer_claim_control_number, accepted.clearinghouse_number) == ("ICN001", "CLEAR001")
    assert (accepted.type_of_bill, accepted.loop, accepted.segment_position) == ("131", "2200D", 25)
    assert accepted.service_dates is not None
    assert (accepted.service_dates.first, accepted.service_dates.last) == (
        date(2026, 1, 5),
        date(2026, 1, 6),
    )
    assert accepted.patient is not None
    assert (accepted.patient.last_name, accepted.patient.first_name) == ("DOE", "BABY")
    assert (accepted.patient.middle_name, accepted.patient.identifier) == ("Q", "MEMBER01")
    assert accepted.source is not None
    assert accepted.source.code == "20"
    assert [level.code for level in accepted.levels] == ["20", "21", "19", "PT"]
    assert not accepted.rejected
    assert rejected.rejected
    assert rejected.inherited == ()


def test_a_status_holds_up_to_three_codes_and_the_free_text() -> None:
    _, rejected = claims_of(HEAD + RECEIVER + PROVIDER + CLAIMS)
    (status,) = rejected.statuses
    assert [(code.category, code.status, code.entity, code.element) for code in status.codes] == [
        ("A7", "218", "", "STC01"),
        ("A6", "476", "1P", "STC10"),
        ("A3", "187", "PR", "STC11"),
    ]
    assert status.codes[0].outcome == "rejected"
    assert (status.action, status.charge, status.paid) == ("U", 200000, None)
    assert (status.effective_date, status.message) == (date(2026, 1, 11), "LOOK AT THE DRUG CODE")
    assert status.segment_position == 34


def test_a_line_of_a_277ca_carries_its_own_status_and_control_number() -> None:
    _, rejected = claims_of(HEAD + RECEIVER + PROVIDER + CLAIMS)
    (line,) = rejected.lines
    assert line.service is not None
    assert (line.service.qualifier, line.service.code, line.service.modifiers) == ("HC", "J3399", ("TB",))
    assert (line.charge, line.paid, line.revenue_code, line.units) == (200000, None, "0636", Decimal(1))
    assert (line.line_control_number, line.prescription_number) == ("LINE-1", "RX55")
    assert line.statuses[0].codes[0].status == "218"
    assert line.rejected
    assert line.service_dates is not None
    assert line.service_dates.first == date(2026, 1, 5)


def test_other_component_separators_give_the_same_report() -> None:
    body = HEAD + RECEIVER + PROVIDER + CLAIMS
    usual, usual_answer = report_of(file_of(body))
    other, other_answer = report_of(file_of(body, component=">"))
    assert other == usual
    assert other_answer.digest == usual_answer.digest


def test_a_277_takes_the_account_number_from_ref_ej() -> None:
    report, answer = report_of(file_of(REQUEST_ANSWER, version="005010X212"))
    assert (answer.kind, report.kind) == ("277", "277")
    assert answer.findings == ()
    denied, paid = report.claims
    assert (denied.trace_number, denied.patient_control_number) == ("TRACE-1", "ACCOUNT-1")
    assert (paid.trace_number, paid.payer_claim_control_number) == ("TRACE-1", "ICN002")
    assert (denied.loop, denied.patient.first_name if denied.patient else "") == ("2200E", "BABY")
    (status,) = denied.statuses
    assert (status.charge, status.paid, status.final_date) == (200000, 0, date(2026, 2, 9))
    assert (status.remittance_date, status.check_number) == (date(2026, 2, 11), "CHECK1")
    assert denied.lines[0].paid == 0
    assert denied.lines[0].service is not None
    assert denied.lines[0].service.code == "0636"
    assert (denied.rejected, paid.rejected) == (True, False)


def test_account_numbers_names_and_free_text_are_not_printed() -> None:
    report, answer = report_of(file_of(HEAD + RECEIVER + PROVIDER + CLAIMS))
    printed = repr(report) + repr(answer)
    for secret in ("ACCOUNT", "MEMBER", "DOE", "ROE", "ICN001", "CLEAR001", "LOOK AT", "LINE-1"):
        assert secret not in printed


@pytest.mark.parametrize("code", ["A3", "A6", "A7", "A8", "F2"])
def test_a_rejecting_category_rejects_where_the_action_is_missing(code: str) -> None:
    body = CLAIMS.replace("STC*A2:20:PR*20260111*WQ", f"STC*{code}:20:PR*20260111*")
    assert claims_of(HEAD + RECEIVER + PROVIDER + body)[0].rejected


@pytest.mark.parametrize("code", ["A0", "A1", "A2", "A5", "P1", "F1", "ZZ"])
def test_another_category_does_not_reject_by_itself(code: str) -> None:
    body = CLAIMS.replace("STC*A2:20:PR*20260111*WQ", f"STC*{code}:20:PR*20260111*")
    assert not claims_of(HEAD + RECEIVER + PROVIDER + body)[0].rejected


def test_the_action_goes_before_the_category() -> None:
    body = CLAIMS.replace("STC*A2:20:PR*20260111*WQ", "STC*A3:20:PR*20260111*WQ")
    assert not claims_of(HEAD + RECEIVER + PROVIDER + body)[0].rejected
    body = CLAIMS.replace("STC*A2:20:PR*20260111*WQ", "STC*A2:20:PR*20260111*U")
    assert claims_of(HEAD + RECEIVER + PROVIDER + body)[0].rejected


def test_a_rejected_line_rejects_a_claim_without_a_status_of_its_own() -> None:
    body = CLAIMS.replace("STC*A7:218*20260111*U*2000******A6:476:1P*A3:187:PR*LOOK AT THE DRUG CODE\n", "")
    assert [claim.rejected for claim in claims_of(HEAD + RECEIVER + PROVIDER + body)] == [False, True]


def test_a_rejection_of_the_receiver_is_inherited_by_every_claim_below() -> None:
    receiver = RECEIVER.replace("STC*A1:19:PR*20260111*WQ", "STC*A3:24:41*20260111*U")
    report, _ = report_of(file_of(HEAD + receiver + PROVIDER + CLAIMS))
    assert [claim.rejected for claim in report.claims] == [True, True]
    assert report.claims[0].inherited[0].codes[0].status == "24"
    assert report.batch_rejections == ()


def test_a_rejection_of_the_provider_is_inherited_by_its_claims_alone() -> None:
    refused = PROVIDER + "STC*A7:562:85**U*1000.5\n" + CLAIMS[: CLAIMS.index("HL*5")]
    other = "HL*6*2*19*1\nNM1*85*2*OTHER HOSPITAL*****XX*1999999976\nTRN*1*0\n"
    rest = CLAIMS[CLAIMS.index("HL*5") :].replace("HL*5*3", "HL*7*6").replace("*U*2000*", "*WQ*2000*")
    first, second = claims_of(HEAD + RECEIVER + refused + other + rest)
    assert (first.rejected, second.rejected) == (True, False)


def test_a_rejection_without_claims_below_is_of_the_whole_batch() -> None:
    receiver = RECEIVER.replace("STC*A1:19:PR*20260111*WQ", "STC*A3:24:41*20260111*U")
    report, answer = report_of(file_of(HEAD + receiver))
    assert report.claims == ()
    (rejection,) = report.batch_rejections
    assert rejection.batch == "BATCH0007"
    assert rejection.level.code == "21"
    assert rejection.statuses[0].codes[0].entity == "41"
    assert answer.findings == ()


def test_a_provider_rejected_without_claims_names_the_batch_of_its_receiver() -> None:
    report, _ = report_of(file_of(HEAD + RECEIVER + PROVIDER + "STC*A7:562:85**U*1000.5\n"))
    (rejection,) = report.batch_rejections
    assert (rejection.batch, rejection.level.code) == ("BATCH0007", "19")


def test_the_order_of_segments_inside_a_claim_does_not_matter() -> None:
    lines = CLAIMS.split("\n")
    shuffled = "\n".join([*lines[:3], *reversed(lines[3:8]), *lines[8:]])
    usual = claims_of(HEAD + RECEIVER + PROVIDER + CLAIMS)[0]
    other = claims_of(HEAD + RECEIVER + PROVIDER + shuffled)[0]
    assert other.payer_claim_control_number == usual.payer_claim_control_number == "ICN001"
    assert other.statuses[0].codes == usual.statuses[0].codes
    assert usual.service_dates is not None
    assert other.service_dates is not None
    assert (other.service_dates.first, other.service_dates.last) == (
        usual.service_dates.first,
        usual.service_dates.last,
    )


def test_a_status_without_trace_is_a_claim_all_the_same() -> None:
    body = CLAIMS.replace("TRN*2*ACCOUNT-1\n", "")
    report, answer = report_of(file_of(HEAD + RECEIVER + PROVIDER + body))
    assert [claim.trace_number for claim in report.claims] == ["", "ACCOUNT-2"]
    assert report.claims[0].payer_claim_control_number == "ICN001"
    assert [finding.rule for finding in answer.findings] == ["structure-odd"]


def test_levels_that_are_badly_numbered_still_stand_under_their_receiver() -> None:
    body = (
        (HEAD + RECEIVER + PROVIDER + CLAIMS).replace("HL*4*3*PT", "HL*3*99*PT").replace("HL*5*3", "HL*5*5")
    )
    report, answer = report_of(file_of(body))
    assert [[level.code for level in claim.levels] for claim in report.claims] == [
        ["20", "21", "19", "PT"]
    ] * 2
    assert {finding.rule for finding in answer.findings} == {"structure-odd"}


def test_a_category_that_a_277ca_may_not_use_is_reported_and_read() -> None:
    body = CLAIMS.replace("STC*A2:20:PR", "STC*F1:20:PR")
    report, answer = report_of(file_of(HEAD + RECEIVER + PROVIDER + body))
    assert report.claims[0].statuses[0].codes[0].category == "F1"
    (finding,) = answer.findings
    assert (finding.rule, finding.snip, finding.severity) == ("status-not-allowed", 4, "warning")
    assert (finding.found, finding.place.element, finding.place.segment_position) == ("F1", "STC01", 26)


def test_a_category_that_no_table_knows_is_reported_and_kept() -> None:
    body = CLAIMS.replace("STC*A2:20:PR", "STC*AX:20:PR")
    report, answer = report_of(file_of(HEAD + RECEIVER + PROVIDER + body))
    assert report.claims[0].statuses[0].codes[0].outcome == "unknown"
    assert [finding.rule for finding in answer.findings] == ["adjustment-code-unknown"]


def test_totals_that_differ_from_the_claims_are_reported() -> None:
    receiver = RECEIVER.replace("QTY*90*1", "QTY*90*3").replace("AMT*YU*1000.5", "AMT*YU*3000.5")
    _, answer = report_of(file_of(HEAD + receiver + PROVIDER + CLAIMS))
    assert [(finding.rule, finding.expected, finding.found) for finding in answer.findings] == [
        ("status-count", "3", "1"),
        ("status-count", "3000.50", "1000.50"),
    ]


def test_an_unreadable_charge_is_reported_counts_as_zero_and_is_flagged() -> None:
    body = CLAIMS.replace("*WQ*1000.5", "*WQ*1,000.5")
    report, answer = report_of(file_of(HEAD + RECEIVER.replace("AMT*YU*1000.5\n", "") + PROVIDER + body))
    status = report.claims[0].statuses[0]
    assert (status.charge, status.unreadable) == (0, ("STC04",))
    (finding,) = answer.findings
    assert (finding.rule, finding.place.element, str(finding.found)) == ("amount-format", "STC04", "***")


def test_the_table_of_categories_says_what_each_rejects() -> None:
    codes = ("A0", "A3", "A4", "A6", "A7", "A8", "E0", "F2", "F4", "F5", "P1", "R3")
    known = [category(code) for code in codes]
    assert [entry.code for entry in known if entry and entry.rejects] == ["A3", "A6", "A7", "A8", "F2", "F5"]
    assert None not in known
    assert category("nothing") is None


@pytest.mark.parametrize("version", ["", "5010", "005010X999"])
@pytest.mark.parametrize("bht", ["", "BHT*****\n", "BHT**08*X*20260111\n"])
def test_where_nothing_names_the_kind_its_levels_do(version: str, bht: str) -> None:
    body = HEAD[HEAD.index("HL*1") :] + RECEIVER + PROVIDER + CLAIMS
    assert report_of(file_of(bht + body, version=version))[0].kind == "277CA"
    asked = REQUEST_ANSWER[REQUEST_ANSWER.index("HL*1") :]
    assert report_of(file_of(bht + asked, version=version))[0].kind == "277"
    request = body.replace("STC*A7:218**U", "STC*R4:18842-5::LOI*20260111")
    assert report_of(file_of(bht + request, version=version))[0].kind == "277"


@pytest.mark.parametrize(
    ("version", "kind"),
    [
        ("005010X214", "277CA"),
        ("004040X167", "277CA"),
        ("005010X364", "277CA"),
        ("005010X212", "277"),
        ("004010X093A1", "277"),
        ("005010X213", "277"),
        ("006020X313", "277"),
        ("003070X070", "277"),
    ],
)
def test_the_guide_that_a_file_names_goes_before_its_bht(version: str, kind: str) -> None:
    for body in (HEAD + RECEIVER + PROVIDER + CLAIMS, REQUEST_ANSWER):
        assert report_of(file_of(body, version=version))[0].kind == kind


def test_bht01_goes_before_bht06() -> None:
    body = REQUEST_ANSWER.replace("*DG", "*TH")
    assert report_of(file_of(body, version="005010"))[0].kind == "277"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("F2:88*20260111*WQ", "accepted"),
        ("P1:20*20260111*U", "rejected"),
        ("R4:18842-5::LOI*20260111", "request"),
        ("Z9:1*20260111", "unknown"),
        ("*20260111*WQ", "accepted"),
        ("A7:218*20260111*U", "rejected"),
        ("A2:20*20260111*WQ", "accepted"),
        ("A4:35*20260111*WQ", "not_found"),
        ("A2:20*20260111*QQ", "accepted"),
    ],
)
def test_the_outcome_is_of_the_action_where_the_category_is_none_of_an_acknowledgment(
    status: str, outcome: str
) -> None:
    body = CLAIMS.replace("A2:20:PR*20260111*WQ", status)
    assert claims_of(HEAD + RECEIVER + PROVIDER + body)[0].statuses[0].outcome == outcome


def test_a_request_for_documents_says_what_is_asked_for_and_until_when() -> None:
    body = CLAIMS.replace("A2:20:PR*20260111*WQ", "R4:18842-5::LOI*20260111").replace(
        "REF*BLT*131", "REF*BLT*131\nDTP*106*D8*20260301"
    )
    asked, other = claims_of(HEAD + RECEIVER + PROVIDER + body, version="005010X213")
    assert (asked.is_request, asked.due_date, asked.requested_documents) == (
        True,
        date(2026, 3, 1),
        ("18842-5",),
    )
    assert (other.is_request, other.due_date, other.requested_documents) == (False, None, ())


def test_a_due_date_that_is_none_is_reported_and_there_is_none() -> None:
    body = CLAIMS.replace("DTP*472*RD8*20260105-20260106", "DTP*106*D8*SOON")
    report, answer = report_of(file_of(HEAD + RECEIVER + PROVIDER + body))
    assert report.claims[0].due_date is None
    assert [finding.rule for finding in answer.findings] == ["structure-odd"]


@pytest.mark.parametrize(
    ("code", "allowed"), [("A9", True), ("E0", False), ("E1", True), ("E4", True), ("R4", False)]
)
def test_a_277ca_may_say_that_a_system_is_not_there(code: str, allowed: bool) -> None:
    _, answer = report_of(file_of(HEAD + RECEIVER.replace("STC*A1", f"STC*{code}") + PROVIDER + CLAIMS))
    assert ("status-not-allowed" not in {finding.rule for finding in answer.findings}) is allowed
