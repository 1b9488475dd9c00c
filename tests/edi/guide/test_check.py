"""What the guide check finds, whichever engine judges: our own or pyx12."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterator

import pytest

from edi.envelope import read_document
from edi.finding import Finding, Severity
from edi.guide.check import ENGINES, check_guide
from edi.guide.report import GUIDE
from edi.protected import Protected
from tests.support.guide_files import (
    GS,
    HEADER,
    INPATIENT,
    ISA,
    OUTPATIENT,
    PATIENT_DATA,
    Segments,
    a_file,
    after,
    an_outpatient_file,
    instead,
    position_of,
    without,
)

_engine = "tables"


@pytest.fixture(autouse=True, params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every test runs once for each engine."""
    monkeypatch.setitem(globals(), "_engine", request.param)
    return str(request.param)


def findings_of(text: str) -> list[Finding]:
    return check_guide(text.encode("latin-1"), file="night.x12", engine=_engine)


def only_finding(text: str) -> Finding:
    findings = findings_of(text)
    assert len(findings) == 1, [finding.message() for finding in findings]
    return findings[0]


def codes(finding: Finding) -> dict[str, str]:
    return finding.acknowledgment.as_dict() if finding.acknowledgment else {}


def is_unfinished(finding: Finding) -> bool:
    return "could not finish" in finding.message()


def everything_printed(findings: list[Finding]) -> str:
    return "\n".join(
        f"{finding.message()} {json.dumps(finding.as_dict())} {finding!r}" for finding in findings
    )


# -- clean files ---------------------------------------------------------------------------


def test_a_clean_outpatient_file_has_no_findings() -> None:
    assert findings_of(an_outpatient_file()) == []


def test_a_clean_inpatient_file_of_a_dependent_has_no_findings() -> None:
    assert findings_of(a_file([*HEADER, *INPATIENT])) == []


def test_a_clean_file_of_two_transaction_sets_has_no_findings() -> None:
    assert findings_of(a_file([*HEADER, *OUTPATIENT], [*HEADER, *INPATIENT])) == []


@pytest.mark.parametrize("end", ["~", "~\n", "~\r\n", "\n", "'\n"])
def test_a_clean_file_has_no_findings_whatever_ends_its_segments(end: str) -> None:
    assert findings_of(a_file([*HEADER, *OUTPATIENT], end=end)) == []


def test_separators_are_taken_from_each_interchange_anew() -> None:
    first = an_outpatient_file()
    second = first.translate(str.maketrans("*:~", "|>'"))
    assert findings_of(first + second) == []


# -- missing and surplus segments -------------------------------------------------------------


def test_a_missing_cl1_is_reported_with_ik304_3_in_loop_2300() -> None:
    body = without("CL1", [*HEADER, *OUTPATIENT])
    finding = only_finding(a_file(body))
    assert codes(finding) == {"IK304": "3"}
    assert finding.rule == "guide"
    assert finding.snip == 2
    assert finding.severity is Severity.ERROR
    assert finding.message() == "Required segment CL1 is missing from loop 2300."
    assert finding.fix == "Write segment CL1 before this place."
    place = finding.place
    assert (place.file, place.interchange, place.group, place.transaction) == (
        "night.x12",
        "000000207",
        "207",
        "0001",
    )
    assert (place.loop, place.segment, place.element) == ("2300", "CL1", None)
    assert place.segment_position == position_of("REF*G1", body)
    assert place.claim == Protected("ACCT90210-01")


def test_a_missing_ctp_after_lin_is_reported_with_ik304_3_in_loop_2410() -> None:
    finding = only_finding(an_outpatient_file(lambda body: without("CTP", body)))
    assert (finding.place.loop, finding.place.segment) == ("2410", "CTP")
    assert codes(finding) == {"IK304": "3"}


