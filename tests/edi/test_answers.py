"""Any file that comes in: told by its content, read whole or called incomplete, never raising."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest

from edi.answers import AnswerFile, read_answers
from edi.remittance.model import Remittance
from tests.support.limits import seconds_allowed

TA1 = "TA1*000000077*260109*2359*A*000"

BODIES = {
    "999": """AK1*HC*77*005010X223A2
AK2*837*0001*005010X223A2
IK3*LIN*29*2410*8
CTX*CLM01:ACCOUNT-1
IK4*3*234*7*71894-127-05
IK5*R*5
AK9*R*1*1*0""",
    "997": """AK1*HC*77
AK2*837*0001
AK3*LIN*29**8
AK4*3:1*234*7*71894-127-05
AK5*R*5
AK9*R*1*1*0""",
    "277CA": """BHT*0085*08*ANSWER1*20260111*0300*TH
HL*1**20*1
NM1*PR*2*SOME PAYER*****PI*PAYER1
TRN*1*RECEIPT9
DTP*050*D8*20260110
HL*2*1*21*1
NM1*41*2*SOME HOSPITAL*****46*HOSP
TRN*2*BATCH0007
STC*A1:19:PR*20260111*WQ*2000
HL*3*2*19*1
NM1*85*2*SOME HOSPITAL*****XX*1999999984
TRN*1*0
HL*4*3*PT
NM1*QC*1*DOE*BABY****MI*MEMBER01
TRN*2*ACCOUNT-1
STC*A7:218*20260111*U*2000
DTP*472*D8*20260105
SVC*HC:J3399*2000**0636***1
STC*A7:218**U
REF*FJ*LINE-1""",
    "277": """BHT*0010*08*ANSWER2*20260211*1200*DG
HL*1**20*1
NM1*PR*2*SOME PAYER*****PI*PAYER1
HL*2*1*21*1
NM1*41*2*SOME HOSPITAL*****46*HOSP
HL*3*2*19*1
NM1*1P*2*SOME HOSPITAL*****XX*1999999984
HL*4*3*22*0
NM1*IL*1*DOE*BABY****MI*MEMBER01
TRN*2*TRACE-1
STC*P1:3*20260210**2000
REF*EJ*ACCOUNT-1
DTP*472*D8*20260105""",
    "835": """BPR*I*1500*C*ACH************20260201
TRN*1*EFT-77*1990000002
N1*PR*SOME PAYER
N1*PE*SOME HOSPITAL*XX*1999999984
LX*1
CLP*ACCOUNT-1*1*2000*1500**MC*ICN001*13*1
NM1*QC*1*DOE*BABY****MI*MEMBER01
MOA***M119
SVC*HC:J3399*2000*1500*0636*1
CAS*CO*45*400**253*100
REF*6R*LINE-1
PLB*1999999984*20261231*WO:X*1*FB:Y*-1""",
    "837I": """BHT*0019*00*BATCH0007*20260110*2100*CH
