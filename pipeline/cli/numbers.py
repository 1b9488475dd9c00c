"""Numbers for people and for JSON: exact, without a float."""

from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal) -> str:
    """All digits, no exponent, no zeros at the end: `33`, `31.9`, `638000000000000`."""
    return f"{value.normalize():f}"


def scientific(value: Decimal) -> str:
    """A large number as a label prints it: `6.38 x 10^14`."""
    _, digits, _ = value.normalize().as_tuple()
    first, *others = map(str, digits)
    mantissa = first + ("." + "".join(others) if others else "")
    return f"{mantissa} x 10^{value.adjusted()}"
