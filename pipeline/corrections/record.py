"""The record of a correction: step by step from what was sent to what is billed now, each step with its source.

First the record as it was sent, then the hospital's newest revision, what the payer corrected in its
835, what the causes ask for, what a person set. Each step is a whole record, so that a claim can be
built of each and every difference has its source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from mapping.encounter import Encounter
from mapping.intake.record import IntakeRecord, read_record
from pipeline.corrections.fields import Change, changed_record, value_at
from pipeline.errors import NotCorrectable

_MOST_FAULTS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """A record and what made it so."""

    source: str
    content: dict[str, Any]
    encounter: Encounter


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One field that a correction changes: old and new as JSON has them, None for what is not there."""

    change: Change
    old: Any

    @property
    def is_coding(self) -> bool:
        return self.change.is_coding


def with_changes(step: Step, changes: Sequence[Change]) -> list[Step]:
    """The step and one more for each source of changes, in their order.

    NotCorrectable where the record would no longer fit, with the field and the reason.
    """
    steps = [step]
    for source, group in groupby(changes, key=lambda change: change.source):
        content = changed_record(steps[-1].content, group)
        steps.append(Step(source, content, checked(content).encounter or step.encounter))
    return steps


def checked(content: dict[str, Any]) -> IntakeRecord:
    """The record read as intake reads it. NotCorrectable where it does not fit."""
    read = read_record(content, 1)
    if read.encounter is None:
        faults = [finding.message() for finding in read.findings[:_MOST_FAULTS]]
        raise NotCorrectable("; ".join(faults), "`j3399 schema` prints what each field may hold")
    return read


def really_changing(content: dict[str, Any], changes: Iterable[Change]) -> Iterator[RecordChange]:
    """Those of the changes that differ from the record, with what stood there."""
    for change in changes:
        old = value_at(content, change.location)
        if not _same(old, change.value):
            yield RecordChange(change, old)


def _same(old: Any, new: Any) -> bool:
    return old == new or (old is not None and not isinstance(new, list | dict) and str(old) == str(new))