def test_a_missing_loop_is_named_with_the_segment_that_begins_it() -> None:
    finding = only_finding(an_outpatient_file(lambda body: without("NM1*PR", body)))
    assert finding.message() == "Required loop 2010BB is missing; it begins with segment NM1."
    assert (finding.place.loop, finding.place.segment) == ("2010BB", "NM1")
    assert codes(finding) == {"IK304": "3"}


def test_a_missing_loop_is_reported_once_though_several_segments_follow() -> None:
    findings = findings_of(an_outpatient_file(lambda body: without("NM1*IL", body)))
    missing = [finding for finding in findings if codes(finding) == {"IK304": "3"}]
    assert [finding.place.loop for finding in missing] == ["2010BA"]


def test_a_claim_without_service_lines_is_reported_under_its_own_number() -> None:
    bare = OUTPATIENT[: OUTPATIENT.index("LX*1")]
    second = [segment.replace("ACCT90210-01", "ACCT90210-09") for segment in OUTPATIENT]
    finding = only_finding(a_file([*HEADER, *bare, *renumbered(second, 3)]))
    assert (finding.place.loop, finding.place.segment) == ("2400", "LX")
    assert finding.place.claim == Protected("ACCT90210-01")


def test_segments_that_go_astray_with_their_loop_are_one_finding_with_their_count() -> None:
    body = without("HL*2", [*HEADER, *OUTPATIENT])
    findings = findings_of(a_file(body))
    astray = [finding for finding in findings if "could not be placed" in finding.message()]
    assert [finding.fields["count"] for finding in astray] == [len(OUTPATIENT) - 2]
    assert astray[0].place.segment_position == position_of("NM1*IL", body)
    assert [finding.place.segment for finding in findings if codes(finding) == {"IK304": "3"}] == ["HL"]
    assert len(findings) == 3


def test_segments_astray_at_the_end_of_a_claim_are_reported_under_that_claim() -> None:
    second = [segment.replace("ACCT90210-01", "ACCT90210-09") for segment in OUTPATIENT]
    first = without("LX*2", without("LX*1", OUTPATIENT))
    findings = findings_of(a_file([*HEADER, *first, *renumbered(second, 3)]))
    assert {finding.place.claim for finding in findings} == {Protected("ACCT90210-01")}


def test_a_missing_bht_is_reported_though_no_loop_of_the_guide_holds_it() -> None:
    finding = findings_of(an_outpatient_file(lambda body: without("BHT", body)))[-1]
    assert finding.message() == "Required segment BHT is missing from the transaction set."
    assert (finding.place.loop, finding.place.segment) == (None, "BHT")


def test_a_second_authorization_number_is_reported_with_ik304_5() -> None:
    body = after("REF*G1", "REF*G1*AUTH5502", [*HEADER, *OUTPATIENT])
    finding = only_finding(a_file(body))
    assert codes(finding) == {"IK304": "5"}
    assert (finding.place.loop, finding.place.segment) == ("2300", "REF")
    assert finding.place.segment_position == position_of("REF*G1*AUTH5502", body)
    assert finding.expected == "at most 1"


# -- elements ----------------------------------------------------------------------------------


def test_a_unit_of_measure_of_another_standard_is_reported_with_ik403_7() -> None:
    finding = only_finding(an_outpatient_file(lambda body: instead("CTP", "CTP****1*KT", body)))
    assert codes(finding) == {"IK304": "8", "IK403": "7"}
    assert (finding.place.loop, finding.place.element) == ("2410", "CTP05-1")
    assert finding.found == "KT"
    assert finding.expected == "one of F2, GR, ME, ML, UN"


def test_a_missing_revenue_code_is_reported_with_ik403_1() -> None:
    line = "SV2**HC:J3399*2125000*UN*1"
    finding = only_finding(an_outpatient_file(lambda body: instead("SV2*0636", line, body)))
    assert codes(finding) == {"IK304": "8", "IK403": "1"}
    assert (finding.place.loop, finding.place.element) == ("2400", "SV201")
    assert finding.expected == "Service Line Revenue Code"


