"""A claim, what replaces it and what voids it: one life, in whatever order the answers come."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mapping.profile_store import ProfileStore
from pipeline.chains import Chain
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.inbound.receive import receive
from pipeline.inbound.states import chains_of
from pipeline.job import Job
from pipeline.ledger import answers as answer_rows
from pipeline.ledger import claims, encounters
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.decisions import Decision
from pipeline.ledger.place import Place
from pipeline.ledger.store import Ledger
from pipeline.life import basis_of
from samples.clearinghouse import Accept, Deny, Outcome, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.corrections.support import ANSWERED, CORRECTED, PAID, answer, correct, pick_up, rows
from tests.support.builders import NIGHT, a_child
from tests.support.chain_answers import reversal_of, status_of
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.parked import parked_events

pytestmark = pytest.mark.slow

ACCOUNT = "NGT00001"
PAID_AT_FIRST = Script(claims={ACCOUNT: Pay(Decimal(60))})
LAST = PAID
SHUFFLES = 500


@dataclass(frozen=True)
class Story:
    """A ledger with a claim and its replacement, and all that comes back about both."""

    config: Config
    answers: dict[str, bytes]

    @property
    def ledger(self) -> Place:
        return self.config.ledger


def a_story(folder: Path, second: Outcome, kind: str = "replace") -> Story:
    """The claim was paid and is replaced (or voided)."""
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (sent,) = pick_up(config)
    before = clearinghouse(sent, PAID_AT_FIRST, ANSWERED)
    answer(config, sent, PAID_AT_FIRST, ANSWERED)
    changes = ("therapy.kits[0].lot=LOT77",) if kind == "replace" else ()
    correct(config, rows(config)[0].id, *changes, asked=kind, by="C. Coder")
    (again,) = pick_up(config)
    after = clearinghouse(again, Script(claims={ACCOUNT: second}), LAST)
    found = {f"1-{one.name}": one.data for one in before} | {f"2-{one.name}": one.data for one in after}
    first_report, first_payment = before[1].data, before[2].data
    found["1-reversal.835"] = reversal_of(first_payment)
    found["1-status.277"] = status_of(first_report)
    found["2-status.277"] = status_of(after[1].data)
    return Story(config, found)


def _forget_answers(ledger: Ledger) -> None:
    """The ledger as though no answer had come; the claims were sent all the same."""
    with ledger.transaction("test") as connection:
        for table in ("event_candidates", "provider_adjustments", "events", "transactions", "inbound_files"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
        for claim in claims.all_claims(connection):
            claims.set_states(connection, [((claim,), {claim.id: "ready"})])
        connection.exec_driver_sql("UPDATE claims SET live_key = NULL, live_drug_key = NULL")
        first, second = sorted(claims.all_claims(connection), key=lambda row: row.version)
        claims.set_states(connection, [((first, second), {first.id: "ready", second.id: "ready"})])


class Play:
    """A story's answers into its ledger, in the order that is asked for, each time from the beginning."""

    def __init__(self, story: Story, folder: Path) -> None:
        folder.mkdir()
        self.config = story.config
        self._profiles = ProfileStore()
        self._ledger = Ledger.open(story.ledger, DurableSteps())
        self.paths = {}
        for name, data in story.answers.items():
            self.paths[name] = folder / name
            self.paths[name].write_bytes(data)

    def outcome(self, order: list[str]) -> tuple[Any, ...]:
        """What the ledger says in the end: states, live keys, events by claim, money of the chain."""
        _forget_answers(self._ledger)
        for name in order:
            job = Job(self.config, self._ledger, DurableSteps(), self._profiles, LAST)
            receive(job, [self.paths[name]], keep=True)
        with self._ledger.reading() as connection:
            return _told(connection)


def _told(connection: Any) -> tuple[Any, ...]:
    found = claims.all_claims(connection)
    keys = connection.exec_driver_sql(
        "SELECT id, live_key IS NOT NULL, live_drug_key IS NOT NULL FROM claims ORDER BY id"
    )
    events = {
        (event.digest, event.position, claim.id)
        for claim in found
        for event in answer_rows.of_claim(connection, claim.id)
    }
    return (
        tuple((claim.version, claim.frequency, claim.state) for claim in found),
        tuple(map(tuple, keys)),
        frozenset(events),
        len(parked_events(connection)),
        chains_of(connection, [found[0].id])[0].paid_cents,
    )


def states_of(outcome: tuple[Any, ...]) -> dict[str, str]:
    return {frequency: state for _, frequency, state in outcome[0]}


