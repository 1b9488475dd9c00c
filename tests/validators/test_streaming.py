"""A file is judged in one pass with little memory, and each finding goes to whom it concerns."""

from __future__ import annotations

import gc
import io
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.finding import Finding
from edi.guide.check import check_guide
from mapping.profile_store import ProfileStore
from tests.benchmarks.validation import pieces
from tests.support.builders import NIGHT, ROOT
from tests.support.guide_files import HEADER, INPATIENT, OUTPATIENT, SECONDARY, Segments, a_file
from validators.reports import ClaimReport, FileReport, SharedFinding
from validators.validate import FileCheck, ValidationContext, validate_bytes

CONTEXT = ValidationContext(ProfileStore(), NIGHT.date())
SAMPLES = sorted((ROOT / "samples" / "shapes").glob("*.x12"))
DEPENDENT = INPATIENT[INPATIENT.index("HL*3*2*23*0") :]


def judged(body: Segments) -> FileReport:
    return validate_bytes(a_file(body).encode("latin-1"), CONTEXT)


def of_guide(findings: list[Finding]) -> list[tuple[str | None, int | None]]:
    return [(one.place.segment, one.place.segment_position) for one in findings if one.rule == "guide"]


def instead_of(number: int, start: str, new: str | None, body: Segments) -> Segments:
    """The body with the segment of that number (from 0) among those that begin so changed, or left out."""
    at = [index for index, segment in enumerate(body) if segment.startswith(start)][number]
    return [*body[:at], *([new] if new is not None else []), *body[at + 1 :]]


def several() -> Segments:
    """A subscriber's claim, then one with two dependents, each with a claim, then two claims of one subscriber."""
    second = [segment.replace("HL*3*2*23*0", "HL*5*3*23*0") for segment in DEPENDENT]
    inpatient = [
        segment.replace("HL*2*1*22", "HL*3*1*22").replace("HL*3*2*23*0", "HL*4*3*23*0")
        for segment in INPATIENT
    ]
    third = [segment.replace("HL*2*1*22*0", "HL*6*1*22*0") for segment in OUTPATIENT]
    again = third[next(at for at, one in enumerate(third) if one.startswith("CLM")) :]
    return [*HEADER, *OUTPATIENT, *inpatient, *second, *third, *again]


def test_a_file_of_several_levels_is_clean_to_the_guide() -> None:
    report = judged(several())
    assert len(report.claims) == 5
    assert of_guide(report.findings()) == []


def test_a_fault_of_one_claim_is_its_own() -> None:
    for number in range(5):
        report = judged(instead_of(number, "CL1", "CL1*9999*1*01", several()))
        assert [len(of_guide(claim.findings)) for claim in report.claims] == [
            int(index == number) for index in range(5)
        ]
        assert not report.shared
        assert not of_guide(report.file_findings)


def test_what_is_missing_at_the_end_of_a_claim_is_missing_there_and_not_in_the_next() -> None:
    body = several()
    starts = [at for at, segment in enumerate(body) if segment.startswith("CLM")]
    for number, start in enumerate(starts):
        end = next(
            (at for at in range(start + 1, len(body)) if body[at].startswith(("HL", "CLM"))), len(body)
        )
        first_line = next(at for at in range(start, end) if body[at].startswith("LX"))
        report = judged([*body[:first_line], *body[end:]])
        with_faults = [claim.index for claim in report.claims if of_guide(claim.findings)]
        assert with_faults == [number]


def test_a_fault_above_several_claims_is_told_once_and_each_of_them_knows() -> None:
    report = judged(instead_of(0, "NM1*85", "NM1*85*9*RIVERSIDE CHILDRENS*****XX*1234567893", several()))
    (shared,) = [one for one in report.shared if one.finding.rule == "guide"]
    assert (shared.first, shared.last, shared.claims) == (0, 4, 5)
    assert "It stands above 5 claims." in shared.finding.message()
    assert all(of_guide(claim.above) == of_guide([shared.finding]) for claim in report.claims)
    assert all(claim.has_errors for claim in report.claims)
    assert len(of_guide(report.findings())) == 1


