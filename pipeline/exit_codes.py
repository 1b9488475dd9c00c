"""Exit codes of every command, in one place (and in the operator's page)."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
"""Done, or nothing to do."""
FINDINGS: Final = 1
"""Done, with something newly held, refused or quarantined, or findings of error severity."""
USAGE: Final = 2
"""Wrong usage or configuration."""
STORAGE: Final = 3
"""Stopped by input or output; safe to run again."""
LOCKED: Final = 4
"""Another run holds the lock."""
INTEGRITY: Final = 5
"""Integrity alarm: ledger and archive disagree; a person must look."""
BUG: Final = 70
"""A bug: one clean line, details in the log."""
UNREACHABLE: Final = 75
"""A partner could not be reached."""
SIGNAL_BASE: Final = 128
"""128 + N: stopped by signal N."""
