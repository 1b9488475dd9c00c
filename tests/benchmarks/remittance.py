"""An 835 of 1,000, 10,000 and 50,000 claims: scanned, typed and as tables, beside the floor of plain Python.

The floor reads in chunks of 64 KB, splits every segment and element, and keeps nothing. pyx12 and
oxedi read the same file; pyx12 the smallest alone, for it takes time in proportion. Memory is the most
that a process of its own ever held.
"""

from __future__ import annotations

import io
import logging
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from edi.answers import read_answers
from edi.envelope import read_transactions
from edi.reading_rules import INBOUND
from edi.remittance.model import Remittance
from edi.remittance.own import Wanted, own_claims
from edi.remittance.read import RemittanceReader
from edi.remittance.scan import RUN_IDS, ClaimText
from edi.tables.build import read_tables, write_batches
from tests.benchmarks.guide import WrongResult
from tests.benchmarks.timing import ratios, seconds, spread
from tests.support.builders import ROOT
from tests.support.memory import peak_kilobytes

_ROUNDS = 3
_CLAIMS = (1_000, 10_000, 50_000)
_MEMORY_CLAIMS = (50_000, 150_000)
_SLOW = 10_000  # what holds a file or makes all objects is timed up to so many claims
_HEAD = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *261116*2200*^*00501*000000001*0*T*:~"
    "GS*HP*PAYER*HOSPITAL*20261116*2200*1*X*005010X221A1~"
)
_PAYMENT = (
    "ST*835*0001~BPR*I*{paid}*C*ACH*CCP*01*111000025*DA*1*1990000002**01*111000025*DA*2*20261120~"
    "TRN*1*TRACE1*1990000002~DTM*405*20261119~N1*PR*EXAMPLE PLAN~N3*9 STATE ST~N4*SPRINGFIELD*IL*62701~"
    "PER*BL*EDI*TE*5555550111~N1*PE*EXAMPLE HOSPITAL*XX*1234567893~LX*1~"
)
_CLAIM = (
    "CLP*ACCT{number:07d}*1*{charge}.5*{paid}.5*0*MC*ICN{number:09d}*13*1~NM1*QC*1*DOE*JO****MI*M{number:08d}~"
    "DTM*232*20261101~DTM*233*20261102~SVC*HC:99213*{charge}*{paid}**1~DTM*472*20261102~CAS*CO*45*50~"
    "REF*6R*{number}L1~AMT*B6*{paid}~SVC*HC:36415*.5*.5**1~DTM*472*20261102~REF*6R*{number}L2~LQ*HE*N130~"
)


def time_remittances() -> None:
    """Print the speeds and the memory. Raises WrongResult."""
    print(f"835, {_ROUNDS} interleaved rounds; how many times the floor's speed")
    with tempfile.TemporaryDirectory() as folder:
        for count in _CLAIMS:
            path = Path(folder) / str(count)
            path.write_bytes(a_remittance(count))
            _assert_right(path, count)
            _time(path, count)
            if count == _SLOW:
                _assert_odd_is_found(path, count)
    few, many = (_most_memory(count) for count in _MEMORY_CLAIMS)
    print(
        f"  most memory while {_MEMORY_CLAIMS[0]} and {_MEMORY_CLAIMS[1]} claims are typed, and made tables of"
    )
    print(f"  {few[0]:.0f} MB and {many[0]:.0f} MB; {few[1]:.0f} MB and {many[1]:.0f} MB")


