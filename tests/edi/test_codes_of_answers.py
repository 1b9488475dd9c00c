"""The code lists of the answers: every code that this product's denials and rejections use is known."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from importlib.resources import files

import pytest

from edi.acknowledgment.verdicts import Subject, Verdict, verdict
from edi.claim_status.outcomes import category
from edi.codes import code_table
from edi.codes.tables import tables
from edi.remittance.statuses import claim_status_meaning

KINDS = {"denial", "not_denial", "information", "pending", ""}
MOST_WORDS = 9

# Codes that payers use for the causes of J3399 denials and rejections, and those that are no denial.
USED: Mapping[str, str] = {
    "carc": (
        "1 2 3 4 5 6 8 9 11 15 16 18 22 23 24 26 27 29 31 32 33 34 35 39 45 50 55 56 58 59 60 94 96 97 "
        "104 107 109 114 119 125 128 129 131 133 136 146 147 149 151 153 163 164 167 170 171 177 178 181 182 "
        "185 188 189 197 198 199 200 204 206 207 208 210 211 216 222 226 227 231 234 236 242 243 250 251 252 "
        "253 256 272 273 280 282 283 284 296 299 302 306 A1 A8 B7 B11 B13 B15"
    ),
    "rarc": (
        "M15 M20 M23 M44 M45 M46 M47 M49 M50 M51 M53 M54 M62 M64 M76 M77 M78 M79 M81 M86 M119 M123 M127 MA04 "
        "MA27 MA30 MA31 MA36 MA40 MA41 MA42 MA43 MA61 MA63 MA65 MA92 MA130 N4 N14 N19 N20 N29 N30 N45 N46 N50 "
        "N54 N56 N61 N63 N70 N94 N95 N111 N117 N122 N129 N130 N142 N152 N180 N207 N208 N216 N225 N237 N251 "
        "N253 N255 N256 N257 N258 N317 N329 N340 N342 N345 N349 N350 N351 N354 N362 N378 N379 N380 N381 N382 "
        "N390 N395 N396 N403 N404 N418 N419 N420 N421 N422 N423 N428 N430 N434 N435 N445 N446 N467 N468 N479 "
        "N480 N516 N517 N519 N522 N569 N570 N598 N640 N647 N657 N661 N683 N687 N688 N689 N690 N691 N692 N693 "
        "N694 N695 N696 N697 N698 N702 N705 N706 N753 N758 N760 N761 N770 N773 N779 N798 N815 N816 N822 N823 "
        "N846 N847 N848 N850"
    ),
    "claim_status": (
        "20 24 25 27 30 33 54 78 83 84 85 88 90 91 95 96 97 102 104 105 110 114 116 125 126 128 145 153 156 "
        "158 164 171 178 187 188 189 216 217 218 222 228 229 230 231 232 233 234 249 252 254 255 256 258 273 "
        "281 286 287 294 300 306 345 400 409 417 453 454 455 460 464 475 476 479 483 488 489 495 496 500 507 "
        "535 545 546 548 562 583 659 672 673 674 679 688 697 700 704 718 719 720 721 722 724 725 726 731 732 "
        "735 743 745 746 770 771 772 774 779 780 787 788 795 796 799"
    ),
    "claim_status_category": (
        "A0 A1 A2 A3 A4 A5 A6 A7 A8 D0 E0 E1 E2 E3 E4 F0 F1 F2 F3 F4 P0 P1 P2 P3 P4 P5 R0 R1 R3 R4 R5 R6 R7 "
        "R8 R9 R10 R11 R12 R13 R14 R15 R16 R17"
    ),
    "entity": "1P 36 40 41 71 72 77 82 85 87 AY DN GB IL PR QC TT",
    "adjustment_group": "CO PR OA PI CR",
    "plb_reason": "WO FB 72 L6 CS LE IR 50 51 90 J1 AP AM",
    "clp02": "1 2 3 4 19 20 21 22 23 25",
    "ta104": "A E R",
    "ta105": " ".join(f"{number:03}" for number in range(32)),
    "ik304": "1 2 3 4 5 6 7 8 I4 I6 I7 I8 I9",
    "ik403": "1 2 3 4 5 6 7 8 9 10 12 13 I6 I9 I10 I11 I12 I13",
    "ik501": "A E M R W X",
    "ik502": "1 2 3 4 5 6 7 I5 I6",
    "ak901": "A E M P R W X",
    "ak905": "1 2 3 4 5 6",
}


@pytest.mark.parametrize("table", USED)
def test_every_code_that_is_used_has_a_meaning(table: str) -> None:
    rows = code_table(table)
    assert [code for code in USED[table].split() if code not in rows or not rows[code].meaning] == []


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("claim_status_category", 48),
        ("entity", 225),
        ("adjustment_group", 5),
        ("plb_reason", 41),
        ("clp02", 10),
        ("ta104", 3),
        ("ta105", 32),
        ("ik304", 13),
        ("ik403", 19),
        ("ik501", 6),
        ("ik502", 25),
        ("ak901", 7),
        ("ak905", 20),
    ],
)
def test_a_list_has_all_its_codes_once(table: str, count: int) -> None:
    text = files("edi.codes").joinpath(f"{table}.csv").read_text(encoding="utf-8")
    assert len(list(csv.DictReader(text.splitlines()))) == count == len(code_table(table))


@pytest.mark.parametrize("table", ["carc", "rarc"])
def test_adjustments_and_remarks_all_have_a_meaning_and_a_kind_that_is_known(table: str) -> None:
    for code in code_table(table).values():
        assert code.meaning, code
        assert code.kind in KINDS


def test_remarks_are_short() -> None:
    assert [code for code in code_table("rarc").values() if len(code.meaning.split()) > MOST_WORDS] == []


def test_a_status_in_force_has_a_meaning() -> None:
    bare = [code for code in code_table("claim_status").values() if not code.meaning]
    assert {code.status for code in bare} == {"retired"}


@pytest.mark.parametrize("code", ["N7", "N15", "N381", "N620", "M17", "MA59", "N781", "N877"])
def test_kinds_tell_a_notice_from_a_denial(code: str) -> None:
    assert code_table("rarc")[code].kind == ("denial" if code == "N15" else "information")


@pytest.mark.parametrize(
    ("table", "code", "kind"),
    [
        ("carc", "197", "denial"),
        ("carc", "45", "not_denial"),
        ("carc", "133", "pending"),
        ("rarc", "N706", "denial"),
        ("rarc", "N16", "not_denial"),
        ("rarc", "N581", "pending"),
        ("rarc", "N617", "pending"),
    ],
)
def test_what_a_code_does_to_a_claim(table: str, code: str, kind: str) -> None:
    assert code_table(table)[code].kind == kind


def test_what_a_code_does_and_what_it_means_are_of_the_same_codes() -> None:
    subjects: Mapping[str, Subject] = {"ta104": "interchange", "ik501": "transaction", "ak901": "group"}
    for table, subject in subjects.items():
        assert all(verdict(subject, code) is not Verdict.UNKNOWN for code in code_table(table))
        verdicts = files("edi.acknowledgment").joinpath("verdicts.toml").read_text(encoding="utf-8")
        assert set(tomllib.loads(verdicts)[subject]) == set(code_table(table))
    assert all(category(code) for code in code_table("claim_status_category"))
    assert all(claim_status_meaning(code) for code in code_table("clp02"))


def test_labels_name_one_list_each() -> None:
    labels = [table.label for table in tables().values()]
    assert all(labels) and len(set(labels)) == len(labels)