def test_a_note_of_81_characters_is_reported_with_ik403_5_and_the_lengths() -> None:
    finding = only_finding(an_outpatient_file(lambda body: instead("NTE", "NTE*ADD*" + "N" * 81, body)))
    assert codes(finding) == {"IK304": "8", "IK403": "5"}
    assert finding.place.element == "NTE02"
    assert finding.message() == "NTE02 is too long: 81 characters."
    assert finding.expected == "1 to 80 characters"


def test_a_place_of_service_in_clm05_is_reported_at_its_qualifier_with_ik403_7() -> None:
    claim = "CLM*ACCT90210-01*2126300***22:B:1**A*Y*Y"
    finding = only_finding(an_outpatient_file(lambda body: instead("CLM", claim, body)))
    assert codes(finding) == {"IK304": "8", "IK403": "7"}
    assert (finding.place.element, finding.expected, finding.found) == ("CLM05-2", "A", "B")


@pytest.mark.parametrize(
    ("start", "new", "element", "code"),
    [
        ("CLM", "CLM*ACCT90210-01*2126300**X*13:A:1**A*Y*Y", "CLM04", "I10"),
        ("CLM", "CLM*ACCT90210-01*2126300*****A*Y*Y", "CLM05", "1"),
        ("CLM", "CLM*ACCT90210-01*2126300***13:A:1:9**A*Y*Y", "CLM05", "13"),
        ("CLM", "CLM*ACCT90210-01*2126300***13:A:123**A*Y*Y", "CLM05-3", "5"),
        ("CL1", "CL1*3*1*01**X", "CL105", "3"),
        ("DTP*472", "DTP*472*D8*20261320", "DTP03", "8"),
        ("DTP*434", "DTP*434*RD8*20261120", "DTP03", "8"),
        ("BHT", "BHT*0019*00*NIGHT207*20261203*2575*CH", "BHT05", "9"),
        ("SV2*0636", "SV2*0636*HC:J3399*21I5000*UN*1", "SV203", "6"),
        ("REF*EA", "REF*EA*CHART:3303", "REF02", "6"),
        ("N4", "N4*SAMPLETON*TX*75002", "N403", "7"),
        ("N4*SAMPLETON*TX*750020003", "N4*SAMPLETON*QQ*750020003", "N402", "7"),
        ("PER", "PER*IC*BILLING DESK*TE", "PER04", "1"),
        ("PER", "PER*IC*BILLING DESK*TE*5555550177*EX", "PER06", "2"),
        ("N4", "N4*SAMPLETON*TX*750020002*CA***ON", "N407", "10"),
        ("HL*2", "HL*3*1*22*0", "HL01", "7"),
        ("HL*2", "HL*2*9*22*0", "HL02", "7"),
        ("LX*2", "LX*5", "LX01", "7"),
    ],
)
def test_an_element_at_fault_is_named_with_its_ik403_code(
    start: str, new: str, element: str, code: str
) -> None:
    body = instead(start, new, [*HEADER, *OUTPATIENT])
    finding = only_finding(a_file(body))
    assert finding.place.element == element
    assert codes(finding) == {"IK304": "8", "IK403": code}
    assert finding.place.segment_position == position_of(new, body)
    assert finding.expected
    assert finding.fix


def test_separators_at_the_end_of_a_segment_are_reported() -> None:
    finding = only_finding(an_outpatient_file(lambda body: instead("CL1", "CL1*3*1*01*", body)))
    assert finding.place.segment == "CL1"
    assert codes(finding) == {"IK304": "8"}


# -- order, unknown segments, blanks -----------------------------------------------------------


def test_a_segment_out_of_order_is_reported_with_ik304_7_at_its_own_position() -> None:
    body = after("HI*APR", "K3*LATE", without("NTE", [*HEADER, *OUTPATIENT]))
    finding = only_finding(a_file(body))
    assert codes(finding) == {"IK304": "7"}
    assert (finding.place.loop, finding.place.segment) == ("2300", "K3")
    assert finding.place.segment_position == position_of("K3", body)


