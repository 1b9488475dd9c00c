"""837 files as they come from outside: how many claims each holds, and what is said of it.

The numbers were reasoned from what was done to the file, not taken from the output.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from edi.claim837i.model import Claim
from edi.claim837i.read import ClaimReader
from edi.envelope import read_document
from tests.support.guide_files import GS, HEADER, INPATIENT, ISA, OUTPATIENT, a_file

TEXT = a_file([*HEADER, *OUTPATIENT], [*HEADER, *INPATIENT])
"""Two transaction sets with one claim each."""
FIRST_CLAIM_ENDS = TEXT.index("SE*")


@dataclass(frozen=True)
class Odd:
    """What is done to the file, the claims that are left, and the rules of the findings."""

    change: Callable[[str], str | bytes]
    claims: int
    rules: tuple[str, ...] = ()


def with_marks(element: str, component: str, repetition: str, terminator: str) -> Callable[[str], str]:
    marks = str.maketrans({"*": element, ":": component, "^": repetition, "~": terminator})
    return lambda text: text.replace("~\n", "~").translate(marks)


def without_segment(start: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        at = text.index("\n" + start) + 1
        return text[:at] + text[text.index("\n", at) + 1 :]

    return change


CASES = {
    "as it is": Odd(lambda text: text, 2),
    "line feeds end segments": Odd(lambda text: text.replace("~\n", "\n"), 2),
    "carriage returns end segments": Odd(lambda text: text.replace("~\n", "\r"), 2),
    "both end segments": Odd(lambda text: text.replace("~\n", "\r\n"), 2),
    "both after tildes": Odd(lambda text: text.replace("~\n", "~\r\n"), 2),
    "0x1C ends segments": Odd(with_marks("*", ":", "^", "\x1c"), 2),
    "0x1D between elements": Odd(with_marks("\x1d", "\x1f", "\x1e", "\x1c"), 2),
    "a pipe between components": Odd(with_marks("*", "|", "^", "~"), 2),
    "byte order mark": Odd(lambda text: b"\xef\xbb\xbf" + text.encode(), 2),
    "blank lines between segments": Odd(lambda text: text.replace("~\n", "~\n\n"), 2),
    "text around the interchange": Odd(
        lambda text: f"-- begin --\n{text}-- end --\n", 2, ("x12-syntax",) * 2
    ),
    "squeezed ISA": Odd(lambda text: text.replace(" " * 6, "").replace("  *", "*"), 2, ("x12-syntax",)),
    "two interchanges with their own marks": Odd(
        lambda text: text + with_marks("|", ">", "!", "^")(text.replace("000000207", "000000208")), 4
    ),
    "begins at GS": Odd(lambda text: text[len(ISA) + 2 :], 2, ("envelope",)),
    "begins at ST": Odd(lambda text: text[len(ISA) + len(GS) + 4 :], 2, ("envelope",)),
    "no SE of the first set": Odd(without_segment("SE*"), 2, ("envelope",)),
    "no ST of the second set": Odd(without_segment("ST*837*0002"), 2, ("envelope",)),
    "no GE": Odd(without_segment("GE*"), 2, ("envelope",)),
    "no IEA": Odd(without_segment("IEA*"), 2, ("x12-syntax",)),
    "wrong counts": Odd(lambda text: text.replace("GE*2", "GE*3"), 2, ("envelope",)),
    # the claim is cut behind its last line: it is there, and the file is cut
    "cut after a claim": Odd(lambda text: text[:FIRST_CLAIM_ENDS], 1, ("x12-syntax", "envelope", "envelope")),
    "empty segments": Odd(lambda text: text.replace("LX*2~\n", "LX*2~\n~\n"), 2, ("x12-syntax",) * 2),
    "a letter outside ASCII": Odd(lambda text: text.replace("ODALYS", "ODALÝS").encode("latin-1"), 2),
    "version 4010": Odd(
        lambda text: text.replace("*^*00501*", "*U*00401*").replace("005010X223A2", "004010X096A1"),
        2,
        ("guide", "guide"),
    ),
    "no version in ST": Odd(lambda text: text.replace("*0001*005010X223A2", "*0001"), 2),
    "837P": Odd(lambda text: text.replace("005010X223A2", "005010X222A1"), 2, ("guide", "guide")),
    "no CLM": Odd(lambda text: text.replace("CLM*", "XLM*"), 0, ("guide",)),
    "two claims of one patient": Odd(
        lambda text: text.replace(
            "SE*40*0001", text[text.index("CLM*") : FIRST_CLAIM_ENDS] + "SE*61*0001", 1
        ),
        3,
    ),
    "empty": Odd(lambda text: "", 0, ("x12-syntax",)),
    "prose": Odd(lambda text: "CLM*1*2 is a segment.", 0, ("x12-syntax",)),
}


def read(data: bytes) -> tuple[list[Claim], list[str]]:
    document = read_document(data)
    claims: list[Claim] = []
    findings = list(document.findings)
    for transaction in document.transactions():
        reader = ClaimReader(transaction)
        claims += reader
        findings += reader.findings
    findings += [finding for claim in claims for finding in claim.findings]
    assert document.to_bytes() == data
    return claims, [finding.rule for finding in findings]


@pytest.mark.parametrize("name", CASES)
def test_every_oddity_has_its_claims_and_its_findings(name: str) -> None:
    odd = CASES[name]
    changed = odd.change(TEXT)
    data = changed if isinstance(changed, bytes) else changed.encode("latin-1")
    claims, rules = read(data)
    assert len(claims) == odd.claims
    if name == "no CLM":
        assert set(rules) == {"guide"}  # every segment that lost its claim
    else:
        assert rules == list(odd.rules)


def test_a_file_cut_at_any_byte_is_read_and_never_called_clean() -> None:
    data = a_file([*HEADER, *OUTPATIENT]).encode()
    whole = len(data) - 1  # the line end after the last terminator is no part of it
    (all_of_it,), _ = read(data)
    for cut in range(whole - 1):
        claims, rules = read(data[:cut])
        assert rules, cut
        assert len(claims) == (data.find(b"CLM*") + 3 < cut or data[:cut].endswith(b"CLM")), cut
    assert read(data[:whole]) == ([all_of_it], [])
