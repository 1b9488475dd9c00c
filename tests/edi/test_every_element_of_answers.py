"""Nothing in an answer is thrown away: each element of each segment comes back, in the records and in the tables.

A file is written in which every element of every segment, as wide as X12 has it, holds a value of its own.
The words below say what stands where: `t` a text, `m` an amount, `q` a number, `w` a whole number, `d` a
date, each a new one; `=X` is X itself; several joined by colons are components; `3(t m q)` comes three times.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

from edi.answers import read_answers
from edi.plain import plain
from edi.tables.build import read_tables

_REF, _PER, _NM1 = "REF t t t t", "PER t t t t t t t t t", "NM1 12(t)"
_DTM, _AMT, _QTY = "DTM t d t t t t", "AMT t m t", "QTY t q t t"
_N4 = "N4 7(t)"
_CAS = "CAS t 6(t m q)"
_CODE = "t:t:t:t:t:t:t:t"

REMITTANCE = [
    "BPR t m =C t t t t t t t t t t t t d t t t t t",
    "TRN =1 t t t",
    "CUR 21(t)",
    _REF,
    "DTM =405 d t t t t",
    _DTM,
    *("N1 =PR t t t t t", "N3 t t", "N3 t t", _N4, _REF, _PER, "RDM t t t t t", "ZZZ t"),
    *("N1 =PE t t t t t", "N3 t t", _N4, _REF, _PER, "RDM t t t t t", "RDM t t t t t"),
    *("N1 =ZZ t t t t t", "N3 t t", _N4, _REF),
    *("LX t", "TS3 t t d 21(q)", "TS2 19(q)", "N1 t t"),
    "CLP t t m m m t t t t t t q q t",
    *(_CAS, _NM1, _NM1, "MIA 4(q) t 14(q) 4(t) q", "MOA q q 5(t) q q", _REF, _REF, _DTM, "DTM =232 d"),
    *("DTM =232 d", _PER, _AMT, _AMT, _QTY, "LQ t t", "N1 t t", "ZZZ t t"),
    f"SVC {_CODE} m m t q {_CODE} q",
    *(
        _DTM,
        "DTM =150 d",
        "DTM =472 d t t t t",
        _CAS,
        _REF,
        "REF =6R t",
        "REF =6R t",
        "AMT =B6 m",
        "AMT =B6 m",
    ),
    *(_AMT, _QTY, "LQ t t", _NM1, "MIA q t"),
    *("LX t", "TS3 t t d 21(q)"),
    "PLB t d 6(t:t:t m)",
]
_STC = "STC t:t:t:t d t m m d t d t t:t:t:t t:t:t:t t"
_TRN, _DTP = "TRN t t t t", "DTP t =D8 d"
_LINE = [f"SVC {_CODE} m m t t {_CODE} q", _STC, _REF, _DTP, "DTP =472 =D8 d", "ZZZ t"]
_RETURN = ["PWK 9(t)", _PER, "N1 6(t)", "N3 t t", _N4]


def _levels(provider: str, patients: Iterable[tuple[str, str]]) -> list[str]:
    """The levels of a status answer; claims below each of the `patients`, given as HL01, 02 and HL03."""
    totals = [_QTY, _AMT, "ZZZ t"]
    body = ["BHT t t t d t t", "ZZZ t t"]
    for number, parent, code in (("1", "", "20"), ("2", "1", "21"), ("3", "2", provider)):
        body += [f"HL ={number} ={parent} ={code} =1", _NM1, _NM1, _PER, "DMG t t t"]
        body += [_TRN, _STC, _REF, _DTP, *totals]
    for number, code in patients:
        body += [f"HL ={number} =3 ={code} =0", _NM1, "N3 t t", _N4]
        for _ in range(2):
            body += ["TRN =2 t t t", _STC, _STC, _REF, _DTP, "DTP =472 =RD8 d", *totals, *_RETURN, *_LINE]
            body += _RETURN
    return body


_CTX = "CTX t:t t w t w:w:w t"
ACKNOWLEDGMENT = [
    "AK1 t t t t",
    "AK2 t t t t",
    *("IK3 t w t t t", _CTX, "CTX =CLM01:X", "IK4 w:w:w:t t t t t", _CTX, "IK4 w:w:w t t t", "IK3 t w t t"),
    "IK5 6(t) t",
    "IK5 t t",
    "ZZZ t t",
    "AK9 t w w w 5(t) t",
    "AK9 t w",
]
ELDER_ACKNOWLEDGMENT = [line.replace("IK", "AK") for line in ACKNOWLEDGMENT if "CTX" not in line]
KINDS = {
    "835": ("HP", "835", "005010X221A1", REMITTANCE),
    "277CA": ("HN", "277", "005010X214", _levels("19", [("4", "PT")])),
    "277": ("HN", "277", "005010X212", _levels("19", [("4", "22"), ("5", "23")])),
    "277 request for documents": ("HN", "277", "005010X213", _levels("19", [("4", "22")])),
    "999": ("FA", "999", "005010X231A1", ACKNOWLEDGMENT),
    "997": ("FA", "997", "004010", ELDER_ACKNOWLEDGMENT),
}


class Writer:
    """Writes segments from their words, and keeps each value with its place."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}
        self._numbers = count(20_000)

    def segment(self, words: str) -> str:
        name, _, rest = words.partition(" ")
        rest = re.sub(r"(\d+)\(([^)]*)\)", lambda found: " ".join([found[2]] * int(found[1])), rest)
        elements = [
            ":".join(self._value(part, f"{words} {name}{at:02d}") for part in word.split(":"))
            if word[0] != "="
            else word[1:]
            for at, word in enumerate(rest.split(), start=1)
        ]
        return "*".join([name, *elements])

    def _value(self, word: str, place: str) -> str:
        number = next(self._numbers)
        value, shown = str(number), str(number)
        if word == "t":
            value = shown = f"v{number}"
        elif word == "m":
            value, shown = f"{number}.25", f"{number}.25"
        elif word == "d":
            day = date(1960, 1, 1) + timedelta(days=number - 20_000)
            value, shown = day.strftime("%Y%m%d"), day.isoformat()
        self.places[shown] = place
        return value


