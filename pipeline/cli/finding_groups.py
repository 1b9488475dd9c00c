"""The findings of a file for people: grouped by claim, and what is the same told once.

Why: ten thousand claims with the same fault are one thing to mend. Whoever reads the screen must
see what is wrong, where it stands first, and which other claims have it too.

What is kept and what is printed does not grow with the file.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import click

from edi.finding import Finding, Severity
from edi.protected import MASK, Protected

_MOST_GROUPS = 500
_MOST_CLAIMS_SHOWN = 20
_MOST_GROUPS_SHOWN_OF_A_CLAIM = 25
_MOST_RANGES = 12
_MOST_PLACES = 8
_MOST_RULES = 12
_WIDTH = 110
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}

Key = tuple[object, ...]


@dataclass(slots=True)
class Numbers:
    """Numbers in growing order as a few ranges, and how many they are."""

    count: int = 0
    _ranges: list[list[int]] = field(default_factory=list)
    _is_cut: bool = False

    def add(self, first: int, last: int) -> None:
        """The numbers from `first` to `last`."""
        self.count += last - first + 1
        if self._ranges and not self._is_cut and first == self._ranges[-1][1] + 1:
            self._ranges[-1][1] = last
        elif len(self._ranges) < _MOST_RANGES:
            self._ranges.append([first, last])
        else:
            self._is_cut = True

    def words(self) -> str:
        parts = [f"{first}" if first == last else f"{first}-{last}" for first, last in self._ranges]
        return ", ".join(parts) + (", …" if self._is_cut else "")


@dataclass(slots=True)
class _Group:
    """Findings that say the same: the first, where it stands once more, which other claims have it."""

    finding: Finding
    places: list[str] = field(default_factory=list)
    more_places: int = 0
    others: Numbers = field(default_factory=Numbers)

    def again(self, place: str) -> None:
        """The same once more in the same claim."""
        self.more_places += 1
        if len(self.places) < _MOST_PLACES:
            self.places.append(place)


@dataclass(slots=True)
class _Block:
    """A claim (or the file, or several claims together) with what was found there first."""

    title: str
    groups: list[_Group] = field(default_factory=list)
    as_before: dict[str, int] = field(default_factory=dict)


class FindingGroups:
    """Takes the findings of one file, claim after claim, and prints them."""

    def __init__(self, show_phi: bool) -> None:
        self._show_phi = show_phi
        self._groups: dict[Key, tuple[_Group, int]] = {}
        self._blocks: list[_Block] = []
        self._left_out: Counter[str] = Counter()
        self._claims_left_out = 0

    def take_file(self, findings: Iterable[Finding], title: str = "the file as a whole") -> None:
        """What concerns no claim."""
        self._take(title, (0, 0), findings)

    def take_claims(self, first: int, last: int, finding: Finding) -> None:
        """What concerns several claims together; they are counted from 1."""
        self._take(f"above claims {first}-{last}", (first, last), [finding])

    def take_claim(self, number: int, findings: Iterable[Finding]) -> None:
        """What was found in a claim."""
        ordered = sorted(findings, key=lambda finding: _ORDER[finding.severity])
        if ordered:
            account = ordered[0].place.claim
            shown = f" (account {self._shown(account)})" if account is not None else ""
            self._take(f"claim {number}{shown}", (number, number), ordered)

    def lines(self) -> Iterator[str]:
        """All of it: the file first, then the claims as they stand in it."""
        shown = 0
        for block in self._blocks:
            if shown >= _MOST_CLAIMS_SHOWN:
                break
            shown += 1
            yield f"  {click.style(block.title, bold=True)}"
            ordered = sorted(block.groups, key=lambda group: _ORDER[group.finding.severity])
            for group in ordered[:_MOST_GROUPS_SHOWN_OF_A_CLAIM]:
                yield from self._group_lines(group)
            if len(ordered) > _MOST_GROUPS_SHOWN_OF_A_CLAIM:
                more = Counter(group.finding.rule for group in ordered[_MOST_GROUPS_SHOWN_OF_A_CLAIM:])
                yield f"    and {len(ordered) - _MOST_GROUPS_SHOWN_OF_A_CLAIM} more here: {_rules(more)}"
            if block.as_before:
                told = (f"{rule} (claim {number})" for rule, number in sorted(block.as_before.items()))
                yield wrapped(f"and what was told before: {', '.join(told)}", "    ")
        yield from self._rest(shown)

    def _take(self, title: str, claims: tuple[int, int], findings: Iterable[Finding]) -> None:
        again = bool(self._blocks) and self._blocks[-1].title == title
        block = self._blocks[-1] if again else _Block(title)
        told_here: set[int] = set()
        for finding in findings:
            key = self._key(finding)
            if key not in self._groups and len(self._groups) >= _MOST_GROUPS:
                self._left_out[finding.rule] += 1
                if not told_here:
                    self._claims_left_out += 1
                told_here.add(0)
            elif key not in self._groups:
                group = _Group(finding)
                self._groups[key] = group, claims[0]
                block.groups.append(group)
            else:
                group, first = self._groups[key]
                if first == claims[0]:
                    group.again(finding.place.words())
                elif id(group) not in told_here:
                    told_here.add(id(group))
                    group.others.add(*claims)
                    block.as_before.setdefault(finding.rule, first)
        if block.groups and not again:
            self._blocks.append(block)

    def _key(self, finding: Finding) -> Key:
        place = finding.place
        return (
            finding.severity,
            finding.rule,
            finding.template,
            self._shown(finding.expected),
            self._shown(finding.found),
            finding.fix,
            place.loop,
            place.element or place.segment,
            place.path,
        )

    def _shown(self, value: object) -> object:
        if isinstance(value, Protected):
            return value.reveal() if self._show_phi else MASK
        return value

    def _group_lines(self, group: _Group) -> Iterator[str]:
        finding = group.finding
        severity = click.style(f"{finding.severity.value:7}", fg=_COLOURS[finding.severity], bold=True)
        yield f"    {severity} {finding.rule}  {finding.place.words()}"
        inner = " " * 12
        yield wrapped(finding.message(self._show_phi), inner)
        expected, found = self._shown(finding.expected), self._shown(finding.found)
        if expected or found:
            yield wrapped(f"expected {expected or '-'}, found {found or '-'}", inner)
        if finding.fix:
            yield wrapped(f"fix: {finding.fix}", inner)
        if group.more_places:
            words = "; ".join(group.places) + ("; …" if group.more_places > len(group.places) else "")
            yield wrapped(f"and {group.more_places:,} more here: {words}", inner)
        if group.others.count:
            claims = "claim" if group.others.count == 1 else "claims"
            yield wrapped(
                f"and {group.others.count:,} more {claims} like this: {group.others.words()}", inner
            )

    def _rest(self, shown: int) -> Iterator[str]:
        hidden = [group.finding.rule for block in self._blocks[shown:] for group in block.groups]
        rules = Counter(hidden) + self._left_out
        if rules:
            claims = len(self._blocks) - shown + self._claims_left_out
            word = "claim has" if claims == 1 else "claims have"
            yield wrapped(
                f"{claims:,} more {word} findings of other kinds: {_rules(rules)}. --json lists all.", "  "
            )


def _rules(counted: Counter[str]) -> str:
    parts = [f"{rule} ({count:,})" for rule, count in counted.most_common(_MOST_RULES)]
    return ", ".join(parts) + (", …" if len(counted) > _MOST_RULES else "")


def wrapped(text: str, indent: str = "") -> str:
    """A sentence over as many lines as it takes."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
