"""Findings: what is wrong with data, as values.

Why: wrong data is normal here. It is reported, with a place and a way to mend it, and the
rest of the work goes on; an exception is for trouble with the machine or a bug.

A finding's message is a template plus fields. Fields of patient data are wrapped in
`Protected`, so that only a renderer that was asked to (`show_phi=True`) prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from edi.protected import MASK, Protected, reveal
from edi.records import record


class Severity(StrEnum):
    """How bad a finding is. Only `error` keeps a claim or file back."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class RuleKey:
    """The public id of a rule with its SNIP type (1 to 7, None at intake) and severity."""

    id: str
    snip: int | None
    severity: Severity


@record(frozen=True, slots=True)
class Place:
    """Where something stands: in a file of X12, or in an encounter record.

    `segment_position` counts from ST = 1 as 999 IK302 does; `element` is written as the
    guide writes it (`CLM05-3`). `line` and `path` belong to encounter files
    (`coverages[0].member_id`). `claim` is CLM01, hence patient data.
    """

    file: str | None = None
    interchange: str | None = None
    group: str | None = None
    transaction: str | None = None
    claim: Protected[str] | None = None
    loop: str | None = None
    segment: str | None = None
    segment_position: int | None = None
    element: str | None = None
    encounter: str | None = None
    line: int | None = None
    path: str | None = None

    def words(self) -> str:
        """The place in a few words, most telling part first."""
        parts = []
        if self.path:
            parts.append(self.path)
        if self.element or self.segment:
            where = self.element or self.segment or ""
            parts.append(f"{self.loop} {where}" if self.loop else where)
        elif self.loop:
            parts.append(f"loop {self.loop}")
        if self.segment_position:
            parts.append(f"segment {self.segment_position}")
        if self.transaction:
            parts.append(f"ST {self.transaction}")
        if self.line:
            parts.append(f"line {self.line}")
        return ", ".join(parts) or "whole file"


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """The code by which the outside world would report the same trouble.

    `segment_code` is IK304, `element_code` IK403, `interchange_code` TA105.
    """

    segment_code: str | None = None
    element_code: str | None = None
    interchange_code: str | None = None

    def as_dict(self) -> dict[str, str]:
        pairs = (("IK304", self.segment_code), ("IK403", self.element_code), ("TA105", self.interchange_code))
        return {name: code for name, code in pairs if code}


Field = str | int | Protected[Any] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it is, what was expected, and how to mend it."""

    rule: str
    snip: int | None
    severity: Severity
    template: str
    fields: Mapping[str, object] = field(default_factory=dict)
    expected: Field = None
    found: Field = None
    fix: str = ""
    source: str = ""
    place: Place = field(default_factory=Place)
    acknowledgment: Acknowledgment | None = None

    @classmethod
    def of(cls, rule: RuleKey, template: str, **rest: Any) -> Finding:
        """A finding of a rule, with the rule's own SNIP type and severity."""
        return cls(rule=rule.id, snip=rule.snip, severity=rule.severity, template=template, **rest)

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def at(self, **place: Any) -> Finding:
        """The same finding with more of its place filled in."""
        return replace(self, place=replace(self.place, **place))

    def message(self, show_phi: bool = False) -> str:
        """The sentence for people; patient data masked unless `show_phi`."""
        if show_phi:
            return self.template.format(**{name: reveal(value) for name, value in self.fields.items()})
        return self.template.format(**self.fields)

    def as_dict(self, show_phi: bool = False) -> dict[str, Any]:
        """The finding as JSON (DESIGN §7): every key always present."""

        def shown(value: object) -> object:
            if isinstance(value, Protected):
                return value.reveal() if show_phi else MASK
            return value

        place = self.place
        return {
            "rule": self.rule,
            "snip": self.snip,
            "severity": self.severity.value,
            "message": self.message(show_phi),
            "expected": shown(self.expected),
            "found": shown(self.found),
            "fix": self.fix,
            "source": self.source,
            "file": place.file,
            "interchange": place.interchange,
            "group": place.group,
            "transaction": place.transaction,
            "claim": shown(place.claim),
            "loop": place.loop,
            "segment": place.segment,
            "segment_position": place.segment_position,
            "element": place.element,
            "encounter": place.encounter,
            "line": place.line,
            "path": place.path,
            "acknowledgment": self.acknowledgment.as_dict() if self.acknowledgment else None,
        }


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether any finding is of error severity."""
    return any(finding.is_error for finding in findings)