def a_file(group: str, set_id: str, version: str, segments: list[str]) -> bytes:
    body = "~".join(segments)
    return (
        "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *261116*2200*^*00501*000000001*0*T*:~"
        f"GS*{group}*PAYER*HOSPITAL*20261116*2200*1*X*{version}~ST*{set_id}*0001*{version}~{body}~"
        f"SE*{len(segments) + 2}*0001~GE*1*1~IEA*1*000000001~"
    ).encode("ascii")


def texts(value: object) -> Iterator[str]:
    """Every value in plain data, amounts of cents also as dollars; texts of several are taken apart."""
    match value:
        case dict():
            for part in value.values():
                yield from texts(part)
        case list():
            for part in value:
                yield from texts(part)
        case bool() | None:
            pass
        case int():
            yield from (str(value), str(Decimal(value).scaleb(-2)))
        case Decimal():
            yield format(value.normalize(), "f")
        case _:
            yield str(value)
            yield from re.split(r"[ :]", str(value))


@pytest.mark.parametrize("kind", KINDS)
def test_every_element_comes_back(kind: str, tmp_path: Path) -> None:
    group, set_id, version, body = KINDS[kind]
    writer = Writer()
    path = tmp_path / "f"
    path.write_bytes(a_file(group, set_id, version, [writer.segment(words) for words in body]))
    (answer,) = read_answers(path.read_bytes()).answers
    assert len(writer.places) > 30
    in_records = set(texts(plain(answer.model)))
    assert {place for value, place in writer.places.items() if value not in in_records} == set()
    tables = [table.to_pylist() for name, table in read_tables([path]).items() if name != "findings"]
    in_tables = set(texts(tables))
    assert {place for value, place in writer.places.items() if value not in in_tables} == set()


def test_every_element_of_a_ta1_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "f"
    data = a_file("FA", "999", "005010X231A1", ["AK1*HC*1", "AK9*A*1*1*1"])
    path.write_bytes(data.replace(b"GS*", b"TA1*000000077*261115*2359*A*000*v1*v2~GS*", 1))
    answer = read_answers(path.read_bytes()).answers[0]
    wanted = {"000000077", "2026-11-15", "2359", "A", "000", "v1", "v2"}
    assert wanted <= set(texts(plain(answer.model)))
    assert wanted <= set(texts([table.to_pylist() for table in read_tables([path]).values()]))


def test_what_is_not_what_it_should_be_comes_back_as_it_stands(tmp_path: Path) -> None:
    body = [
        "BPR*I*MUCH*C*CHK************20260230",
        "TRN*1*T1*1",
        "DTM*405*NEVER",
        "N1*PR*A",
        "N1*PE*B",
        "LX*1",
    ]
    body += ["TS3*P*13*SOON*FEW*2", "CLP*C1*1*LOTS*1*1*MC*I1*13*1**1*HEAVY*ALL", "CAS*CO*45*SOME*TWO"]
    body += [
        "MIA*DAYS*1*2*NONE",
        "DTM*232*THEN",
        "AMT*AU*RICH",
        "QTY*CA*THREE",
        "SVC*HC:1*WIDE*2**FOUR**FIVE",
    ]
    body += ["DTM*472*NOON", "AMT*B6*POOR", "PLB*1*LATER*WO:X*GONE"]
    path = tmp_path / "f"
    path.write_bytes(a_file("HP", "835", "005010X221A1", body))
    (answer,) = read_answers(path.read_bytes()).answers
    odd = {word for line in body for word in line.split("*") if word.isalpha() and len(word) > 2}
    wanted = (odd | {"20260230"}) - {line.split("*")[0] for line in body} - {"CHK"}
    assert len(wanted) == 22
    assert wanted - set(texts(plain(answer.model))) == set()
    tables = read_tables([path])
    assert wanted - {row["value"] for row in tables["other_elements"].to_pylist()} == set()
