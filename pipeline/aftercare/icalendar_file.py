"""Visits as an iCalendar file (RFC 5545) that calendar programs import.

An entry is a whole day that blocks no time. It names the encounter and never the child. Its UID
follows from site, encounter and place in the plan, so that a second import changes the entry
instead of adding another; SEQUENCE grows with the encounter's revisions.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from icalendar import Calendar, Event

from pipeline.aftercare.visits import MONITORING, Visit

_PRODUCT = "-//j3399//aftercare//EN"
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "urn:j3399:aftercare")


def as_icalendar(visits: Iterable[Visit], now: dt.datetime) -> bytes:
    """The calendar as bytes, lines folded and ended as the RFC wants. `now` is local time (DTSTAMP)."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    stamp = now.astimezone(dt.UTC)
    for visit in visits:
        calendar.add_component(_event(visit, stamp))
    data: bytes = calendar.to_ical()
    return data


def uid_of(visit: Visit) -> str:
    """The same for the same place in the plan of the same encounter, also where its day has moved."""
    name = "\x1f".join((visit.site, visit.encounter, visit.kind, str(visit.number)))
    return str(uuid.uuid5(_NAMES, name))


def _event(visit: Visit, stamp: dt.datetime) -> Event:
    event = Event()
    event.add("uid", uid_of(visit))
    event.add("dtstamp", stamp)
    event.add("sequence", visit.revision - 1)
    event.add("dtstart", visit.day)
    event.add("dtend", visit.day + dt.timedelta(days=1))
    event.add("summary", f"{visit.encounter} {visit.when}: {', '.join(visit.what)}")
    event.add("description", "\n".join(_description(visit)))
    event.add("categories", [visit.kind])
    event.add("transp", "TRANSPARENT")
    return event


def _description(visit: Visit) -> list[str]:
    if visit.kind == MONITORING:
        return [f"Monitoring after the infusion, {visit.when}.", *(f"{words}." for words in visit.until)]
    return [f"Milestone of the outcomes-based agreement with {visit.payer}, {visit.when}."]
