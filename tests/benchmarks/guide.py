"""The guide checker beside pyx12: microseconds a segment, in interleaved rounds of one run.

pyx12 has its map loaded before the clock starts. Ours is timed on more claims than pyx12,
which would take minutes for as many; both take time in proportion to the segments, and for
ours that is printed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import cycle, islice

from edi.envelope import read_document
from edi.finding import Finding
from edi.guide.check import check_guide, check_segments
from tests.benchmarks.timing import ratios, seconds, spread
from tests.support.guide_files import HEADER, INPATIENT, OUTPATIENT, SECONDARY, Segments, a_file

_ROUNDS = 5
_CLAIMS = (1_000, 10_000)
_PYX12_CLAIMS = 200


class WrongResult(Exception):
    """A checker found something in a clean file, or did not find what was planted."""


@dataclass(frozen=True)
class _File:
    """A file of claims; in `broken`, the last claim lacks its CL1."""

    claims: int
    data: bytes
    broken: bytes
    segments: int


def time_guide() -> None:
    """Print the speeds. Raises WrongResult."""
    files = [_file(count) for count in _CLAIMS]
    small = _file(_PYX12_CLAIMS)
    for file in (*files, small):
        _assert_right(file, "tables")
    _assert_right(small, "pyx12")
    pyx12: list[float] = []
    whole: dict[int, list[float]] = defaultdict(list)
    alone: dict[int, list[float]] = defaultdict(list)
    for _ in range(_ROUNDS):
        pyx12.append(_pyx12(small))
        for file in files:
            whole[file.claims].append(_whole(file))
            alone[file.claims].append(_alone(file))
    print(f"guide check, microseconds a segment, {_ROUNDS} interleaved rounds; how many times pyx12's speed")
    print(f"  {f'pyx12, {small.claims} claims':40} {spread(pyx12, 'us')}")
    for file in files:
        for name, times in (("reading and checking", whole), ("checking alone", alone)):
            own = times[file.claims]
            label = f"ours, {name}, {file.claims} claims"
            print(f"  {label:40} {spread(own, 'us')}  {spread(ratios(pyx12, own), 'x')}")
    few, many = (whole[count] for count in _CLAIMS)
    label = f"a segment of {_CLAIMS[1]} claims to one of {_CLAIMS[0]}"
    print(f"  {label:40} {spread(ratios(many, few), 'x')}  (1: time grows with the segments)")


def _pyx12(file: _File) -> float:
    return seconds(lambda: _expect_clean(check_guide(file.data, engine="pyx12"))) / file.segments * 1e6


def _whole(file: _File) -> float:
    return seconds(lambda: _expect_clean(check_guide(file.data))) / file.segments * 1e6


def _alone(file: _File) -> float:
    segments = read_document(file.data).segments
    return seconds(lambda: _expect_clean(check_segments(segments))) / file.segments * 1e6


def _file(claims: int) -> _File:
    body = _body(claims)
    data = a_file([*HEADER, *body]).encode()
    last = len(body) - body[::-1].index("CL1*3*1*01") - 1
    broken = a_file([*HEADER, *body[:last], *body[last + 1 :]]).encode()
    return _File(claims, data, broken, data.count(b"~"))


def _body(claims: int) -> Segments:
    """Three kinds of claims by turns, each with an account and HL numbers of its own."""
    body: Segments = []
    level = 1
    for number, claim in enumerate(islice(cycle((OUTPATIENT, INPATIENT, SECONDARY)), claims)):
        for segment in claim:
            if segment.startswith("CLM*"):
                segment = segment.replace("ACCT90210", f"ACCT{number:05d}")
            elif segment.startswith("HL*"):
                level += 1
                above = 1 if segment.startswith("HL*2*") else level - 1
                segment = f"HL*{level}*{above}*{segment.split('*', 3)[3]}"
            body.append(segment)
    return body


def _expect_clean(findings: list[Finding]) -> None:
    if findings:
        raise WrongResult(f"a clean file has a finding: {findings[0].message()}")


def _assert_right(file: _File, engine: str) -> None:
    _expect_clean(check_guide(file.data, engine=engine))
    places = [(found.place.loop, found.place.segment) for found in check_guide(file.broken, engine=engine)]
    if places != [("2300", "CL1")]:
        raise WrongResult(f"{engine}: a missing CL1 among {file.claims} claims gives {places}")
