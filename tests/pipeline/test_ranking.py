"""What holds of the ranking of causes whatever the codes and the evidence are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.finding import Finding, RuleKey, Severity
from pipeline.denials.evidence import Evidence, answer_facts
from pipeline.denials.ranking import Code, rank
from pipeline.denials.tables import UNKNOWN, clues, code_weights
from validators.registry import contracts

ALMOST = 1e-9
RULES = frozenset(contracts())
CODES = st.lists(st.sampled_from(sorted(code_weights())), max_size=5, unique=True)
KEYS = st.sets(st.sampled_from(sorted(clues())), max_size=5)
SILENT = st.one_of(st.just(RULES), st.just(frozenset[str]()), st.frozensets(st.sampled_from(sorted(RULES))))
CLEAR = 1 / 3
"""From this part of its use on a code points to a cause."""


def evidence_of(keys: set[str], judged: frozenset[str]) -> Evidence:
    findings = {key: Finding.of(RuleKey(clues()[key].rule, 6, Severity.ERROR), "found") for key in keys}
    return Evidence(findings, judged, frozenset())


def scores(codes: list[Code], keys: set[str], judged: frozenset[str]) -> dict[str, float]:
    return {one.cause.id: one.score for one in rank(codes, evidence_of(keys, judged))}


@given(CODES, KEYS, SILENT)
def test_scores_are_shares_of_the_whole_in_falling_order(
    codes: list[Code], keys: set[str], judged: frozenset[str]
) -> None:
    ranked = rank(codes, evidence_of(keys, judged))
    assert sum(one.score for one in ranked) == pytest.approx(1)
    assert all(0 <= one.score <= 1 for one in ranked)
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert sum(one.cause.id == UNKNOWN for one in ranked) == 1
    assert all(one.evidence for one in ranked)


@given(CODES, KEYS, SILENT, st.data())
@settings(max_examples=300)
def test_taking_a_finding_away_never_raises_a_cause_that_it_is_evidence_for(
    codes: list[Code], keys: set[str], judged: frozenset[str], data: st.DataObject
) -> None:
    key = data.draw(st.sampled_from(sorted(clues())))
    with_it = scores(codes, keys | {key}, judged)
    without = scores(codes, keys - {key}, data.draw(st.sampled_from([judged, judged - {clues()[key].rule}])))
    for cause in clues()[key].causes:
        assert without.get(cause, 0) <= with_it[cause] + ALMOST


@given(CODES, KEYS, SILENT, st.data())
@settings(max_examples=300)
def test_taking_a_code_away_never_raises_the_cause_that_it_points_to(
    codes: list[Code], keys: set[str], judged: frozenset[str], data: st.DataObject
) -> None:
    code = data.draw(st.sampled_from(sorted(code_weights())))
    others = [one for one in codes if one != code]
    most = max(code_weights()[code].values())
    if most < CLEAR:
        return
    with_it, without = scores([*others, code], keys, judged), scores(others, keys, judged)
    for cause, weight in code_weights()[code].items():
        if weight == most:
            assert without.get(cause, 0) <= with_it[cause] + ALMOST


@given(CODES, KEYS, SILENT)
def test_the_order_in_which_codes_come_and_a_repeat_say_nothing(
    codes: list[Code], keys: set[str], judged: frozenset[str]
) -> None:
    assert scores(codes, keys, judged) == pytest.approx(scores([*reversed(codes), *codes], keys, judged))


def test_codes_that_the_table_does_not_have_change_nothing() -> None:
    assert scores([("carc", "29"), ("rarc", "MA01")], set(), RULES) == scores([("carc", "29")], set(), RULES)
    assert scores([("carc", "16")], set(), RULES) == {UNKNOWN: 1.0}


def test_the_payers_own_words_outweigh_a_fault_that_has_nothing_to_do_with_them() -> None:
    for code, cause in ((("carc", "29"), "timely-filing"), (("rarc", "M119"), "ndc-invalid")):
        assert next(iter(scores([code], {"titer-missing", "steroid-plan"}, RULES))) == cause


def test_a_code_of_a_999_says_in_words_what_it_refuses() -> None:
    words = rank([("syntax", "IK304:3"), ("syntax", "IK501-others:R")], Evidence.none())[0].evidence
    assert words[0].startswith("IK304: the receiver's 999 refuses a segment: 3, ")
    assert "another claim" in words[1]


def test_a_status_is_read_with_its_entity_where_that_matters() -> None:
    assert next(iter(scores([("status", "125:IL")], set(), RULES))) == "member-id"
    assert next(iter(scores([("status", "125:85")], set(), RULES))) == "provider-id"
    assert next(iter(scores([("status", "164:ZZ")], set(), RULES))) == "member-id"


def test_an_835_says_more_than_its_codes() -> None:
    """Whom it does not know (CLP02 4), whose id it corrects (NM1*74), who pays first (NM1*PR)."""
    body = {"status": "4", "corrected_insured": {"member_id": "X"}, "pays_first": True}
    facts = answer_facts("835", body)
    assert set(facts) == {key for key in clues() if key.startswith("answer/")}
    assert answer_facts("835", {"status": "1"}) == answer_facts("277CA-payer", {"statuses": []}) == {}
    bare = Evidence.none().with_facts(answer_facts("835", {"status": "4"}))
    assert rank([("carc", "16")], bare)[0].cause.id == "member-id"
