"""A hospital with its partner: children, answers, claims of another system and corrections, round by round.

Whoever stops its runs somewhere calls `promises` afterwards.
"""

from __future__ import annotations

import random
from pathlib import Path

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import NotCorrectable
from samples.clearinghouse import Deny, Outcome, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.corrections.support import correct, rows
from tests.support.builders import NIGHT, REMOVED, a_built_claim, a_child, a_file_of, claims_of
from tests.support.nights import a_night, a_workspace, put_answer, put_encounters
from tests.support.promises import assert_promises_kept

CHANGE = "therapy.kits[0].lot=LOT77"
_CORRECTABLE = ("paid", "partly_paid", "denied")
_ELSEWHERE = 500_000
"""Control numbers of the other system."""


class BusyHospital:
    """A workspace, and a partner who moves files to `taken` and answers them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.config: Config = a_workspace(folder / "w")
        self.taken = folder / "taken"
        self.taken.mkdir()
        self.accounts: set[str] = set()
        self._chance = random.Random(seed)
        self._round = 0
        self._answered: set[str] = set()

    def begin_round(self, children: int) -> None:
        """New encounters (one of them may be held), answers to what was picked up, now and then an odd file."""
        self._round += 1
        records = [a_child(self._round * 1000 + index) for index in range(children)]
        self.accounts |= {record["patient_control_number"] for record in records}
        held = a_child(self._round * 1000 + 900, **{"clinical.antibody_titer": REMOVED})
        put_encounters(self.config, f"round-{self._round}.ndjson", [*records, held])
        self._answer()
        if self._round % 5 == 1:
            self.put_from_elsewhere()
            self._put(f"broken-{self._round}.835", b"ISA*00*" + bytes(self._round))

    def put_from_elsewhere(self) -> None:
        """A file of claims that another system made, into the inbox."""
        self._put(f"elsewhere-{self._round}.x12", self._from_elsewhere())

    def _answer(self) -> None:
        for path in sorted(self.taken.glob("*.x12")):
            if path.name not in self._answered:
                self._answered.add(path.name)
                data = path.read_bytes()
                outcomes = {claim.patient_control_number: self._outcome() for claim in claims_of(data)}
                for number, answer in enumerate(clearinghouse(data, Script(outcomes), NIGHT)):
                    self._put(f"{path.stem}-{number}-{answer.name}", answer.data)

    def _outcome(self) -> Outcome:
        return self._chance.choice([Pay(), Deny("252", remarks=("N395",)), Deny("18"), Reject("218")])

    def _put(self, name: str, data: bytes) -> None:
        put_answer(self.config, name, data)

    def _from_elsewhere(self) -> bytes:
        account = f"ELSE{self._round}"
        changes = {
            "patient_control_number": account,
            "coverages[0].member_id": f"ELSEWHERE{self._round}",
            "patient.record_number": account,
        }
        return a_file_of(a_built_claim(changes).claim, control_number=_ELSEWHERE + self._round)

    def pick_up(self, likely: float = 0.5) -> None:
        """The partner's agent moves what it sees, at its own times."""
        for path in sorted(self.config.folders.ready.glob("*.x12")):
            if self._chance.random() < likely:
                path.rename(self.taken / path.name)

    def night(self, steps: DurableSteps | None = None) -> None:
        a_night(self.config, steps=steps)

    def correction(self, steps: DurableSteps | None = None) -> None:
        """Replaces the first claim that can be; nothing where there is none."""
        found = rows(self.config)
        replaced = {row.replaces for row in found}
        for row in found:
            if row.frequency == "1" and row.state in _CORRECTABLE and row.id not in replaced:
                try:
                    correct(
                        self.config, row.id, CHANGE, asked="replace", by="C. Coder", now=NIGHT, steps=steps
                    )
                except NotCorrectable:
                    continue
                return

    def replacements(self) -> int:
        return sum(row.frequency == "7" for row in rows(self.config))

    def promises(self) -> None:
        """Runs the night that ends it all, and looks whether every promise was kept."""
        self.night()
        assert_promises_kept(self.config, self.taken, self.accounts)
        assert list(self.config.folders.inbox.iterdir()) == []
        assert list(self.config.folders.encounters.iterdir()) == []
