"""The promises of the job, as checks that any test may run after it tried to break them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from edi.envelope import read_document
from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger import claims, files
from pipeline.ledger.claims import MADE
from pipeline.ledger.store import Ledger
from tests.support.builders import NIGHT, claims_of
from validators.validate import ValidationContext, validate_bytes

_ORIGINAL = "1"


def assert_promises_kept(config: Config, taken: Path, accounts: set[str]) -> None:
    """Each account in exactly one published file, no number on two contents, every file valid, staging empty.

    `taken` is where the partner put what it picked up. The last run must have ended. Claims that replace
    one of these are in exactly one file too; files of other systems are archived and never published.
    """
    published = [path for folder in (config.folders.ready, taken) for path in folder.glob("*.x12")]
    contents = {path.name: path.read_bytes() for path in published}
    assert len(contents) == len(published), "one name lies in two places"
    sent = Counter(
        (claim.patient_control_number, claim.frequency)
        for data in contents.values()
        for claim in claims_of(data)
    )
    assert Counter({account: count for (account, kind), count in sent.items() if kind == _ORIGINAL}) == (
        Counter(accounts)
    )
    numbers = [read_document(data).interchanges[0].control_number for data in contents.values()]
    assert len(set(numbers)) == len(numbers), "a control number went out twice"
    context = ValidationContext(ProfileStore(), NIGHT.date())
    for name, data in contents.items():
        assert not validate_bytes(data, context, name).has_errors
    assert list(config.folders.staging.iterdir()) == []
    assert list(config.folders.work.iterdir()) == []
    _assert_ledger_agrees(config, contents, sent)


def _assert_ledger_agrees(config: Config, contents: dict[str, bytes], sent: Counter[tuple[str, str]]) -> None:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            rows = files.all_files(connection)
            known = claims.all_claims(connection)
    finally:
        ledger.close()
    ours = [row for row in rows if row.state != files.EXTERNAL]
    assert {row.name for row in ours} == set(contents)
    assert {row.state for row in ours} <= {"published"}
    for row in rows:
        archived = (config.folders.archive_out / row.day / row.name).read_bytes()
        assert len(archived) == row.size
        assert row.state == files.EXTERNAL or archived == contents[row.name]
    assert sent == Counter((row.patient_control_number, row.frequency) for row in known if row.origin == MADE)
