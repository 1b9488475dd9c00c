"""What answers leave to do beside denials: documents, doubts, answers of nobody, changed records."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.worklist.changed_encounters import changed_fields
from samples.clearinghouse import Accept, Deny, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.benchmarks.remittance import a_remittance
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night
from tests.support.builders import NIGHT, a_child
from tests.support.chain_answers import changed
from tests.support.nights import a_night, a_workspace, put_answer, put_encounters
from tests.support.worklists import items_of_kind, worklist_of

REQUEST = """\
ISA*00*          *00*          *ZZ*CLRHOUSE       *ZZ*CHILDHOSP      *261120*0915*^*00501*000000314*0*T*:~
GS*HN*CLRHOUSE*CHILDHOSP*20261120*0915*314*X*{version}~
ST*277*0001*{version}~
BHT*0010*08*RQ314*20261120*1003*DG~
HL*1**20*1~
NM1*PR*2*STATE MEDICAID*****PI*SKMCD0~
HL*2*1*21*1~
NM1*41*2*EXAMPLE HOSPITAL*****46*CHILDHOSP~
HL*3*2*19*1~
NM1*1P*2*EXAMPLE HOSPITAL*****XX*1999999984~
HL*4*3*22*0~
NM1*IL*1*SAMPLE*CHILD****MI*MEM0000001~
TRN*{trace}*RFAI314~
STC*{status}*{day}**2126200~
REF*1K*ICN314~
REF*EJ*NGT00001~
DTP*472*D8*20261110~
{due}SE*{count}*0001~
GE*1*314~
IEA*1*000000314~
"""


def status_answer(status: str, *, asks: bool = False, day: str = "20261120", due: str = "") -> bytes:
    """A 277: a request for documents (X213), or the answer to an inquiry (X212)."""
    text = REQUEST.format(
        version="005010X213" if asks else "005010X212",
        trace="1" if asks else "2",
        status=status,
        day=day,
        due=f"DTP*106*D8*{due}~\n" if due else "",
        count=17 if due else 16,
    )
    return text.encode("ascii")


def heard(config: Config, data: bytes, days: int = 4, name: str = "status.277") -> dict[str, Any]:
    put_answer(config, name, data)
    return a_night(config, NIGHT + dt.timedelta(days=days))


def answered(config: Config, sent: bytes, script: Script) -> None:
    for answer in clearinghouse(sent, script, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)


def evidence(item: dict[str, Any]) -> str:
    return " / ".join(item["causes"][0]["evidence"])


def test_a_request_for_documents_names_them_and_their_due_date(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, 1)
    heard(config, status_answer("R4:11502-2::LOI", asks=True, due="20261215"))
    (item,) = items_of_kind(config, "documents-requested")
    assert item["due"] == "2026-12-15" and "request" in item["deadline"]
    assert item["actions"] == ["send_documents"] and item["owner"] == "authorization team"
    assert "LOINC 11502-2" in evidence(item) and "due on 2026-12-15, in 25 days" in evidence(item)
    assert item["stage"] == "pending" and item["amount_at_risk"] == "2126200.00"


def test_a_status_that_asks_without_a_date_does_not_make_one_up(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, 1)
    heard(config, status_answer("R3:294"))
    (item,) = items_of_kind(config, "documents-requested")
    assert item["due"] is None and "status 294" in evidence(item)


def test_a_remittance_that_leaves_a_line_undecided_and_wants_a_document_asks_for_it(tmp_path: Path) -> None:
    config, data = a_sent_night(tmp_path, 1)
    denial = Deny("252", remarks=("N706",), other_lines="deny")
    (file,) = clearinghouse(data, Script({"NGT00001": denial}, kinds=("835",)), LATER)
    undecided = re.sub(
        rb"CAS\*CO\*252\*(\d+)", lambda found: b"CAS*OA*252*1**133*%d" % (int(found[1]) - 1), file.data
    )
    assert undecided != file.data
    heard(config, undecided, days=14, name="undecided.835")
    (item,) = items_of_kind(config, "documents-requested")
    assert item["actions"] == ["send_documents"] and item["stage"] == "pending"
    assert any("835 of" in words for words in item["causes"][0]["evidence"])
    assert any(words.startswith("CARC 252") for words in item["causes"][0]["evidence"])


@pytest.mark.parametrize("status", ["P1:20", "P2:41", "P5:20"])
def test_a_claim_in_process_is_nobodys_work(tmp_path: Path, status: str) -> None:
    config, _ = a_sent_night(tmp_path, 1)
    heard(config, status_answer(status))
    assert worklist_of(config) == []


def test_a_request_ends_with_what_comes_after_it(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    heard(config, status_answer("R4:11502-2::LOI", asks=True, due="20261215"))
    heard(config, status_answer("P1:20", day="20261125"), 9, "later.277")
    assert worklist_of(config) == []
    answered(config, sent, Script(claims={"NGT00001": Pay()}))
    assert worklist_of(config) == []


def test_answers_of_one_day_that_disagree_are_an_item(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    for name, outcome in (("one", Accept()), ("two", Reject("218"))):
        script = Script(claims={"NGT00001": outcome}, kinds=("277CA",))
        (answer,) = clearinghouse(sent, script, LATER)
        put_answer(config, f"{name}.277", answer.data)
    a_night(config, LATER)
    (item,) = items_of_kind(config, "status-conflict")
    assert "one says rejected, one says accepted" in evidence(item) and item["owner"] == "EDI desk"
    assert len(items_of_kind(config, "rejected")) == 1


def test_a_disagreement_that_a_payment_settled_is_none(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    for name, outcome in (("one", Accept()), ("two", Reject("218")), ("three", Pay())):
        for answer in clearinghouse(sent, Script(claims={"NGT00001": outcome}), LATER):
            put_answer(config, f"{name}-{answer.name}", answer.data)
    a_night(config, LATER)
    assert items_of_kind(config, "status-conflict") == []


def test_answers_of_claims_that_nobody_knows_are_one_item_each_transaction(tmp_path: Path) -> None:
    _, sent = a_sent_night(tmp_path / "other", 3)
    config = a_workspace(tmp_path / "here")
    answered(
        config, sent, Script(claims={"NGT00001": Pay(), "NGT00002": Deny("252")}, kinds=("835", "277CA"))
    )
    items = items_of_kind(config, "answer-unmatched")
    assert len(items) == 2 and {item["owner"] for item in items} == {"billing"}
    paid = max(items, key=lambda item: float(item["amount_at_risk"]))
    assert "2 statements fit no claim of the ledger: at segment 16, " in evidence(
        paid
    ) and ".835" in evidence(paid)
    assert "NGT" not in str(items)


def test_the_hospitals_other_claims_in_a_remittance_are_no_work_and_no_money(tmp_path: Path) -> None:
    """Of a remittance that has one claim with the drug among fifty others, the one is told."""
    _, sent = a_sent_night(tmp_path / "other", 1)
    config = a_workspace(tmp_path / "here")
    summary = heard(config, a_remittance(50), name="others.835")
    assert summary["counts"]["answers_without_a_claim"] == 50
    assert items_of_kind(config, "answer-unmatched") == []
    (paid,) = clearinghouse(sent, Script(claims={"NGT00001": Pay()}, kinds=("835",)), LATER)
    (ours,) = re.findall(rb"CLP.*?(?=SE\*)", paid.data, re.DOTALL)
    others = a_remittance(50).replace(b"TRACE1", b"TRACE2")
    cheap, free = (re.sub(rb"(CLP\*NGT00001\*1)\*[\d.]+", rb"\1*" + charge, ours) for charge in (b"5", b"0"))
    dear, free = (one.replace(b"J3399", b"J3490") for one in (ours, free))
    for count, (name, claim) in enumerate({"drug": cheap, "dear": dear, "free": free}.items(), start=1):
        among = others.replace(b"CLP*ACCT0000020*", claim + b"CLP*ACCT0000020*")
        heard(config, among.replace(b"TRACE2", name.encode()), name=f"{name}.835")
        items = items_of_kind(config, "answer-unmatched")
        assert len(items) == count, name
        assert all(
            "1 statement fits no claim of the ledger: at segment 2" in evidence(item) for item in items
        )
        assert {item["amount_at_risk"] for item in items} == {"2126200.00"}


def test_an_answer_that_fits_two_claims_names_both(tmp_path: Path) -> None:
    """Two children of one name, day and charge, and no id."""
    config, sent = a_sent_night(tmp_path, 2)
    (paid,) = clearinghouse(sent, Script(claims={"NGT00001": Pay()}, kinds=("835",)), LATER)
    nameless = changed(
        paid.data, (r"CLP\*NGT00001\*", "CLP*OTHER*"), (r"(NM1\*QC\*1\*SAMPLE\*INES).*~", r"\1~")
    )
    heard(config, nameless, name="a.835")
    (item,) = items_of_kind(config, "answer-unmatched")
    assert len(item["facts"][0].split(":")[1].split(",")) == 2 and "fits several: C" in evidence(item)
    assert item["amount_at_risk"] == "2126200.00" and "INES" not in str(item)


def test_an_answer_over_little_money_that_fits_two_claims_is_told_too(tmp_path: Path) -> None:
    """One number of the payer that two claims have."""
    config, sent = a_sent_night(tmp_path, 2)
    (report,) = clearinghouse(sent, Script(kinds=("277CA",)), LATER)
    put_answer(config, "a.277", changed(report.data, (r"(REF\*1K\*)[^~]*", r"\g<1>NUMBER1")))
    (paid,) = clearinghouse(sent, Script(claims={"NGT00001": Pay()}, kinds=("835",)), LATER)
    cheap = (r"CLP\*NGT00001\*1\*[\d.]+\*(.*\*)\w+\*13", r"CLP*OTHER*1*5*\g<1>NUMBER1*13")
    heard(config, changed(paid.data, cheap, ("J3399", "J3490")), name="b.835")
    (item,) = items_of_kind(config, "answer-unmatched")
    assert "fits several: C" in evidence(item)


def test_a_refused_file_that_nobody_knows_is_for_the_edi_desk_and_an_accepted_one_for_nobody(
    tmp_path: Path,
) -> None:
    """A mailbox may hold the acknowledgments of the hospital's other systems, too."""
    _, sent = a_sent_night(tmp_path / "other", 1)
    config = a_workspace(tmp_path / "here")
    (accepted,) = clearinghouse(sent, Script(kinds=("999",)), LATER)
    heard(config, accepted.data, name="a.999")
    assert items_of_kind(config, "answer-unmatched") == []
    refused = changed(accepted.data, (r"IK5\*A", "IK5*R*5"), (r"AK9\*A", "AK9*R"))
    heard(config, refused, name="b.999")
    assert [item["owner"] for item in items_of_kind(config, "answer-unmatched")] == ["EDI desk"]


