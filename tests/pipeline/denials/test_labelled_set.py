"""The labelled set of denials holds what it promises, whatever the engine makes of it.

Here the set is held against itself: its causes and halves, its codes, its actions, whether each
change really changes the claim, whether each answer can be read. The engine is not asked.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

import pytest

from edi.answers import Answer, read_answers
from edi.claim_status.model import ClaimStatusReport
from edi.codes import knows
from edi.finding import Finding, Severity
from edi.remittance.model import Remittance
from mapping.profile_store import ProfileStore
from tests.support.builders import NIGHT, REMOVED, a_record, set_path
from tests.support.labelled_denials import (
    HALVES,
    UNKNOWN,
    LabelledDenial,
    contract,
    habits,
    labelled_denials,
)
from validators.checks import EncounterCheck
from validators.gate import judge_encounter
from validators.validate import KnownClaim, ValidationContext, validate_bytes

ACTIONS = {"replace", "new_claim", "void", "appeal", "send_documents", "inquire", "wait", "none"}
RESUBMISSIONS = (("replace",), ("new_claim",))
OWN_WORDS = {
    "N142": ("new_claim",),
    "787": ("new_claim",),
    "M47": ("replace",),
    "495": ("replace",),
    "799": ("replace",),
    "N779": ("wait",),
}
"""What a payer's own words ask for, whatever its profile says."""
NOT_ADOPTED = "version-odd"
"""No guide for requests of documents is adopted, so each of them is of an odd version."""
BUNDLED = (("replace", "new_claim"), ("appeal",), ("none",))
"""The drug apart where the payer wants that, the drug elsewhere, the infusion."""


def cases(half: str | None = None) -> list[LabelledDenial]:
    return [case for case in labelled_denials() if half in (None, case.half)]


def of(case: LabelledDenial) -> str:
    return case.id


def codes_said(case: LabelledDenial) -> Iterator[tuple[str, str]]:
    """Table and code of everything that the case's answers say."""
    for answer in case.said:
        for code in answer.get("codes", ()):
            yield "carc", str(code["carc"])
            yield "adjustment_group", code.get("group", case.habit.group)
            yield from (("rarc", remark) for remark in code.get("rarc", ()))
        yield from (("rarc", remark) for remark in answer.get("remarks", ()))
        yield from (("plb_reason", item["code"]) for item in answer.get("plb", ()))
        if "note" in answer:
            yield "ta105", answer["note"]
        if answer["stage"] == "999":
            yield "ik304", answer["code"]
            yield from (("ik403", answer[name]) for name in ("element_code",) if name in answer)
        for item in answer.get("statuses", ()):
            for composite in (item if isinstance(item, str) else item["status"]).split():
                category, status, *entity = composite.split(":")
                yield "claim_status_category", category
                if entity and entity[-1] == "LOI":
                    continue  # a document by its LOINC code
                yield "claim_status", status
                yield from (("entity", code) for code in entity)


def first_causes(half: str | None = None) -> Counter[str]:
    return Counter(case.expected.causes[0] for case in cases(half))


def test_there_are_enough_cases_and_each_has_an_id_of_its_own() -> None:
    assert len(cases()) >= 150
    assert [count for count in Counter(case.id for case in cases()).items() if count[1] > 1] == []


def test_every_cause_stands_in_both_halves() -> None:
    for half in HALVES:
        assert set(first_causes(half)) == set(contract())


def test_the_halves_are_of_one_size_for_every_cause() -> None:
    tuning, held_out = (first_causes(half) for half in HALVES)
    assert {cause for cause in contract() if abs(tuning[cause] - held_out[cause]) > 1} == set()


def test_a_fifth_of_each_half_says_nothing() -> None:
    for half in HALVES:
        assert first_causes(half)[UNKNOWN] * 5 >= len(cases(half))


def test_more_than_one_right_cause_is_an_exception() -> None:
    assert sum(len(case.expected.causes) > 1 for case in cases()) * 20 <= len(cases())
    assert {cause for case in cases() for cause in case.expected.causes} <= set(contract())


def test_every_habit_of_a_payer_is_met_in_both_halves() -> None:
    for half in HALVES:
        assert {case.habit_name for case in cases(half)} == set(habits())


@pytest.mark.parametrize("case", cases(), ids=of)
def test_codes_are_on_their_lists(case: LabelledDenial) -> None:
    said = list(codes_said(case))
    assert [(table, code) for table, code in said if not knows(table, code)] == []
    assert case.habit.says_remarks or not any(table == "rarc" for table, _ in said)


@pytest.mark.parametrize("case", cases(), ids=of)
def test_the_actions_are_those_that_are_agreed(case: LabelledDenial) -> None:
    agreed = contract()[case.expected.causes[0]][case.stage]
    assert set(case.expected.actions) <= ACTIONS
    assert case.expected.actions in set(agreed_actions(case, agreed))


