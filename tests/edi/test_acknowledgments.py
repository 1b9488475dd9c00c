"""TA1, 999 and 997: made-up files, read and checked field by field."""

from __future__ import annotations

from datetime import date

import pytest

from edi.acknowledgment.implementation import GroupAcknowledgment, TransactionAcknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.acknowledgment.verdicts import Verdict, verdict
from edi.answers import Answer, read_answers
from edi.protected import MASK

FAULTY = """
AK1*HC*77*005010X223A2
AK2*837*0001*005010X223A2
IK5*A
AK2*837*0002*005010X223A2
IK3*LIN*29*2410*8
CTX*CLM01:ACCOUNT-7
CTX*SITUATIONAL TRIGGER*SV2*27*2400*2:2*234:1
IK4*3:1:2*234*7*71894-127-05
CTX*SITUATIONAL TRIGGER*CLM*20
IK4*5*355*I9
IK3*CL1*21**3
IK5*R*5*I5
AK9*P*2*2*1*3
"""


def file_of(
    body: str, *, set_id: str = "999", version: str = "005010X231A1", before_groups: str = ""
) -> bytes:
    """One interchange with one transaction set; segments are lines."""
    segments = body.split("\n")[1:-1]
    lines = [
        "ISA*00*          *00*          *ZZ*GATEWAY        *ZZ*HOSPITAL       "
        "*260110*2130*^*00501*000000041*0*T*:",
        *before_groups.split(),
        f"GS*FA*GATEWAY*HOSPITAL*20260110*2130*41*X*{version}",
        f"ST*{set_id}*0001*{version}",
        *segments,
        f"SE*{len(segments) + 2}*0001",
        "GE*1*41",
        "IEA*1*000000041",
    ]
    return "".join(f"{line}~\n" for line in lines).encode("ascii")


def group_of(data: bytes) -> tuple[GroupAcknowledgment, Answer]:
    answer = read_answers(data).answers[-1]
    assert isinstance(answer.model, GroupAcknowledgment)
    return answer.model, answer


def one_transaction(code: str) -> TransactionAcknowledgment:
    group, _ = group_of(file_of(f"\nAK1*HC*77*005010X223A2\nAK2*837*0001\nIK5*{code}\nAK9*A*1*1*1\n"))
    (transaction,) = group.transactions
    return transaction


def test_a_999_is_read_field_by_field() -> None:
    group, answer = group_of(file_of(FAULTY))
    assert answer.kind == "999"
    assert answer.findings == ()
    assert (group.functional_id, group.control_number, group.version) == ("HC", "77", "005010X223A2")
    assert (group.code, group.included, group.received, group.accepted_count) == ("P", 2, 2, 1)
    assert group.syntax_codes == ("3",)
    assert group.segment_position == 2
    first, second = group.transactions
    assert (first.set_id, first.control_number, first.version) == ("837", "0001", "005010X223A2")
    assert (first.code, first.errors, first.segment_position) == ("A", (), 3)
    assert (second.control_number, second.code, second.syntax_codes) == ("0002", "R", ("5", "I5"))


def test_the_faults_of_a_999_name_segment_element_and_claim() -> None:
    group, _ = group_of(file_of(FAULTY))
    drug, codes = group.transactions[1].errors
    assert (drug.segment_id, drug.segment_at, drug.loop, drug.code) == ("LIN", 29, "2410", "8")
    assert drug.segment_position == 6
    assert drug.patient_control_number == "ACCOUNT-7"
    assert (codes.segment_id, codes.segment_at, codes.loop, codes.code) == ("CL1", 21, "", "3")
    assert codes.patient_control_number == ""
    number, unit = drug.elements
    assert (number.element, number.component, number.repetition) == (3, 1, 2)
    assert (number.data_element, number.code, number.segment_position) == ("234", "7", 9)
    assert (unit.element, unit.component, unit.data_element, unit.code) == (5, None, "355", "I9")
    assert unit.value is None


def test_contexts_belong_to_the_fault_they_follow() -> None:
    group, _ = group_of(file_of(FAULTY))
    drug = group.transactions[1].errors[0]
    claim, trigger = drug.contexts
    assert (claim.name, claim.value, claim.segment_id) == ("CLM01", "ACCOUNT-7", "")
    assert (trigger.name, trigger.segment_id, trigger.segment_at, trigger.loop) == (
        "SITUATIONAL TRIGGER",
        "SV2",
        27,
        "2400",
    )
    assert (trigger.element, trigger.data_element) == ((2, 2, None), "234:1")
    (inner,) = drug.elements[0].contexts
    assert (inner.segment_id, inner.segment_at, inner.segment_position) == ("CLM", 20, 10)


