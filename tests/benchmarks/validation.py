"""`validate` with all rules beside pyx12 alone: microseconds a claim, in interleaved rounds of one run.

pyx12 has its map loaded before the clock starts, and judges fewer claims than we: it takes time in
proportion to them, and minutes for ten thousand. The claims are clean, of two settings and of as
many children. Memory is the most that a process of its own ever held.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Mapping

from edi.guide.check import check_guide
from mapping.profile_store import ProfileStore
from tests.benchmarks.guide import WrongResult
from tests.benchmarks.timing import ratios, seconds, spread
from tests.support.builders import INPATIENT, NIGHT, OUTPATIENT, ROOT, a_built_claim, a_file_of
from tests.support.memory import peak_kilobytes
from validators.reports import ClaimReport
from validators.validate import FileCheck, ValidationContext, validate_bytes

_CLAIMS = (1_000, 10_000)
_ROUNDS = {1_000: 9, 10_000: 3}
_PYX12_CLAIMS = 200
_MEMORY_CLAIMS = (2_000, 20_000)
_CONTEXT = ValidationContext(ProfileStore(), NIGHT.date())


def time_validation() -> None:
    """Print the speeds and the memory. Raises WrongResult."""
    files = {count: b"".join(pieces(count)) for count in (*_CLAIMS, _PYX12_CLAIMS)}
    _pyx12(files[_PYX12_CLAIMS])
    for count in files:
        _assert_right(files[count], count)
    print("validate, microseconds a claim; how many times pyx12's speed, which is timed just before each")
    times = {count: _time(files, count) for count in _CLAIMS}
    few, many = (min(times[count]) for count in _CLAIMS)
    label = f"a claim of {_CLAIMS[1]} to one of {_CLAIMS[0]}"
    print(f"  {label:40} {many / few:7.2f} x  (1: time grows with the claims; least times)")
    few_kb, many_kb = (_most_memory(count) for count in _MEMORY_CLAIMS)
    label = f"memory, {_MEMORY_CLAIMS[0]} and {_MEMORY_CLAIMS[1]} claims"
    print(f"  {label:40} {few_kb / 1024:.0f} MB, {many_kb / 1024:.0f} MB")


def _time(files: Mapping[int, bytes], count: int) -> list[float]:
    """Print the times of a file of so many claims, held and streamed; those that were streamed."""
    data = files[count]
    works = {"file held": lambda: validate_bytes(data, _CONTEXT), "streamed": lambda: _streamed(data)}
    own: dict[str, list[float]] = {name: [] for name in works}
    yardstick: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(_ROUNDS[count]):
        for name, work in works.items():
            yardstick[name].append(seconds(lambda: _pyx12(files[_PYX12_CLAIMS])) / _PYX12_CLAIMS * 1e6)
            own[name].append(seconds(work) / count * 1e6)
    for name in works:
        label = f"all rules, {name}, {count:,} claims"
        print(f"  {label:40} {spread(own[name], 'us')}  {spread(ratios(yardstick[name], own[name]), 'x')}")
        print(f"  {'pyx12 alone beside it':40} {spread(yardstick[name], 'us')}")
    return own["streamed"]


def pieces(claims: int) -> Iterator[bytes]:
    """A file of one transaction set with clean claims, each of a child of its own, made claim by claim."""
    samples = [a_file_of(a_built_claim(base=base).claim).decode() for base in (OUTPATIENT, INPATIENT)]
    head = samples[0].partition("HL*2*")[0]
    bodies = ["HL*2*" + sample.partition("HL*2*")[2].partition("SE*")[0] for sample in samples]
    count = head.partition("\nST*")[2].count("~")
    yield head.encode()
    level = 1
    for number in range(claims):
        body = _of_child(bodies[number % 2], number, level)
        level += body.count("HL*")
        count += body.count("~")
        yield body.encode()
    yield f"SE*{count + 1}*0001~\nGE*1*1~\nIEA*1*000000001~\n".encode()


def _of_child(body: str, number: int, level: int) -> str:
    """The claim with ids and HL numbers of its own."""
    segments = body.split("~\n")
    for at, segment in enumerate(segments):
        elements = segment.split("*")
        match elements[0], elements[1:2]:
            case "HL", _:
                elements[1] = str(int(elements[1]) + level - 1)
                elements[2] = "1" if elements[3] == "22" else str(int(elements[2]) + level - 1)
            case "CLM", _:
                elements[1] = f"BENCH{number:06d}"
            case "REF", ["EA"]:
                elements[2] = f"REC{number:06d}"
            case "NM1", ["IL"]:
                elements[9] = f"MEM{number:07d}"
        segments[at] = "*".join(elements)
    return "~\n".join(segments)


def _streamed(data: bytes) -> int:
    claims = 0
    for item in FileCheck(io.BytesIO(data), _CONTEXT):
        claims += isinstance(item, ClaimReport)
    return claims


def _pyx12(data: bytes) -> None:
    if check_guide(data, engine="pyx12"):
        raise WrongResult("pyx12 finds something in a clean file")


def _assert_right(data: bytes, claims: int) -> None:
    report = validate_bytes(data, _CONTEXT)
    found = [finding for finding in report.findings() if finding.is_error]
    if found:
        raise WrongResult(f"a clean file has a finding: {found[0].rule}: {found[0].message()}")
    if len(report.claims) != claims or _streamed(data) != claims:
        raise WrongResult(f"{len(report.claims)} claims were read of {claims}")
    broken = data.replace(b"71894012604", b"71894-126-04", 1)
    if not validate_bytes(broken, _CONTEXT).has_errors:
        raise WrongResult("a broken NDC is not found")


class _Source(io.RawIOBase):
    """A file that is made while it is read, so that it takes no memory itself."""

    def __init__(self, claims: int) -> None:
        super().__init__()
        self._pieces = pieces(claims)

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def _most_memory(claims: int) -> int:
    """Kilobytes that a process of its own held at most while it judged so many claims."""
    command = [sys.executable, "-m", "tests.benchmarks.validation", str(claims)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return int(done.stdout)


if __name__ == "__main__":
    for _ in FileCheck(_Source(int(sys.argv[1])), _CONTEXT):
        pass
    print(peak_kilobytes())
