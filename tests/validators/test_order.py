"""The order of segments within a loop says nothing (X12 RFI 993): the findings are the same in any."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from mapping.profile_store import ProfileStore
from tests.support.builders import NIGHT, ROOT
from validators.validate import ValidationContext, validate_bytes

FILES = [
    *sorted((ROOT / "samples" / "shapes").glob("*.x12")),
    *sorted((ROOT / "samples" / "files").glob("837I_*.x12")),
]
MOVABLE = ("REF", "HI", "DTP", "NTE")
"""Each kind of segment stands in a loop in one run: in it, any order is right."""
CONTEXT = ValidationContext(ProfileStore(), NIGHT.date())
Said = Counter[tuple[object, ...]]


def unbroken(segments: list[str]) -> list[str]:
    return segments


def of_kind(start: str, change: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    """Changes each segment that begins so."""
    return lambda segments: [change(one) if one.startswith(start) else one for one in segments]


BROKEN: dict[str, Callable[[list[str]], list[str]]] = {
    "unbroken": unbroken,
    "diagnoses": of_kind("HI*ABK:", lambda one: one.replace("HI*ABK:", "HI*ABK:X")),
    "codes": of_kind("HI*BE:", lambda one: one + "X"),
    "dates": of_kind("DTP*", lambda one: one[:-2] + "99"),
    "lines dates": of_kind("DTP*472", lambda one: one.replace("2026", "2025")),
    "line numbers": of_kind("REF*6R", lambda one: "REF*6R*SAME"),
    "authorizations": of_kind("REF*G1", lambda one: one + "X" * 60),
    "notes": of_kind("NTE*ADD", lambda one: one + " " * 90 + "X"),
    "kits": of_kind("LIN", lambda one: one.replace("71894", "71895")),
}


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_same_findings_in_any_order(path: Path, broken: str) -> None:
    segments = BROKEN[broken](path.read_text(encoding="latin-1").replace("\n", "").split("~"))
    expected = said(segments)
    for seed in range(3):
        shuffled = list(in_another_order(segments, random.Random(seed)))
        assert said(shuffled) == expected


def in_another_order(segments: list[str], chance: random.Random) -> Iterator[str]:
    for segment_id, run in groupby(segments, key=lambda one: one.partition("*")[0]):
        some = list(run)
        if segment_id in MOVABLE:
            chance.shuffle(some)
        yield from some


def said(segments: list[str]) -> Said:
    """What was found, less where it stands and what of it says where something stands."""
    report = validate_bytes("~".join(segments).encode("latin-1"), CONTEXT)
    found = [(None, one) for one in [*report.file_findings, *(shared.finding for shared in report.shared)]]
    found += [(claim.index, one) for claim in report.claims for one in claim.findings]  # type: ignore[misc]
    return Counter(
        (
            index,
            one.rule,
            one.severity,
            one.template,
            one.expected,
            one.found,
            one.place.loop,
            one.place.segment,
        )
        for index, one in found
    )
