"""`j3399 explain`: whatever an identifier means, in words that fit the screen."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from edi.codes import code_table
from edi.codes.tables import tables
from pipeline.cli.explain import explain
from pipeline.denials.tables import causes
from validators.catalog import catalog

ANSWERS = ("carc", "rarc", "claim_status", "entity", "plb_reason", "ik304", "ik403", "ta105", "clp02")


def run(*words: str) -> Result:
    return CliRunner().invoke(explain, words, standalone_mode=True)


def headings(result: Result) -> list[str]:
    return [block.splitlines()[0] for block in result.output.split("\n\n")]


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("CO-197", ["CARC 197: No authorization, precertification or notification"]),
        ("co 197", ["CARC 197: No authorization, precertification or notification"]),
        ("CARC 197", ["CARC 197: No authorization, precertification or notification"]),
        ("carc197", ["CARC 197: No authorization, precertification or notification"]),
        ("N706", ["RARC N706: Documents not sent"]),
        ("rarc n706", ["RARC N706: Documents not sent"]),
        ("ma130", ["RARC MA130: Unprocessable; no appeal, send a fresh claim"]),
        ("A7:218", ["Status category A7: Rejected: data invalid", "Claim status 218: NDC problem"]),
        (
            "a7:231:qc",
            [
                "Status category A7: Rejected: data invalid",
                "Claim status 231: Admission type problem",
                "Entity QC: Patient",
            ],
        ),
        ("status 218", ["Claim status 218: NDC problem"]),
        ("IK304:3", ["IK304 3: Required segment absent"]),
        ("AK304:3", ["IK304 3: Required segment absent"]),
        ("ik403-7", ["IK403 7: Code value not in list"]),
        ("IK503:5", ["IK502 5: Some segments in error"]),
        ("AK905:4", ["AK905 4: GS and GE control numbers differ"]),
        ("TA105:025", ["TA105 025: Control number already used"]),
        ("TA105:25", ["TA105 025: Control number already used"]),
        ("TA104:E", ["TA104 E: Interchange accepted despite errors"]),
        ("PLB WO", ["PLB reason WO: Overpayment recovery"]),
        ("wo", ["PLB reason WO: Overpayment recovery"]),
        ("CLP02:22", ["CLP02 22: Reversal of an earlier payment"]),
        ("entity 85", ["Entity 85: Billing provider"]),
        ("value 87", ["Value code 87: Gene therapy invoice cost"]),
        ("type_of_bill 13", ["Type of bill 13: Hospital: Outpatient"]),
        ("PRP", ["Entity PRP: Primary payer"]),
    ],
)
def test_a_code_is_explained(identifier: str, expected: list[str]) -> None:
    result = run(identifier)
    assert result.exit_code == 0, result.output
    assert headings(result) == expected


def test_words_may_be_given_one_by_one() -> None:
    assert run("CARC", "197").output == run("CARC 197").output


def test_a_group_is_named_with_its_code() -> None:
    assert "Group     PR: Patient owes it" in run("PR-3").output
    assert "Group " not in run("CARC 3").output


def test_a_number_alone_is_a_carc_first_and_the_rest_is_named_too() -> None:
    found = headings(run("85"))
    assert [line.split(" 85:")[0] for line in found[:3]] == ["CARC", "Claim status", "Entity"]
    assert any(line.startswith("Condition code 85") for line in found)


@pytest.mark.parametrize(
    ("identifier", "starts"),
    [
        ("A7", ["Status category A7", "CARC A7"]),
        ("PR", ["Entity PR", "Group PR"]),
        ("CR", ["Group CR", "PLB reason CR"]),
        ("OA", ["Group OA", "PLB reason OA"]),
        ("steroid-plan", ["Rule steroid-plan", "Cause steroid-plan"]),
    ],
)
def test_what_means_several_things_is_shown_in_each(identifier: str, starts: list[str]) -> None:
    found = headings(run(identifier))
    assert [line.split(":")[0] for line in found[: len(starts)]] == starts


@pytest.mark.parametrize(
    ("identifier", "effect"),
    [
        ("CARC 45", "not a denial"),
        ("CARC 133", "not decided yet"),
        ("N381", "information, not a denial"),
        ("A7:218", "rejected; a new claim is due"),
        ("CLP02:22", "takes an earlier payment back; not a denial"),
        ("CLP02:19", "the payer sent the claim on"),
        ("IK501:E", "accepted"),
        ("AK901:P", "partial"),
        ("PLB FB", "a positive amount lowers the payment, a negative one raises it"),
    ],
)
def test_what_a_code_does_is_said(identifier: str, effect: str) -> None:
    assert f"Effect    {effect}\n" in run(identifier).output


def test_the_causes_a_code_points_to_are_named() -> None:
    assert "Points to authorization-missing (" in run("CO-197").output
    assert "Points to syntax (" in run("IK403:7").output


def test_a_cause_says_what_to_do() -> None:
    lines = run("AUTHORIZATION-MISSING").output.splitlines()
    assert lines[0] == "Cause authorization-missing: no authorization number"
    assert "Rejected  new claim" in lines
    assert "Owner     authorization team" in lines
    assert "Prevented by prior-authorization" in lines
    words = " ".join(" ".join(lines).split())
    assert "Denied where a number exists in the encounter: replacement or new claim" in words


@pytest.mark.parametrize(
    ("identifier", "table", "code"),
    [
        ("CO-999", "carc", "999"),
        ("CARC 999", "carc", "999"),
        ("N9999", "rarc", "N9999"),
        ("IK304:77", "ik304", "77"),
        ("PLB:QQ", "plb_reason", "QQ"),
        ("entity 00", "entity", "00"),
    ],
)
def test_an_unknown_code_names_the_list_and_its_date(identifier: str, table: str, code: str) -> None:
    facts = tables()[table]
    result = run(identifier)
    assert result.exit_code == 2
    assert f"{facts.label} {code}: the list of {facts.list_date} does not know it." in result.output


def test_the_part_of_a_status_that_no_list_knows_says_so() -> None:
    result = run("A7:999:QC")
    assert result.exit_code == 0
    assert [line.split(":")[0] for line in headings(result)] == [
        "Status category A7",
        "Claim status 999",
        "Entity QC",
    ]
    assert "does not know it" in headings(result)[1]


@pytest.mark.parametrize(
    "identifier", ["nothing-of-the-kind", ":", "A7:218:QC:X", "é", " ", "CO-", "0" * 500]
)
def test_what_is_nothing_is_wrong_usage(identifier: str) -> None:
    result = run(identifier)
    assert result.exit_code == 2
    assert "no rule, no cause, no code and no product" in result.output or "does not know" in result.output


def test_every_explanation_fits_eighty_columns() -> None:
    names = [*catalog(), *causes(), *(f"{table} {code}" for table in ANSWERS for code in code_table(table))]
    for name in names:
        result = run(name)
        assert result.exit_code == 0, name
        assert max(map(len, result.output.splitlines())) <= 80, name


def test_the_place_that_the_worklist_names_is_said_with_the_code() -> None:
    code, with_place = run("IK403:7").output, run("IK403:7 at CLM05-3").output
    assert with_place == code + "Place     CLM05-3 of the file that was sent\n"
    assert run("IK304:8", "at", "clm").output.endswith("Place     CLM of the file that was sent\n")
    assert run("CO-197 at").exit_code != 0
