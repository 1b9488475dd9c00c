"""How many claims a partner takes in one transaction set, and in one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi.claim837i.read import read_claims
from edi.envelope import read_document
from pipeline.config import Config, load_config
from tests.support.builders import ROOT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_encounters

PARTNER = ROOT / "mapping" / "profiles" / "partners" / "test-clearinghouse.toml"


def a_partner(folder: Path, per_file: int, per_transaction: int) -> Config:
    a_workspace(folder)
    own = folder / "profiles" / "partners"
    own.mkdir(parents=True)
    text = PARTNER.read_text("utf-8").replace(
        "claims_per_transaction = 100",
        f"claims_per_transaction = {per_transaction}\nclaims_per_file = {per_file}",
    )
    (own / PARTNER.name).write_text(text, encoding="utf-8")
    settings = folder / "j3399.toml"
    settings.write_text(settings.read_text("utf-8") + '[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    return load_config(settings)


def claims_sent(data: bytes) -> list[list[str]]:
    """The account numbers of each transaction set."""
    return [
        [claim.patient_control_number for claim in read_claims(transaction)]
        for transaction in read_document(data).transactions()
    ]


@pytest.mark.parametrize(
    ("per_file", "per_transaction", "expected"),
    [
        (100, 100, [[5]]),
        (100, 2, [[2, 2, 1]]),
        (2, 100, [[2], [2], [1]]),
        (3, 2, [[2, 1], [2]]),
        (1, 1, [[1]] * 5),
    ],
)
def test_claims_are_shared_out_as_the_partner_takes_them(
    tmp_path: Path, per_file: int, per_transaction: int, expected: list[list[int]]
) -> None:
    config = a_partner(tmp_path, per_file, per_transaction)
    put_encounters(config, "a.ndjson", [a_child(number) for number in (3, 1, 5, 2, 4)])
    summary = a_night(config)
    sent = [claims_sent(data) for data in outbox(config).values()]
    assert [[len(batch) for batch in file] for file in sent] == expected
    accounts = [account for file in sent for batch in file for account in batch]
    assert accounts == [f"NGT{number:05d}" for number in range(1, 6)]
    assert summary["counts"]["claims_released"] == 5
    numbers = [file["control_number"] for file in summary["files"]]
    assert numbers == list(range(1, len(expected) + 1))
