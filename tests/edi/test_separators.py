"""Separators that an ISA declares, and those that can only be guessed."""

from __future__ import annotations

import pytest

from edi.separators import LOOKAHEAD, Separators, detect, guess

ISA = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *260110*2130*^*00501*000000021*0*T*:~"
GS = "GS*HC*SENDER-ID*RECEIVER CODE*20260110*2130*1*X*005010X223A2"


def test_an_isa_of_fixed_width_declares_four_characters() -> None:
    header = detect("junk" + ISA, 4)
    assert header is not None
    assert (header.separators, header.length, header.fixed_width, header.odd) == (
        Separators(),
        105,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ISA[:-1], "no terminator"),
        (ISA[:-2], "no component separator"),
        (ISA[:50], "cut"),
        ("ISA", "nothing but the id"),
        ("XSA" + ISA[3:], "another id"),
        (ISA.replace("*", " "), "a blank parts elements"),
        (ISA.replace("*", "A"), "a letter parts elements"),
        (ISA[:-1] + "*", "the terminator is the element separator"),
        (ISA[:-1] + ":", "the terminator is the component separator"),
        (ISA[:-1] + "A", "a letter ends the segment"),
        (ISA[:-1] + "GS*HC*S~ST*837*0001~", "no terminator here, another one later"),
        ("ISA*" + "x" * 500 + "*" * 15 + ":~", "too long to be an ISA"),
    ],
)
def test_what_is_no_whole_isa_declares_nothing(text: str, why: str) -> None:
    assert detect(text, 0) is None, why


@pytest.mark.parametrize(
    ("mark", "version", "repetition"),
    [
        ("^", "00501", "^"),
        ("^", "00402", "^"),
        ("^", "00401", None),
        ("^", "401", None),
        ("U", "00501", None),
        ("0", "00501", None),
        (" ", "00501", None),
        ("", "00501", None),
        (":", "00501", None),
    ],
)
def test_a_repetition_separator_is_one_from_00402_on(mark: str, version: str, repetition: str | None) -> None:
    header = detect(ISA.replace("*^*00501*", f"*{mark}*{version}*"), 0)
    assert header is not None and header.separators.repetition == repetition


@pytest.mark.parametrize(
    ("end", "component", "terminator"),
    [
        ("\nGS*HC*", ":", "\n"),
        ("\r\nGS*HC*", ":", "\r"),
        ("~GS*HC*A~ST*837*1~", ":", "~"),
        ("~\nGS*HC*A~\nST*837*1~\n", ":", "~"),
        ("~\r\nTA1*1~\r\n", ":", "~"),
        (" ~GS*HC*", ":", "~"),
        ("7~GS*HC*", ":", "~"),
        ("\nGS*HC*\nCLM*A*1***11>A>1\n", ">", "\n"),
        ("\nGS*HP*\nSVC*HC|J3399*1\n", "|", "\n"),
        ("~\nGS*HC*A\nST*837*1\n", "~", "\n"),  # GS does not end with it: it is the component separator
    ],
)
def test_an_isa16_that_is_missing_is_seen(end: str, component: str, terminator: str) -> None:
    header = detect(ISA[:-2] + end, 0)
    assert header is not None
    assert (header.separators.component, header.separators.terminator) == (component, terminator)
    assert header.component_guessed is (component != "~")


@pytest.mark.parametrize(
    ("text", "separators"),
    [
        ("ST*837*0001*005010X223A2~\nBHT*0019*00~", Separators("*", ":", "^", "~")),
        ("ST*835*1~BPR*I*1~SVC*HC>J3399*1~", Separators("*", ">", None, "~")),
        ("ST|835|1\nBPR|I|1\n", Separators("|", ":", None, "\n")),
        ("ST|835|1\r\nBPR|I|1\r\n", Separators("|", ":", None, "\r")),
        ("ST\x1d835\x1d1\x1cBPR\x1dI\x1c", Separators("\x1d", ":", None, "\x1c")),
        (GS + "~\nST*837*0001~\n", Separators("*", ":", "^", "~")),
        (GS + "\nST*837*0001\n", Separators("*", ":", "^", "\n")),
        (GS.replace("005010X223A2", "004010X096A1") + "~ST*837*1~", Separators("*", ":", None, "~")),
    ],
)
def test_the_separators_of_a_part_are_guessed(text: str, separators: Separators) -> None:
    assert guess(text, 0) == separators


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ST",
        "GS",
        "ST*837",
        "ST*837*0001*005010X223A2",
        "ST*837*0001~",
        "ST*83*0001~BHT*1~",
        "ST*837**005010X223A2~BHT*1~",
        "ST 835 0001\nBPR I 1\n",
        "ST\t835\t0001\nBPR\tI\t1\n",
        "ST,835,0001\nand so on\n",
        "STREET*837*0001~BHT*1~",
        "ST*837*1*2*3*4*5~BHT*1~",
        "GS*HC*A*B*20260110*2130*1*X~ST*837*1~",
        GS + "~BHT*0019~",
        "BHT*0019*00~ST*837*1~",
        "ST*837*" + "1" * LOOKAHEAD + "~BHT*1~",
        '{"ST": "837"}',
    ],
)
def test_what_is_no_part_of_x12_is_not_guessed_at(text: str) -> None:
    assert guess(text, 0) is None
