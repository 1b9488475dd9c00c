"""Records that nothing may change, made as quickly as plain ones.

Why: a dataclass that is frozen at run time sets each field by a call, which for the records of
a claim costs more than reading its segments. The type checker is told that they are frozen, and
it sees all code here; at run time they are plain, with the same equality and the same hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:
    from dataclasses import dataclass

    def record(*, frozen, slots):
        """As `dataclass(frozen=True, slots=True)`; only the type checker minds a change."""
        return dataclass(slots=slots, unsafe_hash=frozen)


__all__ = ["record"]
