"""Whose claim it is: levels that are missing, broken, empty, or name another parent."""

from __future__ import annotations

import time

import pytest

from edi.claim837i.model import Claim
from edi.claim837i.read import ClaimReader
from edi.envelope import read_document
from tests.support.guide_files import HEADER, INPATIENT, OUTPATIENT, Segments, a_file, instead
from tests.support.limits import seconds_allowed

AT_CLAIM = next(number for number, text in enumerate(OUTPATIENT) if text.startswith("CLM"))
SUBSCRIBER, CLAIM = OUTPATIENT[:AT_CLAIM], OUTPATIENT[AT_CLAIM:]
OTHER = [
    text.replace("HL*2*1", "HL*3*1")
    .replace("QUILLFEATHER*ODALYS", "SECOND*CHILD")
    .replace("MEMB77001", "MEMB2")
    for text in SUBSCRIBER
]
OTHER_CLAIM = [text.replace("ACCT90210-01", "ACCT2") for text in CLAIM]


def read(body: Segments) -> tuple[list[Claim], ClaimReader]:
    (transaction,) = read_document(a_file([*HEADER, *body]).encode("latin-1")).transactions()
    reader = ClaimReader(transaction)
    return list(reader), reader


def subscribers(claims: list[Claim]) -> list[tuple[str, str]]:
    return [(claim.patient_control_number, claim.subscriber.party.id) for claim in claims]


def test_each_claim_has_its_own_subscriber() -> None:
    claims, reader = read([*SUBSCRIBER, *CLAIM, *OTHER, *OTHER_CLAIM])
    assert subscribers(claims) == [("ACCT90210-01", "MEMB77001"), ("ACCT2", "MEMB2")]
    assert reader.findings == [] and all(claim.findings == () for claim in claims)


def test_a_level_of_an_unknown_kind_leaves_the_next_claim_to_nobody() -> None:
    unknown = [OTHER[0].replace("*22*", "*2X*"), *OTHER[1:]]
    claims, reader = read([*SUBSCRIBER, *CLAIM, *unknown, *OTHER_CLAIM])
    assert subscribers(claims) == [("ACCT90210-01", "MEMB77001"), ("ACCT2", "")]
    (finding,) = claims[1].findings
    assert finding.place.segment == "CLM" and "2000B" in finding.message()
    assert "MEMB2" in " ".join(item.segment.text for item in reader.unread)


@pytest.mark.parametrize("damage", [[], ["XHL*3*1*22*0"]], ids=["missing", "misspelt"])
@pytest.mark.parametrize("begins_with", ["SBR", "NM1*IL"])
def test_a_level_whose_hl_is_gone_is_a_level_all_the_same(damage: Segments, begins_with: str) -> None:
    at = next(number for number, text in enumerate(OTHER) if text.startswith(begins_with))
    claims, _ = read([*SUBSCRIBER, *CLAIM, *damage, *OTHER[at:], *OTHER_CLAIM])
    assert subscribers(claims) == [("ACCT90210-01", "MEMB77001"), ("ACCT2", "MEMB2")]
    assert any("without its HL" in finding.message() for finding in claims[1].findings)
    assert all("without its HL" not in finding.message() for finding in claims[0].findings)


def test_a_dependent_whose_hl_is_gone_is_a_dependent_all_the_same() -> None:
    at = next(number for number, text in enumerate(INPATIENT) if text.startswith("PAT"))
    claims, _ = read([*INPATIENT, *[text.replace("-02", "-03") for text in INPATIENT[at:]]])
    assert [claim.patient is not None for claim in claims] == [True, True]
    assert any("without its HL" in finding.message() for finding in claims[1].findings)


def test_a_level_that_names_another_parent_is_said() -> None:
    body = instead("HL*3*2*23", "HL*3*1*23*0", INPATIENT)
    (claim,), _ = read(body)
    (finding,) = claim.findings
    assert (finding.place.element, finding.expected) == ("HL02", "2")


@pytest.mark.parametrize("segment", ["HL*2*1*22*0*JUNK", "HL*2*1*22*0**X"])
def test_junk_behind_hl_is_said(segment: str) -> None:
    (claim,), _ = read(instead("HL*2*1*22*0", segment, OUTPATIENT))
    assert [finding.place.segment for finding in claim.findings] == ["HL"]


def test_a_claim_whose_clm_is_broken_is_not_lost_in_silence() -> None:
    broken = [text.replace("CLM*", "XLM*") for text in CLAIM if not text.startswith(("LX", "SV2"))]
    claims, reader = read([*SUBSCRIBER, *broken[:8], *OTHER, *OTHER_CLAIM])
    assert subscribers(claims) == [("ACCT2", "MEMB2")]
    texts = [item.segment.text for item in reader.unread]
    assert all(text in texts for text in (*SUBSCRIBER, *broken[:8]))
    assert any("No claim stands under this level" in finding.message() for finding in reader.findings)


def test_a_subscriber_without_a_claim_is_said() -> None:
    _, reader = read([*SUBSCRIBER, *CLAIM, *OTHER])
    (finding,) = reader.findings
    assert finding.place.segment == "HL"
    assert [item.segment.text for item in reader.unread] == OTHER


def test_a_line_that_broke_loose_shows_no_patient_data() -> None:
    claims, _ = read([*OUTPATIENT, "QUILLFEATHER ODALYS 20260614"])
    (finding,) = claims[0].findings
    assert "QUILL" not in finding.message() + str(finding.as_dict()) + finding.place.words()
    assert "QUILL" in finding.message(show_phi=True)


def test_the_header_is_not_told_before_it_was_read() -> None:
    (transaction,) = read_document(a_file([*HEADER, *OUTPATIENT]).encode()).transactions()
    reader = ClaimReader(transaction)
    with pytest.raises(ValueError, match="header"):
        _ = reader.header
    next(iter(reader))
    assert reader.header.reference == "NIGHT207"


def test_one_broken_segment_cannot_fill_the_memory_with_findings() -> None:
    body = instead("CLM*", "CLM*ACCT90210-01*2126300***13:A:1" + ":B" * 100_000 + "**A*Y*Y", OUTPATIENT)
    (claim,), _ = read(body)
    assert len(claim.findings) == 101 and "99900 more findings" in claim.findings[-1].message()
    assert len(claim.unread) == 1


def test_many_faults_above_many_claims_take_no_square_of_time() -> None:
    references = [f"REF*SY*{number}" for number in range(3000)]
    began = time.perf_counter()
    claims, _ = read([*SUBSCRIBER, *references, *[CLAIM[0]] * 3000])
    assert len(claims) == 3000
    assert time.perf_counter() - began < seconds_allowed(5)
