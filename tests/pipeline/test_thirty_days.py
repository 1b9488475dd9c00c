"""Thirty days with a partner who is late, repeats, reorders, cuts and keeps silent, and runs that are killed.

Row R22 of docs/reliability.md: hypothesis decides what happens each day. After each day R1's checks; at the
end every claim is in exactly one file, money was counted once, and all is as in a month without trouble.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from samples.clearinghouse import Accept, Delivery, Deny, Pay, Pend, Refuse, Reject, Scenario, Script
from tests.support.troubled_month import Month

pytestmark = pytest.mark.usefixtures("plain_charts")

OUTCOMES = st.sampled_from(
    [
        Pay(),
        Pay(Decimal(80)),
        Deny("252", remarks=("N395",)),
        Deny("18", other_lines="deny"),
        Reject("218", line="drug"),
        Pend(),
        Accept(),
        Refuse("CL1"),
    ]
)
LATER = st.sampled_from([Pay(), Deny("50")])
DAYS = st.integers(0, 6)
DELIVERIES = st.builds(
    Delivery,
    silent=st.sampled_from([False, False, False, True]),
    after_days=DAYS,
    again=st.sampled_from(["", "new-envelope", "new-name"]),
    again_after_days=DAYS,
    cut_at=st.sampled_from([None, None, Decimal("0.1"), Decimal("0.5"), Decimal("0.95")]),
    whole_after_days=st.integers(1, 4),
)


@st.composite
def scenarios(draw: st.DrawFn, accounts: list[str]) -> Scenario:
    """How a file is answered: some claims are decided later, each kind of answer has its own delivery."""
    outcomes = {account: draw(OUTCOMES) for account in accounts}
    pending = [account for account, outcome in outcomes.items() if isinstance(outcome, Pend)]
    later = ((draw(st.integers(7, 20)), Script({account: draw(LATER) for account in pending})),)
    deliveries = {kind: draw(DELIVERIES) for kind in ("999", "277CA", "277", "835")}
    return Scenario(Script(outcomes), deliveries, later if pending else ())


class MonthMachine(RuleBasedStateMachine):
    """What may happen, in any order; `end_of_day` is a night. `days` are played at least."""

    days = 30
    ended: Callable[[Month], None]

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="j3399-month-")
        self.month = Month(Path(self._folder.name))

    @initialize(children=st.integers(1, 3), data=st.data())
    def the_month_begins(self, children: int, data: st.DataObject) -> None:
        self.month.bring(children)
        self.month.end_day()
        self.month.pick_up(lambda accounts: data.draw(scenarios(accounts)))

    @precondition(lambda self: self.month.day < self.days and not self.month.begun)
    @rule(children=st.integers(1, 2))
    def encounters_come(self, children: int) -> None:
        if len(self.month.accounts) < self.days:
            self.month.bring(children)

    @precondition(lambda self: self.month.accounts)
    @rule(data=st.data())
    def the_partner_picks_up(self, data: st.DataObject) -> None:
        self.month.pick_up(lambda accounts: data.draw(scenarios(accounts)))

    @precondition(lambda self: self.month.waiting)
    @rule(reverse=st.booleans())
    def answers_arrive(self, reverse: bool) -> None:
        self.month.deliver(reverse)

    @precondition(lambda self: self.month.delivered)
    @rule(number=st.integers(0, 99), new_envelope=st.booleans())
    def an_answer_comes_again(self, number: int, new_envelope: bool) -> None:
        self.month.deliver_again(number, new_envelope)

    @precondition(lambda self: self.month.accounts and self.month.day < self.days)
    @rule(at=st.integers(1, 60))
    def a_night_is_killed(self, at: int) -> None:
        self.month.killed_night(at)

    @precondition(lambda self: self.month.day < self.days)
    @rule()
    def the_day_ends(self) -> None:
        self.month.deliver()
        self.month.end_day()

    @precondition(lambda self: self.month.day >= self.days)
    @rule()
    def the_month_is_over(self) -> None:
        """Nothing more happens; hypothesis wants a rule that holds."""

    def teardown(self) -> None:
        """The days that are left pass; then all that is on its way arrives."""
        try:
            while self.month.day < self.days:
                self.month.pick_up(lambda accounts: Scenario(Script(dict.fromkeys(accounts, Pay()))))
                self.month.deliver()
                self.month.end_day()
            self.month.end()
            type(self).ended(self.month)
        finally:
            self._folder.cleanup()


def play(days: int, months: int, steps: int, chance: int) -> list[Month]:
    """Months as hypothesis makes them up; `chance` is its seed."""
    played: list[Month] = []
    machine = type("Played", (MonthMachine,), {"days": days, "ended": staticmethod(played.append)})
    run_state_machine_as_test(
        seed(chance)(machine),
        settings=settings(
            max_examples=months,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return played


def told(played: list[Month]) -> str:
    return (
        f"R22: {len(played)} months of {sum(month.day for month in played)} days: "
        f"{sum(len(month.accounts) for month in played)} claims, "
        f"{sum(len(month.delivered) for month in played)} answers, {sum(month.kills for month in played)} kills"
    )


def test_a_few_troubled_days_end_as_calm_ones() -> None:
    played = play(days=3, months=2, steps=12, chance=8)
    print(told(played))
    assert sum(len(month.accounts) for month in played) > 1
    assert sum(len(month.delivered) for month in played) > 5


@pytest.mark.soak
def test_thirty_troubled_days_end_as_calm_ones() -> None:
    played = play(days=30, months=10, steps=150, chance=8)
    print(told(played))
    assert sum(month.kills for month in played) > 20
