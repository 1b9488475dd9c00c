"""Rows of what came back: files, transactions, events.

An event's identity is the digest of its transaction's body, its segment position and its
claim, so that a repeat adds nothing. An event whose claim is not known yet is parked
under the reference it came with.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Update, bindparam, delete, false, func, insert, or_, select, update

from pipeline.batches import batches
from pipeline.file_names import stored_name
from pipeline.ledger.schema import event_candidates, events, inbound_files, transactions

PARKED = ""
LAST = "\U0010ffff"
"""After every character, so that a range holds all that begin alike."""
BY_ACCOUNT, BY_NUMBER, BY_CLEARINGHOUSE, BY_PATIENT = "account", "number", "clearinghouse", "patient"
"""By what an answer found its claim."""
UNSURE = (BY_NUMBER, BY_CLEARINGHOUSE, BY_PATIENT)
"""Those that are looked at again when more is known."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing an answer says of one claim.

    `stage` is TA1, 999, 277CA, 277 or 835; `day` the date the answer states itself;
    `verdict` what it means; `body` the codes and amounts as a JSON object. `clues` is what else the
    answer says of whom it means, `matched_by` which of it led to the claim (`MEANS`); both are None
    where the reference alone says it.
    """

    digest: str
    position: int
    claim: str
    reference: str
    stage: str
    day: str | None
    verdict: str
    payer_claim_control_number: str | None
    paid_cents: int
    body: dict[str, Any]
    clearinghouse_number: str | None = None
    clues: dict[str, Any] | None = None
    matched_by: str | None = None


@dataclass(frozen=True, slots=True)
class EventClues:
    """What of an event tells whose it is, without what it says; `clues` is JSON."""

    digest: str
    position: int
    claim: str
    reference: str
    verdict: str
    payer_claim_control_number: str | None
    clearinghouse_number: str | None
    clues: str | None
    matched_by: str | None


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """What tells whether an event whose claim is not known needs somebody; `clues` is JSON, `fitting` the
    claims that it fits (several, or none), `names_code` whether it names one of the codes asked for."""

    digest: str
    position: int
    reference: str
    stage: str
    day: str | None
    verdict: str
    paid_cents: int
    clues: str | None
    names_code: bool
    fitting: tuple[str, ...]


_NAMES = EventRow.__slots__
_COLUMNS = [events.c[name] for name in _NAMES]
_BODY, _CLUES, _CLAIM = (_NAMES.index(name) for name in ("body", "clues", "claim"))
_IN_ORDER = (events.c.digest, events.c.position)
_HAS_FILE = select(inbound_files.c.sha256).where(inbound_files.c.sha256 == bindparam("sha256"))
_HAS_TRANSACTION = select(transactions.c.digest).where(transactions.c.digest == bindparam("digest"))
_OF_CLAIMS = (
    select(*_COLUMNS).where(events.c.claim.in_(bindparam("claims", expanding=True))).order_by(*_IN_ORDER)
)
_RANGE = (events.c.reference >= bindparam("start"), events.c.reference < bindparam("end"))
_OF_REFERENCES = select(*_COLUMNS).where(*_RANGE).order_by(*_IN_ORDER)
_CLUES_ONLY = select(*(events.c[name] for name in EventClues.__slots__))
_CLUES_OF_REFERENCES = _CLUES_ONLY.where(*_RANGE).order_by(*_IN_ORDER)
_IS_UNSURE = or_(events.c.claim == PARKED, events.c.matched_by.in_(UNSURE))
# Which of them are unsure is seen here: a database that is asked for both looks at all that are parked.
_NUMBERED = [
    _CLUES_ONLY.where(column.in_(bindparam("values", expanding=True)))
    for column in (events.c.payer_claim_control_number, events.c.clearinghouse_number)
]
_OF_REFERENCE = _CLUES_ONLY.where(events.c.reference == bindparam("reference")).order_by(*_IN_ORDER)
_PARKED = (events.c.claim == PARKED,)


def has_file(connection: Connection, sha256: str) -> bool:
    return connection.execute(_HAS_FILE, {"sha256": sha256}).first() is not None


def add_file(connection: Connection, sha256: str, name: str, kind: str, state: str, received: str) -> None:
    """The row of a file that came in, under its partner's own name (`ARCHIVE!member` of a packed one)."""
    connection.execute(
        insert(inbound_files).values(
            sha256=sha256, name=stored_name(name), kind=kind, state=state, received=received
        )
    )


def has_transaction(connection: Connection, digest: str) -> bool:
    return connection.execute(_HAS_TRANSACTION, {"digest": digest}).first() is not None


def has_trace(connection: Connection, number: str, payer: str) -> bool:
    """Whether a counted transaction already has this payer trace (TRN02, TRN03)."""
    statement = select(transactions.c.digest).where(
        transactions.c.trace_number == number,
        transactions.c.trace_payer == payer,
        transactions.c.state == "counted",
    )
    return connection.execute(statement).first() is not None


