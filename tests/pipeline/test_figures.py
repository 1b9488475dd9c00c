"""Figures over a small ledger that was worked out by hand, and over bills at the edges of a definition."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.figures.bills import Bill
from pipeline.figures.measures import figures_of
from samples.clearinghouse import Deny, Outcome, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import a_child
from tests.support.commands import assert_clean, j3399
from tests.support.items import an_item
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

OTHER_PAYER = {"coverages[0].payer": "commercial-oba", "contract": {"agreement_id": "OBA-1"}}
OLD_TITER = {"clinical.antibody_titer.date": "2026-10-22"}
FULL = "2126200.00"


def answered(
    config: Config, day: dt.date, kinds: tuple[str, ...] = ("999", "277CA", "835"), **claims: Outcome
) -> None:
    at = dt.datetime.combine(day, dt.time(6))
    for number, data in enumerate(outbox(config).values()):
        for answer in clearinghouse(data, Script(claims=claims, kinds=kinds), at):
            put_answer(config, f"{day}-{number}-{answer.name}", answer.data)
    a_night(config, at.replace(hour=22))


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Seven children. Every claim is 2,125,000.00 of drug and 1,200.00 of infusion, sent on 2026-11-16.

    | child | payer | 2026-11-18 | 2026-11-28 |
    |---|---|---|---|
    | 1 | Medicaid | paid in full | |
    | 2 | Medicaid, titer 19 days old | drug denied (report missing), infusion paid 1,200.00 | |
    | 3 | Medicaid | denied whole (not necessary) | paid 80 %: 1,700,960.00 |
    | 4 | Medicaid | rejected (NDC) | |
    | 5 | Medicaid | accepted, nothing more | |
    | 6 | commercial | accepted | paid in full |
    | 7 | Medicaid | never sent: office | |
    """
    config = a_workspace(tmp_path_factory.mktemp("figures"))
    children = [a_child(1), a_child(2, **OLD_TITER), *(a_child(number) for number in (3, 4, 5))]
    children += [a_child(6, **OTHER_PAYER), a_child(7, setting="11")]
    put_encounters(config, "a.ndjson", children)
    a_night(config)
    answered(
        config,
        dt.date(2026, 11, 18),
        NGT00001=Pay(),
        NGT00002=Deny("252", remarks=("N395",)),
        NGT00003=Deny("50", other_lines="deny"),
        NGT00004=Reject("218"),
    )
    later = {"NGT00003": Pay(Decimal(80)), "NGT00006": Pay()}
    answered(config, dt.date(2026, 11, 28), ("835",), **later)
    return config


def ask(config: Config, *arguments: str, code: int = 0, as_of: str = "2026-12-17") -> str:
    file = str(config.folders.reports.parent / "j3399.toml")
    done = j3399("figures", "--config", file, "--as-of", as_of, *arguments)
    assert_clean(done, code)
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def told(ledger: Config) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(ask(ledger, "--json"))
    return content


def rows(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in found]


def test_denials_are_counted_of_the_bills_that_the_payer_decided(told: dict[str, Any]) -> None:
    """Medicaid decided on children 1, 2, 3; the other payer on child 6. A rejection is no denial."""
    assert rows(told["denials"]) == [
        ("commercial-oba", "all", 0, 1, 0.0),
        ("state-medicaid", "aav9-titer", 1, 3, 0.3333),
        ("state-medicaid", "medical-necessity", 1, 3, 0.3333),
        ("state-medicaid", "all", 2, 3, 0.6667),
        ("all", "aav9-titer", 1, 4, 0.25),
        ("all", "medical-necessity", 1, 4, 0.25),
        ("all", "all", 2, 4, 0.5),
    ]


def test_days_run_from_the_first_claim_to_the_first_money(told: dict[str, Any]) -> None:
    """Medicaid: 2, 2 and 12 days; the other payer 12."""
    assert rows(told["days"]) == [
        ("commercial-oba", 1, 12.0, 12.0, 12.0),
        ("state-medicaid", 3, 2.0, 2.0, 7.0),
        ("all", 4, 2.0, 7.0, 12.0),
    ]


def test_money_at_risk_is_told_by_the_days_since_the_claim_went_out(told: dict[str, Any]) -> None:
    """31 days after the claims went out: child 2's drug, child 4's claim, and the fifth of child 3's drug
    that was paid short (425,000.00). Child 7's claim was never sent."""
    assert rows(told["at-risk"])[:2] == [("0-30", 0, "0.00"), ("31-60", 3, "4676200.00")]
    assert rows(told["at-risk"])[4:] == [("not sent here", 1, FULL), ("all", 4, "6802400.00")]


@pytest.mark.parametrize(
    ("decision", "left"),
    [(["snooze", "N00004", "--until", "2027-01-01"], "4676200.00"), (["close", "N00004"], "2550000.00")],
)
def test_a_closed_item_is_no_longer_at_risk_and_a_snoozed_one_is(
    ledger: Config, decision: list[str], left: str
) -> None:
    file = str(ledger.folders.reports.parent / "j3399.toml")
    who = ("--reason", "r", "--by", "b", "--config", file, "--as-of", "2026-12-17")
    assert_clean(j3399("worklist", *decision, *who), 0)
    at_risk = json.loads(ask(ledger, "--json", "--only", "at-risk"))["at-risk"]
    assert_clean(j3399("worklist", "reopen", "N00004", *who), 0)
    assert at_risk[1]["at_risk_amount"] == left


