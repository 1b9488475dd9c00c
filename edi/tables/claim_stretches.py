"""Parts the claims of an 835 into those that columns may be read of, and those that go the exact way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi.remittance.scan import ClaimRun, ClaimText, HeldClaim, Setting
from edi.tables.claim_columns import ClaimColumns
from edi.tokens import Run

_LONG_ENOUGH = 3 << 19
"""NumPy is called as often for few claims as for many; but longer arrays get memory that is new each time."""
_FEWEST_CLAIMS = 32  # for fewer, columns cost more than claims one by one
_MOST_UNCLEAN = 8  # one in so many

Stretch = ClaimRun | list[ClaimText]


def long_stretches(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Runs that follow one another as one, up to one and a half megabytes: columns are read by many claims at once."""
    held: list[Run] = []
    setting: Setting | None = None
    length = 0
    for stretch in _as_runs(stretches):
        if held and setting is not None and not _goes_on(stretch, held[-1], setting):
            yield _one(held, setting)
            held, length = [], 0
        if isinstance(stretch, ClaimRun):
            held.append(stretch.run)
            setting = stretch.setting
            length += len(stretch.run.text)
            if length >= _LONG_ENOUGH:
                yield _one(held, setting)
                held, length = [], 0
        else:
            yield stretch
    if held and setting is not None:
        yield _one(held, setting)


def _as_runs(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Claims that were read segment by segment, as runs where they could be some."""
    for stretch in stretches:
        if isinstance(stretch, ClaimRun):
            yield stretch
            continue
        for claim in stretch:
            run = claim.as_run() if isinstance(claim, HeldClaim) else None
            yield run or [claim]


def _goes_on(stretch: Stretch, before: Run, setting: Setting) -> bool:
    if not isinstance(stretch, ClaimRun):
        return False
    run = stretch.run
    follows = run.start == before.start + len(before.text)
    return follows and run.tail == before.tail and stretch.setting.group is setting.group


def _one(runs: list[Run], setting: Setting) -> ClaimRun:
    first = runs[0]
    run = Run("".join(run.text for run in runs), first.separators, first.start, first.tail)
    run.position = first.position
    return _claim_run(run, setting)


def _claim_run(run: Run, setting: Setting) -> ClaimRun:
    return ClaimRun(run, Setting(run, setting.group, setting.read_exactly))


def clean_parts(stretch: Stretch) -> Iterator[ClaimColumns | Iterable[ClaimText]]:
    """The claims in their order: columns of those that are clean, the others one by one."""
    if not isinstance(stretch, ClaimRun):
        yield stretch
        return
    columns = ClaimColumns(stretch.run)
    unclean, count = columns.unclean, len(columns.starts)
    if not len(unclean) and count >= _FEWEST_CLAIMS:
        yield columns
    elif count < _FEWEST_CLAIMS or len(unclean) * _MOST_UNCLEAN > count:
        yield stretch
    else:
        claims = list(stretch)
        first = 0
        for odd in (*unclean.tolist(), count):
            if odd - first >= _FEWEST_CLAIMS:
                yield ClaimColumns(_part(stretch.run, claims, first, odd))
            else:
                yield claims[first:odd]
            yield claims[odd : odd + 1]
            first = odd + 1


def _part(run: Run, claims: list[ClaimText], first: int, end: int) -> Run:
    """The claims from `first` up to `end`."""
    begin = claims[first].start - run.start
    stop = claims[end].start - run.start if end < len(claims) else len(run.text)
    part = Run(run.text[begin:stop], run.separators, run.start + begin, run.tail)
    part.position = claims[first].position
    return part
