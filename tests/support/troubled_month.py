"""A hospital and a partner whose answers are late, doubled, reordered, cut or missing, day by day.

`Month` is played by a test that decides what happens; `settled` is how it ends, `calm_twin` the same
month without any trouble: the same encounters, and every whole answer once, in one night.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from edi.envelope import read_document
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger import answers as answer_rows
from pipeline.ledger import claims
from pipeline.ledger.store import Ledger
from samples.clearinghouse import AnswerFileContent, Arrival, Scenario, arrivals
from samples.clearinghouse.envelopes import in_new_envelope
from tests.support.builders import NIGHT, REMOVED, a_child, claims_of
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters
from tests.support.processes import DIED, DyingSteps, in_child
from tests.support.promises import assert_promises_kept

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class End:
    """How a month ends: state and money (cents, of all events) of each account, and which events each has."""

    states: dict[str, str]
    money: dict[str, int]
    events: dict[str, Counter[tuple[str, ...]]]


def settled(config: Config) -> End:
    """Out of the ledger."""
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            rows = claims.all_claims(connection)
            events = {row.patient_control_number: answer_rows.of_claim(connection, row.id) for row in rows}
    finally:
        ledger.close()
    return End(
        {row.patient_control_number: row.state for row in rows},
        {account: sum(event.paid_cents for event in own) for account, own in events.items()},
        {
            account: Counter((event.digest, event.stage, str(event.day), event.verdict) for event in own)
            for account, own in events.items()
        },
    )


@dataclass
class Month:
    """The month so far. `today` is the time of the next night; `begun`: it was begun, and killed."""

    folder: Path
    today: dt.datetime = NIGHT
    accounts: set[str] = field(default_factory=set)
    kills: int = 0
    delivered: list[Arrival] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.config: Config = a_workspace(self.folder / "w")
        self.taken = self.folder / "taken"
        self.taken.mkdir()
        self.whole: dict[str, bytes] = {}
        self._brought: list[tuple[dt.datetime, int, int]] = []
        self._coming: list[Arrival] = []
        self.begun = False

    @property
    def day(self) -> int:
        return (self.today - NIGHT).days

    @property
    def waiting(self) -> int:
        """How many answers are on their way."""
        return len(self._coming)

    def bring(self, children: int) -> None:
        """New encounters; one more is held. Not once the night has begun, so that the twin's files are the same."""
        assert not self.begun
        first = len(self.accounts) + 1
        self._brought.append((self.today, first, children))
        self.accounts |= set(_bring(self.config, first, children))

    def pick_up(self, scenario_of: object) -> None:
        """The partner takes what is ready; `scenario_of` says, for its accounts, how it is answered."""
        for path in sorted(self.config.folders.ready.glob("*.x12")):
            data = path.read_bytes()
            path.rename(self.taken / path.name)
            accounts = [claim.patient_control_number for claim in claims_of(data)]
            scenario: Scenario = scenario_of(accounts)  # type: ignore[operator]
            found = arrivals(data, scenario, self.today + dt.timedelta(hours=8))
            self._coming = sorted([*self._coming, *found], key=lambda one: one.at)
            # The last of a name is the whole file.
            self.whole |= {one.name: one.data for one in found}

    def deliver(self, reverse: bool = False) -> None:
        """What has arrived by now into the inbox, perhaps in the reverse order of names."""
        now = [one for one in self._coming if one.at <= self.today]
        self._coming = [one for one in self._coming if one.at > self.today]
        for number, one in enumerate(reversed(now) if reverse else now):
            put_answer(self.config, f"{number:03d}-{one.name}", one.data)
        self.delivered += now

    def deliver_again(self, number: int, new_envelope: bool) -> None:
        """An answer that came before comes once more."""
        whole = [one for one in self.delivered if self.whole[one.name] == one.data]
        if not whole:
            return
        again = whole[number % len(whole)]
        name, data = f"more-{self.day}-{number}-{again.name}", again.data
        if new_envelope:
            data = in_new_envelope(AnswerFileContent(again.name, data), self.today).data
        put_answer(self.config, name, data)

    def killed_night(self, at: int) -> None:
        """A night that dies before its n-th durable step, if it has so many."""
        code = in_child(lambda: a_night(self.config, self.today, DyingSteps(at)) and None)
        assert code in (0, DIED)
        self.kills += code == DIED
        self.begun = True

    def end_day(self) -> None:
        """The night that ends the day, and R1's checks."""
        a_night(self.config, self.today)
        assert_promises_kept(self.config, self.taken, self.accounts)
        assert list(self.config.folders.inbox.iterdir()) == []
        self.today += DAY
        self.begun = False

    def end(self) -> None:
        """Everything that is on its way arrives; money was counted once, and the end is that of the calm twin."""
        for _ in range(2):
            half = self._coming[: max(1, len(self._coming) // 2)]
            self.today = max([self.today, *(one.at for one in half)])
            self.deliver()
            self.end_day()
        self.today = max([self.today, *(one.at for one in self._coming)])
        self.deliver()
        self.end_day()
        end = settled(self.config)
        assert set(end.states) == self.accounts
        assert end.money == {account: self._paid().get(account, 0) for account in self.accounts}
        calm = self._calm_twin()
        differing = {
            account: (
                end.states[account],
                calm.states.get(account),
                (end.events[account] - calm.events[account]) + (calm.events[account] - end.events[account]),
            )
            for account in sorted(self.accounts)
            if (end.states[account], end.events[account]) != (calm.states[account], calm.events[account])
        }
        assert not differing, f"state, calm state, events of one alone: {differing}"
        assert end == calm

    def _paid(self) -> Counter[str]:
        """CLP04 by account, in cents, of each different remittance that came, whatever its envelope."""
        bodies = {
            transaction.digest(): transaction
            for data in self.whole.values()
            for transaction in read_document(data).transactions()
            if transaction.set_id == "835"
        }
        paid: Counter[str] = Counter()
        for transaction in bodies.values():
            for segment in transaction.segments:
                if segment.id == "CLP":
                    dollars, _, cents = segment.element(4).partition(".")
                    paid[segment.element(1)] += int(dollars) * 100 + int(f"{cents:0<2}")
        return paid

    def _calm_twin(self) -> End:
        config = a_workspace(self.folder / "twin")
        for today, brought in groupby(self._brought, lambda one: one[0]):
            for _, first, children in brought:
                _bring(config, first, children)
            a_night(config, today)
        sent = [*self.taken.iterdir(), *self.config.folders.ready.iterdir()]
        assert outbox(config) == {path.name: path.read_bytes() for path in sent}
        for name, data in sorted(self.whole.items()):
            if not re.match("again_|more-", name):
                put_answer(config, name, data)
        a_night(config, self.today)
        return settled(config)


def _bring(config: Config, first: int, children: int) -> list[str]:
    records = [a_child(number) for number in range(first, first + children)]
    held = a_child(90_000 + first, **{"clinical.antibody_titer": REMOVED})
    put_encounters(config, f"from-{first}.ndjson", [*records, held])
    return [str(record["patient_control_number"]) for record in records]