def test_a_qualifier_that_the_loop_does_not_know_is_reported_with_those_it_does() -> None:
    finding = only_finding(an_outpatient_file(lambda body: instead("REF*EA", "REF*ZZ*CHART3303", body)))
    assert codes(finding) == {"IK304": "2"}
    assert finding.place.element == "REF01"
    assert "EA" in str(finding.expected)
    assert finding.found == "ZZ"


def test_an_unknown_segment_is_reported_with_ik304_1_and_its_id_is_masked() -> None:
    finding = only_finding(an_outpatient_file(lambda body: after("REF*EA", "ZQX*QUILLFEATHER", body)))
    assert codes(finding) == {"IK304": "1"}
    assert finding.place.segment is None
    assert "ZQX" not in everything_printed([finding])
    assert "ZQX" in finding.message(show_phi=True)


def test_blanks_between_segments_are_reported_because_no_other_check_does() -> None:
    finding = only_finding(an_outpatient_file().replace("CL1*", " CL1*"))
    assert (finding.place.segment, codes(finding)) == ("CL1", {"IK304": "1"})


@pytest.mark.parametrize("start", ["GS*", "ST*837*0001", "SE*40", "ST*837*0002", "GE*"])
def test_blanks_are_reported_once_wherever_they_stand(start: str) -> None:
    text = a_file([*HEADER, *OUTPATIENT], [*HEADER, *INPATIENT])
    finding = only_finding(text.replace(start, " " + start))
    assert (finding.place.segment, codes(finding)) == (start[:2], {"IK304": "1"})


# -- versions and envelopes --------------------------------------------------------------------


@pytest.mark.parametrize("version", ["005010X223A3", "005010X222A1", "005010X221A1", "", "QUILLFEATHER"])
def test_an_unknown_version_in_gs08_is_one_finding_for_the_group(version: str) -> None:
    gs = GS.replace("005010X223A2", version)
    finding = only_finding(a_file([*HEADER, *OUTPATIENT], [*HEADER, *OUTPATIENT], gs=gs))
    assert "version is not known" in finding.message()
    assert (finding.place.segment, finding.place.element) == ("GS", "GS08")
    assert finding.expected == "005010X223A2"


def test_an_unknown_interchange_version_is_reported_at_isa12() -> None:
    finding = only_finding(a_file([*HEADER, *OUTPATIENT], isa=ISA.replace("*00501*", "*00402*")))
    assert (finding.place.element, finding.expected) == ("ISA12", "00501")


def test_an_unknown_version_in_one_group_does_not_hide_faults_in_the_next() -> None:
    body = without("CL1", [*HEADER, *OUTPATIENT])
    text = a_file(body, gs=GS.replace("X223A2", "X222A1")) + a_file(body)
    assert [finding.place.element or finding.place.segment for finding in findings_of(text)] == [
        "GS08",
        "CL1",
    ]


def test_a_transaction_set_without_gs_is_not_judged_and_says_so() -> None:
    finding = only_finding(an_outpatient_file().replace(GS + "~\n", "").replace("GE*1*207~\n", ""))
    assert "no claim under it was judged" in finding.message()
    assert finding.place.segment == "ST"


def test_a_transaction_set_of_another_kind_is_reported_and_not_judged_further() -> None:
    findings = findings_of(an_outpatient_file().replace("ST*837*", "ST*835*"))
    assert findings[0].place.element == "ST01"
    assert findings[0].expected == "837"
    assert is_unfinished(findings[1])
    assert len(findings) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SE*40*", "SE*41*"),
        ("SE*40*0001~\n", ""),
        ("GE*1*207", "GE*2*207"),
        ("GE*1*207~\n", ""),
        ("IEA*1*000000207", "IEA*1*000000208"),
        ("IEA*1*000000207~\n", ""),
    ],
)
def test_counts_and_trailers_are_left_to_the_envelope_reader(old: str, new: str) -> None:
    text = an_outpatient_file()
    assert old in text
    broken = text.replace(old, new)
    assert findings_of(broken) == []
    assert read_document(broken.encode()).findings


