"""Answers: matched, counted once, in any order; what is wrong is said and nothing is lost."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger import answers as answer_rows
from pipeline.ledger import claims
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Accept, Deny, Pay, Refuse, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from samples.clearinghouse.envelopes import in_new_envelope
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

LATER = NIGHT + dt.timedelta(days=2)
SCRIPT = Script(
    claims={
        "NGT00001": Pay(),
        "NGT00002": Deny("252", remarks=("N395",)),
        "NGT00003": Reject("218"),
        "NGT00004": Accept(),
    }
)
EXPECTED = {"NGT00001": "paid", "NGT00002": "partly_paid", "NGT00003": "rejected", "NGT00004": "accepted"}


def a_sent_night(folder: Path, children: int = 4) -> tuple[Config, bytes]:
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(1, children + 1)])
    a_night(config)
    (data,) = outbox(config).values()
    return config, data


def states(config: Config) -> tuple[dict[str, str], int]:
    """The state of each account, and the money of all events."""
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            rows = claims.all_claims(connection)
            events = [event for row in rows for event in answer_rows.of_claim(connection, row.id)]
    finally:
        ledger.close()
    return {row.patient_control_number: row.state for row in rows}, sum(event.paid_cents for event in events)


def days_of_events(config: Config) -> list[str | None]:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            rows = claims.all_claims(connection)
            return [event.day for row in rows for event in answer_rows.of_claim(connection, row.id)]
    finally:
        ledger.close()


def the_worklist(config: Config) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads((config.folders.reports / "worklist.json").read_text("utf-8"))
    return content


@pytest.mark.usefixtures("each_ledger")
def test_every_answer_finds_its_claim(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    for answer in clearinghouse(sent, SCRIPT, LATER):
        put_answer(config, answer.name, answer.data)
    summary = a_night(config, LATER)
    assert states(config) == (EXPECTED, 212620000 + 120000)
    assert summary["counts"].get("events_parked") is None
    assert list(config.folders.inbox.iterdir()) == list(config.folders.work.iterdir()) == []
    archived = {path.name for path in config.folders.archive_in.glob("2026-11-18/*")}
    assert {answer.name for answer in clearinghouse(sent, SCRIPT, LATER)} <= archived


def test_any_order_with_repeats_gives_the_same_states_and_counts_money_once(tmp_path: Path) -> None:
    """All orders of the files, then shuffles with repeats: one final state."""
    config, sent = a_sent_night(tmp_path / "sent")
    files = clearinghouse(sent, SCRIPT, LATER)
    backup = config.ledger_path.read_bytes()
    chance = random.Random(1126)
    orders = [list(order) for order in itertools.permutations(files)][:24]
    orders += [[chance.choice(files) for _ in range(4)] + chance.sample(files, len(files)) for _ in range(6)]
    outcomes = Counter()
    for order in orders:
        config.ledger_path.write_bytes(backup)
        for suffix in ("-wal", "-shm"):
            config.ledger_path.with_name(config.ledger_path.name + suffix).unlink(missing_ok=True)
        for number, answer in enumerate(order):
            put_answer(config, f"{number}-{answer.name}", answer.data)
            if chance.random() < 0.5:
                a_night(config, LATER)
        a_night(config, LATER)
        found, money = states(config)
        outcomes[json.dumps(found, sort_keys=True), money] += 1
    print(f"{len(orders)} orders")
    assert outcomes == {(json.dumps(EXPECTED, sort_keys=True), 212740000): len(orders)}


@pytest.mark.usefixtures("each_ledger")
def test_the_same_file_under_another_name_is_counted_once(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    files = clearinghouse(sent, SCRIPT, LATER)
    for name in ("a", "b"):
        for answer in files:
            put_answer(config, f"{name}-{answer.name}", answer.data)
    summary = a_night(config, LATER)
    assert summary["counts"]["answer_files_repeated"] == len(files)
    assert states(config)[1] == 212740000


@pytest.mark.usefixtures("each_ledger")
def test_the_same_remittance_in_a_new_envelope_is_counted_once(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    remittance = next(a.data for a in clearinghouse(sent, SCRIPT, LATER) if a.name.startswith("835"))
    put_answer(config, "one.835", remittance)
    number, other = remittance[90:99], b"987654321"
    assert remittance.count(b"IEA*1*" + number) == 1
    again = remittance[:90] + other + remittance[99:].replace(b"IEA*1*" + number, b"IEA*1*" + other)
    put_answer(config, "two.835", again)
    summary = a_night(config, LATER)
    assert summary["findings_by_rule"]["transaction-repeated"] == 1
    assert states(config)[1] == 212740000


@pytest.mark.usefixtures("each_ledger")
def test_a_999_is_as_old_as_its_oldest_envelope_whichever_came_first(tmp_path: Path) -> None:
    """An acceptance that is sent anew after a refusal does not become younger than it."""
    ends = []
    for number, turns in enumerate(itertools.permutations(range(3))):
        config, sent = a_sent_night(tmp_path / f"{number}", children=1)
        accepted, refused = (
            next(one for one in clearinghouse(sent, script, day) if one.name.startswith("999"))
            for script, day in ((SCRIPT, NIGHT), (Script(claims={"NGT00001": Refuse("CL1")}), LATER))
        )
        files = [accepted, refused, in_new_envelope(accepted, LATER + dt.timedelta(days=2))]
        for turn in turns:
            put_answer(config, f"{turn}.999", files[turn].data)
            a_night(config, LATER + dt.timedelta(days=3))
        ends.append((states(config)[0], sorted(days_of_events(config))))
    assert ends == [({"NGT00001": "rejected"}, ["2026-11-16", "2026-11-16", "2026-11-18"])] * 6


@pytest.mark.usefixtures("each_ledger")
def test_the_same_trace_with_another_body_counts_no_money(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    remittance = next(a.data for a in clearinghouse(sent, SCRIPT, LATER) if a.name.startswith("835"))
    put_answer(config, "one.835", remittance)
    put_answer(config, "two.835", remittance.replace(b"N395", b"N396"))
    summary = a_night(config, LATER)
    assert summary["findings_by_rule"]["trace-conflict"] == 1
    assert states(config)[1] == 212740000


@pytest.mark.usefixtures("each_ledger")
def test_an_answer_to_an_unknown_claim_is_parked_and_matched_when_the_claim_appears(tmp_path: Path) -> None:
    _, sent = a_sent_night(tmp_path / "other")
    config = a_workspace(tmp_path / "here")
    for answer in clearinghouse(sent, SCRIPT, LATER):
        put_answer(config, answer.name, answer.data)
    first = a_night(config)
    assert first["findings_by_rule"]["answer-unmatched"] == first["counts"]["events_parked"] > 0
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(1, 5)])
    a_night(config, NIGHT)
    a_night(config, LATER)
    assert states(config) == (EXPECTED, 212740000)


@pytest.mark.usefixtures("each_ledger")
def test_a_rejected_claim_may_be_sent_again_with_other_content(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    for answer in clearinghouse(sent, SCRIPT, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    put_encounters(config, "b.ndjson", [a_child(3, **{"therapy.kits[0].lot": "LOT9"})])
    summary = a_night(config, LATER)
    assert summary["counts"]["claims_released"] == 1
    assert summary["files"][0]["control_number"] == 2


@pytest.mark.usefixtures("each_ledger")
def test_a_refused_transaction_set_is_a_syntax_item_for_every_claim_of_it(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=2)
    script = Script(claims={"NGT00001": Refuse("CLM", "8")})
    for answer in clearinghouse(sent, script, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    assert set(states(config)[0].values()) == {"rejected"}
    assert [item["causes"][0]["id"] for item in the_worklist(config)] == ["syntax", "syntax"]
    assert {item["owner"] for item in the_worklist(config)} == {"EDI desk"}
    assert all(item["due"] for item in the_worklist(config))


def test_a_denial_is_a_work_item_with_everything_an_analyst_needs(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    for answer in clearinghouse(sent, SCRIPT, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    item = next(item for item in the_worklist(config) if item["encounter"] == "N00002")
    assert item["stage"] == "denied" and item["amount_at_risk"] == "2125000.00"
    assert item["causes"][0]["id"] == "aav9-titer" and item["causes"][0]["evidence"]
    assert item["actions"] == ["send_documents", "appeal"] and item["owner"] == "authorization team"
    assert item["due"] == "2027-01-17" and item["steps"] and item["prevented_by"]
    assert ("CO", "252") in [(code["group"], code["carc"]) for code in item["codes"]]
    assert {code["line"] for code in item["codes"]} == {"L001"}


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"ISA*00*", bytes(range(256)) * 9, b'{"a": 1}'],
    ids=["empty", "text", "cut", "binary", "json"],
)
def test_what_cannot_be_read_goes_into_quarantine_with_a_reason(tmp_path: Path, data: bytes) -> None:
    config, sent = a_sent_night(tmp_path)
    put_answer(config, "odd.835", data)
    good = next(a for a in clearinghouse(sent, SCRIPT, LATER) if a.name.startswith("835"))
    put_answer(config, good.name, good.data)
    summary = a_night(config, LATER)
    assert summary["quarantined"] == ["odd.835"] and summary["exit_code"] == 1
    assert (config.folders.quarantine / "odd.835").read_bytes() == data
    reason = json.loads((config.folders.quarantine / "odd.835.reason.json").read_text("utf-8"))
    assert reason["findings"] and reason["next_step"]
    assert states(config)[1] == 212740000


def test_a_remittance_cut_anywhere_is_never_taken_in(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    whole = next(a for a in clearinghouse(sent, SCRIPT, LATER) if a.name.startswith("835")).data
    places = random.Random(5).sample(range(1, len(whole.rstrip()) - 1), 40)
    for number, end in enumerate(places):
        put_answer(config, f"cut-{number:02d}.835", whole[:end])
    summary = a_night(config, LATER)
    assert len(summary["quarantined"]) == len(places)
    assert states(config)[1] == 0


def test_ingest_leaves_the_files_where_they_are(tmp_path: Path) -> None:
    from pipeline.night import run_ingest

    config, sent = a_sent_night(tmp_path / "w")
    paths = []
    for answer in clearinghouse(sent, SCRIPT, LATER):
        paths.append(tmp_path / answer.name)
        paths[-1].write_bytes(answer.data)
    run_ingest(config, DurableSteps(), LATER, paths)
    assert all(path.is_file() for path in paths)
    assert states(config)[0] == EXPECTED


def test_a_change_that_came_before_the_rejection_is_sent_after_it(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path)
    put_encounters(config, "b.ndjson", [a_child(3, **{"therapy.kits[0].lot": "LOT9"})])
    assert a_night(config)["findings_by_rule"] == {"encounter-changed": 1}
    for answer in clearinghouse(sent, SCRIPT, LATER):
        put_answer(config, answer.name, answer.data)
    assert a_night(config, LATER)["counts"]["claims_released"] == 1


def test_a_rejected_batch_is_that_of_the_partner_who_answers(tmp_path: Path) -> None:
    """Two partners have files with one BHT03; the rejection of one leaves the other's claims alone."""
    from pipeline.inbound.extract import Reference
    from pipeline.inbound.match.references import claims_named
    from tests.support.builders import INPATIENT, a_record

    config = a_workspace(tmp_path)
    partners = tmp_path / "profiles" / "partners"
    partners.mkdir(parents=True)
    shipped = next(
        Path(__file__).parents[2].glob("mapping/profiles/partners/test-clearinghouse.toml")
    ).read_text("utf-8")
    other = shipped.replace('key = "test-clearinghouse"', 'key = "other"').replace("CLRHOUSE", "OTHERHOUSE")
    (partners / "other.toml").write_text(other, encoding="utf-8")
    (tmp_path / "j3399.toml").write_text(
        '[profiles]\nfolder = "profiles"\n[partners]\ncommercial-oba = "other"\n', encoding="utf-8"
    )
    from pipeline.config import load_config

    config = load_config(tmp_path / "j3399.toml")
    put_encounters(config, "a.ndjson", [a_child(1), a_record(base=INPATIENT)])
    assert len(a_night(config)["files"]) == 2
    ledger = Ledger.open(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        for receiver, payer in (("CLRHOUSE", "state-medicaid"), ("OTHERHOUSE", "commercial-oba")):
            reference = Reference("batch", "0000000010001", ("ZZ", "CHILDHOSP", "ZZ", receiver))
            assert [claim.payer for claim in claims_named(connection, reference)] == [payer]
        assert claims_named(connection, Reference("batch", "0000000010001")) == []
    ledger.close()