def add_transaction(
    connection: Connection,
    digest: str,
    file: str,
    kind: str,
    state: str,
    trace: tuple[str, str] | None = None,
) -> None:
    """A transaction in state `counted`, or `conflict` where its trace came with another body before."""
    number, payer = trace or (None, None)
    connection.execute(
        insert(transactions).values(
            digest=digest, file=file, kind=kind, state=state, trace_number=number, trace_payer=payer
        )
    )


def state_of_transaction(connection: Connection, digest: str) -> str | None:
    """The state of a transaction; None where it is not known."""
    return connection.execute(select(transactions.c.state).where(transactions.c.digest == digest)).scalar()


def forget_unread(connection: Connection, digest: str) -> None:
    """Take out a transaction that could not be read, so that it can be recorded as one that can."""
    connection.execute(
        delete(transactions).where(transactions.c.digest == digest, transactions.c.state == "unread")
    )


def of_transaction(connection: Connection, digest: str) -> list[EventRow]:
    """The events of a transaction, by place and claim."""
    statement = select(*_COLUMNS).where(events.c.digest == digest).order_by(events.c.position, events.c.claim)
    return [_record(row) for row in connection.execute(statement)]


def says_the_same(one: EventRow, other: EventRow) -> bool:
    """Whether two events are alike once they are stored."""
    return _values(one) == _values(other)


def renew(connection: Connection, event: EventRow) -> None:
    """Give an event what its answer says as it is read now; whose it is stays."""
    connection.execute(_update_of(event).values(**_values(event)))


def date_earlier(connection: Connection, digest: str, day: str) -> set[str]:
    """Give a transaction that has come in an older envelope that one's day: its age must not hang on which of
    the two came first. Returns the claims whose events have changed."""
    later = (events.c.digest == digest, or_(events.c.day.is_(None), events.c.day > day))
    changed = {claim for (claim,) in connection.execute(select(events.c.claim).where(*later))}
    if changed:
        connection.execute(update(events).where(*later).values(day=day))
    return changed - {PARKED}


def _update_of(event: EventRow | EventClues) -> Update:
    same = (events.c.digest == event.digest, events.c.position == event.position)
    return update(events).where(*same, events.c.claim == event.claim)


def add_events(connection: Connection, found: Iterable[EventRow]) -> None:
    for some in batches(found):
        connection.execute(insert(events), [_values(event) for event in some])


def of_claim(connection: Connection, claim: str) -> list[EventRow]:
    return of_claims(connection, [claim])[claim]


def of_claims(connection: Connection, claims: Collection[str]) -> dict[str, list[EventRow]]:
    """The events of some hundred claims, by claim; a claim without any has an empty list."""
    found: dict[str, list[EventRow]] = {claim: [] for claim in claims}
    for row in connection.execute(_OF_CLAIMS, {"claims": list(found)}):
        found[row[_CLAIM]].append(_record(row))
    return found


def is_of_a_claim(connection: Connection, digest: str) -> bool:
    """Whether a transaction says something of a claim of the ledger."""
    statement = select(events.c.claim).where(events.c.digest == digest, events.c.claim != PARKED).limit(1)
    return connection.execute(statement).first() is not None


def parked_references(connection: Connection, besides: str) -> list[str]:
    """The references of parked events, but those that begin so."""
    others = or_(events.c.reference < besides, events.c.reference >= besides + LAST)
    statement = select(events.c.reference).distinct().where(*_PARKED, others).order_by(events.c.reference)
    return list(connection.execute(statement).scalars())


def parked_of_reference(connection: Connection, reference: str) -> list[EventRow]:
    """The parked events with this reference."""
    statement = select(*_COLUMNS).where(events.c.reference == reference).order_by(*_IN_ORDER)
    found = [_record(row) for row in connection.execute(statement)]
    return [event for event in found if event.claim == PARKED]


def count_parked(connection: Connection) -> tuple[int, int]:
    """How many events have no claim, and how many of them fit several."""
    parked = connection.execute(select(func.count()).select_from(events).where(*_PARKED)).scalar_one()
    return parked, len(candidates(connection))


def has_unsure(connection: Connection) -> bool:
    """Whether there is an event whose claim is not known, or not by its account number."""
    return connection.execute(select(events.c.claim).where(_IS_UNSURE).limit(1)).first() is not None


def unsure_events(connection: Connection) -> Iterator[EventClues]:
    """All of these."""
    return (EventClues(*row) for row in connection.execute(_CLUES_ONLY.where(_IS_UNSURE)))


