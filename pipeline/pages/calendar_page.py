"""The calendar: children to be treated with what runs out when, and visits after the infusion.

It must not: read the ledger. A day that tells the birth date is shown only when patient data is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.aftercare.visits import Visit
from pipeline.pages.render import render
from validators.readiness import Deadline, Readiness

DAYS_AHEAD = 90
"""How far the page looks."""
_NEAR_DAYS = 60
"""A deadline that tells the birth date shows its days once they are so few."""
MOST_VISITS = 600
"""Visits on the page; the command has all."""


@dataclass(frozen=True, slots=True)
class ShownDeadline:
    """What runs out, until when (`***` where the day is private), and in how many days."""

    what: str
    until: str
    left: str
    tone: str


@dataclass(frozen=True, slots=True)
class ShownPlan:
    """A planned infusion."""

    encounter: str
    payer: str
    infusion: str
    is_ready: bool
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    kit: str
    deadlines: tuple[ShownDeadline, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The visits of one week, which begins on a Monday."""

    monday: dt.date
    visits: tuple[Visit, ...]


def calendar_page(
    today: dt.date,
    planned: Sequence[Readiness],
    visits: Iterable[Visit],
    left_out: Sequence[str],
    *,
    made: str,
    show_phi: bool = False,
) -> str:
    """The page as HTML, self-contained: planned infusions, then the visits of the next three months."""
    last = today + dt.timedelta(days=DAYS_AHEAD)
    near = sorted((visit for visit in visits if today <= visit.day <= last), key=lambda visit: visit.day)
    left_out = list(left_out)
    if len(near) > MOST_VISITS:
        left_out.append(f"{len(near) - MOST_VISITS:,} later visits: j3399 aftercare lists all of them")
    return render(
        "calendar.html.j2",
        today=today,
        last=last,
        plans=[_plan(one, today, show_phi) for one in planned],
        weeks=_weeks(near[:MOST_VISITS]),
        left_out=left_out,
        made=made,
    )


def _weeks(visits: Sequence[Visit]) -> list[Week]:
    found: dict[dt.date, list[Visit]] = {}
    for visit in visits:
        found.setdefault(visit.day - dt.timedelta(days=visit.day.weekday()), []).append(visit)
    return [Week(monday, tuple(days)) for monday, days in found.items()]


def _plan(one: Readiness, today: dt.date, show_phi: bool) -> ShownPlan:
    return ShownPlan(
        encounter=one.encounter,
        payer=one.payer,
        infusion=one.infusion.isoformat() if one.infusion else "no day yet",
        is_ready=one.is_ready,
        missing=tuple(paper.replace("_", " ") for paper in one.missing),
        problems=tuple(
            f"{finding.rule}: {finding.message()}" for finding in one.findings if finding.is_error
        ),
        kit=one.kit.ndc_10 if one.kit else "none for this weight",
        deadlines=tuple(_deadline(item, today, one.infusion, show_phi) for item in one.deadlines),
    )


def _deadline(one: Deadline, today: dt.date, infusion: dt.date | None, show_phi: bool) -> ShownDeadline:
    left, is_shown = one.days_left(today), show_phi or not one.is_private
    words = f"{left} days" if is_shown or left <= _NEAR_DAYS else f"more than {_NEAR_DAYS} days"
    if infusion is not None and one.day < infusion:
        return ShownDeadline(one.what, one.day.isoformat() if is_shown else "***", words, "late")
    return ShownDeadline(
        one.what, one.day.isoformat() if is_shown else "***", words, "soon" if left <= _NEAR_DAYS // 4 else ""
    )
