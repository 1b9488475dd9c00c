"""The public ids under which the reader reports what it met.

Why: the same trouble has one name in a file we are about to send (`envelope`) and another
in a file that came in (`count-mismatch`). The reader knows the trouble; the caller says
which names apply.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi.finding import RuleKey, Severity


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """Names for each kind of trouble that reading can meet."""

    not_x12: RuleKey
    cut: RuleKey
    header_width: RuleKey
    outside_text: RuleKey
    unterminated: RuleKey
    empty_segment: RuleKey
    segment_id: RuleKey
    trailer: RuleKey
    structure: RuleKey


GUIDE = RuleKey("guide", 2, Severity.ERROR)
"""What an outbound file has against its implementation guide."""

_SYNTAX = RuleKey("x12-syntax", 1, Severity.ERROR)
_ENVELOPE = RuleKey("envelope", 1, Severity.ERROR)
_CUT = RuleKey("interchange-cut", 1, Severity.ERROR)
_STRUCTURE_ODD = RuleKey("structure-odd", 2, Severity.WARNING)

OUTBOUND = ReadingRules(
    not_x12=_SYNTAX,
    cut=_SYNTAX,
    header_width=_SYNTAX,
    outside_text=_SYNTAX,
    unterminated=_SYNTAX,
    empty_segment=_SYNTAX,
    segment_id=_SYNTAX,
    trailer=_ENVELOPE,
    structure=_ENVELOPE,
)

INBOUND = ReadingRules(
    not_x12=_CUT,
    cut=_CUT,
    header_width=RuleKey("isa-width", 1, Severity.WARNING),
    outside_text=_STRUCTURE_ODD,
    unterminated=_STRUCTURE_ODD,
    empty_segment=_STRUCTURE_ODD,
    segment_id=_STRUCTURE_ODD,
    trailer=RuleKey("count-mismatch", 1, Severity.WARNING),
    structure=_STRUCTURE_ODD,
)
