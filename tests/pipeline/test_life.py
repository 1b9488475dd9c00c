"""The life of a claim: a function of the set of its events, in any order."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from pipeline.ledger.answers import EventRow
from pipeline.life import adjudication, life_of


def event(
    stage: str,
    verdict: str,
    day: str | None = "2026-11-20",
    paid: int = 0,
    number: str = "",
    body: Any = None,
) -> EventRow:
    digest = f"{stage}{verdict}{day}{paid}{number}"
    return EventRow(digest, 1, "C1", "", stage, day, verdict, number or None, paid, body or {})


def remittance(
    paid: int, reason: str = "45", cents: int = 0, day: str = "2026-11-25", number: str = "ICN1"
) -> EventRow:
    line = {
        "control_number": "L001",
        "charge_cents": 1000,
        "paid_cents": paid,
        "adjustments": [{"group": "CO", "reason": reason, "cents": cents}] if cents else [],
        "remarks": [],
        "position": 9,
    }
    body = {"paid_cents": paid, "adjustments": [], "remarks": [], "lines": [line]}
    return event("835", "adjudicated", day, paid, number, body)


def reversal(paid: int, day: str = "2026-12-01") -> EventRow:
    body = {"paid_cents": paid, "adjustments": [], "remarks": [], "lines": []}
    return event("835", "reversal", day, paid, "ICN1", body)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "ready"),
        ([event("TA1", "accepted")], "received"),
        ([event("999", "rejected")], "rejected"),
        ([event("999", "accepted"), event("277CA-payer", "accepted")], "accepted"),
        (
            [event("277CA-clearinghouse", "accepted"), event("277CA-payer", "rejected", "2026-11-22")],
            "rejected",
        ),
        (
            [
                event("277CA-payer", "rejected", "2026-11-20"),
                event("277CA-clearinghouse", "accepted", "2026-11-23"),
            ],
            "rejected",
        ),
        ([event("277CA-payer", "accepted"), event("277CA-payer", "rejected")], "rejected"),
        ([event("277CA-payer", "rejected"), remittance(1000)], "paid"),
        ([remittance(1000)], "paid"),
        ([remittance(900, "45", 100)], "paid"),
        ([remittance(0, "197", 1000)], "denied"),
        ([remittance(0, "133", 1000)], "pending"),
        ([remittance(0, "1", 1000)], "paid"),
        ([remittance(0, "NEW9", 1000)], "denied"),
        ([remittance(1000), reversal(-1000)], "reversed"),
        ([reversal(-1000)], "reversed"),
        (
            [remittance(0, "197", 1000), reversal(0), remittance(1000, day="2026-12-01", number="ICN2")],
            "paid",
        ),
        # the correction is dated before the reversal, and comes in another file
        (
            [
                remittance(1000),
                remittance(0, "197", 1000, "2026-11-28", number="ICN2"),
                reversal(-1000, "2026-12-01"),
            ],
            "denied",
        ),
        ([remittance(1000), reversal(-1000), remittance(900, day="2026-12-09", number="ICN2")], "paid"),
    ],
)
def test_the_state_follows_from_the_set_of_events_in_any_order(events: list[EventRow], state: str) -> None:
    for order in itertools.permutations(events):
        assert life_of(order).state == state


def test_money_is_the_sum_with_reversals_negative_and_the_newest_number_is_of_the_payment() -> None:
    life = life_of([reversal(-900), remittance(900), remittance(1000, day="2026-12-02", number="ICN2")])
    assert life.paid_cents == 1000
    assert life.payer_claim_control_number == "ICN2"


def adjusted(*reasons: str) -> dict[str, Any]:
    """A remittance of one line that brought nothing, for these reasons."""
    adjustments = [{"group": "CO", "reason": reason, "cents": 500} for reason in reasons]
    line = {"charge_cents": 1000, "paid_cents": 0, "adjustments": adjustments}
    return {"paid_cents": 0, "adjustments": [], "lines": [line]}


@pytest.mark.parametrize(
    ("reasons", "outcome"),
    [
        (("16",), "denied"),
        (("133",), "pending"),
        (("133", "252"), "pending"),
        (("192",), "denied"),
        (("45",), "paid"),
    ],
)
def test_what_is_undecided_is_not_denied_and_what_only_informs_is_no_payment(
    reasons: tuple[str, ...], outcome: str
) -> None:
    assert adjudication(adjusted(*reasons)) == outcome
