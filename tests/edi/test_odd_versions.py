"""An answer is known by its content and read whole, whatever version it names, and also where it names none."""

from __future__ import annotations

from typing import Any

import pytest

from edi.answers import read_answers
from edi.plain import plain
from tests.edi.test_answers import ENVELOPES, interchange_of

ADOPTED = {
    "835": ["005010X221A1"],
    "277CA": ["005010X214"],
    "277": ["005010X212"],
    "999": ["005010X231A1", "005010X231"],
    "997": ["004010", "005010"],
}
ODD = {
    "835": ["005010X221", "004010X091A1", "004010", "003050", "006020", "005010X364", "005010X322", "X"],
    "277CA": ["005010X364", "005010", "5010", "004040X167", "004010", "005010X214E1", "X"],
    "277": ["005010X213", "006020X313", "004010X093A1", "004010", "5010", "X"],
    "999": ["005010", "005010X230", "004010", "X"],
    "997": [],
}
CASES = [
    *((kind, version, False) for kind, versions in ADOPTED.items() for version in versions),
    *((kind, version, True) for kind, versions in ODD.items() for version in versions),
]


def an_interchange(kind: str, version: str, named: str) -> bytes:
    """With the version in ST03 and GS08 (`both`), in one of them, or in `neither`."""
    _, set_id, usual = ENVELOPES[kind]
    in_group = version if named in ("both", "GS08") else ""
    in_set = f"*{version}" if named in ("both", "ST03") else ""
    data = interchange_of(kind).replace(f"*X*{usual}".encode(), f"*X*{in_group}".encode())
    return data.replace(f"ST*{set_id}*0001".encode(), f"ST*{set_id}*0001{in_set}".encode())


def content(data: bytes) -> tuple[str, Any, list[str]]:
    """The kind, all that was read but for the version, and the rules of the findings."""
    (answer,) = read_answers(data).answers
    model = plain(answer.model)
    if answer.kind == "835":
        del model["version"]
    return answer.kind, model, [finding.rule for finding in answer.findings]


@pytest.mark.parametrize("named", ["both", "GS08", "ST03"])
@pytest.mark.parametrize(("kind", "version", "is_odd"), CASES)
def test_an_answer_of_any_version_is_read_whole(kind: str, version: str, is_odd: bool, named: str) -> None:
    usual = content(interchange_of(kind))
    assert usual[2] == []
    found = content(an_interchange(kind, version, named))
    assert found == (usual[0], usual[1], ["version-odd"] if is_odd else [])


@pytest.mark.parametrize("kind", ODD)
def test_an_answer_that_names_no_version_is_read_whole(kind: str) -> None:
    usual = content(interchange_of(kind))
    assert content(an_interchange(kind, "", "neither"))[:2] == usual[:2]