# -- several faults ----------------------------------------------------------------------------


def renumbered(claim: Segments, number: int) -> Segments:
    """The segments of a subscriber as the HL of that number."""
    return [segment.replace("HL*2*", f"HL*{number}*") for segment in claim]


def test_two_broken_claims_of_one_transaction_set_are_both_reported() -> None:
    first = without("CL1", OUTPATIENT)
    second = [segment.replace("ACCT90210-01", "ACCT90210-09") for segment in without("CTP", OUTPATIENT)]
    findings = findings_of(a_file([*HEADER, *first, *renumbered(second, 3)]))
    assert [(finding.place.segment, finding.place.claim) for finding in findings] == [
        ("CL1", Protected("ACCT90210-01")),
        ("CTP", Protected("ACCT90210-09")),
    ]


def test_the_same_fault_in_two_claims_is_reported_for_each() -> None:
    broken = without("CL1", OUTPATIENT)
    findings = findings_of(a_file([*HEADER, *broken, *renumbered(broken, 3)]))
    assert [finding.place.segment for finding in findings] == ["CL1", "CL1"]


def test_two_broken_transaction_sets_are_both_reported_under_their_own_number() -> None:
    broken = without("CL1", [*HEADER, *OUTPATIENT])
    findings = findings_of(a_file(broken, broken))
    assert [(finding.place.transaction, finding.place.segment) for finding in findings] == [
        ("0001", "CL1"),
        ("0002", "CL1"),
    ]


def test_positions_are_those_of_the_envelope_reader() -> None:
    body = [*HEADER, *OUTPATIENT]
    for start, new in (("CTP", "CTP****1*KT"), ("N3", "N3*" + "N" * 60), ("LX*2", "LX*7")):
        body = instead(start, new, body)
    data = a_file([*HEADER, *OUTPATIENT], body).encode()
    standing = {
        (transaction.control_number, segment.position): segment.id
        for transaction in read_document(data).transactions()
        for segment in transaction.segments
    }
    findings = check_guide(data)
    assert len(findings) == 3
    for finding in findings:
        place = finding.place
        assert standing[(place.transaction or "", place.segment_position or 0)] == place.segment


# -- what pyx12 alone would not survive --------------------------------------------------------


def test_an_empty_segment_does_not_hide_what_comes_after_it() -> None:
    text = an_outpatient_file(lambda body: without("CTP", body)).replace("CL1*", "~\n~CL1*")
    assert only_finding(text).place.segment == "CTP"
    assert read_document(text.encode()).findings


def test_a_segment_of_25000_characters_does_not_hide_what_comes_after_it() -> None:
    body = instead("NTE", "NTE*ADD*" + "N" * 25_000, without("CTP", [*HEADER, *OUTPATIENT]))
    findings = findings_of(a_file(body))
    assert [finding.place.element or finding.place.segment for finding in findings] == ["NTE02", "CTP"]
    assert len(findings[0].as_dict(show_phi=True)["found"]) < 300


def test_a_byte_outside_ascii_is_reported_with_ik403_6() -> None:
    finding = only_finding(an_outpatient_file(lambda body: instead("N3*7", "N3*7 L\u00c4RCHENWEG", body)))
    assert (finding.place.element, codes(finding)["IK403"]) == ("N301", "6")


def test_a_byte_order_mark_and_a_leading_line_end_do_not_stop_the_check() -> None:
    text = an_outpatient_file(lambda body: without("CL1", body))
    for lead in ("\xef\xbb\xbf", "\n", "\r\n"):
        assert only_finding(lead + text).place.segment == "CL1"


@pytest.mark.parametrize("data", [b"", b"   \n", b"no claim at all", bytes(range(256)) * 40])
def test_a_file_without_an_interchange_is_not_called_clean(data: bytes) -> None:
    (finding,) = check_guide(data, file="junk.bin", engine=_engine)
    assert "judged nothing" in finding.message()
    assert finding.place.file == "junk.bin"