def test_the_first_claims_that_were_accepted_are_counted_of_those_acknowledged(told: dict[str, Any]) -> None:
    """All six were acknowledged; child 4's was rejected."""
    assert rows(told["first-pass"]) == [
        ("commercial-oba", 1, 1, 1.0),
        ("state-medicaid", 5, 4, 0.8),
        ("all", 6, 5, 0.8333),
    ]


def test_refusals_that_a_rule_finds_are_counted_by_cause(told: dict[str, Any]) -> None:
    """Only child 2's record shows its cause: the titer is 19 days old. No rule prevents `medical-necessity`."""
    assert rows(told["preventable"]) == [
        ("aav9-titer", 1, 1, 1, 1.0, "2125000.00", "titer-stale"),
        ("medical-necessity", 1, 0, 0, 0.0, "0.00", ""),
        ("ndc-invalid", 1, 1, 0, 0.0, "0.00", ""),
        ("all", 3, 2, 1, 0.3333, "2125000.00", "titer-stale"),
    ]


def test_recovered_is_what_came_after_the_denial(told: dict[str, Any]) -> None:
    """Denied: 2,125,000.00 of child 2, all of child 3. After it came 1,700,960.00 for child 3; the 1,200.00
    of child 2 came with the denial. 1,700,960 of 4,251,200 are 40.01 %."""
    assert rows(told["recovered"]) == [
        ("state-medicaid", 2, 1, "4251200.00", "1700960.00", 0.4001),
        ("all", 2, 1, "4251200.00", "1700960.00", 0.4001),
    ]


def test_the_tables_fit_eighty_columns_and_csv_holds_one(ledger: Config) -> None:
    text = ask(ledger)
    assert max(map(len, text.splitlines())) <= 80 and "\x1b" not in text
    assert re.search("state-medicaid +5 +4 +80.0%", text)
    found = list(csv.DictReader(io.StringIO(ask(ledger, "--only", "recovered", "--format", "csv"))))
    assert found[0]["recovered_amount"] == "1700960.00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--format", "csv"], "name it with --only"),
        (["--out", "x"], "--format json or csv"),
        (["--only", "luck"], "'luck' is not one of"),
    ],
)
def test_what_cannot_be_printed_is_said(ledger: Config, arguments: list[str], words: str) -> None:
    assert words in ask(ledger, *arguments, code=2)


def test_a_ledger_without_answers_has_nothing_to_count(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    a_night(config)
    told = json.loads(ask(config, "--json"))
    assert [told[name] for name in ("denials", "days", "first-pass", "preventable", "recovered")] == [[]] * 5
    assert ask(config).count("nothing to count yet") == 5
    (tmp_path / "empty").mkdir()
    assert "there is no ledger" in ask(a_workspace(tmp_path / "empty"), code=3)


def a_bill(**changes: Any) -> Bill:
    fields: dict[str, Any] = {
        "payer": "p",
        "sent": dt.date(2026, 1, 1),
        "passed": True,
        "decided": True,
        "denied": False,
        "refusal_cause": "",
        "denial_cause": "",
        "found_by": (),
        "refused_cents": 0,
        "denied_cents": 0,
        "paid_then_cents": 0,
        "paid_cents": 0,
        "paid_first": None,
        "claims": ("C1",),
    }
    return Bill(**{**fields, **changes})


def figure(name: str, bills: list[Bill], items: list[Any] | None = None, today: str = "2026-12-31") -> Any:
    found = figures_of(bills, items or [], dt.date.fromisoformat(today))
    return next(one for one in found if one.name == name).rows()


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91 and more"),
    ],
)
def test_an_age_falls_into_its_band(days: int, band: str) -> None:
    today = (dt.date(2026, 1, 1) + dt.timedelta(days=days)).isoformat()
    found = figure("at-risk", [a_bill()], [an_item()], today)
    assert [row["days"] for row in found if row["bills"]] == [band, "all"]


def test_a_bill_with_several_items_is_at_risk_once() -> None:
    items = [an_item(), an_item(claim="C2", key="C2:no-answer", amount_at_risk_cents=100)]
    found = figure("at-risk", [a_bill(claims=("C1", "C2"))], items)
    assert (found[-1]["bills"], found[-1]["at_risk_amount"]) == (1, Decimal("2125000.00"))


def test_money_that_was_taken_back_again_is_not_recovered() -> None:
    bills = [a_bill(denied=True, denied_cents=1000, paid_then_cents=500, paid_cents=0),
             a_bill(denied=True, denied_cents=1000, paid_then_cents=0, paid_cents=400)]  # fmt: skip
    assert figure("recovered", bills)[-1] == {
        "payer": "all",
        "denied": 2,
        "recovered": 1,
        "denied_amount": Decimal("20.00"),
        "recovered_amount": Decimal("4.00"),
        "rate": 0.2,
    }


def test_bills_of_other_systems_count_where_what_is_needed_is_known() -> None:
    bill = a_bill(sent=None, passed=None, paid_first=dt.date(2026, 2, 1), paid_cents=100)
    assert figure("days", [bill]) == [] and figure("first-pass", [bill]) == []
    assert figure("denials", [bill])[-1]["decided"] == 1
    assert [row["days"] for row in figure("at-risk", [bill], [an_item()]) if row["bills"]] == [
        "not sent here",
        "all",
    ]