HL*1**20*1""",
    "unknown": """BGN*00*1""",
}

ENVELOPES = {
    "999": ("FA", "999", "005010X231A1"),
    "997": ("FA", "997", "004010"),
    "277CA": ("HN", "277", "005010X214"),
    "277": ("HN", "277", "005010X212"),
    "835": ("HP", "835", "005010X221A1"),
    "837I": ("HC", "837", "005010X223A2"),
    "unknown": ("BE", "834", "005010X220A1"),
}


def interchange_of(*kinds: str, number: int = 21, with_ta1: bool = False, line_end: str = "\n") -> bytes:
    """One interchange with one group and transaction set for each kind."""
    lines = [
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       "
        f"*260110*2130*^*00501*{number:09d}*0*T*:"
    ]
    lines += [TA1] if with_ta1 else []
    for at, kind in enumerate(kinds, start=1):
        functional_id, set_id, version = ENVELOPES[kind]
        segments = BODIES[kind].split("\n")
        lines += [
            f"GS*{functional_id}*PAYER*HOSPITAL*20260110*2130*{at}*X*{version}",
            f"ST*{set_id}*{at:04d}",
            *segments,
            f"SE*{len(segments) + 2}*{at:04d}",
            f"GE*1*{at}",
        ]
    lines.append(f"IEA*{len(kinds)}*{number:09d}")
    return "".join(f"{line}~{line_end}" for line in lines).encode("ascii")


def kinds_of(found: AnswerFile) -> list[str]:
    return [answer.kind for answer in found.answers]


def test_each_answer_is_told_by_its_content_in_the_order_of_the_file() -> None:
    data = interchange_of(*BODIES, with_ta1=True) + interchange_of("835", number=22)
    found = read_answers(data, "whatever.txt")
    assert kinds_of(found) == ["TA1", *BODIES, "835"]
    assert found.complete
    assert found.findings == ()
    assert [answer.model is None for answer in found.answers] == [False] * 6 + [True, True, False]
    assert found.answers[-1].interchange.control_number == "000000022"
    assert found.document.to_bytes() == data


def test_a_ta1_after_the_groups_comes_after_their_answers() -> None:
    data = interchange_of("999").replace(b"IEA*", TA1.encode() + b"~IEA*")
    assert kinds_of(read_answers(data)) == ["999", "TA1"]


@pytest.mark.parametrize("bht", ["BHT*0085*08*A*20260111*0300*TH", "BHT*0085*08*A*20260111*0300"])
def test_a_277ca_with_an_odd_version_is_told_by_its_bht(bht: str) -> None:
    data = (
        interchange_of("277CA")
        .replace(b"005010X214", b"5010")
        .replace(b"BHT*0085*08*ANSWER1*20260111*0300*TH", bht.encode())
    )
    (answer,) = read_answers(data).answers
    assert answer.kind == "277CA"
    assert [finding.rule for finding in answer.findings] == ["version-odd"]


def test_a_version_that_is_not_adopted_is_reported_and_read() -> None:
    data = interchange_of("835").replace(b"005010X221A1", b"004010X091A1")
    (answer,) = read_answers(data, "in.835").answers
    assert isinstance(answer.model, Remittance)
    (finding,) = answer.findings
    assert (finding.rule, finding.found, finding.place.file) == ("version-odd", "004010X091A1", "in.835")


def test_the_same_body_in_another_envelope_has_the_same_digest() -> None:
    first = read_answers(interchange_of("835", "277CA", with_ta1=True)).answers
    again = read_answers(
        interchange_of("835", "277CA", number=99, with_ta1=True, line_end="").replace(b"*", b"|")
    ).answers
    assert [answer.digest for answer in first] == [answer.digest for answer in again]
    assert len({answer.digest for answer in first}) == 3


def test_findings_of_the_envelopes_and_of_the_answers_are_kept_apart_and_together() -> None:
    data = interchange_of("835").replace(b"GE*1*1~", b"GE*2*1~").replace(b"BPR*I*1500", b"BPR*I*1501")
    found = read_answers(data, "in.835")
    assert [finding.rule for finding in found.envelope_findings] == ["count-mismatch"]
    assert [finding.rule for finding in found.answers[0].findings] == ["remit-transaction-balance"]
    assert found.findings == found.envelope_findings + found.answers[0].findings
    assert {finding.place.file for finding in found.findings} == {"in.835"}
    assert found.complete


@pytest.mark.parametrize("data", [b"", b"\x00\xff\xfe", b"id,name\n1,x\n", b"ISA*", b"ISA" * 50])
def test_what_is_no_x12_is_incomplete_with_a_finding(data: bytes) -> None:
    found = read_answers(data)
    assert (found.answers, found.complete) == ((), False)
    assert [finding.rule for finding in found.findings] == ["interchange-cut"]


def test_a_broken_transaction_set_does_not_hide_the_one_after_it() -> None:
    data = (
        interchange_of("835", "999")
        .replace(b"CLP*ACCOUNT-1*1*2000", b"CLP*\xff*1*\xff")
        .replace(b"SE*14*0001~\n", b"")
    )
    found = read_answers(data)
    assert kinds_of(found) == ["835", "999"]
    assert found.answers[1].findings == ()


def test_an_interchange_whose_header_is_damaged_makes_the_file_incomplete() -> None:
    data = interchange_of("835") + interchange_of("999", number=22)
    for damaged in (data.replace(b"ISA", b"IXA", 1), b"".join(data.rsplit(b"ISA", 1))):
        found = read_answers(damaged)
        assert len(found.answers) == 1
        assert not found.complete


def test_text_around_whole_interchanges_does_not_make_the_file_incomplete() -> None:
    found = read_answers(b"Here is your remittance.\n" + interchange_of("835") + b"\r\n\x1a")
    assert kinds_of(found) == ["835"]
    assert found.complete


@pytest.mark.parametrize("kind", [*BODIES, "TA1"])
def test_a_file_cut_at_any_byte_is_never_called_complete(kind: str) -> None:
    data = interchange_of(kind) if kind != "TA1" else interchange_of(with_ta1=True)
    end = len(data.rstrip(b"~\n"))  # IEA02 that equals ISA13 shows that only the terminator is missing
    for cut in range(len(data) + 1):
        assert read_answers(data[:cut]).complete is (cut >= end), cut


def test_two_interchanges_cut_at_any_byte_are_complete_only_where_whole_ones_are_left() -> None:
    first, second = interchange_of("835"), interchange_of("999", number=22)
    data = first + second
    whole = {
        end - missing for end in (len(first), len(data)) for missing in (0, 1, 2)
    }  # "~" and the line end
    complete = {cut for cut in range(len(data) + 1) if read_answers(data[:cut]).complete}
    assert complete == whole


def _flip(random_source: random.Random, data: bytearray) -> None:
    data[random_source.randrange(len(data))] = random_source.randrange(256)


def _drop(random_source: random.Random, data: bytearray) -> None:
    start = random_source.randrange(len(data))
    del data[start : start + random_source.randrange(1, 60)]


def _repeat(random_source: random.Random, data: bytearray) -> None:
    start = random_source.randrange(len(data))
    data[start:start] = data[start : start + random_source.randrange(1, 200)]


def _mark(random_source: random.Random, data: bytearray) -> None:
    data.insert(random_source.randrange(len(data)), random_source.choice(b"*:~^\n\x00ISASTHL"))


def _swap_segments(random_source: random.Random, data: bytearray) -> None:
    segments = data.split(b"~")
    first, second = random_source.randrange(len(segments)), random_source.randrange(len(segments))
    segments[first], segments[second] = segments[second], segments[first]
    data[:] = b"~".join(segments)


MUTATIONS: tuple[Callable[[random.Random, bytearray], None], ...] = (
    _flip,
    _drop,
    _repeat,
    _mark,
    _swap_segments,
)


@pytest.mark.parametrize("kind", BODIES)
def test_500_mutants_of_each_kind_are_read_without_raising(kind: str) -> None:
    source = random.Random(f"mutants of {kind}")
    original = interchange_of(kind, with_ta1=True) + interchange_of(kind, number=22)
    read = 0
    for _ in range(500):
        data = bytearray(original)
        for _ in range(source.randrange(1, 6)):
            source.choice(MUTATIONS)(source, data)
        started = time.perf_counter()
        found = read_answers(bytes(data), "mutant")
        assert time.perf_counter() - started < seconds_allowed()
        for finding in found.findings:
            assert finding.message()
            assert finding.as_dict()["rule"]
        repr(found.answers)
        read += 1
    assert read == 500