# -- quiet, private, quick ---------------------------------------------------------------------


def mutants(count: int, seed: int) -> Iterator[str]:
    """The clean files with one to three small accidents each, the same ones every time."""
    chance = random.Random(seed)
    clean = [an_outpatient_file(), a_file([*HEADER, *INPATIENT])]
    for _ in range(count):
        text = chance.choice(clean)
        for _ in range(chance.randint(1, 3)):
            text = an_accident(text, chance)
        yield text


def an_accident(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    segments = text.split("~\n")
    one, other = chance.randrange(len(segments)), chance.randrange(len(segments))
    match chance.randrange(7):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + chance.choice("~*:^ \n\x00\xe9A9") + text[at + chance.randint(0, 1) :]
        case 2:
            del segments[one]
        case 3:
            segments.insert(one, segments[other])
        case 4:
            segments[one], segments[other] = segments[other], segments[one]
        case 5:
            segments[one] += chance.choice("*:") * chance.randint(1, 4)
        case 6:
            elements = segments[one].split("*")
            elements[-1] = chance.choice(["", "1:2:3:4:5", "X" * 90, "20261399", "-1", ":"])
            segments[one] = "*".join(elements)
    return "~\n".join(segments)


def test_no_mutant_raises_or_prints_patient_data_or_logs(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for text in mutants(300, seed=837):
        findings = findings_of(text)
        assert all(finding.rule == GUIDE.id and finding.message(show_phi=True) for finding in findings)
        printed = everything_printed(findings)
        assert not [secret for secret in PATIENT_DATA if secret in printed]
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")


def test_a_mutant_that_the_envelope_reader_likes_is_judged_to_its_last_segment() -> None:
    whole = [text for text in mutants(300, seed=999) if not read_document(text.encode("latin-1")).findings]
    assert len(whole) > 50
    for text in whole:
        after_it = text.replace("SE*", "ZZZ*1~\nSE*", 1)
        texts = [finding.message(show_phi=True) for finding in findings_of(after_it)]
        assert any(
            "ZZZ" in message or "not judged" in message or "was judged" in message for message in texts
        )


@pytest.mark.parametrize(
    ("right", "wrong", "element", "expected"),
    [
        ("DMG*D8*", "DMG*D8*2026", "DMG02", "a real date: CCYYMMDD (D8)"),
        ("DTP*434*RD8*", "DTP*434*RD8*2026", "DTP03", "a real date: CCYYMMDD-CCYYMMDD (RD8)"),
        ("DTP*472*D8*", "DTP*472*D8*2026", "DTP03", "a real date: CCYYMMDD (D8) or CCYYMMDD-CCYYMMDD (RD8)"),
    ],
)
def test_of_a_wrong_date_the_forms_are_told_that_the_guide_takes_there(
    right: str, wrong: str, element: str, expected: str
) -> None:
    text = an_outpatient_file()
    assert right in text
    told = {
        item.expected for item in findings_of(text.replace(right, wrong)) if item.place.element == element
    }
    assert expected in told


def test_a_date_of_an_envelope_has_one_form() -> None:
    text = an_outpatient_file().replace(f"*{GS.split('*')[4]}*", "*20269999*", 1)
    assert "a real date: CCYYMMDD" in {
        item.expected for item in findings_of(text) if item.place.element == "GS04"
    }


def test_of_a_wrong_child_code_the_code_is_told_and_no_new_number() -> None:
    if _engine == "pyx12":
        pytest.skip("pyx12 does not look at it")
    text = an_outpatient_file()
    assert "*22*0~" in text
    (finding,) = findings_of(text.replace("*22*0~", "*22*1~"))
    assert finding.place.element == "HL04"
    assert finding.expected == "0, because no level follows below"
    assert "code" in finding.fix and "anew" not in finding.fix
