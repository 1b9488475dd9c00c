"""A remittance holds the hospital's other claims, too: what is parked costs little, and finds its claim all the same."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, select, update

from pipeline.durable import DurableSteps
from pipeline.inbound.clues import Clues
from pipeline.inbound.extract import Reference
from pipeline.inbound.match.settle import settle, settle_all
from pipeline.ledger import answers
from pipeline.ledger.answers import PARKED, EventRow
from pipeline.ledger.schema import claim_patients, claims, event_candidates, events
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Script
from samples.clearinghouse import answers as clearinghouse
from tests.benchmarks.remittance import a_remittance
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night
from tests.pipeline.test_matching import NO_ACCOUNT, answers_of, ingest, look, take_in
from tests.support.chain_answers import changed
from tests.support.nights import a_night, a_workspace

_STORIES = 150
_NO_CLUES = Clues()
_KINDS = [("835", "adjudicated"), ("835", "reversal"), ("277", "pending"), ("277CA-payer", "rejected")]


def test_an_answer_that_names_the_patient_alone_finds_a_claim_that_appears_later(tmp_path: Path) -> None:
    _, sent = a_sent_night(tmp_path / "other", children=1)
    config = a_workspace(tmp_path / "here")
    take_in(config, changed(answers_of(sent)["835"], NO_ACCOUNT))
    assert ingest(config, sent)["counts"]["events_matched_later"] == 1
    assert look(config).states == {"NGT00001/1": "paid"} and look(config).matched_by == ["patient"]


def test_a_number_that_an_account_teaches_leads_to_its_claim_in_the_same_run(tmp_path: Path) -> None:
    """Both wait; then the claim appears, and one of them names its account."""
    config, _ = a_sent_night(tmp_path, children=1)
    ledger = Ledger.open(config.ledger, DurableSteps())
    with _rolled_back(ledger) as connection:
        (claim,) = _claims(connection)
        account = connection.execute(select(claims.c.patient_control_number)).scalar_one()
        _add(connection, [an_event("T1", 1, account, "N1"), an_event("T1", 2, "OTHER", "N1")])
        assert settle_all(connection).matched == {("T1", 1), ("T1", 2)}
        assert [event.matched_by for event in answers.of_claim(connection, claim)] == ["account", "number"]
    ledger.close()


def test_an_acknowledgment_of_another_system_costs_no_question(tmp_path: Path) -> None:
    """And one of ours that came before its file finds its claims."""
    _, sent = a_sent_night(tmp_path / "other", children=1)
    config = a_workspace(tmp_path / "here")
    (ours,) = clearinghouse(sent, Script(kinds=("999",)), LATER)
    asked = []
    for count in (5, 25):
        for number in range(100, 100 + count):
            take_in(config, changed(ours.data, (r"(AK1\*HC\*)\d+", rf"\g<1>{number}")))
        with _questions() as ran:
            a_night(config, LATER)
        asked.append(len(ran))
    assert asked[1] == asked[0] and len(look(config).parked) == 25 + 1  # and the TA1, the same in all
    take_in(config, ours.data)
    assert ingest(config, sent)["counts"]["events_matched_later"] == 2
    assert len(look(config).parked) == 25


def test_a_number_that_another_answer_teaches_leads_an_older_one_to_its_claim(tmp_path: Path) -> None:
    """The first names a number only, the second the patient and that number, and no claim has their accounts."""
    config, sent = a_sent_night(tmp_path, children=1)
    by_patient = changed(answers_of(sent)["835"], NO_ACCOUNT)
    by_number = changed(by_patient, (r"NM1\*QC[^~]*~\s*", ""), ("CLP.OTHER", "CLP*ANOTHER"))
    assert take_in(config, by_number)["counts"]["answers_without_a_claim"] == 1
    again = changed(by_patient, ("TRN.1.EFT", "TRN*1*NEXT"))
    assert take_in(config, again)["counts"]["events_matched_later"] == 1
    assert look(config).matched_by == ["number", "patient"]


@pytest.mark.usefixtures("each_ledger")
def test_answers_that_come_one_by_one_end_where_all_of_them_at_once_do(tmp_path: Path) -> None:
    """Random events on three claims. What is left out when they are looked at again would stay parked."""
    config, _ = a_sent_night(tmp_path, children=3)
    ledger = Ledger.open(config.ledger, DurableSteps())
    found: dict[str, int] = {}
    try:
        for seed in range(_STORIES):
            ends = []
            for when in ("as it comes", "in the end", "all together"):
                with _rolled_back(ledger) as connection:
                    _tell(connection, random.Random(seed), when)
                    ends.append(_end(connection))
            assert ends[0] == ends[1] == ends[2], seed
            for *_, means in ends[0][0]:
                found[means or ""] = found.get(means or "", 0) + 1
            found["several"] = found.get("several", 0) + bool(ends[0][1])
    finally:
        ledger.close()
    assert (
        min(found[means] for means in (*answers.UNSURE, answers.BY_ACCOUNT, "", "several")) >= _STORIES / 10
    )


def test_what_led_to_a_claim_and_holds_no_longer_is_taken_back(tmp_path: Path) -> None:
    """A number that no claim has any more, and claims that an answer does not fit any more."""
    config, _ = a_sent_night(tmp_path, children=2)
    ledger = Ledger.open(config.ledger, DurableSteps())
    with _rolled_back(ledger) as connection:
        first, second = _claims(connection)
        _add(connection, [an_event("T1", 1, number="N1"), an_event("T1", 2)])
        guessed, fitting = answers.of_transaction(connection, "T1")
        answers.move(connection, guessed, first, answers.BY_NUMBER)
        answers.set_candidates(connection, fitting, [first, second])
        assert settle_all(connection).touched == {first}
        assert answers.of_claim(connection, first) == answers.of_claim(connection, second) == []
        assert answers.count_parked(connection) == (2, 0)
    ledger.close()


def test_claims_under_its_account_are_told_apart_before_a_number_leads_elsewhere(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, children=2)
    ledger = Ledger.open(config.ledger, DurableSteps())
    with _rolled_back(ledger) as connection:
        first, second = _claims(connection)
        connection.execute(update(claims).values(patient_control_number="TWINS"))
        (digest,) = connection.execute(
            select(claim_patients.c.digest)
            .where(claim_patients.c.claim == first)
            .except_(select(claim_patients.c.digest).where(claim_patients.c.claim == second))
        ).scalars()
        row = connection.execute(select(claims).where(claims.c.id == first)).one()
        clues = Clues(
            patients=(digest,),
            first_day=row.statement_from,
            last_day=row.statement_through,
            charge_cents=row.total_cents,
        )
        shared, known = an_event("T1", 1, "TWINS", "N1"), an_event("T1", 2, "OTHER", "N1", clues)
        _add(connection, [shared, known])
        assert settle(connection, ["OTHER"]).matched == {("T1", 2)}
        settle_all(connection)
        means = {event.position: event.matched_by for event in answers.of_claim(connection, first)}
        assert means == {1: answers.BY_ACCOUNT, 2: answers.BY_NUMBER}
    ledger.close()


def _claims(connection: Connection) -> list[str]:
    return list(connection.execute(select(claims.c.id).order_by(claims.c.id)).scalars())


def an_event(
    digest: str,
    position: int,
    account: str = "OTHER",
    number: str | None = None,
    clues: Clues = _NO_CLUES,
    says: tuple[str, str] = _KINDS[0],
    clearinghouse_number: str | None = None,
) -> EventRow:
    """A parked event of this account; `says` is its stage and verdict."""
    return EventRow(
        digest,
        position,
        PARKED,
        Reference("account", account).text(),
        says[0],
        "2026-12-05",
        says[1],
        number,
        0,
        {"paid_cents": 0, "adjustments": [], "lines": []},
        clearinghouse_number,
        clues.as_dict(),
    )


class _Undo(Exception):
    pass


@contextmanager
def _rolled_back(ledger: Ledger) -> Iterator[Connection]:
    try:
        with ledger.transaction("story") as connection:
            yield connection
            raise _Undo
    except _Undo:
        pass


def _tell(connection: Connection, chance: random.Random, when: str) -> None:
    """Three files of events; settled as they come and once more in the end, there only, or all together."""
    told = [_random_events(connection, chance, f"T{file}") for file in range(3)]
    for file in told:
        _add(connection, file)
        if when == "as it comes":
            settle(connection, [Reference.from_text(one.reference).value for one in file])
    if when == "all together":
        settle(connection, [Reference.from_text(one.reference).value for file in told for one in file])
    else:
        settle_all(connection)


def _add(connection: Connection, file: list[EventRow]) -> None:
    connection.exec_driver_sql(
        "INSERT INTO inbound_files (sha256, name, kind, state, received) "
        f"VALUES ('{file[0].digest}', 'x', '835', 'taken in', '2026-12-05')"
    )
    answers.add_transaction(connection, file[0].digest, file[0].digest, "835", "counted")
    answers.add_events(connection, file)


def _random_events(connection: Connection, chance: random.Random, digest: str) -> list[EventRow]:
    rows = list(connection.execute(select(claims).order_by(claims.c.patient_control_number)))
    patients = {
        row.id: list(
            connection.execute(
                select(claim_patients.c.digest).where(claim_patients.c.claim == row.id).order_by("digest")
            ).scalars()
        )
        for row in rows
    }
    found = []
    for position in range(1, chance.randint(2, 5)):
        row, (stage, verdict) = chance.choice(rows), chance.choice(_KINDS)
        account = chance.choice([row.patient_control_number, "OTHER", "ANOTHER", f"OF {digest}", "", ""])
        named = chance.sample(patients[row.id], chance.randint(0, len(patients[row.id])))
        clues = Clues(
            payer_ids=(row.payer_id,) if chance.random() < 0.3 else (),
            patients=tuple(sorted(named)),
            first_day=row.statement_from if chance.random() < 0.8 else "2020-01-01",
            last_day=row.statement_through,
            charge_cents=row.total_cents if chance.random() < 0.8 else 1,
        )
        number, of_clearinghouse = chance.choice([None, "N1", "N2", "N3"]), chance.choice([None, None, "C1"])
        found.append(an_event(digest, position, account, number, clues, (stage, verdict), of_clearinghouse))
    return found


def _end(connection: Connection) -> tuple[list[tuple[str, int, str, str | None]], set[tuple[str, int, str]]]:
    names = {row.id: row.patient_control_number for row in connection.execute(select(claims))}
    ends = sorted(
        (row.digest, row.position, names.get(row.claim, ""), row.matched_by)
        for row in connection.execute(select(events).where(events.c.clues.is_not(None)))
    )
    fitting = {
        (row.digest, row.position, names[row.claim]) for row in connection.execute(select(event_candidates))
    }
    return ends, fitting


def test_what_is_parked_is_not_asked_for_one_by_one(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, children=1)
    asked = []
    for number, count in enumerate((100, 400), start=1):
        take_in(config, a_remittance(count).replace(b"TRACE1", b"TRACE%d" % number))
        with _questions() as ran:
            a_night(config, LATER + dt.timedelta(days=number))
        asked.append(len(ran))
    assert len(look(config).parked) == 500
    assert asked[1] - asked[0] <= 20


@contextmanager
def _questions() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_c: object, _u: object, statement: str, *_: object) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.usefixtures("each_ledger")
@pytest.mark.parametrize("number", ["9" * 30, "\N{SUPERSCRIPT TWO}", "1:2"])
def test_a_control_number_that_is_none_waits_like_any_other(tmp_path: Path, number: str) -> None:
    config, sent = a_sent_night(tmp_path, children=1)
    (answer,) = clearinghouse(sent, Script(kinds=("999",)), LATER)
    text = (
        answer.data.decode()
        .replace("AK1*HC*1*", f"AK1*HC*{number}*")
        .replace("TA1*000000001", "TA1*000000777")
    )
    summary = take_in(config, text.encode("latin-1"))
    assert summary["quarantined"] == [] and "program-fault" not in summary["findings_by_rule"]
    assert len(look(config).parked) == 2


@pytest.mark.usefixtures("each_ledger")
def test_a_claim_made_elsewhere_under_an_odd_control_number_is_taken_in(tmp_path: Path) -> None:
    _, sent = a_sent_night(tmp_path / "other", children=1)
    odd = changed(sent, (r"\*000000001\*0\*", f"*{'9' * 12}*0*"), (r"IEA.1.000000001", f"IEA*1*{'9' * 12}"))
    config = a_workspace(tmp_path / "here")
    ingest(config, odd)
    take_in(config, answers_of(sent)["835"])
    assert look(config).states == {"NGT00001/1": "paid"}
