"""Which service line of a claim an answered line is.

By our own line number, which the payer gives back (REF*6R, REF*FJ); where it does not, by the code,
the revenue code, the charge and the date, as far as the answer has them, where one line is left.

Source: FACTS D5; 835 loop 2110, 277CA and 277 loop 2220D.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.ledger.claims import LineRow


def answered_lines(answered: Sequence[Mapping[str, Any]], sent: Sequence[LineRow]) -> list[LineRow | None]:
    """For each line of an answer (as events keep them) the line of the claim; None where none or several fit.

    A line that has its number is no other's, so of two alike the second is left for the second.
    """
    by_number = {line.control_number: line for line in sent if line.control_number}
    found = [by_number.get(line.get("control_number") or "") for line in answered]
    left = [line for line in sent if line not in found]
    return [known or _alike(line, left) for known, line in zip(found, answered, strict=True)]


def _alike(answered: Mapping[str, Any], sent: Sequence[LineRow]) -> LineRow | None:
    fitting = [line for line in sent if _fits(answered, line)]
    return fitting[0] if len(fitting) == 1 else None


def _fits(answered: Mapping[str, Any], line: LineRow) -> bool:
    """Whether nothing that the answer says of the line speaks against it; code and charge must be said.

    A line without a procedure code is answered by its revenue code (SVC01-1 NU).
    """
    code = answered.get("code") or answered.get("revenue_code")
    if not code or code != (line.code or line.revenue_code):
        return False
    revenue_code, day = answered.get("revenue_code"), answered.get("service_date")
    return (
        answered.get("charge_cents") == line.charge_cents
        and revenue_code in (None, "", line.revenue_code)
        and day in (None, line.service_date)
    )