def test_a_repeated_context_name_gives_one_context_each() -> None:
    body = "\nAK1*HC*1\nAK2*837*1\nIK3*REF*57**3\nCTX*CLM01:A1^CLM01:A2*CLM*43\nIK5*R\nAK9*R*1*1*0\n"
    group, _ = group_of(file_of(body))
    contexts = group.transactions[0].errors[0].contexts
    assert [(context.name, context.value, context.segment_at) for context in contexts] == [
        ("CLM01", "A1", 43),
        ("CLM01", "A2", 43),
    ]


def test_the_bad_value_and_the_account_number_are_not_printed() -> None:
    group, _ = group_of(file_of(FAULTY))
    value = group.transactions[1].errors[0].elements[0].value
    assert value is not None
    assert value.reveal() == "71894-127-05"
    assert str(value) == MASK
    assert "71894" not in repr(group)
    assert "ACCOUNT" not in repr(group)


@pytest.mark.parametrize("code", ["A", "E"])
def test_a_transaction_set_with_code_a_or_e_is_accepted(code: str) -> None:
    assert one_transaction(code).accepted


@pytest.mark.parametrize("code", ["M", "R", "W", "X"])
def test_a_transaction_set_with_code_m_r_w_or_x_is_rejected(code: str) -> None:
    assert one_transaction(code).verdict is Verdict.REJECTED
    assert not one_transaction(code).accepted


def test_an_unknown_code_is_neither_accepted_nor_rejected() -> None:
    assert one_transaction("Q").verdict is Verdict.UNKNOWN
    assert not one_transaction("Q").accepted


def test_a_group_with_code_p_is_partial() -> None:
    group, _ = group_of(file_of(FAULTY))
    assert group.verdict is Verdict.PARTIAL
    assert not group.accepted
    assert {code: verdict("group", code) for code in "AEMRWX"} == {
        "A": Verdict.ACCEPTED,
        "E": Verdict.ACCEPTED,
        "M": Verdict.REJECTED,
        "R": Verdict.REJECTED,
        "W": Verdict.REJECTED,
        "X": Verdict.REJECTED,
    }


def test_a_997_is_read_as_a_999_is() -> None:
    body = FAULTY.replace("IK", "AK").replace("CTX*CLM01:ACCOUNT-7\n", "")
    old, answer = group_of(file_of(body, set_id="997", version="004010"))
    assert answer.kind == "997"
    assert [error.segment_id for error in old.transactions[1].errors] == ["LIN", "CL1"]
    assert old.transactions[1].errors[0].elements[0].code == "7"
    assert old.transactions[1].verdict is Verdict.REJECTED


def test_what_stands_outside_its_loop_is_reported_and_kept() -> None:
    group, answer = group_of(file_of("\nIK5*R\nAK1*HC*1\nAK2*837*1\nIK5*A\nIK5*R\nZZ9*1\nAK9*A*1*1*1\n"))
    assert [segment.id for segment in group.unplaced] == ["IK5", "ZZ9"]
    assert [finding.rule for finding in answer.findings] == ["structure-odd"] * 3
    assert group.transactions[0].accepted


def test_a_transaction_set_without_its_verdict_is_unknown_and_reported() -> None:
    group, answer = group_of(file_of("\nAK1*HC*1\nAK2*837*1\nAK9*R*1*x*0\n"))
    assert group.transactions[0].verdict is Verdict.UNKNOWN
    assert (group.included, group.received, group.accepted_count) == (1, None, 0)
    assert {finding.message() for finding in answer.findings} == {
        "Loop 2000 has no IK5.",
        "AK903 is no whole number.",
    }


def test_a_ta1_before_the_group_is_an_answer_of_its_own() -> None:
    found = read_answers(file_of(FAULTY, before_groups="TA1*000000077*260109*2359*R*022"), "in.x12")
    first, second = found.answers
    assert [first.kind, second.kind] == ["TA1", "999"]
    assert first.transaction is None
    assert first.segment is not None
    assert first.segment.id == "TA1"
    assert first.interchange.control_number == "000000041"
    acknowledgment = first.model
    assert isinstance(acknowledgment, InterchangeAcknowledgment)
    assert acknowledgment.interchange_control_number == "000000077"
    assert acknowledgment.interchange_date == date(2026, 1, 9)
    assert acknowledgment.interchange_time == "2359"
    assert (acknowledgment.code, acknowledgment.note) == ("R", "022")
    assert acknowledgment.segment_position == 0
    assert acknowledgment.verdict is Verdict.REJECTED


@pytest.mark.parametrize(("code", "accepted"), [("A", True), ("E", True), ("R", False), ("", False)])
def test_an_interchange_with_code_a_or_e_is_accepted(code: str, accepted: bool) -> None:
    found = read_answers(file_of(FAULTY, before_groups=f"TA1*000000077*notday*2359*{code}*000"))
    acknowledgment = found.answers[0].model
    assert isinstance(acknowledgment, InterchangeAcknowledgment)
    assert acknowledgment.accepted is accepted
    assert acknowledgment.interchange_date is None
