"""A whole 837I transaction set, field by field, and what becomes of broken ones."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest

from edi.claim837i.model import (
    Adjustment,
    Attachment,
    Claim,
    ContractInformation,
    Drug,
    EpsdtReferral,
    HealthCode,
    Note,
    Procedure,
    Reference,
)
from edi.claim837i.read import ClaimReader, read_claims
from edi.envelope import TransactionReader, read_document
from edi.finding import Finding
from tests.support.guide_files import (
    HEADER,
    INPATIENT,
    OUTPATIENT,
    SECONDARY,
    Segments,
    a_file,
    after,
    instead,
    position_of,
    without,
)


def claims_of(*sets: Segments) -> list[Claim]:
    document = read_document(a_file(*sets).encode("latin-1"))
    return [claim for transaction in document.transactions() for claim in read_claims(transaction)]


def the_claim(body: Segments) -> Claim:
    (claim,) = claims_of([*HEADER, *body])
    return claim


def places(claim: Claim) -> list[tuple[str | None, int | None, str | None]]:
    return [
        (finding.place.loop, finding.place.segment_position, finding.place.element or finding.place.segment)
        for finding in claim.findings
    ]


def texts(claim: Claim) -> list[str]:
    return [item.segment.text for item in claim.unread]


def test_the_claim_of_an_only_payer() -> None:
    claim = the_claim(OUTPATIENT)
    assert claim.patient_control_number == "ACCT90210-01"
    assert claim.total_charge == Decimal(2126300)
    assert claim.type_of_bill == "0131" and not claim.is_inpatient
    assert (claim.accepts_assignment, claim.benefits_assigned, claim.release_of_information) == (
        "A",
        "Y",
        "Y",
    )
    assert claim.statement_from == claim.statement_through == dt.date(2026, 11, 20)
    assert (claim.admission_type, claim.point_of_origin, claim.patient_status) == ("3", "1", "01")
    assert claim.references == (Reference("G1", "AUTH5501"), Reference("EA", "CHART3303"))
    assert claim.notes == (Note("ADD", "TITER 1 TO 25"),)
    assert claim.health_codes == (
        HealthCode("ABK", "G120"),
        HealthCode("APR", "G120"),
        HealthCode("BE", "87", amount=Decimal(2125000)),
    )
    assert claim.attending is not None
    assert (claim.attending.name, claim.attending.first_name) == ("VANTERPOOL", "IMRE")
    assert (claim.attending.id, claim.attending.taxonomy) == ("1245319599", "2084N0402X")
    assert claim.billing_provider.name == "RIVERSIDE CHILDRENS"
    assert claim.billing_provider.taxonomy == "282NC2000X"
    assert claim.billing_provider.reference("EI") == "987654321"
    assert claim.subscriber.is_patient and claim.patient is None
    assert claim.birth_date == dt.date(2026, 6, 14) and claim.subscriber.sex == "F"
    assert claim.subscriber.party.id == "MEMB77001" and claim.payer.id == "EXMCD"
    drug, infusion = claim.lines
    assert drug.procedure == Procedure("HC", "J3399")
    assert (drug.number, drug.revenue_code, drug.charge) == ("1", "0636", Decimal(2125000))
    assert (drug.unit, drug.quantity, drug.control_number) == ("UN", Decimal(1), "LINE1")
    assert drug.drug == Drug("71894012504", Decimal(1), "UN")
    assert infusion.service_date == dt.date(2026, 11, 20) and infusion.service_end is None
    assert claim.findings == () and claim.unread == ()


def test_the_claim_of_a_dependent() -> None:
    claim = the_claim(INPATIENT)
    assert claim.patient is not None
    assert (claim.patient.party.first_name, claim.patient.relationship) == ("ODALYS", "19")
    assert claim.birth_date == dt.date(2026, 6, 14)
    assert not claim.subscriber.is_patient and claim.subscriber.group_number == "GROUP44"
    assert claim.is_inpatient and claim.frequency == "7" and claim.reference("F8") == "ICN700700"
    assert claim.admission == dt.datetime(2026, 11, 19, 8) and claim.discharge_hour == "1130"
    assert claim.codes("ABK")[0].present_on_admission == "Y"
    assert claim.codes("BBR") == [HealthCode("BBR", "XW033F3", dt.date(2026, 11, 20))]
    room, drug = claim.lines
    assert room.procedure is None and room.code == "" and room.unit == "DA"
    assert drug.drug is not None and drug.drug.unit == "ML"


def test_the_claim_of_a_second_payer() -> None:
    claim = the_claim(SECONDARY)
    assert claim.delay_reason == "11"
    assert claim.attachments == (Attachment("OZ", "EL", "ATTACH01"),)
    assert claim.contract == ContractInformation("02", "OBA01", "V1", Decimal(100), None, Decimal(2))
    assert claim.estimated_amount_due == Decimal("100.5")
    assert claim.file_information == ("FREE FORM",)
    assert claim.epsdt_referral == EpsdtReferral("N", ("NU",))
    assert claim.repricing is not None and claim.repricing.allowed == Decimal(100)
    assert claim.payer.reference("2U") == "OTHERID"
    assert claim.service_facility is not None and claim.service_facility.address is not None
    assert claim.attending is not None and claim.attending.reference("0B") == "LICENSE1"
    assert claim.codes("BI") == [HealthCode("BI", "70", dt.date(2026, 11, 1), dt.date(2026, 11, 2))]
    (first,) = claim.other_coverages
    assert (first.responsibility, first.relationship, first.group_number) == ("P", "18", "GROUP9")
    assert first.adjustments == (
        Adjustment("CO", "45", Decimal(1000)),
        Adjustment("CO", "97", Decimal(300)),
    )
    assert first.paid == Decimal(2000000) and first.patient_liability is None
    assert (first.benefits_assigned, first.release_of_information) == ("Y", "Y")
    assert first.outpatient is not None and first.outpatient.remark_codes == ("MA01",)
    assert first.inpatient is None
    assert first.subscriber.id == "PRIM77001"
    assert (first.payer.id, first.payer.reference("F8")) == ("FIRST", "PRIORICN")
    assert first.adjudicated == dt.date(2026, 12, 1)
    drug, other = claim.lines
    assert drug.third_party_note == "NOTE"
    assert drug.drug is not None and drug.drug.prescription_number == "RX1"
    assert drug.operating is not None and drug.operating.name == "STONEBRIDGE"
    (adjudication,) = drug.adjudications
    assert (adjudication.payer_id, adjudication.paid) == ("FIRST", Decimal(1999000))
    assert adjudication.procedure == Procedure("HC", "J3399")
    assert adjudication.adjustments == (Adjustment("CO", "45", Decimal(126000)),)
    assert adjudication.patient_liability == Decimal(100)
    assert other.non_covered_charge == Decimal(5)
    assert (other.service_date, other.service_end) == (dt.date(2026, 11, 20), dt.date(2026, 11, 21))
    assert other.adjudications[0].adjustments == (Adjustment("PR", "1", Decimal(300)),)
    assert claim.findings == () and claim.unread == ()


def test_the_header() -> None:
    (transaction,) = read_document(a_file([*HEADER, *OUTPATIENT]).encode()).transactions()
    reader = ClaimReader(transaction)
    assert len(list(reader)) == 1
    header = reader.header
    assert (header.control_number, header.reference) == ("0001", "NIGHT207")
    assert header.created == dt.datetime(2026, 12, 3, 9, 15)
    assert (header.purpose, header.claim_or_encounter) == ("00", "CH")
    assert header.submitter.contacts[0].numbers == (("TE", "5555550177"),)
    assert header.receiver.id == "CLEARING"


ANY_ORDER = ("REF", "HI", "DTP", "NTE", "AMT", "PWK")


@pytest.mark.parametrize("body", [OUTPATIENT, INPATIENT, SECONDARY], ids=["only", "dependent", "second"])
@pytest.mark.parametrize("seed", range(20))
def test_the_order_within_a_loop_does_not_matter(body: Segments, seed: int) -> None:
    shuffled = shuffle_neighbours(body, random.Random(seed))
    assert the_claim(shuffled) == the_claim(body)
    assert the_claim(shuffled).findings == ()


def shuffle_neighbours(body: Segments, chance: random.Random) -> Segments:
    """Each run of segments that may stand in any order, shuffled, those of one id and qualifier apart."""
    result: Segments = []
    run: Segments = []
    for segment in [*body, "END"]:
        if segment.startswith(ANY_ORDER):
            run.append(segment)
            continue
        chance.shuffle(run)
        result += [*run, segment]
        run = []
    return result[:-1]


def test_the_order_of_names_does_not_matter() -> None:
    at = SECONDARY.index("NM1*77*2*OFF CAMPUS*****XX*1245319599")
    attending = SECONDARY.index("NM1*71*1*VANTERPOOL*IMRE****XX*1245319599")
    swapped = [
        *SECONDARY[:attending],
        *SECONDARY[at : at + 3],
        *SECONDARY[attending:at],
        *SECONDARY[at + 3 :],
    ]
    assert swapped != SECONDARY and the_claim(swapped) == the_claim(SECONDARY)


def test_several_claims_of_one_patient_and_of_several() -> None:
    again = OUTPATIENT[OUTPATIENT.index("CLM*ACCT90210-01*2126300***13:A:1**A*Y*Y") :]
    dependent = [
        segment.replace("HL*2*1", "HL*3*1").replace("HL*3*2*23", "HL*4*3*23") for segment in INPATIENT
    ]
    claims = claims_of([*HEADER, *OUTPATIENT, *again, *dependent], [*HEADER, *OUTPATIENT])
    assert [claim.patient is not None for claim in claims] == [False, False, True, False]
    assert claims[0] == claims[1] == claims[3]


def test_a_subscriber_after_a_dependent_is_no_dependent() -> None:
    claims = claims_of([*HEADER, *INPATIENT, *OUTPATIENT])
    assert [claim.patient is not None for claim in claims] == [True, False]


UNREADABLE = [
    ("CLM*", "CLM*ACCT90210-01*2.1E+06***13:A:1**A*Y*Y", "CLM02", "total_charge"),
    ("CLM*", "CLM*ACCT90210-01*2126300.005***13:A:1**A*Y*Y", "CLM02", "total_charge"),
    ("CLM*", "CLM*ACCT90210-01*100000000***13:A:1**A*Y*Y", "CLM02", "total_charge"),
    ("DTP*434", "DTP*434*RD8*20261120-20261131", "DTP03", "statement_through"),
    ("DTP*434", "DTP*434*DT*202611200800", "DTP03", "statement_from"),
    ("DTP*434", "DTP*434", "DTP03", "statement_from"),
]


@pytest.mark.parametrize(("start", "segment", "element", "field"), UNREADABLE)
def test_a_value_that_is_none_costs_that_value(start: str, segment: str, element: str, field: str) -> None:
    body = instead(start, segment, OUTPATIENT)
    claim = the_claim(body)
    assert getattr(claim, field) is None
    assert places(claim) == [("2300", position_of(segment, [*HEADER, *body]), element)]
    assert texts(claim) == [segment]
    assert len(claim.lines) == 2 and claim.reference("G1") == "AUTH5501"


UNREADABLE_ELSEWHERE = [
    (OUTPATIENT, "DMG*", "DMG*D8*20261332*F", "2010BA", "DMG02"),
    (OUTPATIENT, "SV2*0636", "SV2*0636*HC:J3399*2,125,000*UN*1", "2400", "SV203"),
    (OUTPATIENT, "SV2*0636", "SV2*0636*HC:J3399*2125000*UN*ONE", "2400", "SV205"),
    (OUTPATIENT, "CTP*", "CTP****1..0*UN", "2410", "CTP04"),
    (OUTPATIENT, "HI*BE", "HI*BE:87:::TWO", "2300", "HI01-5"),
    (INPATIENT, "HI*BBR", "HI*BBR:XW033F3:D8:20261301", "2300", "HI01-4"),
    (INPATIENT, "DTP*435", "DTP*435*DT*202611192500", "2300", "DTP03"),
    (SECONDARY, "CAS*CO*45*1000", "CAS*CO*45*ALL**97*300", "2320", "CAS03"),
    (SECONDARY, "CAS*CO*45*126000", "CAS*CO*45*126000*MANY", "2430", "CAS04"),
    (SECONDARY, "DTP*573", "DTP*573*D8*2026", "2330B", "DTP03"),
    (SECONDARY, "SVD*FIRST*1999000", "SVD*FIRST*1999000.0001*HC:J3399*0636*1", "2430", "SVD02"),
    (SECONDARY, "AMT*D*", "AMT*D*+5", "2320", "AMT02"),
    (SECONDARY, "HCP*", "HCP*00*-", "2300", "HCP02"),
]


@pytest.mark.parametrize(("body", "start", "segment", "loop", "element"), UNREADABLE_ELSEWHERE)
def test_every_unreadable_value_has_its_place(
    body: Segments, start: str, segment: str, loop: str, element: str
) -> None:
    changed = instead(start, segment, body)
    claim = the_claim(changed)
    assert places(claim) == [(loop, position_of(segment, [*HEADER, *changed]), element)]
    assert texts(claim) == [segment]


NOT_CARRIED = [
    (OUTPATIENT, "CLM*", "CLM*ACCT90210-01*2126300*X**13:A:1**A*Y*Y", "2300", "CLM03"),
    (OUTPATIENT, "CLM*", "CLM*ACCT90210-01*2126300***13:B:1**A*Y*Y", "2300", "CLM05-2"),
    (OUTPATIENT, "CLM*", "CLM*ACCT90210-01*2126300***13:A:1:Z**A*Y*Y", "2300", "CLM05-4"),
    (OUTPATIENT, "NM1*71", "NM1*71*1*VANTERPOOL*IMRE**DR**XX*1245319599", "2310A", "NM106"),
    (OUTPATIENT, "NM1*71", "NM1*71*1*VANTER:POOL*IMRE****XX*1245319599", "2310A", "NM103"),
    (OUTPATIENT, "REF*G1", "REF*G1*AUTH5501*WORDS", "2300", "REF03"),
    (OUTPATIENT, "REF*6R", "REF*6R*LINE1*WORDS", "2400", "REF03"),
    (OUTPATIENT, "HI*ABK", "HI*ABK:G120:::::7", "2300", "HI01-7"),
    (OUTPATIENT, "LIN*", "LIN**N4*71894012504*N4", "2410", "LIN04"),
    (OUTPATIENT, "LIN*", "LIN**UP*71894012504", "2410", "LIN02"),
    (OUTPATIENT, "PER*", "PER*XX*BILLING DESK*TE*5555550177", "1000A", "PER01"),
    (SECONDARY, "DTP*573", "DTP*573*D8*20261201*MORE", "2330B", "DTP04"),
    (SECONDARY, "CAS*CO*45*1000", "CAS*CO*45*1000" + "**45*1" * 5 + "**45", "2320", "CAS20"),
]


@pytest.mark.parametrize(("body", "start", "segment", "loop", "element"), NOT_CARRIED)
def test_what_the_guide_does_not_use_is_said_and_kept(
    body: Segments, start: str, segment: str, loop: str, element: str
) -> None:
    changed = instead(start, segment, [*HEADER, *body])
    (transaction,) = read_document(a_file(changed).encode()).transactions()
    reader = ClaimReader(transaction)
    (claim,) = reader
    found = [*reader.findings, *claim.findings]
    assert [(finding.place.loop, finding.place.element) for finding in found] == [(loop, element)]
    kept = [*reader.unread, *claim.unread]
    assert [item.segment.text for item in kept] == [segment]


NO_PLACE = [
    (OUTPATIENT, "REF*EA*CHART3303", "XYZ*1*2", "2300"),
    (OUTPATIENT, "DTP*434*RD8*20261120-20261120", "DTP*434*RD8*20261120-20261121", "2300"),
    (OUTPATIENT, "DTP*472*D8*20261120", "DTP*999*D8*20261120", "2400"),
    (OUTPATIENT, "CTP****1*UN", "LIN**N4*71894012002", "2410"),
    (OUTPATIENT, "PRV*AT*PXC*2084N0402X", "NM1*71*1*SECOND", "2310A"),
    (OUTPATIENT, "PRV*AT*PXC*2084N0402X", "NM1*XX*1*NOBODY", ""),
    (OUTPATIENT, "NM1*PR*2*EXAMPLE MEDICAID*****PI*EXMCD", "NM1*PR*2*OTHER", "2010BB"),
    (SECONDARY, "AMT*D*2000000", "AMT*XX*1", "2320"),
    (SECONDARY, "OI***Y***Y", "OI***N***Y", "2320"),
    (SECONDARY, "NTE*TPO*NOTE", "NTE*XXX*NOTE", "2400"),
    (SECONDARY, "REF*2U*OTHERID", "DMG*D8*20260614*F", "2010BB"),
]


@pytest.mark.parametrize(("body", "start", "segment", "loop"), NO_PLACE)
def test_a_segment_without_a_place_is_said_and_kept(
    body: Segments, start: str, segment: str, loop: str
) -> None:
    changed = after(start, segment, body)
    claim = the_claim(changed)
    assert texts(claim) == [segment]
    assert [(finding.place.loop or "", finding.place.segment) for finding in claim.findings] == [
        (loop, segment.split("*")[0])
    ]
    assert claim == the_claim(body)


def test_what_follows_an_unknown_name_is_not_taken_for_the_name_before() -> None:
    """N3 and REF below NM1*XX are not those of the attending physician."""
    changed = after("NM1*XX", "REF*G2*NOT HIS", after("PRV*AT", "NM1*XX*1*NOBODY", OUTPATIENT))
    claim = the_claim(changed)
    assert claim == the_claim(OUTPATIENT)
    assert texts(claim) == ["NM1*XX*1*NOBODY", "REF*G2*NOT HIS"]


def test_a_level_of_an_unknown_kind_ends_the_claim_before_it() -> None:
    body = [*OUTPATIENT, "HL*3*1*99*0", "REF*G2*NOT ITS"]
    (transaction,) = read_document(a_file([*HEADER, *body]).encode()).transactions()
    reader = ClaimReader(transaction)
    assert list(reader) == [the_claim(OUTPATIENT)]
    assert [item.segment.text for item in reader.unread] == ["HL*3*1*99*0", "REF*G2*NOT ITS"]


def test_lines_without_a_claim_are_kept_outside() -> None:
    body = without("CLM*", OUTPATIENT)
    (transaction,) = read_document(a_file([*HEADER, *body]).encode()).transactions()
    reader = ClaimReader(transaction)
    assert list(reader) == []
    assert "LX*1" in [item.segment.text for item in reader.unread]
    assert {finding.place.segment for finding in reader.findings} >= {"LX", "SV2", "LIN", "CTP"}


@pytest.mark.parametrize("start", ["SV2*0636", "CL1", "NM1*PR", "NM1*IL", "SBR", "HL*2", "NM1*85", "LX*1"])
def test_a_part_that_is_missing_costs_that_part(start: str) -> None:
    (claim,) = claims_of(without(start, [*HEADER, *OUTPATIENT]))
    assert claim.patient_control_number == "ACCT90210-01"


def test_another_guide_is_said_once() -> None:
    data = a_file([*HEADER, *OUTPATIENT]).replace("005010X223A2", "005010X222A1").encode()
    (transaction,) = read_document(data).transactions()
    reader = ClaimReader(transaction)
    (claim,) = reader
    assert claim.findings == ()
    (finding,) = reader.findings
    assert (finding.place.segment, finding.found) == ("ST", "005010X222A1")


def test_findings_mask_what_they_found() -> None:
    claim = the_claim(instead("DMG*", "DMG*D8*QUILL*F", OUTPATIENT))
    finding: Finding = claim.findings[0]
    assert "QUILL" not in str(finding.as_dict()) and finding.as_dict(show_phi=True)["found"] == "QUILL"
    assert "ACCT90210" not in repr(claim) and "QUILLFEATHER" not in repr(claim)


def test_claims_come_one_by_one_from_a_stream() -> None:
    """The second claim of a file that goes on for ever is there before the rest of it."""

    class Endless:
        def __init__(self) -> None:
            self.head = a_file([*HEADER, *OUTPATIENT]).split("SE*")[0].encode()
            self.read_so_far = 0

        def read(self, count: int) -> bytes:
            piece, self.head = self.head[:count], self.head[count:]
            while len(piece) < count:
                piece += ("~\n".join([*OUTPATIENT, ""])).encode()
            self.read_so_far += len(piece)
            self.head = piece[count:] + self.head
            return piece[:count]

    source = Endless()
    transaction = next(TransactionReader(source, chunk_size=4096))  # type: ignore[arg-type]
    claims = read_claims(transaction)
    assert next(claims) == next(claims)
    assert source.read_so_far < 64_000
