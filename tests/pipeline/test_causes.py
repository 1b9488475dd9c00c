"""From codes and evidence to causes and actions."""

from __future__ import annotations

import pytest

from edi.codes import code_table
from edi.finding import Finding, RuleKey, Severity
from mapping.profile_store import ProfileStore
from pipeline.denials.actions import ACTIONS, actions_for
from pipeline.denials.evidence import Evidence
from pipeline.denials.ranking import rank
from pipeline.denials.tables import UNKNOWN, causes, clues, code_weights
from validators.registry import contracts

NONE = Evidence.none()
PAYER = ProfileStore().payer("default")

# The billing guide's ten rows, each with codes that payers use for it (FACTS E1).
SEED_ROWS = [
    ("aav9-titer", [("carc", "252"), ("rarc", "N395")]),
    ("smn1-proof", [("carc", "50"), ("rarc", "N467")]),
    ("age-limit", [("carc", "6"), ("rarc", "N129")]),
    ("weight-limit", [("carc", "153"), ("rarc", "N207")]),
    ("steroid-plan", [("status", "409"), ("status", "345")]),
    ("monitoring-plan", [("status", "345")]),
    ("site-not-certified", [("carc", "B7"), ("rarc", "N570")]),
    ("wrong-hcpcs", [("carc", "189"), ("rarc", "N56")]),
    ("wrong-admin-code", [("carc", "107"), ("rarc", "N349")]),
    ("contract-id-missing", [("carc", "256"), ("rarc", "N381")]),
]
TIED = {"monitoring-plan"}


def finding(rule: str) -> Finding:
    return Finding.of(RuleKey(rule, 6, Severity.WARNING), "found")


def with_findings(*rules: str) -> Evidence:
    return Evidence({rule: finding(rule) for rule in rules}, frozenset(contracts()), frozenset())


@pytest.mark.parametrize(("cause", "codes"), SEED_ROWS)
def test_each_of_the_ten_reasons_is_found_by_its_codes(cause: str, codes: list[tuple[str, str]]) -> None:
    ranked = rank(codes, NONE)
    if cause in TIED:
        assert cause in [item.cause.id for item in ranked[:2]]
    else:
        assert ranked[0].cause.id == cause
    assert ranked[0].evidence


def test_evidence_decides_between_causes_that_share_a_code() -> None:
    codes = [("carc", "197")]
    assert rank(codes, NONE)[0].cause.id == "authorization-missing"
    assert rank(codes, with_findings("titer-stale"))[0].cause.id == "aav9-titer"


def test_scores_sum_to_one_with_unknown_among_them() -> None:
    for codes in ([], [("carc", "16")], [("carc", "197"), ("rarc", "N706")]):
        for evidence in (NONE, with_findings("titer-high", "npi")):
            ranked = rank(codes, evidence)
            assert sum(item.score for item in ranked) == pytest.approx(1)
            assert all(0 < item.score <= 1 for item in ranked)
            assert UNKNOWN in [item.cause.id for item in ranked]


def test_codes_that_say_nothing_give_unknown() -> None:
    assert rank([], NONE)[0].cause.id == UNKNOWN
    assert rank([("carc", "16")], NONE)[0].cause.id == UNKNOWN
    assert rank([("carc", "ZZZ")], NONE)[0].cause.id == UNKNOWN


def test_every_row_of_the_tables_is_sound() -> None:
    lists = {
        "carc": "carc",
        "rarc": "rarc",
        "status": "claim_status",
        "category": "claim_status_category",
    }
    for (kind, code), weights in code_weights().items():
        code, _, entity = code.partition(":")
        assert kind == "syntax" or code in code_table(lists[kind]), (kind, code)
        assert not entity or entity in code_table("entity")
        assert set(weights) <= set(causes()) - {UNKNOWN} and all(
            0 < weight < 1 for weight in weights.values()
        )
        assert sum(weights.values()) < 1, (kind, code)
    own = {"authorization-denied", "denied-line", "answer"}
    for key, clue in clues().items():
        assert clue.rule in contracts() or clue.rule in own, key
        assert clue.causes and set(clue.causes) <= set(causes()) - {UNKNOWN}, key
        assert clue.found > 1 >= clue.silent > 0, key
    for cause in causes().values():
        assert set(cause.prevented_by) <= set(contracts())
        assert cause.steps and cause.owner


def test_every_cell_of_the_table_gives_known_actions() -> None:
    for cause in causes().values():
        for stage in ("rejected", "denied", "pending", "paid"):
            assert set(actions_for(cause, stage, PAYER, set(), NONE)) <= set(ACTIONS)


def test_resubmission_follows_the_payers_habit_and_the_payers_own_words_win() -> None:
    cause = causes()["ndc-invalid"]
    new_claim_payer = PAYER.model_copy(update={"denied_claim_resubmission": "new_claim"})
    assert actions_for(cause, "denied", PAYER, set(), NONE) == ["replace"]
    assert actions_for(cause, "denied", new_claim_payer, set(), NONE) == ["new_claim"]
    assert actions_for(cause, "denied", PAYER, {("rarc", "N142")}, NONE) == ["new_claim"]
    assert actions_for(cause, "denied", new_claim_payer, {("status", "799")}, NONE) == ["replace"]
    assert actions_for(cause, "denied", PAYER, {("rarc", "N779")}, NONE) == ["wait"]


def test_a_rejected_claim_is_never_replaced_and_a_duplicate_never_sent_again() -> None:
    for cause in causes().values():
        if cause.id != "frequency-icn":
            assert "replace" not in actions_for(cause, "rejected", PAYER, set(), NONE), cause.id
    assert actions_for(causes()["duplicate"], "denied", PAYER, set(), NONE) == ["none"]


def test_a_choice_takes_the_first_where_its_condition_holds() -> None:
    cause = causes()["authorization-missing"]
    holds = Evidence({}, frozenset(), frozenset({"authorization-missing"}))
    assert actions_for(cause, "denied", PAYER, set(), NONE) == ["appeal"]
    assert actions_for(cause, "denied", PAYER, set(), holds) == ["replace"]


def test_a_cell_that_a_spreadsheet_would_run_is_neutralised() -> None:
    from pipeline.spreadsheets import neutral_cell

    assert [neutral_cell(text) for text in ("=1+1", "+1", "-1", "@x", "plain", "")] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@x",
        "plain",
        "",
    ]