def test_a_fault_above_two_dependents_concerns_those_two() -> None:
    report = judged(instead_of(1, "SBR", "SBR*P**GROUP44******QQ", several()))
    assert [(one.first, one.last) for one in report.shared] == [(1, 2)]
    assert [bool(of_guide(claim.above)) for claim in report.claims] == [False, True, True, False, False]


def test_a_fault_above_one_claim_is_that_claims() -> None:
    report = judged(instead_of(0, "SBR", "SBR*P*18*******QQ", several()))
    assert not report.shared
    assert [len(of_guide(claim.findings)) for claim in report.claims] == [1, 0, 0, 0, 0]
    assert of_guide(report.claims[0].findings)
    assert report.claims[0].findings[0].place.claim == report.claims[0].claim.place.claim


def test_a_fault_that_shows_where_a_level_ends_concerns_all_its_claims() -> None:
    # HL04 of the billing provider is known to be wrong at SE alone
    report = judged([segment.replace("HL*1**20*1", "HL*1**20*0") for segment in several()])
    assert report.claims and all(claim.has_errors for claim in report.claims)
    (shared,) = [one for one in report.shared if one.finding.place.element == "HL04"]
    assert shared.claims == 5


def test_a_level_without_a_claim_is_told() -> None:
    empty = OUTPATIENT[: next(at for at, one in enumerate(OUTPATIENT) if one.startswith("CLM"))]
    report = judged([*HEADER, *OUTPATIENT, *(one.replace("HL*2*1", "HL*3*1") for one in empty)])
    assert any("No claim stands under this level" in one.message() for one in report.file_findings)
    assert not [one for claim in report.claims for one in claim.findings if one.rule == "guide"]


def test_a_claim_that_follows_a_broken_transaction_set_is_judged() -> None:
    good = a_file([*HEADER, *OUTPATIENT])
    broken = a_file([*HEADER[3:], "ZZZ*1", *OUTPATIENT[9:]])
    text = good.replace("GE*1*207", "ST" + broken.partition("ST")[2].partition("GE*")[0] + "GE*2*207")
    report = validate_bytes(text.replace("ST*837*0001", "ST*837*0002", 2).encode(), CONTEXT)
    assert len(report.claims) >= 1


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stream_gives_the_same_as_a_file_that_is_held(path: Path) -> None:
    data = broken_in_places(path.read_bytes())
    whole = validate_bytes(data, CONTEXT)
    check = FileCheck(io.BytesIO(data), CONTEXT)
    items = list(check)
    claims = [item for item in items if isinstance(item, ClaimReport)]
    shared = [item for item in items if isinstance(item, SharedFinding)]
    assert [claim.findings for claim in claims] == [claim.findings for claim in whole.claims]
    assert shared == whole.shared
    assert check.file_findings == whole.file_findings


def broken_in_places(data: bytes) -> bytes:
    chance = random.Random(len(data))
    parts = data.split(b"~")
    for _ in range(6):
        at = chance.randrange(3, len(parts) - 3)
        parts[at] = chance.choice(
            [parts[at] + b"*X", parts[at][:-1], b"\nZZZ*1", parts[at] + b"~" + parts[at]]
        )
    return b"~".join(parts)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_what_the_guide_says_is_all_told(path: Path) -> None:
    data = broken_in_places(path.read_bytes())
    expected = sorted((one.template, one.place.segment_position or 0) for one in check_guide(data))
    said = validate_bytes(data, CONTEXT).findings()
    told = sorted(
        (one.template.removesuffix(" It stands above {claims} claims."), one.place.segment_position or 0)
        for one in said
    )
    for one in expected:
        assert one in told
        told.remove(one)