def test_any_order_of_answers_with_repeats_gives_one_end(tmp_path: Path) -> None:
    """24 orders with repeats and 500 random shuffles over an original, its reversal and its replacement."""
    story = a_story(tmp_path / "story", Pay(Decimal(70)))
    play = Play(story, tmp_path / "play")
    names = sorted(story.answers)
    chance = random.Random(1126)
    orders = [[*order, *order[:2]] for order in itertools.islice(itertools.permutations(names), 24)]
    for _ in range(SHUFFLES):
        orders.append([*chance.sample(names, len(names)), chance.choice(names)])
        chance.shuffle(orders[-1])
    outcomes = Counter(play.outcome(order) for order in orders)
    print(f"{len(orders)} orders of {len(names)} answers")
    assert len(outcomes) == 1
    (outcome,) = outcomes
    assert states_of(outcome) == {"1": "replaced", "7": "paid"}
    assert outcome[3] == 0
    assert outcome[4] == 148834000  # the replacement's payment; the first was taken back
    assert Counter((live, drug) for _, live, drug in outcome[1]) == {(0, 0): 1, (1, 1): 1}


@pytest.mark.usefixtures("each_ledger")
@pytest.mark.parametrize(
    ("second", "kind", "without", "expected"),
    [
        (Pay(), "replace", (), {"1": "replaced", "7": "paid"}),
        (Accept(), "replace", ("reversal",), {"1": "replaced", "7": "pending"}),
        (Accept(), "replace", ("reversal", "2-status"), {"1": "replaced", "7": "accepted"}),
        (Deny("18", other_lines="deny"), "replace", ("reversal",), {"1": "paid", "7": "denied"}),
        (Reject("218"), "replace", ("reversal", "2-status"), {"1": "paid", "7": "rejected"}),
        (Accept(), "void", ("2-status",), {"1": "voided", "8": "accepted"}),
        (Accept(), "void", ("2-",), {"1": "voided", "8": "ready"}),
        (Reject("218"), "void", ("reversal", "2-status"), {"1": "paid", "8": "rejected"}),
    ],
)
def test_what_becomes_of_a_claim_that_another_is_sent_for(
    tmp_path: Path, second: Outcome, kind: str, without: tuple[str, ...], expected: dict[str, str]
) -> None:
    story = a_story(tmp_path / "story", second, kind)
    names = [name for name in sorted(story.answers) if not any(one in name for one in without)]
    play = Play(story, tmp_path / "play")
    assert states_of(play.outcome(names)) == states_of(play.outcome(names[::-1])) == expected


def test_a_reversal_goes_to_the_claim_whose_number_it_names_and_waits_while_none_is_known(
    tmp_path: Path,
) -> None:
    story = a_story(tmp_path / "story", Pay())
    play = Play(story, tmp_path / "play")
    alone = play.outcome(["2-status.277", "1-reversal.835"])
    assert alone[3] == 0, "the replacement names the number of the original"
    ledger = Ledger.open(play.config.ledger, DurableSteps())
    with ledger.reading() as connection:
        original = next(row for row in claims.all_claims(connection) if row.frequency == "1")
        assert [event.verdict for event in answer_rows.of_claim(connection, original.id)] == ["reversal"]
    ledger.close()
    unknown = story.answers["1-reversal.835"].replace(b"*2611160000000010001*", b"*NUMBER-OF-NOBODY*")
    play.paths["1-reversal.835"].write_bytes(unknown)
    order = sorted(set(story.answers) - {"2-status.277"})
    assert play.outcome(order)[3] == 1
    ledger = Ledger.open(play.config.ledger, DurableSteps())
    with ledger.reading() as connection:
        ((event, fitting),) = parked_events(connection)
        assert event.verdict == "reversal"
        assert sorted(fitting) == sorted(row.id for row in claims.all_claims(connection))
    ledger.close()


@pytest.mark.usefixtures("each_ledger")
def test_the_childs_place_passes_to_the_replacement_and_a_voided_claim_frees_it(tmp_path: Path) -> None:
    for kind, places in (("replace", {(0, 0): 1, (1, 1): 1}), ("void", {(0, 0): 2})):
        story = a_story(tmp_path / kind, Pay() if kind == "replace" else Accept(), kind)
        play = Play(story, tmp_path / f"play-{kind}")
        outcome = play.outcome(sorted(story.answers))
        assert Counter((live, drug) for _, live, drug in outcome[1]) == places, kind


@pytest.mark.usefixtures("each_ledger")
def test_a_second_replacement_waits_for_the_first(tmp_path: Path) -> None:
    """The unique key holds it, whoever asks."""
    from sqlalchemy.exc import IntegrityError

    story = a_story(tmp_path, Pay())
    ledger = Ledger.open(story.ledger, DurableSteps())
    with pytest.raises(IntegrityError), ledger.transaction("test") as connection:
        waiting = next(row for row in claims.all_claims(connection) if row.frequency == "7")
        added = claims.NewClaim(replace(waiting, id="C000", version=3))
        claims.add(connection, [added], "2026-11-20")
    ledger.close()


def an_event(stage: str, verdict: str, digest: str, cents: int = 0, **body: Any) -> EventRow:
    content = {"paid_cents": cents, "adjustments": [], "lines": [], **body}
    return EventRow(digest, 1, "", "", stage, "2026-12-01", verdict, None, cents, content)


