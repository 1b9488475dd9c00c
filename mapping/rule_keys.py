"""The public ids under which mapping reports what it met."""

from __future__ import annotations

from edi.finding import RuleKey, Severity

RECORD_INVALID = RuleKey("record-invalid", None, Severity.ERROR)
TEXT_FOLDED = RuleKey("text-folded", None, Severity.INFO)
NOTE_BUDGET = RuleKey("note-budget", 4, Severity.ERROR)
