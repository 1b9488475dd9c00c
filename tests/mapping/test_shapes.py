"""The shapes a claim takes: parts, settings, what a payer wants of the drug line, other payers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from edi.claim837i.model import Adjustment, Claim, HealthCode, Reference
from edi.finding import has_errors
from edi.guide.check import check_guide
from mapping.building.claim import build_claim
from mapping.building.parts import frequency_of, parts_of
from mapping.building.request import BuiltClaim
from mapping.encounter import Adjudication, LineAdjudication
from mapping.encounter import Adjustment as RecordAdjustment
from mapping.profile_models import DrugModifier, SiteLocation
from mapping.profile_store import ProfileStore
from tests.support.builders import (
    INPATIENT,
    OUTPATIENT,
    a_file_of,
    a_record,
    a_request,
    an_encounter,
    claims_of,
)

WRITTEN = dt.date(2026, 11, 25)
CARVE_OUT = {"carve_out": True}


def built(
    changes: Mapping[str, Any] | None = None,
    base: str = OUTPATIENT,
    payer: Mapping[str, Any] | None = None,
    site: Mapping[str, Any] | None = None,
    **options: Any,
) -> BuiltClaim:
    """A claim; without an error among its findings it must meet the guide and come back the same."""
    result = build_claim(a_request(an_encounter(changes, base), payer, None, site, **options))
    if not has_errors(result.findings):
        data = a_file_of(result.claim)
        assert check_guide(data) == []
        assert claims_of(data) == [result.claim]
    return result


def parts(changes: Mapping[str, Any] | None, base: str, payer: Mapping[str, Any]) -> list[Claim]:
    request = a_request(an_encounter(changes, base), payer)
    return [
        built(changes, base, payer, part=part).claim
        for part in parts_of(request.encounter, request.payer, request.product)
    ]


def modifier(code: str, **rest: Any) -> DrugModifier:
    return DrugModifier(code=code, source="a test", date=WRITTEN, **rest)


# The drug alone


def test_a_payer_that_carves_the_drug_out_gets_two_claims_of_a_stay() -> None:
    changes = {
        "condition_codes": ["C1"],
        "value_codes": [{"code": "80", "amount": "2"}, {"code": "A8", "amount": "5.8"}],
        "coverages[0].authorizations": [
            {"number": "PA-DRUG", "scope": "drug"},
            {"number": "PA-STAY", "scope": "admission"},
        ],
    }
    stay, drug = parts(changes, INPATIENT, CARVE_OUT)
    assert (stay.type_of_bill, drug.type_of_bill) == ("0111", "0131")
    assert [line.code for line in drug.lines] == ["J3399"]
    assert "J3399" not in [line.code for line in stay.lines] and stay.lines
    assert (stay.reference("G1"), drug.reference("G1")) == ("PA-STAY", "PA-DRUG")
    assert drug.patient_control_number == stay.patient_control_number + "D"
    assert drug.admission is None and drug.discharge_hour == "" and stay.admission is not None
    assert drug.codes("ABJ", "DR", "BBR", "BBQ", "BG") == [] and stay.codes("BG") != []
    assert all(code.present_on_admission == "" for code in drug.health_codes)
    assert [code.code for code in drug.codes("BE")] == ["A8"]
    assert [code.code for code in stay.codes("BE")] == ["80", "A8"]
    assert [code.code for code in drug.codes("APR")] == ["G120"]
    infused = an_encounter(changes, INPATIENT).infusion_date
    assert drug.statement_from == drug.statement_through == infused
    assert drug.lines[0].service_date == infused
    total = sum(line.charge for line in an_encounter(changes, INPATIENT).service_lines)
    assert stay.total_charge is not None and drug.total_charge is not None
    assert stay.total_charge + drug.total_charge == total


def test_what_is_said_of_the_drug_is_said_on_its_claim_alone() -> None:
    changes = {"contract": {"agreement_id": "OBA-7"}, "therapy.kits[0].lot": "LOT77"}
    stay, drug = parts(changes, INPATIENT, CARVE_OUT)
    words = " ".join(note.text for note in drug.notes)
    assert "OBA-7" in words and "LOT77" in words
    assert "OBA-7" not in " ".join(note.text for note in stay.notes)


def test_a_line_keeps_its_control_number_in_whichever_claim_it_stands() -> None:
    whole = built(base=INPATIENT).claim
    stay, drug = parts(None, INPATIENT, CARVE_OUT)
    numbers = {line.control_number for line in (*stay.lines, *drug.lines)}
    assert numbers == {line.control_number for line in whole.lines}
    assert [line.number for line in drug.lines] == ["1"]


def test_a_drug_that_stands_alone_already_is_one_claim() -> None:
    lines = [{"revenue_code": "0636", "hcpcs": "J3399", "charge": "2125000", "units": "1"}]
    (drug,) = parts({"service_lines": lines}, OUTPATIENT, CARVE_OUT)
    assert drug.type_of_bill == "0131" and len(drug.lines) == 1


def test_without_the_drug_nothing_is_carved_out() -> None:
    request = a_request(an_encounter({"service_lines[0].hcpcs": "96360"}), CARVE_OUT)
    assert parts_of(request.encounter, request.payer, request.product) == ("whole",)


def test_a_replacement_of_one_of_two_claims_is_that_one_alone() -> None:
    changes = {"replaces": {"payer_claim_control_number": "ICN1", "part": "drug"}}
    (drug,) = parts(changes, INPATIENT, CARVE_OUT)
    assert [line.code for line in drug.lines] == ["J3399"]


def test_an_attachment_goes_where_it_belongs() -> None:
    papers = [
        {"type": "OZ", "transmission": "EL", "control_number": "INVOICE", "scope": "drug"},
        {"type": "DS", "transmission": "EL", "control_number": "SUMMARY", "scope": "admission"},
        {"type": "LA", "transmission": "EL", "control_number": "TITER"},
    ]
    stay, drug = parts({"attachments": papers}, INPATIENT, CARVE_OUT)
    assert [item.control_number for item in drug.attachments] == ["INVOICE", "TITER"]
    assert [item.control_number for item in stay.attachments] == ["SUMMARY", "TITER"]
    whole = built({"attachments": papers}, INPATIENT).claim
    assert len(whole.attachments) == 3


def test_an_account_number_without_room_for_the_ending_is_refused() -> None:
    changes = {"patient_control_number": "A" * 20}
    result = built(changes, INPATIENT, CARVE_OUT, part="drug")
    assert [finding.place.path for finding in result.findings if finding.is_error] == [
        "patient_control_number"
    ]
    assert not has_errors(built(changes, INPATIENT, CARVE_OUT, part="stay").findings)


# Settings and frequency


def test_a_critical_access_hospital_bills_085x_outpatient_only() -> None:
    assert built(site={"critical_access": True}).claim.type_of_bill == "0851"
    assert built(base=INPATIENT, site={"critical_access": True}).claim.type_of_bill == "0111"


def a_location() -> SiteLocation:
    return SiteLocation.model_validate(
        {
            "name": "INFUSION PAVILION",
            "npi": "1245319599",
            "address": {
                "lines": ["9 SIDE STREET"],
                "city": "ANYTOWN",
                "state": "TX",
                "postal_code": "750010009",
            },
        }
    )


def test_off_campus_names_the_department() -> None:
    claim = built(
        {"setting": "19", "location": "pavilion"}, site={"locations": {"pavilion": a_location()}}
    ).claim
    facility = claim.service_facility
    assert facility is not None and facility.address is not None
    assert (facility.name, facility.id, facility.address.city) == (
        "INFUSION PAVILION",
        "1245319599",
        "ANYTOWN",
    )


@pytest.mark.parametrize("location", [None, "nowhere"])
def test_off_campus_without_a_known_department_is_refused(location: str | None) -> None:
    result = built({"setting": "19", "location": location}, site={"locations": {"pavilion": a_location()}})
    (finding,) = [finding for finding in result.findings if finding.is_error]
    assert (finding.rule, finding.place.path, finding.expected) == ("record-invalid", "location", "pavilion")


@pytest.mark.parametrize(
    ("changes", "part", "frequency"),
    [
        ({}, "whole", "1"),
        ({"interim": "first"}, "whole", "2"),
        ({"interim": "continuing"}, "stay", "3"),
        ({"interim": "last"}, "stay", "4"),
        ({"interim": "last"}, "drug", "1"),
        ({"replaces": {"payer_claim_control_number": "ICN1"}}, "whole", "7"),
        ({"replaces": {"payer_claim_control_number": "ICN1", "frequency": "8"}}, "whole", "8"),
    ],
)
def test_the_frequency(changes: Mapping[str, Any], part: str, frequency: str) -> None:
    assert frequency_of(an_encounter(changes, INPATIENT), part) == frequency


def test_an_interim_bill_has_no_discharge_hour() -> None:
    claim = built({"interim": "first"}, INPATIENT, frequency="2").claim
    assert claim.type_of_bill == "0112" and claim.discharge_hour == ""


def refusals(result: BuiltClaim) -> list[tuple[str, str | None, object]]:
    return [(item.rule, item.place.path, item.expected) for item in result.findings if item.is_error]


PIECE = {"first_date": "2026-11-09", "last_date": "2026-11-10"}


@pytest.mark.parametrize(("interim", "frequency"), [("continuing", "3"), ("last", "4")])
def test_a_piece_of_a_stay_is_for_its_own_days(interim: str, frequency: str) -> None:
    changes = {"interim": interim, "statement": PIECE}
    claim = built(changes, INPATIENT, frequency=frequency).claim
    assert (claim.statement_from, claim.statement_through) == (dt.date(2026, 11, 9), dt.date(2026, 11, 10))
    assert claim.admission == dt.datetime(2026, 11, 8, 9, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"interim": "continuing"},
        {"interim": "last"},
        {"interim": "first", "admission.discharge_date": None},
    ],
)
def test_a_piece_of_a_stay_without_its_days_is_refused(changes: Mapping[str, Any]) -> None:
    expected = "the first and last day of this bill"
    assert refusals(built(changes, INPATIENT)) == [("record-invalid", "statement", expected)]


def test_the_drug_of_a_piece_of_a_stay_is_for_its_own_day() -> None:
    changes = {"interim": "continuing", "statement": {"first_date": "2026-11-08", "last_date": "2026-11-10"}}
    stay, drug = parts(changes, INPATIENT, CARVE_OUT)
    assert stay.statement_from == dt.date(2026, 11, 8)
    assert drug.statement_from == drug.statement_through == dt.date(2026, 11, 9)


@pytest.mark.parametrize("frequency", ["7", "8"])
@pytest.mark.parametrize("part", ["stay", "drug"])
def test_one_claim_number_does_not_replace_both_claims_of_a_carve_out(frequency: str, part: str) -> None:
    changes = {"replaces": {"payer_claim_control_number": "ICN1", "frequency": frequency}}
    result = built(changes, INPATIENT, CARVE_OUT, part=part, frequency=frequency)
    assert refusals(result) == [("record-invalid", "replaces.part", "stay or drug")]


# Codes that are more than a claim has room for


def codes(role: str, count: int) -> list[dict[str, str]]:
    return [{"code": f"R{number:02d}.0", "role": role} for number in range(count)]


@pytest.mark.parametrize(
    ("path", "values", "most", "base"),
    [
        ("diagnoses", [*codes("principal", 1), *codes("other", 25)], 24, OUTPATIENT),
        ("diagnoses", [*codes("principal", 1), *codes("reason_for_visit", 4)], 3, OUTPATIENT),
        ("diagnoses", [*codes("principal", 1), *codes("external_cause", 13)], 12, OUTPATIENT),
        ("diagnoses", codes("principal", 2), 1, OUTPATIENT),
        ("diagnoses", [*codes("principal", 1), *codes("admitting", 2)], 1, INPATIENT),
        ("procedures", [{"code": "XW033F3", "date": "2026-11-09"}] * 2, 1, INPATIENT),
        ("procedures", [{"code": "XW033F3", "date": "2026-11-09", "role": "other"}] * 25, 24, INPATIENT),
        ("value_codes", [{"code": "80", "amount": "1"}] * 25, 24, OUTPATIENT),
        ("condition_codes", ["09"] * 25, 24, OUTPATIENT),
        ("occurrence_codes", [{"code": "11", "date": "2026-11-09"}] * 25, 24, OUTPATIENT),
        (
            "occurrence_spans",
            [{"code": "70", "first_date": "2026-11-09", "last_date": "2026-11-09"}] * 25,
            24,
            OUTPATIENT,
        ),
    ],
)
def test_more_codes_than_a_claim_carries_are_said_with_their_field(
    path: str, values: list[Any], most: int, base: str
) -> None:
    assert refusals(built({path: values}, base)) == [("record-invalid", path, f"at most {most}")]
    assert refusals(built({path: values[:-1]}, base)) == []


# What a payer wants of the drug line


def test_the_revenue_code_of_the_payer_goes_out_with_the_invoice_cost() -> None:
    claim = built(
        {"therapy.kits[0].invoice_cost": "2100000.00"},
        payer={"drug_revenue_code": "0892", "invoice_value_code": "87"},
    ).claim
    drug, infusion = claim.lines
    assert (drug.revenue_code, infusion.revenue_code) == ("0892", "0260")
    assert HealthCode("BE", "87", amount=Decimal(2100000)) in claim.health_codes


def test_an_invoice_cost_that_the_record_gives_itself_is_not_doubled() -> None:
    changes = {
        "therapy.kits[0].invoice_cost": "2100000.00",
        "value_codes": [{"code": "87", "amount": "2000000"}],
    }
    claim = built(changes, payer={"invoice_value_code": "87"}).claim
    assert claim.codes("BE") == [HealthCode("BE", "87", amount=Decimal(2000000))]


def test_another_drug_under_an_unclassified_code_is_not_the_drug() -> None:
    other = {"revenue_code": "0636", "hcpcs": "J3490", "charge": "40", "units": "1", "description": "Other"}
    record = a_record()
    lines = [*record["service_lines"], other]
    claim = built({"service_lines": lines}, payer={"drug_lines": 3}).claim
    assert [line.code for line in claim.lines if line.drug is not None] == ["J3399"] * 3
    stay, drug = parts({"service_lines": lines}, OUTPATIENT, CARVE_OUT)
    assert [line.code for line in stay.lines] == ["96365", "J3490"]
    assert [line.code for line in drug.lines] == ["J3399"]


def test_an_unclassified_code_of_the_payer_says_what_it_stands_for() -> None:
    procedures = [line.procedure for line in built(payer={"drug_hcpcs": "J3590"}).claim.lines]
    words = [procedure.description for procedure in procedures if procedure is not None]
    assert words == ["ZOLGENSMA (ONASEMNOGENE ABEPARVOVEC-XIOI)", ""]
    own = built({"service_lines[0].description": "Own words"}, payer={"drug_hcpcs": "J3590"}).claim.lines[0]
    assert own.procedure is not None and own.procedure.description == "OWN WORDS"


def test_the_code_of_the_payer_goes_out() -> None:
    assert [line.code for line in built(payer={"drug_hcpcs": "J3590"}).claim.lines] == ["J3590", "96365"]


@pytest.mark.parametrize(
    ("base", "covered", "expected"),
    [(OUTPATIENT, False, ("JZ",)), (OUTPATIENT, True, ("JZ", "UD")), (INPATIENT, True, ("UD",))],
)
def test_the_modifiers_of_the_payer_go_on_the_drug_line(
    base: str, covered: bool, expected: tuple[str, ...]
) -> None:
    payer = {"drug_modifiers": (modifier("JZ", setting="outpatient"), modifier("UD", only_340b=True))}
    lines = built(base=base, payer=payer, site={"covered_340b": covered}).claim.lines
    (drug,) = [line for line in lines if line.code == "J3399"]
    assert drug.procedure is not None and drug.procedure.modifiers == expected
    assert all(not line.procedure.modifiers for line in lines if line.procedure and line is not drug)


def test_modifiers_of_the_record_come_first_and_once() -> None:
    changes = {"service_lines[0].modifiers": ["TB", "JZ"]}
    claim = built(changes, payer={"drug_modifiers": (modifier("JZ"), modifier("UD"))}).claim
    assert claim.lines[0].procedure is not None
    assert claim.lines[0].procedure.modifiers == ("TB", "JZ", "UD")


def test_more_than_four_modifiers_are_refused() -> None:
    changes = {"service_lines[0].modifiers": ["TB", "JZ", "U1", "U2"]}
    result = built(changes, payer={"drug_modifiers": (modifier("UD"),)})
    assert [finding.place.path for finding in result.findings if finding.is_error] == [
        "service_lines[0].modifiers"
    ]


@pytest.mark.parametrize("charge", ["2125000.00", "2125000.01", "2125000.02", "0.01", "0.00"])
@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_drug_on_several_lines_sums_to_the_cent(charge: str, count: int) -> None:
    claim = built({"service_lines[0].charge": charge}, payer={"drug_lines": count}).claim
    drug = [line for line in claim.lines if line.code == "J3399"]
    assert len(drug) == count
    shares = [line.charge for line in drug if line.charge is not None]
    assert sum(shares) == Decimal(charge) and max(shares) - min(shares) <= Decimal("0.01")
    assert [line.quantity for line in drug] == [Decimal(1)] * count
    assert [line.number for line in claim.lines] == [str(n) for n in range(1, count + 2)]
    assert len({line.control_number for line in claim.lines}) == count + 1
    assert claim.total_charge == Decimal(charge) + Decimal(1200)


@pytest.mark.parametrize("kit", [kit.ndc_11 for kit in ProfileStore().product("zolgensma").kits])
def test_every_kit_goes_out_with_the_volume_of_its_band(kit: str) -> None:
    store = ProfileStore()
    changes = {"therapy.kits[0].ndc": kit, "therapy.kits[0].volume_ml": None}
    by_volume = built(changes, payer={"ndc_unit": "ML"}).claim.lines[0].drug
    each = built(changes, payer={"ndc_unit": "UN"}).claim.lines[0].drug
    assert by_volume is not None and each is not None
    band = store.product("zolgensma").kit_by_ndc[kit]
    assert (by_volume.ndc, by_volume.quantity, by_volume.unit) == (kit, band.dose_ml, "ML")
    assert (each.ndc, each.quantity, each.unit) == (kit, Decimal(1), "UN")


def test_a_second_kit_is_refused_with_the_reason() -> None:
    kits = [{"ndc": "71894-120-02"}, {"ndc": "71894-121-03"}]
    (finding,) = [one for one in built({"therapy.kits": kits}).findings if one.is_error]
    assert finding.place.path == "therapy.kits[1]" and "one kit" in finding.message()


# Other payers

PRIMARY = {
    "payer": "commercial-oba",
    "member_id": "PRIM1",
    "group_number": "GRP9",
    "relationship": "child",
    "subscriber": {"last_name": "Sample", "first_name": "Ana"},
}


def two_payers() -> dict[str, Any]:
    medicaid = {"payer": "state-medicaid", "member_id": "MCD1", "relationship": "self"}
    return {"coverages": [PRIMARY, medicaid]}


def secondary(decision: Adjudication | None, base: str = OUTPATIENT, **options: Any) -> BuiltClaim:
    store = ProfileStore()
    first, second = store.payer("commercial-oba"), store.payer("state-medicaid")
    payer = {**second.model_dump(), **options.pop("payer", {})}
    return built(
        two_payers(),
        base,
        payer=payer,
        payer_order=1,
        payers=(first, second),
        earlier=(decision,),
        **options,
    )


BY_LINE = Adjudication(
    paid=Decimal("2000800"),
    date=WRITTEN,
    payer_claim_control_number="ICN900",
    lines=[
        LineAdjudication(
            line=1,
            paid=Decimal("2000000"),
            adjustments=[
                RecordAdjustment(group="CO", reason="45", amount=Decimal("100000")),
                RecordAdjustment(group="PR", reason="2", amount=Decimal("25000")),
            ],
        ),
        LineAdjudication(
            line=2,
            paid=Decimal("800"),
            adjustments=[RecordAdjustment(group="CO", reason="45", amount=Decimal("400"))],
        ),
    ],
)
ON_THE_CLAIM = Adjudication(
    paid=Decimal("2000000"),
    date=WRITTEN,
    adjustments=[RecordAdjustment(group="PR", reason="2", amount=Decimal("126200"))],
)


def test_the_first_payer_is_told_of_the_second() -> None:
    store = ProfileStore()
    payers = (store.payer("commercial-oba"), store.payer("state-medicaid"))
    claim = built(two_payers(), payers=payers).claim
    (other,) = claim.other_coverages
    assert (claim.subscriber.responsibility, other.responsibility) == ("P", "S")
    assert (other.payer.id, other.subscriber.id, other.relationship) == ("SKMCD0", "MCD1", "18")
    assert other.paid is None and other.adjudicated is None


def test_the_second_payer_is_told_what_the_first_decided_line_by_line() -> None:
    claim = secondary(BY_LINE).claim
    (other,) = claim.other_coverages
    assert (claim.subscriber.responsibility, other.responsibility) == ("S", "P")
    assert (other.relationship, other.group_number, other.subscriber.id) == ("19", "GRP9", "PRIM1")
    assert other.paid == Decimal("2000800") and other.adjustments == ()
    assert other.payer.references == (Reference("F8", "ICN900"),)
    assert other.adjudicated is None and other.patient_liability is None  # they stand on the lines
    drug, infusion = claim.lines
    (decided,) = drug.adjudications
    assert (decided.payer_id, decided.paid, decided.adjudicated) == ("60054", Decimal("2000000"), WRITTEN)
    assert decided.adjustments == (
        Adjustment("CO", "45", Decimal("100000")),
        Adjustment("PR", "2", Decimal("25000")),
    )
    assert decided.patient_liability == Decimal("25000")
    assert infusion.adjudications[0].patient_liability is None
    for line in claim.lines:
        (one,) = line.adjudications
        assert line.charge == sum((item.amount for item in one.adjustments if item.amount), one.paid)


def test_a_decision_on_the_claim_stays_on_the_claim() -> None:
    claim = secondary(ON_THE_CLAIM).claim
    (other,) = claim.other_coverages
    assert other.adjustments == (Adjustment("PR", "2", Decimal("126200")),)
    assert (other.adjudicated, other.patient_liability) == (WRITTEN, Decimal("126200"))
    assert all(line.adjudications == () for line in claim.lines)
    assert other.paid is not None and claim.total_charge == other.paid + Decimal("126200")


def test_with_a_carve_out_a_decision_by_line_goes_with_its_line() -> None:
    stay = secondary(BY_LINE, payer=CARVE_OUT, part="stay").claim
    drug = secondary(BY_LINE, payer=CARVE_OUT, part="drug").claim
    assert drug.other_coverages[0].paid == Decimal("2000000")
    assert stay.other_coverages[0].paid == Decimal("800")
    assert [len(line.adjudications) for line in (*stay.lines, *drug.lines)] == [1, 1]


@pytest.mark.parametrize("part", ["stay", "drug"])
def test_with_a_carve_out_a_decision_on_the_claim_is_for_a_person(part: str) -> None:
    result = secondary(ON_THE_CLAIM, payer=CARVE_OUT, part=part)
    assert [finding.place.path for finding in result.findings if finding.is_error] == [
        "coverages[0].adjudication"
    ]


def test_a_drug_that_the_second_payer_wants_on_several_lines_is_for_a_person() -> None:
    result = secondary(BY_LINE, payer={"drug_lines": 3})
    assert {finding.place.path for finding in result.findings if finding.is_error} == {
        "coverages[0].adjudication.lines"
    }


def test_the_record_may_bring_the_first_decision_itself() -> None:
    changes = two_payers()
    changes["coverages"][0] = {**PRIMARY, "adjudication": BY_LINE.model_dump(mode="json")}
    store = ProfileStore()
    payers = (store.payer("commercial-oba"), store.payer("state-medicaid"))
    claim = built(changes, payer=payers[1].model_dump(), payer_order=1, payers=payers).claim
    assert claim.other_coverages[0].paid == Decimal("2000800")


def test_a_third_payer_is_told_of_both() -> None:
    store = ProfileStore()
    payers = (store.payer("commercial-oba"), store.payer("state-medicaid"), store.payer("default"))
    third = {"payer": "default", "member_id": "THIRD1", "relationship": "self"}
    changes = {"coverages": [*two_payers()["coverages"], third]}
    claim = built(
        changes, payer=payers[2].model_dump(), payer_order=2, payers=payers, earlier=(BY_LINE, ON_THE_CLAIM)
    ).claim
    assert claim.subscriber.responsibility == "T"
    assert [other.responsibility for other in claim.other_coverages] == ["P", "S"]
    assert [len(line.adjudications) for line in claim.lines] == [1, 1]
