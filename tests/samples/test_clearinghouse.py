"""The mock clearinghouse: what it answers is whole, adds up, names every claim, and is the same again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from edi.acknowledgment.implementation import GroupAcknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.answers import AnswerFile, read_answers
from edi.claim837i.model import Claim, Reference, TransactionHeader
from edi.claim837i.write import write_claims
from edi.claim_status.model import ClaimStatus, ClaimStatusReport, Level
from edi.envelope import Transaction, read_document
from edi.finding import Severity
from edi.remittance.model import ClaimPayment, Remittance, ServiceLine
from edi.separators import Separators
from edi.tokens import Segment
from edi.writer import Envelope, write_interchange
from mapping.building import parties
from mapping.building.claim import build_claim
from mapping.encounter import Encounter
from samples.clearinghouse import (
    Accept,
    AnswerFileContent,
    Deny,
    NotClaims,
    Outcome,
    Pay,
    Refuse,
    Reject,
    Script,
    ScriptError,
    answers,
    read_script,
)
from samples.clearinghouse.__main__ import main
from tests.support.builders import (
    INPATIENT,
    NIGHT,
    OUTPATIENT,
    ROOT,
    SAMPLES,
    a_built_claim,
    a_file_of,
    a_request,
    an_encounter,
    claims_of,
)

MORNING = dt.datetime(2026, 11, 18, 6, 0)
SCRIPT = ROOT / "samples" / "answers.toml"
SENT = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "15")
DENIED = {
    "ACCT-1003": ("252", ["N395"]),
    "ACCT-1004": ("50", ["N467"]),
    "ACCT-1005": ("6", ["N129"]),
    "ACCT-1006": ("153", ["N207"]),
    "ACCT-1007": ("B7", ["N570"]),
    "ACCT-1015": ("252", ["N683", "N706"]),
}
PAID = ("ACCT-1001", "ACCT-1002", "ACCT-1017")
DRUG, INFUSION = "J3399", "0260"


@cache
def the_samples() -> bytes:
    """The sample claims that can be sent, in one file."""
    bases = (path.stem for path in sorted(SAMPLES.glob("*.json")) if path.name[:2] in SENT)
    lines = (SAMPLES / "16-two-records-one-wrong.ndjson").read_text(encoding="utf-8").splitlines()
    last = build_claim(a_request(Encounter.model_validate(json.loads(lines[-1])))).claim
    return a_file_of(*(a_built_claim(base=base).claim for base in bases), last)


def a_claim(account: str = "ACCT-1", base: str = OUTPATIENT) -> Claim:
    return a_built_claim({"patient_control_number": account}, base).claim


def a_script(**outcomes: Outcome) -> Script:
    """A script by account number, written with an underscore: `ACCT_1=Pay()`."""
    return Script({name.replace("_", "-"): outcome for name, outcome in outcomes.items()})


def a_file_of_sets(*sets: Sequence[Claim], separators: Separators | None = None, line_end: str = "") -> bytes:
    """One interchange with a transaction set for each list of claims."""
    request = a_request(an_encounter())
    envelope = Envelope(
        "ZZ",
        "CHILDHOSP",
        "30",
        "CLRHOUSE",
        "HOSPITAL",
        "HOUSE",
        "HC",
        "005010X223A2",
        "P",
        separators=separators or Separators(),
        line_end=line_end,
    )
    transactions = [
        write_claims(
            TransactionHeader(
                f"{at:04d}", f"BATCH{at}", NIGHT, parties.submitter(request), parties.receiver(request)
            ),
            claims,
        )
        for at, claims in enumerate(sets, start=1)
    ]
    return write_interchange(envelope, transactions, control_number=77, group_control_number=78, at=NIGHT)


def sample_answers() -> list[AnswerFileContent]:
    return answers(the_samples(), read_script(SCRIPT.read_text(encoding="utf-8")), MORNING)


def of_kind(files: Sequence[AnswerFileContent], kind: str) -> list[AnswerFile]:
    return [read_answers(file.data, file.name) for file in files if file.name.startswith(f"{kind}_")]


def acknowledgments(
    files: Sequence[AnswerFileContent],
) -> tuple[InterchangeAcknowledgment, list[GroupAcknowledgment]]:
    """The TA1 and the 999s of the file that holds both."""
    (file,) = of_kind(files, "999")
    models = [answer.model for answer in file.answers]
    (interchange,) = [model for model in models if isinstance(model, InterchangeAcknowledgment)]
    return interchange, [model for model in models if isinstance(model, GroupAcknowledgment)]


def reports(files: Sequence[AnswerFileContent]) -> list[ClaimStatusReport]:
    (file,) = of_kind(files, "277CA")
    return [answer.model for answer in file.answers if isinstance(answer.model, ClaimStatusReport)]


def statuses(files: Sequence[AnswerFileContent]) -> dict[str, ClaimStatus]:
    return {claim.patient_control_number: claim for report in reports(files) for claim in report.claims}


def remittances(files: Sequence[AnswerFileContent]) -> list[Remittance]:
    found = [answer.model for file in of_kind(files, "835") for answer in file.answers]
    return [model for model in found if isinstance(model, Remittance)]


def payments(files: Sequence[AnswerFileContent]) -> dict[str, ClaimPayment]:
    return {claim.patient_control_number: claim for model in remittances(files) for claim in model.claims}


def the_payment(outcome: Outcome, base: str = OUTPATIENT) -> ClaimPayment:
    return payments(answers(a_file_of(a_claim(base=base)), a_script(ACCT_1=outcome), MORNING))["ACCT-1"]


def the_line(payment: ClaimPayment, code: str) -> ServiceLine:
    (line,) = [line for line in payment.lines if line.service and line.service.code == code]
    return line


def reasons(line: ServiceLine) -> list[tuple[str, str, int]]:
    return [(item.group, item.reason, item.amount) for item in line.adjustments]


def remarks(payment: ClaimPayment) -> list[tuple[str, str]]:
    return [(remark.element, remark.code) for remark in payment.remarks]


def first_set(data: bytes) -> Transaction:
    return next(read_document(data).transactions())


def charges(data: bytes) -> dict[str, int]:
    return {claim.patient_control_number: int((claim.total_charge or 0) * 100) for claim in claims_of(data)}


def assert_faultless(files: Sequence[AnswerFileContent]) -> None:
    """Every file is whole, and its reader finds nothing that would be a warning or worse."""
    for file in files:
        found = read_answers(file.data, file.name)
        assert found.complete
        assert [item.rule for item in found.findings if item.severity is not Severity.INFO] == []


# The samples and their script.


def test_every_answer_is_read_back_whole_and_without_a_warning() -> None:
    assert_faultless(sample_answers())


def test_one_999_one_277ca_and_one_835_for_each_payer_are_written_in_this_order() -> None:
    kinds = [[answer.kind for answer in read_answers(file.data).answers] for file in sample_answers()]
    assert kinds == [["TA1", "999"], ["277CA"], ["835"], ["835"]]


def test_the_ta1_stands_between_isa_and_gs_and_takes_the_interchange() -> None:
    (file,) = of_kind(sample_answers(), "999")
    assert [segment.id for segment in file.document.segments[:3]] == ["ISA", "TA1", "GS"]
    interchange, (group,) = acknowledgments(sample_answers())
    assert (interchange.code, interchange.note) == ("A", "000")
    assert (interchange.interchange_control_number, interchange.interchange_time) == ("000000001", "2200")
    assert interchange.interchange_date == NIGHT.date()
    assert (group.control_number, group.code) == ("1", "A")
    assert [(item.control_number, item.code) for item in group.transactions] == [("0001", "A")]


def test_the_277ca_names_every_claim_once() -> None:
    (report,) = reports(sample_answers())
    named = Counter(claim.patient_control_number for claim in report.claims)
    assert named == Counter(charges(the_samples()).keys())


def test_the_277ca_names_the_batch_that_was_sent_below_each_payer() -> None:
    (report,) = reports(sample_answers())
    sources = [level for level in report.levels if level.code == "20"]
    receivers = [level for level in report.levels if level.code == "21"]
    assert {level.name.identifier for level in sources if level.name} == {"SKMCD0", "60054"}
    assert [level.trace_number for level in receivers] == ["0000000010001"] * len(sources)
    assert {level.name.identifier for level in receivers if level.name} == {"CHILDHOSP"}


def test_the_totals_of_the_277ca_are_those_of_the_claims_below() -> None:
    (report,) = reports(sample_answers())
    sent = charges(the_samples())
    for code, accepted, rejected in (("21", "90", "AA"), ("19", "QA", "QC")):
        levels = [level for level in report.levels if level.code == code]
        assert sum(_quantity(level, accepted) for level in levels) == len(sent) - 1
        assert sum(_quantity(level, rejected) for level in levels) == 1
        assert sum(level.amount("YY") or 0 for level in levels) == sent["ACCT-1008"]
        together = sum((level.amount("YU") or 0) + (level.amount("YY") or 0) for level in levels)
        assert together == sum(sent.values())
        assert together == sum(level.statuses[0].charge or 0 for level in levels)


def _quantity(level: Level, qualifier: str) -> int:
    return int(level.quantity(qualifier) or 0)


def test_each_line_claim_and_payment_balances() -> None:
    for remittance in remittances(sample_answers()):
        for claim in remittance.claims:
            for line in claim.lines:
                assert line.charge - sum(item.amount for item in line.adjustments) == line.paid
            assert claim.charge == sum(line.charge for line in claim.lines)
            assert claim.charge == charges(the_samples())[claim.patient_control_number]
            assert claim.paid == sum(line.paid for line in claim.lines)
        assert remittance.payment is not None
        assert remittance.payment.net == sum(claim.paid for claim in remittance.claims) > 0


def test_the_payer_claim_control_number_is_the_same_in_277ca_and_835_and_given_once() -> None:
    named, paid = statuses(sample_answers()), payments(sample_answers())
    numbers = {account: claim.payer_claim_control_number for account, claim in named.items()}
    assert numbers.pop("ACCT-1008") == ""
    assert all(numbers.values())
    assert len(set(numbers.values())) == len(numbers)
    for account, claim in paid.items():
        assert claim.payer_claim_control_number == numbers[account]


@pytest.mark.parametrize("account", PAID)
def test_a_claim_in_order_is_paid_in_full(account: str) -> None:
    claim = payments(sample_answers())[account]
    assert claim.paid == claim.charge
    assert claim.all_adjustments == () and claim.all_remarks == ()


@pytest.mark.parametrize("account", DENIED)
def test_a_denied_claim_has_its_codes_on_the_drug_line_and_the_infusion_is_paid(account: str) -> None:
    reason, listed = DENIED[account]
    claim = payments(sample_answers())[account]
    drug = the_line(claim, DRUG)
    assert (drug.paid, reasons(drug)) == (0, [("CO", reason, drug.charge)])
    assert [(remark.qualifier, remark.code) for remark in drug.remarks] == [("HE", code) for code in listed]
    others = [line for line in claim.lines if line is not drug]
    assert others and all(line.paid == line.charge and not line.adjustments for line in others)


def test_the_lines_of_a_payment_have_the_control_numbers_they_were_sent_with() -> None:
    paid = payments(sample_answers())
    for claim in claims_of(the_samples()):
        if claim.patient_control_number in paid:
            told = [line.line_control_number for line in paid[claim.patient_control_number].lines]
            assert told == [line.control_number for line in claim.lines]


def test_the_rejected_claim_names_its_drug_line_and_gets_no_payment() -> None:
    claim = statuses(sample_answers())["ACCT-1008"]
    assert claim.rejected
    codes = [(code.category, code.status) for status in claim.statuses for code in status.codes]
    assert codes == [("A7", "218")]
    (line,) = claim.lines
    assert line.rejected and line.service is not None
    assert (line.service.code, line.line_control_number) == (DRUG, "L001")
    assert "ACCT-1008" not in payments(sample_answers())


def test_the_silent_claim_is_accepted_and_hears_no_more() -> None:
    assert not statuses(sample_answers())["ACCT-1009"].rejected
    assert set(payments(sample_answers())) == {*PAID, *DENIED}


def test_the_script_of_the_samples_names_no_claim_that_is_never_sent() -> None:
    script = read_script(SCRIPT.read_text(encoding="utf-8"))
    assert set(script.claims) == set(charges(the_samples()))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert sample_answers() == sample_answers()


def test_another_time_of_answer_has_other_control_numbers_and_names() -> None:
    script = read_script(SCRIPT.read_text(encoding="utf-8"))
    later = answers(the_samples(), script, MORNING + dt.timedelta(days=1))
    both = [*sample_answers(), *later]
    assert len({file.name for file in both}) == len(both)
    headers = [read_document(file.data).interchanges[0] for file in both]
    assert len({header.control_number for header in headers}) == len(both)
    traces = [model.trace_number for model in [*remittances(sample_answers()), *remittances(later)]]
    assert len(set(traces)) == len(traces)


def test_the_payer_numbers_of_a_file_do_not_change_with_the_time_of_answer() -> None:
    later = answers(the_samples(), Script(), MORNING + dt.timedelta(days=30))
    numbers = {account: claim.payer_claim_control_number for account, claim in statuses(later).items()}
    for account, claim in statuses(sample_answers()).items():
        assert claim.payer_claim_control_number in ("", numbers[account])


def test_no_name_of_a_file_carries_an_account_number() -> None:
    accounts = charges(the_samples())
    for file in sample_answers():
        assert not any(account in file.name for account in accounts)
        control_number = read_document(file.data).interchanges[0].control_number
        assert file.name.rpartition(".")[0].endswith(f"_{control_number}")
    names = [file.name for file in sample_answers()]
    assert [name.rpartition("_")[0] for name in names] == ["999", "277CA", "835_SKMCD0", "835_60054"]
    assert [name.rpartition(".")[2] for name in names] == ["999", "277", "835", "835"]


# Outcomes.


def test_a_claim_that_the_script_does_not_name_is_accepted_and_silent() -> None:
    files = answers(a_file_of(a_claim()), Script(), MORNING)
    assert not statuses(files)["ACCT-1"].rejected
    assert remittances(files) == []
    assert_faultless(files)


def test_a_part_is_paid_to_the_cent_and_the_rest_is_contractual() -> None:
    payment = the_payment(Pay(Decimal("33.333")))
    drug = the_line(payment, DRUG)
    assert drug.paid == 70_832_625
    assert reasons(drug) == [("CO", "45", 212_500_000 - 70_832_625)]
    assert the_line(payment, "96365").paid == 39_999
    assert payment.paid == sum(line.paid for line in payment.lines)


def test_a_whole_denial_pays_nothing_on_any_line_and_moves_no_money() -> None:
    script = a_script(ACCT_1=Deny(reason="29", remarks=("N1",), other_lines="deny"))
    files = answers(a_file_of(a_claim()), script, MORNING)
    (remittance,) = remittances(files)
    assert remittance.payment is not None
    assert (remittance.payment.method, remittance.payment.amount) == ("NON", 0)
    payment = payments(files)["ACCT-1"]
    assert {item.reason for item in payment.all_adjustments} == {"29"}
    assert [len(line.remarks) for line in payment.lines] == [1, 0]
    assert_faultless(files)


def test_what_the_patient_owes_is_said_of_the_claim() -> None:
    payment = the_payment(Deny(reason="204", group="PR"))
    assert payment.patient_responsibility == the_line(payment, DRUG).charge


def test_the_line_that_a_script_names_is_denied_instead_of_the_drug() -> None:
    payment = the_payment(Deny(reason="97", line="2"))
    assert the_line(payment, DRUG).paid == the_line(payment, DRUG).charge
    assert the_line(payment, "96365").paid == 0


def test_remarks_of_the_claim_go_to_moa_outpatient() -> None:
    payment = the_payment(Deny(reason="16", remarks=("M119",), claim_remarks=("MA130", "N1")))
    assert remarks(payment) == [("MOA03", "MA130"), ("MOA04", "N1")]


def test_remarks_of_the_claim_go_to_mia_inpatient() -> None:
    payment = the_payment(Deny(reason="16", claim_remarks=("MA130", "N1", "N2", "N3", "N4")), INPATIENT)
    places = [place for place, _ in remarks(payment)]
    assert places == ["MIA05", "MIA20", "MIA21", "MIA22", "MIA23"]


def test_a_revenue_line_without_a_procedure_is_told_by_its_revenue_code() -> None:
    line = the_line(the_payment(Pay(), INPATIENT), INFUSION)
    assert line.service is not None
    assert (line.service.qualifier, line.revenue_code) == ("NU", "")


def test_a_dependent_is_named_with_the_one_who_is_insured() -> None:
    payment = the_payment(Pay(), INPATIENT)
    patient, insured = payment.name("QC"), payment.name("IL")
    assert patient is not None and insured is not None
    assert patient.first_name != insured.first_name
    assert patient.identifier == insured.identifier != ""


def test_a_rejection_without_a_line_says_nothing_of_lines() -> None:
    script = a_script(ACCT_1=Reject(category="A3", status="21", entity="85"))
    files = answers(a_file_of(a_claim()), script, MORNING)
    claim = statuses(files)["ACCT-1"]
    assert claim.rejected and claim.lines == ()
    assert claim.statuses[0].codes[0].entity == "85"
    assert remittances(files) == []
    assert_faultless(files)


@pytest.mark.parametrize(("responsibility", "status"), [("P", "1"), ("S", "2"), ("T", "3")])
def test_a_payer_adjudicates_in_the_order_it_was_asked_in(responsibility: str, status: str) -> None:
    claim = a_claim()
    asked = dataclasses.replace(claim.subscriber, responsibility=responsibility)
    data = a_file_of(dataclasses.replace(claim, subscriber=asked))
    assert payments(answers(data, a_script(ACCT_1=Pay()), MORNING))["ACCT-1"].status == status


def test_each_billing_provider_gets_a_payment_of_its_own_in_the_file_of_the_payer() -> None:
    first, second = a_claim("ACCT-1"), a_claim("ACCT-2")
    second = dataclasses.replace(
        second, billing_provider=dataclasses.replace(second.billing_provider, id="1999999984")
    )
    files = answers(a_file_of(first, second), a_script(ACCT_1=Pay(), ACCT_2=Pay()), MORNING)
    assert len(of_kind(files, "835")) == 1
    payees = [model.payee.identifier for model in remittances(files) if model.payee]
    assert payees == [first.billing_provider.id, "1999999984"]
    assert len({model.trace_number for model in remittances(files)}) == 2
    assert_faultless(files)


def test_a_replacement_is_answered_with_the_number_it_replaces() -> None:
    claim = dataclasses.replace(a_claim(), frequency="7", references=(Reference("F8", "OLD77"),))
    payment = payments(answers(a_file_of(claim), a_script(ACCT_1=Pay()), MORNING))["ACCT-1"]
    assert (payment.frequency, payment.reference("F8")) == ("7", "OLD77")
    assert payment.payer_claim_control_number != "OLD77"


# Files: several transaction sets, refusals, separators.


def test_each_transaction_set_has_a_277ca_that_names_its_batch() -> None:
    data = a_file_of_sets([a_claim("ACCT-1")], [a_claim("ACCT-2"), a_claim("ACCT-3", INPATIENT)])
    files = answers(data, a_script(ACCT_1=Pay(), ACCT_2=Pay(), ACCT_3=Pay()), MORNING)
    named = {
        claim.patient_control_number: level.trace_number
        for report in reports(files)
        for claim in report.claims
        for level in claim.levels
        if level.code == "21"
    }
    assert named == {"ACCT-1": "BATCH1", "ACCT-2": "BATCH2", "ACCT-3": "BATCH2"}
    assert [len(model.claims) for model in remittances(files)] == [2, 1]
    assert_faultless(files)


def test_a_refused_transaction_set_goes_no_further_and_its_neighbour_does() -> None:
    data = a_file_of_sets([a_claim("ACCT-1"), a_claim("ACCT-2")], [a_claim("ACCT-3")])
    refusal = Refuse(segment="LIN", element="3", element_code="7")
    files = answers(data, a_script(ACCT_2=refusal, ACCT_1=Pay(), ACCT_3=Pay()), MORNING)
    _, (group,) = acknowledgments(files)
    assert (group.code, group.included, group.received, group.accepted_count) == ("P", 2, 2, 1)
    assert [item.code for item in group.transactions] == ["R", "A"]
    (error,) = group.transactions[0].errors
    (element,) = error.elements
    assert (error.loop, error.code, element.element, element.code) == ("2410", "8", 3, "7")
    at_fault = first_set(data).segments[(error.segment_at or 0) - 1]
    assert at_fault.id == "LIN" and _claim_before(data, at_fault) == "ACCT-2"
    assert error.patient_control_number == "ACCT-2"
    assert set(statuses(files)) == {"ACCT-3"} == set(payments(files))
    assert_faultless(files)


def _claim_before(data: bytes, segment: Segment) -> str:
    """The account number of the last CLM before a segment."""
    found = ""
    for item in read_document(data).segments:
        if item.start == segment.start:
            break
        found = item.element(1) if item.id == "CLM" else found
    return found


def test_a_segment_that_is_missing_is_placed_at_its_claim() -> None:
    files = answers(a_file_of(a_claim()), a_script(ACCT_1=Refuse(segment="CN1", code="3")), MORNING)
    _, (group,) = acknowledgments(files)
    (error,) = group.transactions[0].errors
    assert (group.code, error.segment_id, error.loop, error.code) == ("R", "CN1", "2300", "3")
    assert [file.name[:4] for file in files] == ["999_"]
    assert_faultless(files)


def test_a_refused_interchange_is_answered_by_a_ta1_alone() -> None:
    script = dataclasses.replace(a_script(ACCT_1=Pay()), interchange_note="006")
    (file,) = answers(a_file_of(a_claim()), script, MORNING)
    found = read_answers(file.data)
    assert [segment.id for segment in found.document.segments] == ["ISA", "TA1", "IEA"]
    interchange, groups = acknowledgments([file])
    assert (interchange.code, interchange.note, groups) == ("R", "006", [])
    assert_faultless([file])


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_the_answers_go_back_the_way_the_file_came_and_speak_its_separators(line_end: str) -> None:
    data = a_file_of_sets([a_claim()], separators=Separators("|", ">", "!", "'"), line_end=line_end)
    files = answers(data, a_script(ACCT_1=Deny(reason="50")), MORNING)
    for file in files:
        (interchange,) = read_document(file.data).interchanges
        assert interchange.parties == ("30", "CLRHOUSE", "ZZ", "CHILDHOSP")
        assert interchange.separators == Separators("|", ">", "!", "'")
        assert interchange.usage == "P"
        header = interchange.groups[0].header
        assert (header.element(2), header.element(3)) == ("HOUSE", "HOSPITAL")
        assert file.data.endswith(b"'" + line_end.encode())
    assert_faultless(files)


def test_a_payment_that_comes_late_is_the_same_claim_without_a_second_277ca() -> None:
    data = a_file_of(a_claim())
    first = answers(data, Script(), MORNING)
    script = dataclasses.replace(a_script(ACCT_1=Pay()), kinds=("835",))
    late = answers(data, script, MORNING + dt.timedelta(days=40))
    assert [file.name[:4] for file in late] == ["835_"]
    number = statuses(first)["ACCT-1"].payer_claim_control_number
    assert payments(late)["ACCT-1"].payer_claim_control_number == number


def test_a_batch_above_a_hundred_million_dollars_is_answered_too() -> None:
    claims = [a_claim(f"ACCT-{number}") for number in range(1, 61)]
    script = Script({claim.patient_control_number: Pay() for claim in claims})
    files = answers(a_file_of(*claims), script, MORNING)
    (remittance,) = remittances(files)
    assert remittance.payment is not None
    assert remittance.payment.amount == 60 * 212_620_000
    assert_faultless(files)


def test_a_file_without_claims_is_refused() -> None:
    for data in (b"", b"not X12", sample_answers()[0].data, sample_answers()[-1].data):
        with pytest.raises(NotClaims):
            answers(data, Script(), MORNING)


# Scripts.


def test_a_script_is_read_with_every_outcome() -> None:
    script = read_script(
        """
        interchange.note = 6
        answers.kinds = ["277CA", "835"]
        [claims]
        A = { outcome = "accept" }
        B = { outcome = "silent" }
        C = { outcome = "reject", category = "A3", status = 500, entity = "85", line = 2 }
        D = { outcome = "pay", percentage = 80.5 }
        E = { outcome = "deny", group = "PR", reason = 204, remarks = ["N130"], other_lines = "deny" }
        F = { outcome = "refuse", segment = "CL1", code = "3" }
        """
    )
    assert (script.interchange_note, script.kinds) == ("006", ("277CA", "835"))
    assert [script.outcome(account) for account in "ABCDEFG"] == [
        Accept(),
        Accept(),
        Reject(category="A3", status="500", entity="85", line="2"),
        Pay(Decimal("80.5")),
        Deny(group="PR", reason="204", remarks=("N130",), other_lines="deny"),
        Refuse(segment="CL1", code="3"),
        Accept(),
    ]


@pytest.mark.parametrize(
    "row",
    [
        '{ outcome = "forget" }',
        '{ reason = "50" }',
        '"pay"',
        '{ outcome = "pay", percentage = 101 }',
        '{ outcome = "pay", percentage = "all" }',
        '{ outcome = "pay", reason = "45" }',
        '{ outcome = "deny" }',
        '{ outcome = "deny", reason = "50", group = "CR" }',
        '{ outcome = "deny", reason = "50", remarks = "N467" }',
        '{ outcome = "deny", reason = ["50"] }',
        '{ outcome = "deny", reason = "50", other_lines = "keep" }',
        '{ outcome = "deny", reason = "50", claim_remarks = ["1", "2", "3", "4", "5", "6"] }',
    ],
)
def test_an_outcome_that_cannot_be_is_refused_without_the_account_number(row: str) -> None:
    with pytest.raises(ScriptError) as refusal:
        read_script(f"[claims]\nACCT-77 = {row}\n")
    assert "claim 1 of the script" in str(refusal.value)
    assert "ACCT-77" not in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["claims = [", "[claim]", '[answers]\nkinds = ["997"]', "[interchange]\nx = 1", "answers = 1"]
)
def test_a_script_with_an_unknown_part_is_refused(text: str) -> None:
    with pytest.raises(ScriptError):
        read_script(text)


@pytest.mark.parametrize("outcome", [Deny(reason="50", line="9"), Reject(status="218", line="9")])
def test_a_line_that_the_claim_does_not_have_is_refused(outcome: Outcome) -> None:
    with pytest.raises(ScriptError):
        answers(a_file_of(a_claim()), a_script(ACCT_1=outcome), MORNING)


# The command.


def test_the_command_writes_the_answers_for_their_owner_alone(tmp_path: Path) -> None:
    sent, out = tmp_path / "sent.x12", tmp_path / "inbox" / "new"
    sent.write_bytes(the_samples())
    arguments = [str(sent), "--script", str(SCRIPT), "--out", str(out), "--as-of", MORNING.isoformat()]
    assert main(arguments) == 0
    assert main(arguments) == 0
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        file.name: file.data for file in sample_answers()
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_the_command_refuses_what_is_no_claim_file_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sent, out = tmp_path / "sent.x12", tmp_path / "out"
    sent.write_text("no claims", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        main([str(sent), "--script", str(SCRIPT), "--out", str(out), "--as-of", MORNING.isoformat()])
    assert stopped.value.code == 2
    assert "837I" in capsys.readouterr().err
    assert not out.exists()


# Independent readers.


def the_remittance_files() -> Iterator[AnswerFileContent]:
    """835s with everything the mock can put into one."""
    yield from (file for file in sample_answers() if file.name.startswith("835_"))
    claims = [a_claim("ACCT-1"), a_claim("ACCT-2", INPATIENT)]
    for outcome in (
        Pay(Decimal("61.7")),
        Deny(reason="16", remarks=("M119", "N56"), other_lines="deny", claim_remarks=("MA130", "N1")),
    ):
        files = answers(a_file_of(*claims), a_script(ACCT_1=outcome, ACCT_2=outcome), MORNING)
        yield from (file for file in files if file.name.startswith("835_"))


def test_oxedi_reads_the_835_without_a_complaint_and_to_the_same_sums() -> None:
    oxedi = pytest.importorskip("oxedi")
    for file in the_remittance_files():
        result = oxedi.parse(file.data)
        (remittance,) = remittances([file])
        assert [str(item) for item in result.diagnostics] == []
        assert result.count_claims() == len(remittance.claims)
        assert result.sum_payments() * 100 == sum(claim.paid for claim in remittance.claims)


def test_x12sdk_reads_the_835_into_the_same_claims() -> None:
    reader = pytest.importorskip("x12sdk.io").X12ModelReader
    for file in the_remittance_files():
        with reader(file.data.decode("ascii")) as opened:
            (model,) = opened.models()
            found = [(claim.patient_control_number, claim.paid * 100) for claim in model.claims()]
            told = [segment for line in model.x12().split("~") if (segment := line.strip())]
        assert found == [(account, claim.paid) for account, claim in payments([file]).items()]
        assert told == [item.text for item in first_set(file.data).segments]


def test_x12sdk_reads_the_segments_of_every_answer() -> None:
    reader = pytest.importorskip("x12sdk.io").X12SegmentReader
    for file in sample_answers():
        with reader(file.data.decode("ascii")) as opened:
            found = [name for name, _ in opened.segments()]
        assert found == [segment.id for segment in read_document(file.data).segments]
