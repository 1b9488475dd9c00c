"""A clock that goes back, a change to winter time, the end of a year, a leap day: no number or name twice.

Row R6 of docs/reliability.md. A clock shows wall time: `--as-of` gives it, as the machine's clock would.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest

from edi.envelope import read_document
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.promises import assert_promises_kept

pytestmark = pytest.mark.usefixtures("plain_charts")

CLOCKS = {
    "an hour back": ["2026-11-16T22:00:00", "2026-11-16T21:00:00", "2026-11-16T22:00:00"],
    "a day back": ["2026-11-16T22:00:00", "2026-11-15T22:00:00"],
    "winter time begins": ["2026-11-01T01:30:00", "2026-11-01T01:30:00", "2026-11-01T01:10:00"],
    "summer time begins": ["2027-03-14T01:59:59", "2027-03-14T03:00:00"],
    "end of the year": ["2026-12-31T23:59:59", "2027-01-01T00:00:00"],
    "leap day": ["2028-02-28T23:59:59", "2028-02-29T00:00:00", "2028-02-29T23:59:59", "2028-03-01T00:00:00"],
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _moved(value: Any, days: int) -> Any:
    """A record with every date some days later."""
    if isinstance(value, dict):
        return {name: _moved(held, days) for name, held in value.items()}
    if isinstance(value, list):
        return [_moved(held, days) for held in value]
    if isinstance(value, str) and _DATE.match(value):
        return (dt.date.fromisoformat(value[:10]) + dt.timedelta(days=days)).isoformat() + value[10:]
    return value


def _moments(data: bytes) -> set[tuple[str, str]]:
    """Date and time to the minute that the headers of a file give: ISA09, ISA10, GS04, GS05, BHT04, BHT05."""
    found = set()
    for segment in read_document(data).segments:
        match segment.id:
            case "ISA":
                found.add((f"20{segment.element(9)}", segment.element(10)))
            case "GS" | "BHT":
                found.add((segment.element(4), segment.element(5)[:4]))
    return found


@pytest.mark.parametrize("moments", CLOCKS.values(), ids=CLOCKS)
def test_a_clock_that_jumps_gives_no_number_or_name_twice_and_headers_agree(
    tmp_path: Path, moments: list[str]
) -> None:
    config = a_workspace(tmp_path / "w")
    taken = tmp_path / "taken"
    taken.mkdir()
    accounts, numbers = set(), []
    for index, moment in enumerate(moments, start=1):
        now = dt.datetime.fromisoformat(moment)
        child = _moved(a_child(index), (now - NIGHT).days)
        accounts.add(child["patient_control_number"])
        put_encounters(config, f"{index}.ndjson", [child])
        summary = a_night(config, now)
        (path,) = config.folders.ready.iterdir()
        assert summary["files"][0]["name"] == path.name
        data = path.read_bytes()
        assert _moments(data) == {(f"{now:%Y%m%d}", f"{now:%H%M}")}
        numbers.append(int(read_document(data).interchanges[0].control_number))
        assert not (taken / path.name).exists()
        path.rename(taken / path.name)
    assert numbers == list(range(1, len(moments) + 1))
    assert_promises_kept(config, taken, accounts)