def a_claim(identity: str, replaces: str | None, frequency: str = "7", part: str = "whole") -> ClaimRow:
    values: dict[str, Any] = dict.fromkeys(ClaimRow.__slots__)
    return ClaimRow(
        **values | {"id": identity, "replaces": replaces, "frequency": frequency, "part": part, "version": 1}
    )


ACCEPTED = an_event("277CA-payer", "accepted", "a")
BY_THE_CLEARINGHOUSE = an_event("277CA-clearinghouse", "accepted", "b")
PAYMENT = an_event("835", "adjudicated", "c", 500)
BACK = an_event("835", "reversal", "d", -500)
DENIED = an_event("835", "adjudicated", "e", adjustments=[{"reason": "16"}])
HALF = an_event(
    "835",
    "adjudicated",
    "f",
    300,
    lines=[{"charge_cents": 9, "paid_cents": 0, "adjustments": [{"reason": "16"}]}],
)
CHAINS: list[tuple[str, list[ClaimRow], dict[str, list[EventRow]], dict[str, str]]] = [
    (
        "taken in by the clearinghouse alone",
        [a_claim("A", None, "1"), a_claim("B", "A")],
        {"A": [PAYMENT], "B": [BY_THE_CLEARINGHOUSE]},
        {"A": "paid", "B": "accepted"},
    ),
    (
        "a second replacement after a denied one",
        [a_claim("A", None, "1"), a_claim("B", "A"), a_claim("C", "B")],
        {"A": [DENIED], "B": [DENIED], "C": [ACCEPTED]},
        {"A": "replaced", "B": "replaced", "C": "accepted"},
    ),
    (
        "a void of the replacement leaves the original replaced",
        [a_claim("A", None, "1"), a_claim("B", "A"), a_claim("C", "B", "8")],
        {"A": [PAYMENT, BACK], "B": [PAYMENT, BACK], "C": [ACCEPTED]},
        {"A": "replaced", "B": "voided", "C": "accepted"},
    ),
    (
        "denied lines sent again leave what was paid",
        [a_claim("A", None, "1"), a_claim("B", "A", "7", "whole-L001")],
        {"A": [HALF], "B": [PAYMENT]},
        {"A": "partly_paid", "B": "paid"},
    ),
    (
        "a new claim in place of a denied one",
        [a_claim("A", None, "1"), a_claim("B", "A", "1")],
        {"A": [DENIED], "B": [ACCEPTED]},
        {"A": "replaced", "B": "accepted"},
    ),
]


@pytest.mark.parametrize(("what", "rows_of_chain", "events", "expected"), CHAINS, ids=[c[0] for c in CHAINS])
def test_the_states_of_a_chain(
    what: str, rows_of_chain: list[ClaimRow], events: dict[str, list[EventRow]], expected: dict[str, str]
) -> None:
    for order in itertools.permutations(rows_of_chain):
        assert Chain(order, events).states({}) == expected, what


def test_a_reversal_is_paired_with_the_payment_of_the_replacement() -> None:
    pair = [a_claim("A", None, "1"), a_claim("B", "A")]
    assert Chain(pair, {"A": [PAYMENT, BACK], "B": [PAYMENT]}).unpaired_reversal("A") is None
    assert Chain(pair, {"A": [PAYMENT, BACK], "B": [ACCEPTED]}).unpaired_reversal("A") is not None
    assert Chain(pair, {"A": [PAYMENT, BACK], "B": [PAYMENT]}).paid_cents == 500


def test_what_people_decided_holds_until_another_answer_decides() -> None:
    chain = Chain([a_claim("A", None, "1")], {"A": [DENIED]})
    decided = Decision("A", "appealed", basis_of(chain.life("A")), "a reason", "somebody", "2026-12-02")
    assert chain.states({"A": decided}) == {"A": "appealed"}
    later = Chain(chain.claims, {"A": [DENIED, replace(PAYMENT, day="2026-12-20")]})
    assert later.states({"A": decided}) == {"A": "paid"}


def test_the_hospitals_own_record_after_a_correction_is_a_repeat(tmp_path: Path) -> None:
    """Its system does not know of the correction; content that it never sent before is a change."""
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (sent,) = pick_up(config)
    answer(config, sent, Script(claims={ACCOUNT: Deny("16", other_lines="deny")}), ANSWERED)
    correct(config, rows(config)[0].id, "therapy.kits[0].lot=LOT77", asked="replace", by="C. Coder")
    put_encounters(config, "same.ndjson", [a_child(1), a_child(2)])
    summary = a_night(config, CORRECTED)
    assert summary["counts"]["encounters_repeated"] == 1
    assert "encounters_revised" not in summary["counts"]
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        newest = encounters.latest(connection, "N00001")
        assert newest is not None and newest.origin == encounters.CORRECTION
    ledger.close()
    put_encounters(config, "b.ndjson", [a_child(1, **{"therapy.kits[0].lot": "LOT8"})])
    assert a_night(config, NIGHT)["findings_by_rule"] == {"encounter-changed": 1}