def agreed_actions(case: LabelledDenial, cell: str) -> Iterator[tuple[str, ...]]:
    """What may stand as the actions of a case: `a|b` is either, `a+b` is a and then b."""
    own_words = [OWN_WORDS[code] for _, code in codes_said(case) if code in OWN_WORDS]
    for choice in cell.split("|"):
        if choice == "by-code":
            yield from own_words
        elif case.expected.causes[0] == "bundled" and choice == "resubmit":
            yield from BUNDLED
        elif choice == "resubmit":
            yield from own_words or [(case.payer.denied_claim_resubmission,)]
        else:
            yield tuple(choice.split("+"))


@pytest.mark.parametrize("case", cases(), ids=of)
def test_what_a_case_changes_is_changed(case: LabelledDenial) -> None:
    content = case.content
    clean = LabelledDenial(case.id, case.half, case.number, {"base": content.get("base", "outpatient")})
    assert (case.record != clean.record) is bool(content.get("record"))
    assert (case.sent.claim != case.built) is bool(content.get("file"))
    shipped = ProfileStore()
    payer, site = case.payer, case.request.site
    assert (payer != shipped.payer(payer.key)) is bool({**case.habit.profile, **content.get("payer", {})})
    assert (site != shipped.site(site.key)) is bool(content.get("site"))


@pytest.mark.parametrize("case", [case for case in cases() if case.expected.causes == (UNKNOWN,)], ids=of)
def test_where_unknown_is_right_neither_claim_nor_record_draws_a_finding(case: LabelledDenial) -> None:
    assert case.expected.actions == ("inquire",)
    assert [finding.rule for finding in findings_of(case)] == []


def findings_of(case: LabelledDenial) -> list[Finding]:
    """What the rules find in the claim as it was sent and in its encounter."""
    request = case.request
    today = NIGHT.date()
    check = EncounterCheck(
        request.encounter, request.payer, request.site, request.product, today, None, request.payer_order
    )
    known = KnownClaim(request.encounter, request.payer, request.payer_order, lambda: case.built)
    context = ValidationContext(case.profiles, today, lambda index, claim: known)
    return [*judge_encounter(check), *validate_bytes(case.sent.data, context).findings()]


@pytest.mark.parametrize("case", cases(), ids=of)
def test_the_answers_are_read_without_a_fault_and_say_what_the_case_says(case: LabelledDenial) -> None:
    files = [read_answers(file.data, file.name) for file in case.answers]
    faults = [finding for file in files for finding in file.findings if finding.severity is not Severity.INFO]
    assert [finding.message() for finding in faults if finding.rule != NOT_ADOPTED] == []
    found = [answer for file in files for answer in file.answers]
    assert found
    accounts = {account for answer in found for account in accounts_of(answer)}
    assert accounts <= {case.sent.claim.patient_control_number}
    said = {code for table, code in codes_said(case) if table in ("carc", "rarc", "claim_status")}
    assert said <= set(itertools.chain.from_iterable(codes_of(answer) for answer in found))


def accounts_of(answer: Answer) -> list[str]:
    match answer.model:
        case ClaimStatusReport() as model:
            return [claim.patient_control_number or claim.trace_number for claim in model.claims]
        case Remittance() as model:
            return [claim.patient_control_number for claim in model.claims]
        case _:
            return []


def codes_of(answer: Answer) -> Iterator[str]:
    match answer.model:
        case ClaimStatusReport() as model:
            for claim in model.claims:
                statuses = [*claim.statuses, *(one for line in claim.lines for one in line.statuses)]
                yield from (code.status for status in statuses for code in status.codes)
        case Remittance() as model:
            for payment in model.claims:
                yield from (item.reason for item in payment.all_adjustments)
                remarks = [*payment.remarks, *(one for line in payment.lines for one in line.remarks)]
                yield from (remark.code for remark in remarks)


def test_what_went_out_before_is_of_the_same_child_and_another_day() -> None:
    with_earlier = [case for case in cases() if case.content.get("earlier")]
    assert with_earlier
    for case in with_earlier:
        for earlier in case.earlier:
            assert earlier.sent.sent < case.sent.sent
            assert earlier.sent.claim.reference("EA") == case.sent.claim.reference("EA")
            assert earlier.answers


def test_no_case_knows_the_child_or_the_claim_of_another() -> None:
    for one in ("account", "record"):
        names = [
            case.sent.claim.patient_control_number if one == "account" else case.sent.claim.reference("EA")
            for case in cases()
        ]
        assert len(set(names)) == len(names)


def test_what_a_record_takes_away_was_there() -> None:
    taken = [
        (case, path)
        for case in cases()
        for path, value in case.content.get("record", {}).items()
        if value is None
    ]
    assert taken
    for case, path in taken:
        set_path(a_record(base=case.base), path, REMOVED)
