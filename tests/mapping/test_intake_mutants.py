"""Accidents to files of every form: no exception, nothing lost, no patient data in a message."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from mapping.encounter import Encounter
from mapping.intake import parse_encounters
from tests.support.builders import INPATIENT, a_child, a_record
from tests.support.encounter_files import (
    as_csv,
    as_flat_parquet,
    as_json,
    as_ndjson,
    as_nested_parquet,
)

FORMS: dict[str, Callable[[list[Encounter]], bytes]] = {
    "json": as_json,
    "ndjson": as_ndjson,
    "csv": as_csv,
    "csv, columns repeated": lambda found: as_csv(found, ";", "\r\n", True),
    "flat parquet": lambda found: as_flat_parquet(found, compression="none", use_dictionary=False),
    "nested parquet": lambda found: as_nested_parquet(found, row_group_size=2),
}
PIECES = [b'"', b",", b"\n", b"{", b"}", b"[", b"]", b"\\", b";", b"\t", b"\xff", b"\x00", b":", b"|", b"\r"]
PIECES += [b"id", b"1E+10", b"\xc3", b'""', b"N00002", b"null", b"true", b"-1", b"9" * 400, b"[]", b"\\ud800"]
SECRETS = ("MEM000", "REC000", "Sample", "Example", "2026-05-01", "2026-03-14")


def accident(data: bytes, chance: random.Random) -> bytes:
    """One small accident: bytes changed, lost, put in or doubled, the end cut off, lines swapped."""
    at = chance.randrange(len(data))
    piece = chance.choice(PIECES)
    match chance.randrange(7):
        case 0:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at] + data[at + chance.choice([1, 1, 2, 5, 50, 500]) :]
        case 2:
            return data[:at] + piece + data[at:]
        case 3:
            return data[:at] + piece + data[at + chance.randint(0, 3) :]
        case 4:
            other = chance.randrange(len(data))
            return data[:at] + data[other : other + chance.choice([1, 10, 100, 1000])] + data[at:]
        case 5:
            return data[: at + 1]
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("number", [120, pytest.param(2000, marks=pytest.mark.soak)])
def test_no_accident_to_a_file_raises_or_loses_a_record(form: str, number: int) -> None:
    records = [a_child(1), a_child(2), a_record(base=INPATIENT), a_child(4)]
    encounters = [Encounter.model_validate(record) for record in records]
    data = FORMS[form](encounters)
    chance = random.Random(f"{form} {number}")
    for _ in range(number):
        mutant = data
        for _ in range(chance.randint(1, 3)):
            mutant = accident(mutant, chance) or b"x"
        found = list(parse_encounters(mutant))
        assert found and all(record.encounter is not None or record.findings for record in found)
        findings = [str(finding.as_dict()) for record in found for finding in record.findings]
        assert not any(secret in finding for secret in SECRETS for finding in findings)
        if any(record.whole_file for record in found) or "cannot be read" in "".join(findings):
            continue
        if "parquet" in form:
            # The footer repeats ids and says how many rows there are: only rows can be counted.
            rows = {encounter.id for encounter in encounters}
            assert len(found) >= len(rows) or "row" in "".join(findings)
            continue
        said = "".join(record.content for record in found)
        assert all(encounter.id in said for encounter in encounters if encounter.id.encode() in mutant)