def unsure_numbered(
    connection: Connection, numbers: Collection[str], clearinghouse_numbers: Collection[str]
) -> list[EventClues]:
    """Those of them that have one of these numbers of a payer, or of a clearinghouse."""
    found: list[EventClues] = []
    for question, values in zip(_NUMBERED, (numbers, clearinghouse_numbers), strict=True):
        for some in batches(sorted(values)):
            found += _unsure(connection.execute(question, {"values": some}))
    return found


def unsure_of_reference(connection: Connection, reference: str) -> list[EventClues]:
    """Those of them that have this reference."""
    return list(_unsure(connection.execute(_OF_REFERENCE, {"reference": reference})))


def _unsure(rows: Iterable[Sequence[Any]]) -> Iterator[EventClues]:
    """Of rows of clues those whose claim is not known, or not by its account number."""
    for event in (EventClues(*row) for row in rows):
        if event.claim == PARKED or event.matched_by in UNSURE:
            yield event


def of_references(connection: Connection, start: str) -> list[EventRow]:
    """The events whose reference begins so."""
    found = connection.execute(_OF_REFERENCES, {"start": start, "end": start + LAST})
    return [_record(row) for row in found]


def clues_of_references(connection: Connection, start: str) -> list[EventClues]:
    """The same, without what they say."""
    found = connection.execute(_CLUES_OF_REFERENCES, {"start": start, "end": start + LAST})
    return [EventClues(*row) for row in found]


def move(connection: Connection, event: EventRow | EventClues, claim: str, matched_by: str | None) -> None:
    """Give an event to a claim, by what was found; or park it again."""
    connection.execute(_update_of(event).values(claim=claim, matched_by=matched_by))


def candidates(connection: Connection) -> dict[tuple[str, int], tuple[str, ...]]:
    """The claims that parked events fit, where one fits several."""
    found: dict[tuple[str, int], tuple[str, ...]] = {}
    for row in connection.execute(select(event_candidates).order_by(event_candidates.c.claim)):
        key = (row.digest, row.position)
        found[key] = (*found.get(key, ()), row.claim)
    return found


def set_candidates(connection: Connection, event: EventRow | EventClues, claims: Collection[str]) -> None:
    """The claims that a parked event fits now: several, or none."""
    same = (event_candidates.c.digest == event.digest, event_candidates.c.position == event.position)
    connection.execute(delete(event_candidates).where(*same))
    if claims:
        one = {"digest": event.digest, "position": event.position}
        connection.execute(insert(event_candidates), [{**one, "claim": claim} for claim in sorted(claims)])


def parked_events(connection: Connection, codes: Iterable[str]) -> Iterator[ParkedEvent]:
    """The events whose claim is not known, by transaction and place. `codes` are procedure codes of lines."""
    fitting = candidates(connection)
    # a body is JSON as `_values` writes it; to read a hundred thousand of them takes seconds
    names_code = or_(false(), *(events.c.body.contains(f'"code": {json.dumps(code)}') for code in codes))
    told = [events.c[name] for name in ParkedEvent.__slots__ if name in events.c]
    for row in connection.execute(select(*told, names_code).where(*_PARKED).order_by(*_IN_ORDER)):
        values: list[Any] = [*row, fitting.get((row.digest, row.position), ())]
        yield ParkedEvent(*values)


def unpark(connection: Connection, event: EventRow, found: Mapping[str, dict[str, Any]]) -> None:
    """Give a parked event its claims, with what it says of each."""
    connection.execute(
        delete(events).where(
            events.c.digest == event.digest, events.c.position == event.position, events.c.claim == PARKED
        )
    )
    add_events(connection, (replace(event, claim=claim, body=body) for claim, body in found.items()))


def file_of(connection: Connection, digest: str) -> tuple[str, str] | None:
    """The partner's own name of the file that a transaction came in, and when it was taken in (ISO)."""
    statement = (
        select(inbound_files.c.name, inbound_files.c.received)
        .join(transactions, transactions.c.file == inbound_files.c.sha256)
        .where(transactions.c.digest == digest)
    )
    row = connection.execute(statement).first()
    return (row.name, row.received) if row is not None else None


def file_name_of(connection: Connection, digest: str) -> str | None:
    """The partner's own name of the file that a transaction came in."""
    statement = (
        select(inbound_files.c.name)
        .join(transactions, transactions.c.file == inbound_files.c.sha256)
        .where(transactions.c.digest == digest)
    )
    return connection.execute(statement).scalar()


def _values(event: EventRow) -> dict[str, Any]:
    values = {name: getattr(event, name) for name in EventRow.__slots__}
    values["body"] = json.dumps(event.body, sort_keys=True)
    values["clues"] = json.dumps(event.clues, sort_keys=True) if event.clues is not None else None
    return values


def _record(row: Row[Any]) -> EventRow:
    """Of a row of `_COLUMNS`."""
    values = list(row)
    values[_BODY] = json.loads(values[_BODY])
    if values[_CLUES] is not None:
        values[_CLUES] = json.loads(values[_CLUES])
    return EventRow(*values)
