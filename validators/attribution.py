"""Whose a finding is: which claims the place concerns that the guide checker names.

Why: one broken claim must not stop the others, and a fault above several claims concerns
each of them, but is one fault. Findings and claims come one after the other as the file is
read; only what is not settled is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from edi.claim837i.model import Claim
from edi.claim837i.model.details import Source
from edi.finding import Finding
from validators.reports import ClaimReport, SharedFinding

_CLAIM_LOOPS = ("23", "24")
_CLAIM_BEGINS = "CLM"
_MOST_WAITING = 5000
_MOST_POSITIONS = 10_000


@dataclass(slots=True, eq=False)
class _Level:
    """A level above claims with its faults; `first` and `last` are the indices of its claims."""

    source: Source
    first: int
    last: int
    faults: list[Finding] = field(default_factory=list)
    is_told: bool = False
    _positions: frozenset[int] | None = None

    @property
    def is_shared(self) -> bool:
        return self.last > self.first

    def holds(self, position: int) -> bool:
        if self._positions is None:
            self._positions = frozenset(item.segment.position for item in self.source.segments)
        return position in self._positions

    def tell_record(self) -> None:
        """Add, once, what its record could not carry, where the guide said nothing of the segment."""
        if self.source.findings and not self.is_told:
            self.is_told = True
            self.faults += unsaid(self.source.findings, self.faults)


class Attribution:
    """Gives the findings of one transaction set to its claims.

    A claim is kept until the next one shows which levels it shares. `rest` are the findings
    that concern no claim.
    """

    def __init__(self) -> None:
        self.rest: list[Finding] = []
        self._waiting: list[Finding] = []
        self._openings: deque[int] = deque()
        self._levels: list[_Level] = []
        self._held: ClaimReport | None = None
        self._said: set[int] = set()

    def openings(self, positions: Iterable[int]) -> None:
        """CLM stand at these positions."""
        self._openings.extend(positions)

    def take(self, findings: Iterable[Finding]) -> None:
        """Findings of the guide checker, in the order in which it found them."""
        for finding in findings:
            if finding.place.segment_position is None or len(self._waiting) >= _MOST_WAITING:
                self._of_none(finding)
            else:
                self._waiting.append(finding)

    def claim(self, report: ClaimReport) -> Iterator[ClaimReport | SharedFinding]:
        """The next claim; gives the one before it, and what was above the last of several.

        All its segments, and the one after them, were judged before.
        """
        levels = [self._level(source, report.index) for source in report.claim.sources[:-1]]
        if self._waiting:
            self._settle(report, levels)
        yield from self._release(levels)
        self._held, self._levels = report, levels
        begin = report.claim.place.segment_position or 0
        while self._openings and self._openings[0] < begin:
            self._openings.popleft()

    def end(self) -> Iterator[ClaimReport | SharedFinding]:
        """The transaction set is through."""
        if self._waiting:
            self._settle(None, [])
        yield from self._release([])
        self._held, self._levels = None, []

    def outside(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """What the reader of claims found outside all of them, where nothing else was said of the segment."""
        return (one for one in findings if one.place.segment_position not in self._said)

    def _level(self, source: Source, index: int) -> _Level:
        for level in self._levels:
            if level.source is source:
                level.last = index
                return level
        return _Level(source, index, index)

    def _settle(self, report: ClaimReport | None, levels: list[_Level]) -> None:
        """Give each finding that waits to whom it concerns; what lies behind the claim goes on waiting."""
        waiting, self._waiting = self._waiting, []
        span = _span(report.claim) if report is not None else (0, 0)
        around = [*levels, *(level for level in self._levels if level not in levels)]
        for finding in waiting:
            position = finding.place.segment_position or 0
            opening = self._opening(finding)
            if opening is not None:
                owner = self._owner(opening, report)
                if owner is not None:
                    owner.findings.append(_with_claim(finding, owner))
                elif report is not None and opening > span[0]:
                    self._waiting.append(finding)
                else:
                    self._of_none(finding)
            elif report is not None and span[0] <= position <= span[1]:
                report.findings.append(_with_claim(finding, report))
            elif report is not None and position > span[1]:
                self._waiting.append(finding)
            else:
                level = None if _is_own(finding) else _holder(around, position)
                if level is not None:
                    level.faults.append(finding)
                else:
                    self._of_none(finding)

    def _opening(self, finding: Finding) -> int | None:
        """Where the claim begins that the guide checker means; None for what is above claims.

        What is missing is named at the segment that stands in its place, which may be the CLM
        of the next claim.
        """
        place = finding.place
        if place.claim is None or not _is_own(finding):
            return None
        position = place.segment_position or 0
        before = position if place.segment == _CLAIM_BEGINS else position - 1
        found = None
        for opening in self._openings:
            if opening > before:
                break
            found = opening
        return found

    def _owner(self, opening: int, report: ClaimReport | None) -> ClaimReport | None:
        for one in (report, self._held):
            if one is not None and one.claim.place.segment_position == opening:
                return one
        return None

    def _release(self, levels: list[_Level]) -> Iterator[ClaimReport | SharedFinding]:
        """The claim that is held, and the faults of shared levels that end with it."""
        held = self._held
        if held is None:
            return
        alone: list[Finding] = []
        ended: list[_Level] = []
        for level in self._levels:
            level.tell_record()
            if not level.faults:
                continue
            goes_on = level in levels
            if goes_on or level.is_shared:
                held.above += level.faults
            else:
                alone += (_with_claim(finding, held) for finding in level.faults)
            if level.is_shared and not goes_on:
                ended.append(level)
        if alone:
            held.findings[:0] = alone
        yield held
        for level in ended:
            for finding in level.faults:
                yield _shared(finding, level)

    def _of_none(self, finding: Finding) -> None:
        self.rest.append(finding)
        if finding.place.segment_position is not None and len(self._said) < _MOST_POSITIONS:
            self._said.add(finding.place.segment_position)


def unsaid(
    findings: Iterable[Finding], said: Iterable[Finding], by_rules: Iterable[Finding] = ()
) -> list[Finding]:
    """The findings at whose segments nothing was said yet, and at whose elements no rule found an error."""
    positions = {finding.place.segment_position for finding in said}
    elements = {_element(finding) for finding in by_rules if finding.is_error}
    return [
        finding
        for finding in findings
        if finding.place.segment_position not in positions and _element(finding) not in elements
    ]


def _element(finding: Finding) -> tuple[int | None, str | None]:
    return finding.place.segment_position, finding.place.element


def _is_own(finding: Finding) -> bool:
    """Whether it is of a loop that belongs to one claim."""
    return (finding.place.loop or "").startswith(_CLAIM_LOOPS)


def _holder(levels: list[_Level], position: int) -> _Level | None:
    return next((level for level in levels if level.holds(position)), None)


def _span(claim: Claim) -> tuple[int, int]:
    """The positions of the first and the last of a claim's own segments; they stand together."""
    own = claim.sources[-1].loops
    return own[0][1][0].position, own[-1][1][-1].position


def _with_claim(finding: Finding, report: ClaimReport) -> Finding:
    return replace(finding, place=replace(finding.place, claim=report.claim.place.claim))


def _shared(finding: Finding, level: _Level) -> SharedFinding:
    count = level.last - level.first + 1
    counted = replace(
        finding,
        template=finding.template + " It stands above {claims} claims.",
        fields={**finding.fields, "claims": count},
    )
    return SharedFinding(counted, level.first, level.last)
