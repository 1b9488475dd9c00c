"""Of a remittance with many claims, all that may be ours are found, by every clue, and the whole is balanced."""

from __future__ import annotations

import io
import random

import pytest

from edi.answers import read_answers
from edi.remittance.model import ClaimPayment, Remittance
from edi.remittance.own import Wanted, own_claims

CLAIMS = 400
WANTED = Wanted(
    accounts=frozenset({"HOSPITAL-ACCOUNT-000", "SHORT1"}),
    payer_numbers=frozenset({"ICN-KNOWN"}),
    charges=frozenset({212500000, 40, 1250}),
    codes=frozenset({"J3399"}),
)
CLUES = {
    "account, cut": {"account": "HOSPITAL-ACCOUNT-000"},
    "account, longer": {"account": "HOSPITAL-ACCOUNT-00012345"},
    "account between blanks": {"account": " SHORT1 "},
    "number": {"icn": "ICN-KNOWN"},
    "number between blanks": {"icn": " ICN-KNOWN"},
    "charge": {"charge": "2125000"},
    "charge with decimals": {"charge": "2125000.00"},
    "charge with zeros": {"charge": "002125000.0"},
    "charge below a dollar": {"charge": ".4"},
    "charge with one decimal": {"charge": "12.5"},
    "code": {"code": "HC:J3399"},
    "submitted code": {"code": "HC:99213", "submitted": "HC:J3399:TB"},
}
ODDITIES = ("", "NTE*ADD*ODD~", "N1*XX*CLP*1~", "REF*CLP*1*CLP~", "~", "PLB*1*20261231*WO:A*1~")
HEAD = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *261116*2200*^*00501*000000001*0*T*:~"
    "GS*HP*PAYER*HOSPITAL*20261116*2200*1*X*005010X221A1~"
)


def a_claim(
    number: int,
    account: str = "",
    charge: str = "100.5",
    code: str = "HC:99213",
    submitted: str = "",
    icn: str = "",
) -> str:
    return (
        f"CLP*{account or f'OTHER{number}'}*1*{charge}*{number}.25*0*MC*{icn or f'ICN{number}'}*13*1~NM1*QC*1*DOE*JO~"
        f"SVC*{code}*{charge}*{number}.25**1*{submitted}~DTM*472*20261102~"
    )


def a_file(claims: list[str], line_end: str = "") -> bytes:
    text = f"{HEAD}ST*835*0001~BPR*I*7*C*ACH~TRN*1*T*1~N1*PR*P~N1*PE*H*XX*1~LX*1~{''.join(claims)}SE*9*0001~GE*1*1~IEA*1*000000001~"
    return text.replace("~", f"~{line_end}").encode("ascii")


def may_be_ours(claim: ClaimPayment, numbers: frozenset[str]) -> bool:
    """The same question, asked of the record."""
    services = [one for line in claim.lines for one in (line.service, line.submitted_service) if one]
    return (
        claim.patient_control_number[:20].strip() in WANTED.accounts
        or claim.payer_claim_control_number in numbers
        or claim.charge in WANTED.charges
        or any(service.code in WANTED.codes for service in services)
    )


def assert_found(data: bytes) -> int:
    """The scan against all objects; how many claims are ours."""
    (answer,) = read_answers(data).answers
    model = answer.model
    assert isinstance(model, Remittance)
    numbers, before = WANTED.payer_numbers, 0
    expected: list[tuple[int, ClaimPayment]] = []
    while len(numbers) != before:  # numbers are learned from claims that are ours
        expected = [pair for pair in enumerate(model.claims, start=1) if may_be_ours(pair[1], numbers)]
        before = len(numbers)
        numbers |= {claim.payer_claim_control_number for _, claim in expected} - {""}
    (own,) = own_claims(io.BytesIO(data), WANTED)
    assert [(one.number, one.claim) for one in own.claims] == expected
    assert own.count == len(model.claims)
    assert own.paid == sum(claim.paid for claim in model.claims)
    rules = {"remit-transaction-balance"}
    whole = [finding for finding in answer.findings if finding.rule in rules]
    assert whole == [finding for finding in own.findings if finding.rule in rules]
    return len(expected)


@pytest.mark.parametrize("clue", CLUES)
@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_a_claim_is_found_by_one_clue_among_many(clue: str, line_end: str) -> None:
    claims = [a_claim(number) for number in range(CLAIMS)]
    claims[CLAIMS // 2] = a_claim(CLAIMS // 2, **CLUES[clue])
    assert assert_found(a_file(claims, line_end)) == 1


def test_a_number_first_seen_with_a_claim_of_ours_finds_those_before_and_behind() -> None:
    claims = [a_claim(number) for number in range(CLAIMS)]
    claims[100] = a_claim(100, icn="ICN-NEW")
    claims[200] = a_claim(200, account="SHORT1", icn="ICN-NEW")
    claims[300] = a_claim(300, icn="ICN-NEW")
    assert assert_found(a_file(claims)) == 3


@pytest.mark.parametrize("seed", range(12))
def test_nothing_of_ours_is_missed_in_files_that_chance_made(seed: int) -> None:
    chance = random.Random(seed)
    claims = []
    for number in range(CLAIMS):
        clue = CLUES[chance.choice(list(CLUES))] if chance.random() < 0.02 else {}
        clue = (
            {**clue, "charge": chance.choice(["", "X", "1E2", "+5", "-3.25"])}
            if chance.random() < 0.01
            else clue
        )
        claims.append(a_claim(number, **clue) + (chance.choice(ODDITIES) if chance.random() < 0.01 else ""))
    found = assert_found(a_file(claims, chance.choice(["", "\n"])))
    assert found > 0


def test_claims_cut_short_count_as_they_are_read() -> None:
    claims = [*(a_claim(number) for number in range(50)), "CLP*SHORT1~", "CLP*X*1*12.5*3~", "CLP~CLP*A*1*1~"]
    assert assert_found(a_file(claims)) == 2
