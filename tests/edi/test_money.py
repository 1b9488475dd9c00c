"""Money is exact: random remittances sum to the cent, and no float comes near an amount (R18 of the promises)."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from edi.answers import read_answers
from edi.remittance.model import Remittance
from edi.tables.build import read_tables
from tests.support.builders import ROOT

REMITTANCES, OF_A_FILE = 10_000, 500
_HEAD = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *261116*2200*^*00501*000000001*0*T*:~"
    "GS*HP*PAYER*HOSPITAL*20261116*2200*1*X*005010X221A1~"
)
_BALANCES = {"remit-line-balance", "remit-claim-balance", "remit-transaction-balance"}


def dollars(cents: int, chance: random.Random) -> str:
    """Cents as any payer may write them: 0.5, .50, 12, 12.0, 12.34."""
    sign, amount = "-" if cents < 0 else "", f"{abs(cents) // 100}.{abs(cents) % 100:02d}"
    if chance.random() < 0.7:
        amount = amount.rstrip("0").rstrip(".")
    if chance.random() < 0.3 and amount.startswith("0."):
        amount = amount[1:]
    return sign + amount


def parts_of(whole: int, chance: random.Random, most: int) -> list[int]:
    """Mostly one amount, at times up to so many of either sign: their sum is the whole."""
    more = chance.randrange(most) if chance.random() < 0.2 else 0
    parts = [chance.randrange(-(10**7), 10**9) for _ in range(more)]
    return [*parts, whole - sum(parts)]


def adjustments(amounts: list[int], chance: random.Random) -> str:
    triplets = [f"*45*{dollars(amount, chance)}*" for amount in amounts]
    return "".join(f"CAS*CO{''.join(triplets[at : at + 6])}~" for at in range(0, len(triplets), 6))


def a_claim(number: int, chance: random.Random) -> tuple[str, int]:
    """A balanced claim, and what it pays in cents."""
    lines, charge, paid = [], 0, 0
    for _ in range(chance.choice((0, 1, 1, 2))):
        of_line, less = chance.randrange(-(10**8), 10**10), parts_of(chance.randrange(10**9), chance, 8)
        lines.append(
            f"SVC*HC:J3399*{dollars(of_line, chance)}*{dollars(of_line - sum(less), chance)}~"
            + adjustments(less, chance)
        )
        charge += of_line
        paid += of_line - sum(less)
    if not lines:
        charge = paid = chance.randrange(10**10)
    less = parts_of(chance.randrange(10**8), chance, 4) if chance.random() < 0.5 else []
    paid -= sum(less)
    header = f"CLP*A{number}*1*{dollars(charge, chance)}*{dollars(paid, chance)}**MC*I{number}~"
    return header + adjustments(less, chance) + "NM1*QC*1*DOE*JO~" + "".join(lines), paid


def a_remittance(number: int, chance: random.Random, off: int = 0) -> tuple[str, int]:
    """A transaction set that balances, but for `off` cents of its payment; and BPR02 in cents."""
    claims = [a_claim(at, chance) for at in range(chance.choice((1, 1, 1, 3)))]
    moved = parts_of(chance.randrange(-(10**6), 10**6), chance, 9) if chance.random() < 0.5 else []
    net = sum(paid for _, paid in claims) - sum(moved) + off
    pairs = [f"*WO:X{at}*{dollars(amount, chance)}" for at, amount in enumerate(moved)]
    plb = "".join(f"PLB*1*20261231{''.join(pairs[at : at + 6])}~" for at in range(0, len(pairs), 6))
    debit = "D" if net < 0 else "C"
    body = f"BPR*I*{dollars(abs(net), chance)}*{debit}*ACH************20261116~TRN*1*T{number}*1999999999~"
    body += "N1*PR*PLAN~N1*PE*HOSPITAL*XX*1999999984~LX*1~" + "".join(text for text, _ in claims) + plb
    return f"ST*835*{number:04d}~{body}SE*{body.count('~') + 2}*{number:04d}~", net


def a_file(sets: list[str]) -> bytes:
    return f"{_HEAD}{''.join(sets)}GE*{len(sets)}*1~IEA*1*000000001~".encode("ascii")


def test_ten_thousand_random_remittances_sum_to_the_cent(tmp_path: Path) -> None:
    chance, checked = random.Random("money"), 0
    for at in range(0, REMITTANCES, OF_A_FILE):
        made = [a_remittance(number, chance) for number in range(1, OF_A_FILE + 1)]
        data = a_file([text for text, _ in made])
        file = read_answers(data)
        assert {finding.rule for finding in file.findings} & (_BALANCES | {"amount-format"}) == set()
        nets = [answer.model.payment.net for answer in file.answers if _is_paid(answer.model)]
        assert nets == [net for _, net in made]
        checked += len(nets)
        if at == 0:
            path = tmp_path / "f"
            path.write_bytes(data)
            _assert_tables_agree(path, [net for _, net in made])
    print(f"R18: {checked} random remittances")
    assert checked == REMITTANCES


def _is_paid(model: object) -> bool:
    return isinstance(model, Remittance) and model.payment is not None


def _assert_tables_agree(path: Path, nets: list[int]) -> None:
    tables = read_tables([path])
    sums = {number: Decimal(0) for number in range(1, len(nets) + 1)}
    for row in tables["claims"].to_pylist():
        sums[row["transaction"]] += row["paid"]
    for row in tables["provider_adjustments"].to_pylist():
        sums[row["transaction"]] -= row["amount"]
    assert [int(total.scaleb(2)) for total in sums.values()] == nets
    assert [int(row["paid"].scaleb(2)) for row in tables["remittances"].to_pylist()] == nets


@pytest.mark.parametrize("off", [1, -1, 100, 10**9])
def test_a_remittance_that_is_off_by_a_cent_is_told(off: int) -> None:
    chance = random.Random(off)
    for number in range(1, 101):
        text, _ = a_remittance(number, chance, off)
        (finding,) = (one for one in read_answers(a_file([text])).findings if one.rule in _BALANCES)
        assert finding.rule == "remit-transaction-balance"
        assert f"difference {Decimal(off).scaleb(-2):.2f}." in finding.message()


_MONEY = re.compile(r"money|cents|amount|charge|dollar|price|\bpaid\b")
# Excel knows no other numbers; a chart draws them; a share of two sums is no money
_NO_MONEY_COMES_BACK = {"pipeline/worklist/sheet.py", "pipeline/table_files.py", "pipeline/figures/weeks.py"}


def floats_near_money(source: str) -> Iterator[tuple[int, str]]:
    """Statements, or calls in them, with a float, a call of it or a true division, that name money."""
    for statement in ast.walk(ast.parse(source)):
        if isinstance(statement, ast.stmt) and not hasattr(statement, "body"):
            yield from _floats_in(statement, statement)


def _floats_in(node: ast.AST, around: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and not _is_float(node.func):
        around = node
    if _is_float(node) and _MONEY.search(ast.unparse(around)):
        yield getattr(node, "lineno", 0), ast.unparse(around)
    for child in ast.iter_child_nodes(node):
        yield from _floats_in(child, around)


def _is_float(node: ast.AST) -> bool:
    return (
        (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Div)
            and bool(_MONEY.search(ast.unparse(node)))
        )
    )


def test_no_float_comes_near_money() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {words}"
        for package in ("edi", "mapping", "validators", "pipeline")
        for path in sorted((ROOT / package).rglob("*.py"))
        if str(path.relative_to(ROOT)) not in _NO_MONEY_COMES_BACK
        for line, words in floats_near_money(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "bad", ["x = cents / 100", "paid = float(text)", "total_charge = 1.5", "amount: float = a"]
)
def test_a_float_near_money_would_be_seen(bad: str) -> None:
    assert list(floats_near_money(bad))
