"""Numbers for people and for JSON: exact, without a float."""

from __future__ import annotations

from decimal import Decimal


def scientific(value: Decimal) -> str:
    """A large number as a label prints it: `6.38 x 10^14`."""
    _, digits, _ = value.normalize().as_tuple()
    first, *others = map(str, digits)
    mantissa = first + ("." + "".join(others) if others else "")
    return f"{mantissa} x 10^{value.adjusted()}"
