"""Claims over their text are what reading segment by segment gives, whatever stands in the file."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from edi.envelope import read_transactions
from edi.reading_rules import INBOUND
from edi.remittance.read import RemittanceReader
from edi.remittance.scan import RUN_IDS
from tests.edi.test_remittance import DENIED, PAID, REVERSAL, a_set, file_of
from tests.edi.test_remittance_glance import CLEAN
from tests.support.accidents import accident
from tests.support.builders import ROOT

MANY = file_of(a_set((PAID + DENIED + REVERSAL) * 3 + "LX*2\n" + DENIED * 3 + "PLB*1*20261231*WO:A*1"))
FILES = [
    *CLEAN,
    MANY,
    MANY.replace(b"\n", b""),
    MANY.replace(b"\n", b"\r\n"),
    MANY.replace(b"~\nCLP", b"~CLP"),
]


def everything(data: bytes, *, runs: bool, chunk_size: int = 4096) -> list[object]:
    """All that reading a stream gives, to be compared."""
    reader = read_transactions(
        io.BytesIO(data), INBOUND, "f", chunk_size=chunk_size, run_ids=RUN_IDS if runs else None
    )
    found: list[object] = []
    for transaction in reader:
        remittance = RemittanceReader(transaction, "f")
        for claim in remittance:
            texts = [(item.text, item.start, item.position) for item in claim.segments]
            lines = [[item.text for item in line.segments] for line in claim.lines]
            found.append((claim, remittance.group, texts, lines))
        found.append((remittance.header, remittance.provider_adjustments, remittance.findings))
        found.append([(item.text, item.position) for item in remittance.unplaced])
        found.append((transaction.digest(), transaction.closed))
    return [*found, reader.findings]


@pytest.mark.parametrize("data", FILES)
@pytest.mark.parametrize("chunk_size", [1, 7, 100, 64 * 1024])
def test_files_are_read_alike_however_they_come(data: bytes, chunk_size: int) -> None:
    assert everything(data, runs=True, chunk_size=chunk_size) == everything(data, runs=False)


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "answers").iterdir()), ids=lambda path: path.name)
def test_samples_are_read_alike(path: Path) -> None:
    data = path.read_bytes()
    assert everything(data, runs=True) == everything(data, runs=False)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "edi" / "files" / "odd").iterdir()), ids=lambda path: path.name
)
def test_odd_files_are_read_alike(path: Path) -> None:
    data = path.read_bytes()
    assert everything(data, runs=True) == everything(data, runs=False)


@pytest.mark.parametrize("seed", range(8))
def test_files_with_accidents_are_read_alike(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        text = chance.choice([MANY, *CLEAN]).decode()
        for _ in range(chance.randint(1, 3)):
            text = accident(text, chance)
        data = text.encode("latin-1")
        assert everything(data, runs=True, chunk_size=chance.choice([50, 500, 5000])) == everything(
            data, runs=False
        )


@pytest.mark.parametrize("data", FILES)
def test_what_tells_a_claim_apart_is_known_before_it_is_read(data: bytes) -> None:
    for transaction in read_transactions(data, INBOUND, run_ids=RUN_IDS):
        for claim in RemittanceReader(transaction).scan():
            read = claim.read()
            assert claim.patient_control_number == read.patient_control_number
            assert claim.payer_claim_control_number == read.payer_claim_control_number
            assert (claim.status, claim.charge, claim.paid) == (read.status, read.charge, read.paid)
            assert claim.position == read.segment_position
            assert [item.text for item in claim.segments] == [item.text for item in read.segments]


def test_segments_of_a_claim_are_those_of_its_lines() -> None:
    for transaction in read_transactions(MANY, INBOUND, run_ids=RUN_IDS):
        claim = next(iter(RemittanceReader(transaction)))
        assert claim.lines[1].segments[0] is claim.segments[claim.lines[1].segment_position - 16]
        assert len(claim.lines[0].segments) == 9
