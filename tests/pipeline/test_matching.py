"""Which claim an answer means: the steps of FACTS D5, and what fits several or none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.inbound.clues import Clues
from pipeline.inbound.match.accounts import Versions
from pipeline.ledger import answers as answer_rows
from pipeline.ledger import claims, files
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow, LineRow
from pipeline.ledger.store import Ledger
from pipeline.line_match import answered_lines
from pipeline.night import run_ingest
from samples.clearinghouse import Accept, Deny, Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night
from tests.support.chain_answers import changed, replacement_of, status_of
from tests.support.nights import a_night, a_workspace, put_answer, tree
from tests.support.parked import parked_events

PAID = Script(claims={f"NGT{number:05d}": Pay() for number in range(1, 6)})


def answers_of(sent: bytes, script: Script = PAID) -> dict[str, bytes]:
    """The answers to a file by their kind."""
    return {one.name[:3]: one.data for one in clearinghouse(sent, script, LATER)}


@dataclass(frozen=True)
class Known:
    """What a ledger says in the end."""

    states: dict[str, str]
    matched_by: list[str | None]
    parked: list[tuple[EventRow, tuple[str, ...]]]


def look(config: Config) -> Known:
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            found = claims.all_claims(connection)
            events = [event for row in found for event in answer_rows.of_claim(connection, row.id)]
            return Known(
                {f"{row.patient_control_number}/{row.frequency}": row.state for row in found},
                sorted({event.matched_by or "" for event in events}),
                parked_events(connection),
            )
    finally:
        ledger.close()


def take_in(config: Config, *files_of_answers: bytes) -> dict[str, Any]:
    for number, data in enumerate(files_of_answers):
        put_answer(config, f"{number}.x12", data)
    return a_night(config, LATER)


NO_ACCOUNT = (r"CLP\*NGT0000\d\*", "CLP*OTHER*")


@pytest.mark.usefixtures("each_ledger")
def test_an_account_number_is_told_apart_by_its_case_and_by_its_first_20_characters(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=1)
    lower = changed(answers_of(sent)["835"], ("CLP.NGT", "CLP*ngt"), ("REF.2U.SKMCD0", "REF*2U*OTHER"))
    take_in(config, changed(lower, (r"N1\*PR\*STATE MEDICAID", "N1*PR*OTHERS")))
    assert look(config).states == {"NGT00001/1": "ready"} and len(look(config).parked) == 1
    long = "NGT00001-9876543210-ABCDEF"
    here = a_workspace(tmp_path / "here")
    external = changed(sent, ("CLM.NGT00001", f"CLM*{long}"))
    take_in(here, external)
    cut = changed(answers_of(sent)["835"], ("CLP.NGT00001", f"CLP*{long[:20]}"))
    take_in(here, cut)
    assert look(here).states == {f"{long}/1": "paid"}


@pytest.mark.usefixtures("each_ledger")
def test_a_number_of_the_payer_that_was_seen_before_leads_to_its_claim(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=2)
    found = answers_of(sent)
    # two alike but for the number: the patient is not named, so nothing else leads there
    nameless = changed(found["835"], NO_ACCOUNT, (r"NM1\*QC[^~]*~\s*", ""))
    take_in(config, nameless)
    assert len(look(config).parked) == 2
    take_in(config, found["277"])
    assert look(config).states == {"NGT00001/1": "paid", "NGT00002/1": "paid"}
    assert look(config).matched_by == ["account", "number"]


def test_a_number_is_never_that_of_a_claim_to_another_payer(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=1)
    found = answers_of(sent)
    other = changed(
        found["835"], NO_ACCOUNT, (r"N1\*PR\*STATE MEDICAID", "N1*PR*OTHERS"), ("SKMCD0", "OTHER1")
    )
    take_in(config, found["277"], other)
    assert look(config).states == {"NGT00001/1": "accepted"} and len(look(config).parked) == 1


def test_a_number_of_the_clearinghouse_leads_to_its_claim(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=1)
    report = changed(answers_of(sent, Script())["277"], (r"(REF\*BLT)", r"REF*D9*CLEAR77~\n\1"))
    status = changed(status_of(report), (r"REF\*1K[^~]*~\s*", ""), (r"NM1\*QC[^~]*~", "NM1*QC*1*NOBODY~"))
    status = changed(status, (r"REF\*EJ\*NGT00001", "REF*EJ*OTHER"))
    take_in(config, status)
    assert len(look(config).parked) == 1
    take_in(config, report)
    assert look(config).states == {"NGT00001/1": "pending"}
    assert look(config).matched_by == ["account", "clearinghouse"]


@pytest.mark.usefixtures("each_ledger")
@pytest.mark.parametrize(
    "by", [(r"(NM1\*QC\*1\*SAMPLE\*INES).*~", r"\1~"), (r"NM1\*QC\*1\*SAMPLE\*INES", "NM1*QC*1*WRONG*NAME")]
)
def test_patient_days_and_charge_lead_to_the_one_live_claim_that_has_them(
    tmp_path: Path, by: tuple[str, str]
) -> None:
    """By the name without an id, and by the id under another name."""
    config, sent = a_sent_night(tmp_path, children=1)
    take_in(config, changed(answers_of(sent)["835"], NO_ACCOUNT, by))
    assert look(config).states == {"NGT00001/1": "paid"}
    assert look(config).matched_by == ["patient"]


@pytest.mark.parametrize(
    "other", [(r"DTM\*23(.)\*20261110", r"DTM*23\1*20261111"), (r"CLP\*OTHER\*1\*2126200", "CLP*OTHER*1*2")]
)
def test_other_days_or_another_charge_lead_nowhere(tmp_path: Path, other: tuple[str, str]) -> None:
    config, sent = a_sent_night(tmp_path, children=1)
    take_in(config, changed(changed(answers_of(sent)["835"], NO_ACCOUNT), other))
    assert look(config).states == {"NGT00001/1": "ready"} and len(look(config).parked) == 1


@pytest.mark.usefixtures("each_ledger")
def test_what_fits_two_claims_is_parked_with_both(tmp_path: Path) -> None:
    """Two children of one name, day and charge, and no id."""
    config, sent = a_sent_night(tmp_path, children=2)
    payments = changed(answers_of(sent)["835"], NO_ACCOUNT, (r"(NM1\*QC\*1\*SAMPLE\*INES).*~", r"\1~"))
    summary = take_in(config, payments)
    assert summary["counts"]["answers_that_fit_several_claims"] == 2
    assert [len(fitting) for _, fitting in look(config).parked] == [2, 2]
    take_in(config, answers_of(sent)["277"])
    assert set(look(config).states.values()) == {"paid"} and look(config).parked == []


@pytest.mark.usefixtures("each_ledger")
def test_what_a_surer_step_says_later_takes_an_answer_back_from_a_guess(tmp_path: Path) -> None:
    """The name fits one claim; the number, learned later, is that of another."""
    config, sent = a_sent_night(tmp_path, children=2)
    one_paid = answers_of(sent, Script(claims={"NGT00001": Pay()}))
    number = (r"(CLP\*[^~]*\*)\d+\*13", r"\g<1>2611160000000010002*13")
    take_in(config, changed(one_paid["835"], NO_ACCOUNT, number))
    assert look(config).states == {"NGT00001/1": "paid", "NGT00002/1": "ready"}
    assert look(config).matched_by == ["patient"]
    take_in(config, one_paid["277"])
    assert look(config).states == {"NGT00001/1": "accepted", "NGT00002/1": "paid"}
    assert look(config).matched_by == ["account", "number"]


def a_claim(identity: str, frequency: str = "1", **changes: Any) -> ClaimRow:
    values: dict[str, Any] = dict.fromkeys(ClaimRow.__slots__)
    fixed = {"id": identity, "frequency": frequency, "payer_order": 0, "batch_reference": f"batch-{identity}"}
    return ClaimRow(**values | fixed | {"payer_id": "P1", "payer_name": "PLAN"} | changes)


def an_event(
    name: str, stage: str = "835", verdict: str = "adjudicated", number: str = "", **clues: Any
) -> EventRow:
    body: dict[str, Any] = {"paid_cents": 1, "adjustments": [], "lines": []}
    kept = Clues(**clues).as_dict()
    return EventRow(name, 1, "", "", stage, "2026-12-05", verdict, number or None, 0, body, None, kept)


ORIGINAL, REPLACEMENT = a_claim("A"), a_claim("B", "7", replaces="A", original_number="N1")
REJECTION = an_event("r", "277CA-payer", "rejected", batch="batch-A")
CASES: list[tuple[str, list[ClaimRow], list[EventRow], dict[str, tuple[str, ...]]]] = [
    ("one claim gets all", [ORIGINAL], [an_event("e", verdict="reversal", number="X")], {"e": ("A",)}),
    (
        "the batch",
        [ORIGINAL, REPLACEMENT],
        [an_event("e", "277CA-payer", "accepted", batch="batch-B", frequency="1")],
        {"e": ("B",)},
    ),
    (
        "a number that the batch taught, against the frequency",
        [ORIGINAL, REPLACEMENT],
        [
            an_event("e", number="N2", frequency="1"),
            an_event("t", "277CA-payer", "accepted", "N2", batch="batch-B"),
        ],
        {"e": ("B",), "t": ("B",)},
    ),
    ("the frequency", [ORIGINAL, REPLACEMENT], [an_event("e", number="N2", frequency="7")], {"e": ("B",)}),
    (
        "the number that the replacement names",
        [ORIGINAL, REPLACEMENT],
        [an_event("e", verdict="reversal", number="N1", frequency="7")],
        {"e": ("A",)},
    ),
    (
        "a reversal is not given away by its frequency",
        [ORIGINAL, REPLACEMENT],
        [an_event("e", verdict="reversal", number="N9", frequency="1")],
        {"e": ("A", "B")},
    ),
    (
        "REF*F8 of the payer",
        [ORIGINAL, REPLACEMENT],
        [an_event("e", number="N2", original_number="N1")],
        {"e": ("B",)},
    ),
    (
        "a claim that was rejected is not paid",
        [ORIGINAL, a_claim("C")],
        [REJECTION, an_event("e", number="N3", frequency="1")],
        {"r": ("A",), "e": ("C",)},
    ),
    (
        "two that were sent anew stay two",
        [ORIGINAL, a_claim("C")],
        [an_event("e", frequency="1")],
        {"e": ("A", "C")},
    ),
    (
        "the payer that answers",
        [ORIGINAL, a_claim("S", payer_order=1, payer_id="P2", payer_name="SECOND")],
        [an_event("e", payer_ids=("P2",)), an_event("n", payer_name="plan")],
        {"e": ("S",), "n": ("A",)},
    ),
    (
        "its place, where the payer is not known by name",
        [ORIGINAL, a_claim("S", payer_order=1, payer_id="P2", payer_name="SECOND")],
        [an_event("e", payer_order=1, payer_ids=("?",))],
        {"e": ("S",)},
    ),
]


@pytest.mark.parametrize(("what", "of_account", "events", "expected"), CASES, ids=[case[0] for case in CASES])
def test_claims_under_one_account_number_are_told_apart(
    what: str, of_account: list[ClaimRow], events: list[EventRow], expected: dict[str, tuple[str, ...]]
) -> None:
    days = {claim.id: "2026-12-01" for claim in of_account}
    for order in (events, events[::-1]):
        found = Versions(of_account, days, order).outcomes()
        assert {digest: fitting for (digest, _), fitting in found.items()} == expected, what


def test_an_answer_is_not_about_a_claim_that_was_sent_after_it() -> None:
    both = [ORIGINAL, a_claim("C")]
    found = Versions(both, {"A": "2026-12-01", "C": "2026-12-09"}, [an_event("e", frequency="1")])
    assert found.outcomes() == {("e", 1): ("A",)}


# Claims that another system made.


def an_external_file(folder: Path, children: int = 1) -> bytes:
    return a_sent_night(folder, children)[1]


def ingest(config: Config, *data: bytes) -> dict[str, Any]:
    paths = []
    for number, one in enumerate(data):
        paths.append(config.folders.state / f"given-{number}.837")
        paths[-1].write_bytes(one)
    return run_ingest(config, DurableSteps(), LATER, paths)


@pytest.mark.usefixtures("each_ledger")
def test_claims_made_elsewhere_are_answered_and_worked(tmp_path: Path) -> None:
    sent = an_external_file(tmp_path / "other", 2)
    config = a_workspace(tmp_path / "here")
    early = answers_of(sent)
    take_in(config, early["835"])
    summary = ingest(config, sent)
    assert summary["counts"]["external_claims"] == 2
    assert summary["counts"]["events_matched_later"] == 2
    assert set(look(config).states.values()) == {"paid"}
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        (row,) = files.all_files(connection)
        assert row.state == files.EXTERNAL and row.control_number == 1
        assert (config.folders.archive_out / row.day / row.name).read_bytes() == sent
        assert {one.origin for one in claims.all_claims(connection)} == {claims.EXTERNAL}
    ledger.close()
    assert a_night(config, LATER)["exit_code"] == 0


def test_the_same_claims_made_elsewhere_have_one_effect(tmp_path: Path) -> None:
    sent = an_external_file(tmp_path / "other")
    config = a_workspace(tmp_path / "here")
    ingest(config, sent)
    before = look(config)
    again = changed(sent, (r"\*000000001\*0\*", "*000000777*0*"), (r"IEA.1.000000001", "IEA*1*000000777"))
    for data in (sent, again):
        assert "external_claims" not in ingest(config, data)["counts"]
    assert look(config) == before


def test_our_own_file_that_comes_back_is_no_claim_of_another_system(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=2)
    for data in (sent, sent.replace(b"~\n", b"~\r\n")):
        assert ingest(config, data)["counts"]["files_of_claims_known"] == 1
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        assert {one.origin for one in claims.all_claims(connection)} == {claims.MADE}
    ledger.close()


@pytest.mark.usefixtures("each_ledger")
def test_a_chain_made_elsewhere_is_linked_by_the_number_it_names(tmp_path: Path) -> None:
    sent = an_external_file(tmp_path / "other")
    number = "2611160000000010001"
    again = replacement_of(sent, number)
    config = a_workspace(tmp_path / "here")
    ingest(config, again)
    ingest(config, sent)
    take_in(config, *answers_of(sent).values())
    take_in(config, *answers_of(again, Script(claims={"NGT00001": Accept()})).values())
    assert look(config).states == {"NGT00001/1": "replaced", "NGT00001/7": "accepted"}


@pytest.mark.usefixtures("each_ledger")
def test_an_external_file_with_a_number_of_ours_hinders_nobody(tmp_path: Path) -> None:
    """Another system counts for itself; our next number passes over those that it used."""
    config, _ = a_sent_night(tmp_path / "here", children=1)
    other = changed(
        an_external_file(tmp_path / "other"), ("CLM.NGT00001", "CLM*ELSE1"), ("MEM0000001", "MEM7777777")
    )
    assert ingest(config, other)["counts"]["external_claims"] == 1
    second = changed(replacement_of(other, "N0", 2, "1"), ("CLM.ELSE1", "CLM*ELSE2"))
    assert ingest(config, second)["counts"]["external_claims"] == 1
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        parties = files.all_files(connection)[0].parties
        assert files.next_control_number(connection, parties) == 3
        assert files.by_control_number(connection, parties, 1) is None
    ledger.close()


class _Stopped(Exception):
    pass


class _StopAt(DurableSteps):
    def __init__(self, number: int) -> None:
        self.left = number

    def step(self, name: str, *paths: Path) -> None:
        self.left -= 1
        if self.left < 0:
            raise _Stopped


@pytest.mark.slow
def test_an_ingest_that_is_stopped_at_any_step_is_finished_by_the_next_night(tmp_path: Path) -> None:
    sent = an_external_file(tmp_path / "other")
    for number in range(1, 200):
        config = a_workspace(tmp_path / f"at-{number}")
        put_answer(config, "made-elsewhere.837", sent)
        try:
            a_night(config, LATER, _StopAt(number))
            break
        except _Stopped:
            a_night(config, LATER)
        assert look(config).states == {"NGT00001/1": "ready"}
        assert sum(name.startswith("archive/out/") for name in tree(tmp_path / f"at-{number}")) == 1
        assert not list(config.folders.staging.iterdir())
    assert number > 20


# Lines.

SENT = [
    LineRow(1, "L001", "0636", "J3399", 212500000, "2026-11-10"),
    LineRow(2, "L002", "0260", "96365", 60000, "2026-11-10"),
    LineRow(3, "L003", "0260", "96365", 60000, "2026-11-11"),
    LineRow(4, "L004", "0250", "", 500, "2026-11-10"),
]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ({"control_number": "L002", "code": "J3399"}, 2),
        ({"code": "J3399", "revenue_code": "0636", "charge_cents": 212500000}, 1),
        ({"code": "96365", "charge_cents": 60000, "service_date": "2026-11-11"}, 3),
        ({"code": "96365", "charge_cents": 60000}, None),
        ({"code": "0250", "charge_cents": 500}, 4),
        ({"revenue_code": "0250", "charge_cents": 500}, 4),
        ({"code": "J3399", "charge_cents": 1}, None),
        ({"control_number": "OTHER", "code": "J3399", "charge_cents": 212500000}, 1),
    ],
)
def test_an_answered_line_is_that_of_its_number_else_of_what_was_billed(
    line: dict[str, Any], number: int | None
) -> None:
    (found,) = answered_lines([line], SENT)
    assert (found.number if found else None) == number


def test_two_lines_that_are_alike_are_given_out_once_each() -> None:
    same = {"code": "96365", "charge_cents": 60000}
    first, second = answered_lines([{**same, "control_number": "L002"}, same], SENT)
    assert first is not None and second is not None and (first.number, second.number) == (2, 3)


def test_a_denied_claim_made_elsewhere_is_judged_by_its_file(tmp_path: Path) -> None:
    """No record is at hand: the rules on the file give the evidence all the same."""
    sent = changed(an_external_file(tmp_path / "other"), (r"UN\*1~", "UN*2~"))
    config = a_workspace(tmp_path / "here")
    ingest(config, sent)
    denied = Script(claims={"NGT00001": Deny("222", claim_remarks=("M53",))})
    take_in(config, *answers_of(sent, denied).values())
    a_night(config, LATER)
    content = json.loads((config.folders.reports / "worklist.json").read_text("utf-8"))
    (first, *_) = next(item for item in content if item["kind"] == "partly-denied")["causes"]
    assert first["id"] == "units"
    assert any(words.startswith("rule drug-units") for words in first["evidence"])
