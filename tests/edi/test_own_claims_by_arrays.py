"""Looking through many claims at once finds what looking at one after the other finds, whatever stands in the file."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edi.envelope import read_transactions
from edi.finding import Finding
from edi.reading_rules import INBOUND
from edi.remittance import claim_heads
from edi.remittance.own import OwnClaims, Wanted, _OneRemittance, own_claims
from edi.remittance.read import RemittanceReader
from edi.remittance.scan import RUN_IDS
from edi.run_columns import QuickRunIds
from edi.tokens import RunIds
from tests.edi.test_own_claims import CLUES, ODDITIES, WANTED, a_claim, a_file
from tests.support.broken_answers import files_by_hand, mutants, samples
from tests.support.builders import ROOT

ODD_FILES = sorted((ROOT / "tests" / "edi" / "files" / "odd").iterdir())
AMOUNTS = (
    *(
        "",
        "0",
        "-0",
        "5",
        "5.",
        ".5",
        "-.5",
        ".",
        "-",
        "-.",
        "--5",
        "5-",
        "1.2.3",
        "1,5",
        "+1",
        "1e3",
        "\xb2",
    ),
    *(
        "12.34",
        "-12.34",
        "12.345",
        "007",
        "12345678",
        "123456.78",
        "-123456.78",
        "2125000.00",
        "9999999999.99",
    ),
    *("1234567890123", "12345678901234", "999999999999999.99", " 5", "5 ", "\xa05", "5\x1f", "1_0", "12.3x"),
)
TEXTS = (
    *("", "A", "SHORT1", " SHORT1", "SHORT1 ", "\xa0SHORT1", "SHORT1\x1c", "SHORT1\x85", "SHORT 1", "short1"),
    *("HOSPITAL-ACCOUNT-000", "HOSPITAL-ACCOUNT-00012345", "HOSPITAL-ACCOUNT-00", "HOSPITAL-ACCOUNT-000 5"),
    *(f"SHORT1{14 * ' '}X", f"SHORT1{14 * ' '}\t", "SHORT1\x00", "L" * 70, "CLP", "P", "J3399", "\xe9"),
    *(
        "ICN-KNOWN",
        "ICN-KNOWN ",
        "ICN-KNOWN-NOT",
        "ICN-NEW",
        "ICN-NEWER",
        "ICN-OTHER-OF-24-LETTERS.",
        "P" * 31,
    ),
)


def by_arrays(data: bytes, wanted: Wanted = WANTED, chunk_size: int = 512 * 1024) -> tuple[OwnClaims, ...]:
    return own_claims(io.BytesIO(data), wanted, chunk_size=chunk_size, arrays_from=0)


def one_by_one(data: bytes, wanted: Wanted = WANTED) -> tuple[OwnClaims, ...]:
    return own_claims(io.BytesIO(data), wanted, arrays_from=None)


def wanted_of(data: bytes, chance: random.Random) -> Wanted:
    """Clues of some claims of a file."""
    claims = [
        claim
        for transaction in read_transactions(data, INBOUND, run_ids=RUN_IDS)
        for claim in RemittanceReader(transaction).scan()
    ]
    some = [chance.sample(claims, chance.randint(0, min(2, len(claims)))) for _ in range(3)]
    width = chance.choice([20, 20, 5])
    return Wanted(
        accounts=frozenset(claim.patient_control_number[:width] for claim in some[0]),
        payer_numbers=frozenset(claim.payer_claim_control_number for claim in some[1]),
        charges=frozenset(claim.charge for claim in some[2]),
        codes=frozenset(chance.sample(["J3399", "99213", "CLP", "HC", "36415"], chance.choice([0, 0, 1]))),
        account_width=width,
    )


@pytest.mark.parametrize(
    "path", [*samples("835"), *files_by_hand("835"), *ODD_FILES], ids=lambda path: path.name
)
def test_files_that_others_wrote(path: Path) -> None:
    data, chance = path.read_bytes(), random.Random(path.name)
    for _ in range(12):
        wanted = wanted_of(data, chance)
        assert by_arrays(data, wanted, chance.choice([100, 1000, 100_000])) == one_by_one(data, wanted)


def test_files_that_accidents_broke() -> None:
    chance, found = random.Random("accidents"), 0
    for data in mutants("835", 400):
        wanted = wanted_of(data, chance)
        expected = one_by_one(data, wanted)
        assert by_arrays(data, wanted, chance.choice([1, 50, 500, 100_000])) == expected
        found += sum(len(one.claims) for one in expected)
    assert found > 200


@pytest.mark.parametrize("line_end", ["", "\n", "\r\n"])
def test_a_chunk_may_end_at_every_byte(line_end: str) -> None:
    claims = [a_claim(number) for number in range(3)]
    claims[1] = a_claim(1, account="SHORT1", icn="ICN2")
    data = a_file(claims, line_end)
    expected = one_by_one(data)
    assert [one.number for one in expected[0].claims] == [2, 3]
    for chunk_size in range(1, len(data) + 1):
        assert by_arrays(data, chunk_size=chunk_size) == expected


@pytest.mark.parametrize("where", [(5, 200), (200, 5)])
@pytest.mark.parametrize("odd", ["", "NTE*ODD~"])
def test_a_number_is_learned_however_its_claims_are_looked_at(where: tuple[int, int], odd: str) -> None:
    first, other = where
    claims = [a_claim(number) for number in range(300)]
    claims[first] = a_claim(first, account="SHORT1", icn="ICN-NEW")
    claims[other] = a_claim(other, icn="ICN-NEW") + odd
    (found,) = by_arrays(a_file(claims))
    assert [one.number for one in found.claims] == sorted((first + 1, other + 1))
    assert (found,) == one_by_one(a_file(claims))


@st.composite
def remittances(draw: st.DrawFn) -> bytes:
    element, component, terminator = draw(
        st.permutations(["*", "|", ":", ">", "~", "\x1d", "\x1f", "\xa7", "P", "1"]).map(
            lambda marks: marks[:3]
        )
    )
    line_end = draw(st.sampled_from(["", "", "\n", "\r\n", "\n\n\n"]))
    claims = []
    for number in range(draw(st.integers(1, 12))):
        elements = [
            draw(st.sampled_from([f"OTHER{number}", *TEXTS])),
            "1",
            draw(st.sampled_from(["100.5", *AMOUNTS])),
            draw(st.sampled_from(["7", *AMOUNTS])),
            draw(st.sampled_from(["", "0", "P" * 60])),
            "MC",
            draw(st.sampled_from([f"ICN{number}", *TEXTS])),
            *draw(st.sampled_from([[], ["13"], ["13", "1"]])),
        ]
        kept = elements[: draw(st.sampled_from([99, 99, 99, 99, 7, 6, 4, 1, 0]))]
        code = draw(st.sampled_from(["99213", "99213", "99213", "J3399", "J339", "J33990"]))
        odd = draw(st.sampled_from(["", "", "", "", *ODDITIES, "SE*1*0001~ST*835*0001~", "LX*2~", "\n"]))
        claims.append("*".join(["CLP", *kept]) + f"~NM1*QC*1*CLP~SVC*HC:{code}*1*1~" + odd)
    head, foot = a_file(["?"], line_end).decode("ascii").split("?")
    body = "".join(claims).replace("~", f"~{line_end}")
    marks = {ord("*"): element, ord(":"): component, ord("~"): terminator}
    return (head + body + foot).translate(marks).encode("latin-1")


@settings(max_examples=600, deadline=None)
@given(remittances(), st.sampled_from([20, 6, 0]), st.sampled_from([30, 300, 100_000]))
def test_remittances_with_any_texts_amounts_and_separators(data: bytes, width: int, chunk_size: int) -> None:
    wanted = Wanted(
        WANTED.accounts, WANTED.payer_numbers, WANTED.charges, WANTED.codes | {"\u20ac"}, account_width=width
    )
    assert by_arrays(data, wanted, chunk_size) == one_by_one(data, wanted)


def among_others(claim: str) -> bytes:
    claims = [a_claim(number) for number in range(40)]
    return a_file([*claims[:20], "?", *claims[20:]]).replace(b"?", claim.encode("latin-1"))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("at", ["account", "icn"])
def test_a_text_of_any_form_among_many(text: str, at: str) -> None:
    data = among_others(a_claim(20, account=text) if at == "account" else a_claim(20, icn=text))
    for numbers in (WANTED.payer_numbers, frozenset({"ICN30", text, ""})):
        wanted = Wanted(WANTED.accounts, numbers, codes=frozenset({"\u20ac"}))
        assert by_arrays(data, wanted) == one_by_one(data, wanted)


@pytest.mark.parametrize("length", range(70))
def test_a_number_is_seen_however_far_from_its_clp(length: int) -> None:
    """In an array only the beginning of a claim is looked at."""
    far = among_others(a_claim(20, icn="ICN-KNOWN").replace(".25*0*MC*", f".25*{length * '0'}*MC*"))
    (found,) = by_arrays(far)
    assert [one.number for one in found.claims] == [21]
    learned = (
        far.replace(b"ICN-KNOWN", b"ICN-NEW")
        .replace(b"*OTHER5*", b"*SHORT1*")
        .replace(b"*ICN5*", b"*ICN-NEW*")
    )
    (found,) = by_arrays(learned)
    assert [one.number for one in found.claims] == [6, 21]
    assert (found,) == one_by_one(learned)


def test_an_empty_code_stands_in_every_claim() -> None:
    (found,) = by_arrays(among_others(a_claim(20)), Wanted(codes=frozenset({""})))
    assert len(found.claims) == found.count == 41


def test_an_interchange_behind_a_cut_one_is_found_wherever_a_chunk_ends() -> None:
    whole = a_file([a_claim(number) for number in range(20)])
    begin = whole.index(b"CLP*OTHER19") + 20
    data = whole[:begin] + whole
    assert [one.count for one in by_arrays(data)] == [20, 20]
    expected = findings_of_the_file(data, len(data))
    assert expected[0].rule == "interchange-cut"
    for chunk_size in range(begin - 5, begin + 10):
        assert findings_of_the_file(data, chunk_size) == expected


def findings_of_the_file(data: bytes, chunk_size: int) -> list[Finding]:
    reader = read_transactions(data, INBOUND, chunk_size=chunk_size, run_ids=QuickRunIds(RUN_IDS))
    for _ in reader:
        pass
    return reader.findings


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("at", ["charge", "paid"])
def test_an_amount_of_any_form_among_many(amount: str, at: str) -> None:
    usual = a_claim(20)
    data = among_others(
        a_claim(20, charge=amount) if at == "charge" else usual.replace("*20.25*0*", f"*{amount}*0*")
    )
    wanted = Wanted(charges=frozenset({500, 1234, -1234, 10**30, -(10**30), 10**17}))
    assert by_arrays(data, wanted) == one_by_one(data, wanted)


@pytest.mark.parametrize("position", [0, 57, 119])
@pytest.mark.parametrize("clue", CLUES)
def test_few_claims_are_looked_at_one_by_one(
    clue: str, position: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims = [a_claim(number) for number in range(120)]
    claims[position] = a_claim(position, **CLUES[clue])
    looked_at = []
    passes_over = _OneRemittance._passes_over

    def noted(self: _OneRemittance, elements: list[str], text: str) -> bool:
        looked_at.append(text)
        return passes_over(self, elements, text)

    monkeypatch.setattr(_OneRemittance, "_passes_over", noted)
    (found,) = by_arrays(a_file(claims))
    assert [one.number for one in found.claims] == [position + 1]
    assert len(looked_at) <= 8  # some at the beginning of the file come segment by segment


def test_hashes_that_are_all_alike_only_cost_time(monkeypatch: pytest.MonkeyPatch) -> None:
    data = a_file([a_claim(number, **CLUES["account, cut"] if number == 50 else {}) for number in range(100)])
    expected = by_arrays(data)
    monkeypatch.setattr(claim_heads, "_FACTOR", 0)
    assert by_arrays(data) == expected == one_by_one(data)


@st.composite
def texts_of_segments(draw: st.DrawFn) -> str:
    ids = st.sampled_from(["CLP", "LQ", "SVC", "LQ1", "CL", "CLPX", "XXX", "ISA", "IS", "", "\0\0\0\0"])
    marks = st.sampled_from(["~", "~", "~", "~\n", "~\r\n", "~\n\n", "\n", ""])
    content = st.sampled_from(["*", "*1", "*1*2", "", "\0"])
    return "".join(draw(st.lists(st.tuples(ids, content, marks).map("".join), max_size=12)))


@settings(max_examples=400, deadline=None)
@given(
    texts_of_segments(),
    st.sampled_from(["~", "~\n", "~\r\n"]),
    st.sampled_from("*|"),
    st.integers(0, 60),
    st.booleans(),
)
@example("CLP*~CLP*~", "~", "|", 0, False)
def test_the_end_of_a_run_is_found_alike(text: str, tail: str, element: str, first: int, cut: bool) -> None:
    ids, text = RunIds({"CLP", "SVC", "LQ"}), text.replace("*", element)
    quick, plain = QuickRunIds(ids).finder(element), ids.finder(element)
    assert type(quick) is not type(plain)
    limit = len(text) // 2 if cut else len(text)
    at, count = quick.odd_end(text, tail, first, limit)
    assert at == plain.odd_end(text, tail, first, limit)[0]
    assert count is None or count == text.count("~", first, limit if at < 0 else at)
    padded = text + " " * 5000  # a short text is not made an array
    assert quick.has_isa(padded, first) == plain.has_isa(padded, first)


@pytest.mark.parametrize("at", [0, 4092, 4093, 4094, 4095, 4096, 4097, 8997])
def test_an_isa_is_seen_near_and_far(at: int) -> None:
    finder = QuickRunIds(RUN_IDS).finder("*")
    text = (" " * at + "ISA").ljust(9000)
    assert finder.has_isa(text, 0) and finder.has_isa(text, at)
    assert not finder.has_isa(text, at + 1) and not finder.has_isa(text[: at + 2], 0)


def test_many_ids_and_unusual_ones_are_found_by_the_pattern() -> None:
    few = QuickRunIds({"CLP"})
    assert type(few.finder("\0")) is type(QuickRunIds({"A", "CLP"}).finder("*")) is type(RunIds().finder("*"))
    assert type(QuickRunIds(f"A{number}" for number in range(99)).finder("*")) is type(RunIds().finder("*"))


def test_who_reads_a_small_file_does_not_wait_for_numpy(tmp_path: Path) -> None:
    path = tmp_path / "835"
    path.write_bytes(a_file([a_claim(number) for number in range(5)]))
    script = (
        "import sys; from edi.remittance.own import Wanted, own_claims\n"
        "print(own_claims(open(sys.argv[1], 'rb'), Wanted())[0].count, 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["5", "False"]
