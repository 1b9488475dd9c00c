"""How long one file may take: two seconds, and longer while coverage looks at every line."""

from __future__ import annotations

import sys

_SLOWER_UNDER_COVERAGE = 8


def seconds_allowed(usual: float = 2) -> float:
    return usual if sys.gettrace() is None else usual * _SLOWER_UNDER_COVERAGE
