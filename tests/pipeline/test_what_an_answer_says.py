"""Statements for the ledger out of answers that were written by hand."""

from __future__ import annotations

from pathlib import Path

from edi.answers import read_answers
from pipeline.inbound.extract import Statement, statements

FOLDER = Path(__file__).parents[1] / "edi" / "files" / "answers"


def said_in(stem: str, *changes: tuple[str, str]) -> list[Statement]:
    text = (FOLDER / f"{stem}.x12").read_text(encoding="ascii")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return [
        statement
        for answer in read_answers(text.encode()).answers
        for statement in statements(answer, b"key")
    ]


def test_a_request_for_documents_is_pending_and_says_what_until_when() -> None:
    (statement,) = said_in("277-4-request")
    assert (statement.stage, statement.verdict, statement.reference.value) == ("277", "pending", "KH-315")
    assert statement.payer_claim_control_number == "ICN314"
    assert statement.body["request"] == {
        "due": "2026-04-01",
        "documents": ["18842-5", "11506-3", "34117-2", "11504-8"],
    }


def test_a_request_at_a_line_alone_is_a_request() -> None:
    (statement,) = said_in(
        "277-4-request",
        ("STC*R4:18842-5::LOI*20260301**2128500******R4:11506-3::LOI*R4:34117-2::LOI~\n", ""),
        ("STC*R1:287*20260301~\n", ""),
    )
    assert statement.verdict == "pending"
    assert statement.body["request"] == {"due": "2026-04-01", "documents": ["11504-8"]}


def test_a_request_without_a_day_is_a_request() -> None:
    (statement,) = said_in("277-4-request", ("DTP*106*D8*20260415~\n", ""), ("DTP*106*D8*20260401~\n", ""))
    assert statement.body["request"]["due"] is None


def test_what_is_no_request_says_nothing_of_one() -> None:
    assert all("request" not in statement.body for statement in said_in("277ca-2-mixed"))


def test_a_category_that_a_277ca_may_not_use_does_not_decide() -> None:
    accepted, unknown = said_in("277ca-5-odd")
    assert [accepted.verdict, unknown.verdict] == ["accepted", "unknown"]
    (rejected, _) = said_in("277ca-5-odd", ("STC*F2:88*20260112*WQ", "STC*F1:65*20260112*U"))
    assert rejected.verdict == "rejected"


def test_a_rejection_of_the_provider_is_said_of_each_of_its_claims_with_its_reason() -> None:
    first, second = said_in("277ca-4-provider-rejected")
    assert [first.verdict, second.verdict] == ["rejected", "accepted"]
    assert [code["status"] for code in first.body["statuses"]] == ["562", "19"]


def test_a_repetition_of_an_element_is_said() -> None:
    (statement,) = said_in("999-2-rejected")
    assert statement.body["errors"][0]["elements"][0] == {
        "element": 1,
        "component": 2,
        "repetition": 3,
        "code": "7",
    }


def test_of_a_group_that_is_refused_no_transaction_set_goes_on() -> None:
    found = said_in("999-1-accepted", ("AK9*A*2*2*2", "AK9*R*2*2*2*5"))
    assert [(item.verdict, item.body["code"], item.body["syntax_codes"]) for item in found] == [
        ("rejected", "R", ["5"])
    ] * 2


def test_of_a_group_that_is_taken_in_part_each_transaction_set_has_its_own_verdict() -> None:
    assert [item.verdict for item in said_in("999-3-partial")] == ["accepted", "rejected", "accepted"]