def of_two_payers(claims: int) -> bytes:
    """A file of claims by turns to two payers, with faults of chance: many repeat what stood before them."""
    chance = random.Random(3399)
    parts = b"".join(pieces(claims)).split(b"~")
    others = {one[:7]: one for one in chance.sample(parts, len(parts))}
    for at in chance.sample(range(9, len(parts) - 4), len(parts) // 4):
        if not parts[at].startswith((b"\nHL", b"\nCLM", b"\nLX")):
            parts[at] = chance.choice([others[parts[at][:7]], parts[at] + b"X", parts[at] + b".50"])
        elif parts[at].startswith(b"\nCLM"):
            parts[at] = chance.choice([others[parts[at][:7]], parts[at].replace(b":A:1", b":A:8")])
    return b"~".join(parts)


def test_claims_judged_together_have_the_findings_of_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    data = of_two_payers(60)
    together = [report.findings for report in validate_bytes(data, CONTEXT).claims]
    monkeypatch.setattr(
        "validators.validate.judge_together",
        lambda claims: [rules.findings(check) for rules, check in claims],
    )
    alone = [report.findings for report in validate_bytes(data, CONTEXT).claims]
    assert together == alone
    said = {finding.rule for findings in together for finding in findings}
    assert len(together) == 60 and {"claim-id-length", "drug-repeated", "claim-total"} <= said


class Endless(io.RawIOBase):
    """A file of one transaction set with as many claims as asked for, made while it is read."""

    def __init__(self, claims: int) -> None:
        super().__init__()
        self._pieces = self._make(claims)

    def _make(self, claims: int) -> Iterator[bytes]:
        yield a_file(HEADER).encode().partition(b"SE*")[0]
        for number in range(claims):
            claim = (OUTPATIENT, SECONDARY)[number % 2]
            text = "~".join(claim).replace("HL*2*1*22", f"HL*{number + 2}*1*22")
            yield (text.replace("ACCT90210", f"A{number}") + "~").encode()
        yield b"SE*1*0001~GE*1*207~IEA*1*000000207~"

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")


def test_memory_does_not_grow_with_the_claims_of_one_transaction_set() -> None:
    sizes = (200, 800)
    peaks = []
    for claims in (sizes[0], *sizes):
        tracemalloc.start()
        assert sum(isinstance(item, ClaimReport) for item in FileCheck(Endless(claims), CONTEXT)) == claims
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # rules remember keys of each claim, by which a later one is found to repeat it; a held claim takes 30 kB
    assert peaks[2] - peaks[1] < (sizes[1] - sizes[0]) * 4000


def test_the_collector_is_as_it_was_when_a_file_is_through_or_left_half_read() -> None:
    before = gc.get_threshold()
    through, left = FileCheck(Endless(2), CONTEXT), iter(FileCheck(Endless(2), CONTEXT))
    next(left)
    assert gc.get_threshold()[0] > before[0]
    assert sum(isinstance(item, ClaimReport) for item in through) == 2
    del left
    assert gc.get_threshold() == before


def test_a_collector_that_was_turned_off_stays_so() -> None:
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        for _ in FileCheck(Endless(1), CONTEXT):
            assert gc.get_threshold()[0] == 0
        assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*before)


@settings(max_examples=50)
@given(st.binary(max_size=400))
def test_random_bytes_give_a_finding(data: bytes) -> None:
    assert validate_bytes(data, CONTEXT).has_errors


@settings(max_examples=60)
@given(st.data())
def test_a_damaged_sample_is_judged_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(SAMPLES)).read_bytes()
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        length = data.draw(st.integers(0, 60))
        damaged[at : at + length] = data.draw(st.one_of(st.binary(max_size=20), st.just(b"~"), st.just(b"*")))
        if not damaged:
            break
    report = validate_bytes(bytes(damaged), CONTEXT)
    assert report.claims or report.has_errors