def a_remittance(claims: int) -> bytes:
    """A file of one balanced 835 with so many claims."""
    charges = [100 + number * 7919 % 99_900 for number in range(claims)]
    body = "".join(
        _CLAIM.format(number=number, charge=charge, paid=charge - 50) for number, charge in enumerate(charges)
    )
    payment = _PAYMENT.format(paid=_paid(claims) // 100)
    count = payment.count("~") + body.count("~") + 1
    return f"{_HEAD}{payment}{body}SE*{count}*0001~GE*1*1~IEA*1*000000001~".encode("ascii")


def _paid(claims: int) -> int:
    return sum((100 + number * 7919 % 99_900 - 50) * 100 + 50 for number in range(claims))


def _time(path: Path, count: int) -> None:
    data, wanted = path.read_bytes(), _wanted(count)
    works: dict[str, Callable[[], object]] = {
        "scan": lambda: _scan(data, lambda claim: claim.start),
        "scan, CLP04 added up": lambda: _scan(data, lambda claim: claim.paid),
        "own claims, one of 5,000": lambda: own_claims(io.BytesIO(data), wanted),
        "tables": lambda: write_batches([path], lambda table, batch: None),
        "oxedi, with tables": lambda: _oxedi(data),
    }
    if count <= _SLOW:
        works["scan, all typed"] = lambda: _scan(data, lambda claim: claim.read())
        works["read_answers, file held"] = lambda: read_answers(data)
    if count == _CLAIMS[0]:
        works["pyx12 X12ContextReader"] = lambda: _pyx12(data)
    floor: list[float] = []
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(_ROUNDS):
        floor.append(seconds(lambda: _floor(data)))
        for name, work in works.items():
            times[name].append(seconds(work))
    print(f"  {count} claims, {len(data) / 1e6:.1f} MB")
    print(f"    {'floor':34} {spread([taken / count * 1e6 for taken in floor], 'us a claim')}")
    for name, taken in times.items():
        own = spread([one / count * 1e6 for one in taken], "us a claim")
        print(f"    {name:34} {own}  {spread(ratios(floor, taken), 'x')}")


def _floor(data: bytes) -> int:
    source, rest, count = io.BytesIO(data), "", 0
    while chunk := source.read(65_536):
        segments = (rest + chunk.decode("latin-1")).split("~")
        rest = segments.pop()
        for segment in segments:
            count += len(segment.split("*"))
    return count


def _scan(data: bytes, look: Callable[[ClaimText], object]) -> tuple[int, list[object]]:
    """How many claims, and what was seen of the first and the last."""
    count, seen = 0, None
    for transaction in read_transactions(io.BytesIO(data), INBOUND, run_ids=RUN_IDS, with_digests=False):
        for claim in RemittanceReader(transaction).scan():
            count += 1
            seen = look(claim)
    return count, [seen]


def _wanted(count: int) -> Wanted:
    """Some claims by their accounts; other clues, which nothing meets, are looked for as well."""
    accounts = frozenset(f"ACCT{number:07d}" for number in range(0, count, 5_000))
    return Wanted(accounts, frozenset({"ICN"}), frozenset({212_500_000}), frozenset({"J3399"}))


def _oxedi(data: bytes) -> object:
    import oxedi

    return oxedi.parse(data).tables


def _pyx12(data: bytes) -> int:
    import pyx12.error_handler
    import pyx12.params
    import pyx12.x12context

    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    source = io.StringIO(data.decode("ascii"))
    errors = pyx12.error_handler.errh_null()
    reader = pyx12.x12context.X12ContextReader(pyx12.params.params(), errors, source)
    return sum(1 for _ in reader.iter_segments("2100"))


def _assert_right(path: Path, count: int) -> None:
    tables = read_tables([path])
    claims = tables["claims"]
    paid = sum(int(value.scaleb(2)) for value in claims["paid"].to_pylist())
    if (claims.num_rows, tables["lines"].num_rows, paid) != (count, 2 * count, _paid(count)):
        raise WrongResult(f"tables of {count} claims: {claims.num_rows} claims, {paid} cents paid")
    data = path.read_bytes()
    scanned: list[int] = []
    _scan(data, lambda claim: scanned.append(claim.paid))
    if (len(scanned), sum(scanned)) != (count, _paid(count)):
        raise WrongResult(f"a scan of {count} claims: {len(scanned)} claims, {sum(scanned)} cents paid")
    wanted = _wanted(count)
    (own,) = own_claims(io.BytesIO(data), wanted)
    if (len(own.claims), own.count, own.paid) != (len(wanted.accounts), count, _paid(count)):
        raise WrongResult(f"own claims among {count}: {len(own.claims)}, {own.paid} cents paid")
    if count > _SLOW:
        return
    (answer,) = read_answers(data).answers
    if not isinstance(answer.model, Remittance):
        raise WrongResult("a remittance was not known as one")
    for transaction in read_transactions(data, INBOUND, run_ids=RUN_IDS):
        if tuple(RemittanceReader(transaction)) != answer.model.claims:
            raise WrongResult("claims over their text are other claims")


def _assert_odd_is_found(path: Path, count: int) -> None:
    """One claim among many is off by a cent."""
    path.write_bytes(path.read_bytes().replace(b"CAS*CO*45*50~", b"CAS*CO*45*50.01~", 1))
    rules = read_tables([path])["findings"]["rule"].to_pylist()
    if sorted(set(rules)) != ["remit-claim-balance", "remit-line-balance"]:
        raise WrongResult(f"a cent among {count} claims gives {rules}")


def _most_memory(claims: int) -> tuple[float, float]:
    """Megabytes that a process of its own held at most: claims typed one by one, and tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "835"
        path.write_bytes(a_remittance(claims))
        typed, tables = (
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.remittance", kind, str(path)],
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
            ).stdout
            for kind in ("typed", "tables")
        )
    return int(typed) / 1024, int(tables) / 1024


def _read_once(kind: str, path: Path) -> None:
    if kind == "tables":
        write_batches([path], lambda table, batch: None)
        return
    with path.open("rb") as source:
        for transaction in read_transactions(source, INBOUND, run_ids=RUN_IDS):
            for _ in RemittanceReader(transaction):
                pass


if __name__ == "__main__":
    _read_once(sys.argv[1], Path(sys.argv[2]))
    print(peak_kilobytes())
