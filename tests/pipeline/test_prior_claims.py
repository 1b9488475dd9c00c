"""What the ledger tells the rules of a child's earlier claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from edi.claim837i.model import Claim, Reference
from mapping.encounter import Encounter
from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger.store import Ledger
from pipeline.outbound.patients import LedgerPriorClaims
from samples.clearinghouse import Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_built_claim, a_child, a_file_of, an_encounter, claims_of
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters
from validators.prior_claims import child_of_claim, child_of_record
from validators.validate import ValidationContext, validate_bytes

ACCOUNT = "NGT00001"
_ACCEPTED = Script()
OF_THE_LEDGER = {"drug-lifetime", "replacement-icn-stale", "void-differs"}


@contextmanager
def the_ledger(config: Config, with_archive: bool = True) -> Iterator[LedgerPriorClaims]:
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    archive = config.folders.archive_out if with_archive else None
    with ledger.reading() as connection:
        yield LedgerPriorClaims(connection, ledger.patient_key(), archive)
    ledger.close()


def a_paid_claim(folder: Path, script: Script = _ACCEPTED) -> tuple[Config, Claim, str]:
    """A workspace in which one child's claim was sent and paid: the claim, and the payer's number of it."""
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (data,) = outbox(config).values()
    for number, answer in enumerate(clearinghouse(data, script, NIGHT)):
        put_answer(config, f"{number}.x12", answer.data)
    a_night(config, NIGHT + dt.timedelta(days=2))
    (claim,) = claims_of(data)
    with the_ledger(config) as prior:
        (row,) = prior.chain(ACCOUNT, "", "state-medicaid")
    assert row.newest_number
    return config, claim, row.newest_number


def rules_of(config: Config, *claims: Claim, with_archive: bool = True) -> set[str]:
    """The rules of the ledger that fire on a file of the claims, seen without their encounters."""
    with the_ledger(config, with_archive) as prior:
        context = ValidationContext(ProfileStore(), NIGHT.date(), prior=prior)
        report = validate_bytes(a_file_of(*claims), context)
    return {finding.rule for finding in report.findings()} & OF_THE_LEDGER


def changed(claim: Claim, frequency: str, number: str, **fields: object) -> Claim:
    """The claim as a replacement or void of the one that the payer gave this number."""
    references = (*claim.references, Reference("F8", number))
    return replace(claim, frequency=frequency, references=references, **fields)  # type: ignore[arg-type]


def test_encounter_and_claim_give_the_same_identities() -> None:
    encounter = an_encounter({"patient.first_name": "Inés"})
    claim = a_built_claim({"patient.first_name": "Inés"}).claim
    site = ProfileStore().site(encounter.site)
    assert child_of_claim(claim, site) == child_of_record(encounter)
    assert len(child_of_claim(claim, site)) == 2
    assert child_of_claim(claim, None) == child_of_record(encounter)[1:]
    assert "MCD100000001" not in repr(child_of_record(encounter))


def test_a_file_alone_shows_a_second_dose(tmp_path: Path) -> None:
    config, claim, number = a_paid_claim(tmp_path)
    again = replace(claim, patient_control_number="OTHER1")
    assert rules_of(config, again) == {"drug-lifetime"}
    assert rules_of(config, claim) == set(), "the claim that was sent"
    twin = replace(claim.subscriber.party, first_name="IRIS")
    other = replace(
        again,
        subscriber=replace(claim.subscriber, party=twin),
        references=tuple(item for item in claim.references if item.qualifier != "EA"),
    )
    assert rules_of(config, other) == set(), "a twin under the same member id"
    assert rules_of(config, changed(again, "7", number)) == set()
    assert rules_of(config, changed(claim, "8", number), again) == set(), "withdrawn in the same file"


@pytest.mark.usefixtures("each_ledger")
def test_the_day_of_the_last_remittance_is_known(tmp_path: Path) -> None:
    config, _, _ = a_paid_claim(tmp_path, Script({ACCOUNT: Pay()}))
    with the_ledger(config) as prior:
        (row,) = prior.chain(ACCOUNT, "", "state-medicaid")
    assert row.remitted is not None and NIGHT.date() <= row.remitted <= NIGHT.date() + dt.timedelta(days=60)


def test_the_claims_of_an_encounter_are_no_earlier_ones_of_its_own(tmp_path: Path) -> None:
    config, _, _ = a_paid_claim(tmp_path)
    encounter = Encounter.model_validate(a_child(1))
    child = child_of_record(encounter)
    with the_ledger(config) as prior:
        assert [one.encounter for one in prior.drug_claims(child, "zolgensma")] == [encounter.id]
        assert prior.drug_claims(child, "zolgensma", besides=encounter.id) == []
        assert len(prior.drug_claims(child, "zolgensma", besides="N09999")) == 1


def test_twins_without_names_go_out_in_one_night(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    twins = [a_child(number, **{"patient.first_name": "Babyboy"}) for number in (1, 2)]
    for twin in twins:
        twin["coverages"][0]["member_id"] = "MEM0000001"
    put_encounters(config, "a.ndjson", twins)
    assert a_night(config)["counts"]["claims_released"] == 2
    (first, second) = claims_of(*outbox(config).values())
    assert child_of_claim(first, None) == child_of_claim(second, None) == ()


@pytest.mark.usefixtures("each_ledger")
def test_an_older_number_of_the_payer_is_seen(tmp_path: Path) -> None:
    config, claim, number = a_paid_claim(tmp_path)
    assert rules_of(config, changed(claim, "7", number)) == set()
    assert rules_of(config, changed(claim, "7", "OLD1")) == {"replacement-icn-stale"}
    moved = changed(claim, "7", number, patient_control_number="OTHER1")
    assert rules_of(config, moved) == set(), "the chain is found by the number"


def test_a_void_is_compared_with_the_claim_as_it_was_sent(tmp_path: Path) -> None:
    config, claim, number = a_paid_claim(tmp_path)
    assert rules_of(config, changed(claim, "8", number)) == set()
    later = dt.date(2026, 11, 11)
    void = changed(claim, "8", number, statement_through=later)
    assert rules_of(config, void) == {"void-differs"}
    assert rules_of(config, void, with_archive=False) == set()
    (config.folders.archive_out / "2026-11-16").rename(tmp_path / "away")
    assert rules_of(config, void) == set()


def test_a_void_of_another_encounter_goes_out_beside_the_live_claim(tmp_path: Path) -> None:
    config, _, number = a_paid_claim(tmp_path)
    replaces = {"payer_claim_control_number": number, "frequency": "8"}
    void = {**a_child(2, **{"patient.record_number": "REC00001"}), "replaces": replaces}
    void["coverages"][0]["member_id"] = "MEM0000001"
    put_encounters(config, "b.ndjson", [void])
    summary = a_night(config, NIGHT + dt.timedelta(days=3))
    assert summary["held"] == [] and summary["refused"] == []
    assert summary["counts"]["claims_released"] == 1


@pytest.mark.usefixtures("each_ledger")
def test_a_replacement_under_another_account_goes_out_and_a_second_dose_does_not(tmp_path: Path) -> None:
    config, _, number = a_paid_claim(tmp_path)
    same_child = {"patient.record_number": "REC00001"}
    replacement = {**a_child(2, **same_child), "replaces": {"payer_claim_control_number": number}}
    put_encounters(config, "b.ndjson", [replacement, a_child(3, **same_child)])
    summary = a_night(config, NIGHT + dt.timedelta(days=3))
    assert summary["held"] == [{"encounter": "N00003", "rules": ["drug-lifetime"]}]
    assert summary["counts"]["claims_released"] == 1