def test_answers_that_found_their_claims_leave_nothing_unmatched(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 2)
    answered(config, sent, Script(claims={"NGT00001": Pay()}))
    assert items_of_kind(config, "answer-unmatched") == []


def test_a_record_that_changed_after_its_claim_names_the_fields_and_no_values(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, 1)
    put_encounters(
        config, "b.ndjson", [a_child(1, **{"therapy.kits[0].lot": "LOT9", "patient.last_name": "Otherly"})]
    )
    a_night(config, NIGHT + dt.timedelta(days=1))
    (item,) = worklist_of(config)
    assert item["kind"] == "encounter-changed" and item["key"] == "N00001:encounter-changed"
    assert item["facts"] == ["patient.last_name", "therapy.kits[0].lot"]
    assert item["actions"] == ["replace"] and any("j3399 correct" in step for step in item["steps"])
    assert "Otherly" not in str(item) and "LOT9" not in str(item)


def test_a_record_that_came_again_as_it_was_is_no_change(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, 1)
    put_encounters(config, "b.ndjson", [a_child(1, **{"therapy.kits[0].lot": "LOT9"})])
    a_night(config, NIGHT + dt.timedelta(days=1))
    put_encounters(config, "c.ndjson", [a_child(1), a_child(2)])
    a_night(config, NIGHT + dt.timedelta(days=2))
    assert worklist_of(config) == []


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, ["a.b[1]"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a"]),
        ({"a": None}, {"a": {"b": 1}}, ["a"]),
        ({}, {"a": 1}, ["a"]),
    ],
)
def test_fields_that_differ_are_named_by_their_paths(before: Any, after: Any, fields: list[str]) -> None:
    assert changed_fields(before, after) == fields
