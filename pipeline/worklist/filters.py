"""Which items of the worklist somebody wants to see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipeline.denials.item import WorkItem
from pipeline.worklist.totals import cause_of

FIELDS: dict[str, Callable[[WorkItem], str]] = {
    "owner": lambda item: item.owner,
    "payer": lambda item: item.payer,
    "cause": cause_of,
    "stage": lambda item: item.stage,
    "kind": lambda item: item.kind,
}
"""What can be filtered by, and what an item has there."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Values by field, one of which must fit (no matter its case), and the day before which items are due.

    A field without values lets everything through.
    """

    values: dict[str, tuple[str, ...]]
    due_before: dt.date | None = None

    def fits(self, item: WorkItem) -> bool:
        """Whether an item is wanted."""
        if self.due_before is not None and (item.due is None or item.due >= self.due_before):
            return False
        return all(
            FIELDS[name](item).casefold() in {value.casefold() for value in wanted}
            for name, wanted in self.values.items()
            if wanted
        )

    def without_match(self, items: Iterable[WorkItem]) -> list[str]:
        """What is wrong with values that no item has: the value, and what there is."""
        found = list(items)
        words = []
        for name, wanted in self.values.items():
            there = sorted({FIELDS[name](item) for item in found} - {""})
            known = {value.casefold() for value in there}
            missing = [value for value in wanted if value.casefold() not in known]
            words += [
                f"no item has {name} {value!r} (there: {', '.join(there) or 'none'})" for value in missing
            ]
        return words
