"""Rows of claims and their lines.

A claim's key is encounter, part, payer order and version; one claim of a key is live, and
one drug claim of a child, product and payer order. A claim that a payer never took in
(rejected) is no longer live, so that a corrected one can be sent. One that is sent in place of
another waits beside it until the other has ended; then it takes its place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import replace
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Connection, Table, bindparam, func, insert, select, update

from edi.records import record
from pipeline.batches import MANY, batches
from pipeline.ledger import claim_clues
from pipeline.ledger.answers import LAST
from pipeline.ledger.schema import claim_findings, claim_lines, claim_patients, claims, events
from pipeline.ledger.schema import patients as patients_table

_MOST_PAYERS = 11
"""SBR01 has a letter for so many."""
_REPLACEMENT, _VOID = "7", "8"
_DENIED = "denied"
MADE, EXTERNAL = "made", "external"
"""Where a claim comes from: this job, or another system."""
ENDED_STATES = ("rejected", "replaced", "voided", "written_off")
"""States in which a claim is no longer live."""


@record(frozen=True, slots=True)
class LineRow:
    """A service line as sent."""

    number: int
    control_number: str
    revenue_code: str
    code: str
    charge_cents: int
    service_date: str | None


@record(frozen=True, slots=True)
class ClaimRow:
    """A claim as sent. `id` is opaque; `patient_control_number` is CLM01 and never leaves the ledger in a log.

    `origin` is `made`, or `external` of a claim that another system made: that one has no
    `encounter_row`. `replaces` is the id of the claim that this one replaces (7) or voids (8),
    `original_number` the payer claim control number it names it by (REF*F8). `payer_id` and
    `payer_name` are the payer as the claim names it, `clearinghouse_number` REF*D9.
    """

    id: str
    encounter_row: int | None
    encounter: str
    part: str
    payer_order: int
    version: int
    payer: str
    product: str | None
    patient: str | None
    file: int
    position_in_file: int
    batch_reference: str
    transaction_control_number: str
    first_segment: int
    last_segment: int
    patient_control_number: str
    frequency: str
    total_cents: int
    drug_cents: int
    has_next_payer: bool
    state: str
    origin: str = MADE
    replaces: str | None = None
    payer_id: str | None = None
    payer_name: str | None = None
    original_number: str | None = None
    clearinghouse_number: str | None = None
    statement_from: str | None = None
    statement_through: str | None = None


_values_of_claim = attrgetter(*ClaimRow.__slots__)
_values_of_line = attrgetter(*LineRow.__slots__)
_ROWS = select(*(claims.c[name] for name in ClaimRow.__slots__))
_WITH_ACCOUNT = _ROWS.where(
    claims.c.patient_control_number >= bindparam("start"), claims.c.patient_control_number < bindparam("end")
).order_by(claims.c.id)
_BY_ID = _ROWS.where(claims.c.id == bindparam("claim"))
_AMONG = {
    column: _ROWS.where(column.in_(bindparam("values", expanding=True)))
    for column in (claims.c.id, claims.c.replaces)
}


def claim_id(encounter: str, part: str, payer_order: int, version: int) -> str:
    """An opaque id, the same for the same key: `C` and ten letters and digits."""
    digest = hashlib.sha256(f"{encounter}\x1f{part}\x1f{payer_order}\x1f{version}".encode()).digest()
    letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int.from_bytes(digest[:8], "big")
    return "C" + "".join(letters[number >> (5 * place) & 31] for place in range(10))


Key = tuple[str, str, int]
"""Encounter, part, payer order."""


def newest_versions(connection: Connection, encounters: Collection[str]) -> dict[Key, int]:
    """The version of the newest claim of each key of some hundred encounters; none of a key without claims."""
    key = (claims.c.encounter, claims.c.part, claims.c.payer_order)
    statement = select(*key, func.max(claims.c.version)).where(key[0].in_(encounters)).group_by(*key)
    return {(row[0], row[1], row[2]): row[3] for row in connection.execute(statement)}


@record(frozen=True, slots=True)
class NewClaim:
    """A claim with its lines and the findings it was sent with.

    `patients` are keyed digests of what an answer can name the patient by.
    """

    row: ClaimRow
    lines: Sequence[LineRow] = ()
    findings: Sequence[dict[str, Any]] = ()
    patients: Collection[str] = ()


def add(connection: Connection, added: Sequence[NewClaim], day: str) -> None:
    """Claims of one file; IntegrityError where one may not be live.

    A replacement, or a new claim for a part of another, leaves the child's place to the claim before it
    until that one has ended.
    """
    _add_patients(connection, {one.row.patient for one in added if one.row.patient is not None}, day)
    rows: list[dict[str, Any]] = []
    for one in added:
        if _may_wait(one.row):
            # it waits for claims before it, which may be of this file
            _insert(connection, claims, rows)
            rows = []
        rows.append(_live_values(connection, one.row))
    _insert(connection, claims, rows)
    _insert(
        connection,
        claim_patients,
        [{"claim": one.row.id, "digest": digest} for one in added for digest in sorted(set(one.patients))],
    )
    _insert(
        connection,
        claim_lines,
        [
            {"claim": one.row.id, **dict(zip(LineRow.__slots__, _values_of_line(line), strict=True))}
            for one in added
            for line in one.lines
        ],
    )
    _insert(
        connection,
        claim_findings,
        [
            {
                "claim": one.row.id,
                "number": number,
                "rule": finding["rule"],
                "body": json.dumps(finding, sort_keys=True),
            }
            for one in added
            for number, finding in enumerate(one.findings)
        ],
    )


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _live_values(connection: Connection, claim: ClaimRow) -> dict[str, Any]:
    """The values of a row, with its place among the live claims."""
    key, drug_key = _live_key(claim), _live_drug_key(claim)
    if claim.replaces is not None and (key is None or _taken(connection, "live_key", key, claim.id)):
        key = _waiting_key(claim)
    if _leaves_the_drug(claim) and drug_key and _taken(connection, "live_drug_key", drug_key, claim.id):
        drug_key = None
    values = dict(zip(ClaimRow.__slots__, _values_of_claim(claim), strict=True))
    return {**values, "live_key": key, "live_drug_key": drug_key}


def _add_patients(connection: Connection, digests: set[str], day: str) -> None:
    known: set[str] = set()
    for some in batches(sorted(digests)):
        statement = select(patients_table.c.digest).where(patients_table.c.digest.in_(some))
        known |= set(connection.execute(statement).scalars())
    rows = [{"digest": digest, "first_seen": day} for digest in sorted(digests - known)]
    _insert(connection, patients_table, rows)


def live_drug_claims(connection: Connection, patients: Sequence[str], product: str) -> list[ClaimRow]:
    """The live claims for a product of a child, who is known by any of these digests."""
    # mostly no claim was ever made for any of them, and each of them would be asked for by many keys
    known = connection.execute(select(patients_table.c.digest).where(patients_table.c.digest.in_(patients)))
    keys = [f"{patient}|{product}|{order}" for patient in known.scalars() for order in range(_MOST_PAYERS)]
    if not keys:
        return []
    statement = _ROWS.where(claims.c.live_drug_key.in_(keys)).order_by(claims.c.id)
    return [_record(row) for row in connection.execute(statement)]


def accounts_numbered(connection: Connection, number: str) -> list[str]:
    """The account numbers (CLM01) of the claims that a payer gave this number."""
    statement = (
        select(claims.c.patient_control_number)
        .join(events, events.c.claim == claims.c.id)
        .where(events.c.payer_claim_control_number == number)
        .distinct()
        .order_by(claims.c.patient_control_number)
    )
    return list(connection.execute(statement).scalars())


def live_of(connection: Connection, encounter: str, payer_order: int) -> list[ClaimRow]:
    """The live claims of an encounter to one payer: one, or stay and drug."""
    statement = _ROWS.where(
        claims.c.encounter == encounter,
        claims.c.payer_order == payer_order,
        claims.c.live_key.is_not(None),
    ).order_by(claims.c.part.desc())
    return [_record(row) for row in connection.execute(statement)]


def live_by_encounter(connection: Connection, encounters: Collection[str]) -> dict[str, list[ClaimRow]]:
    """The live claims of some hundred encounters to all payers, by payer order, the stay before the drug."""
    statement = _ROWS.where(claims.c.encounter.in_(encounters), claims.c.live_key.is_not(None)).order_by(
        claims.c.payer_order, claims.c.part.desc()
    )
    found: defaultdict[str, list[ClaimRow]] = defaultdict(list)
    for row in connection.execute(statement):
        found[row.encounter].append(_record(row))
    return dict(found)


def encounters_by_account(connection: Connection, accounts: Collection[str]) -> dict[str, set[str]]:
    """The encounters that have claims under some hundred account numbers (CLM01), by number."""
    number = claims.c.patient_control_number
    statement = select(number, claims.c.encounter).where(number.in_(accounts))
    found: dict[str, set[str]] = {account: set() for account in accounts}
    for account, encounter in connection.execute(statement):
        found[account].add(encounter)
    return found


StatesOfChain = tuple[Sequence[ClaimRow], Mapping[str, str]]
"""The claims that follow each other, and their states by claim id, the first of the chain first."""


def set_states(connection: Connection, chains: Sequence[StatesOfChain]) -> None:
    """The states of some hundred chains of claims.

    An ended claim is no longer live, and what replaces it takes its place; one that an answer
    brings back is live again, unless another has taken its place meanwhile.
    """
    alone = [(rows[0], states[rows[0].id]) for rows, states in chains if len(rows) == 1]
    shared = _shared_places(connection, [row for row, _ in alone]) if alone else set()
    free = [(row, state) for row, state in alone if shared.isdisjoint(_places(row))]
    _write_states(connection, [_state_values(row, state) for row, state in free])
    done = {row.id for row, _ in free}
    for rows, states in chains:
        if rows[0].id not in done:
            _set_states_of_chain(connection, rows, states)


def _places(claim: ClaimRow) -> list[str]:
    """The places among live claims that a claim may have."""
    return [key for key in (_live_key(claim), _live_drug_key(claim)) if key is not None]


def _shared_places(connection: Connection, rows: Sequence[ClaimRow]) -> set[str]:
    """The places of these claims that more than one wants, or that another claim has."""
    wanted = Counter(key for row in rows for key in _places(row))
    shared = {key for key, number in wanted.items() if number > 1}
    ids = {row.id for row in rows}
    for column in (claims.c.live_key, claims.c.live_drug_key):
        statement = select(column, claims.c.id).where(column.in_(sorted(wanted)))
        shared |= {key for key, claim in connection.execute(statement) if claim not in ids}
    return shared


def _state_values(claim: ClaimRow, state: str) -> dict[str, Any]:
    """Of a claim whose places no other claim has or wants."""
    ended = state in ENDED_STATES
    return {
        "its_id": claim.id,
        "its_state": state,
        "its_key": None if ended else _live_key(claim),
        "its_drug_key": None if ended else _live_drug_key(claim),
    }


def _write_states(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        statement = (
            update(claims)
            .where(claims.c.id == bindparam("its_id"))
            .values(
                state=bindparam("its_state"),
                live_key=bindparam("its_key"),
                live_drug_key=bindparam("its_drug_key"),
            )
        )
        connection.execute(statement, rows)


def _set_states_of_chain(connection: Connection, rows: Sequence[ClaimRow], states: Mapping[str, str]) -> None:
    connection.execute(
        update(claims).where(claims.c.id.in_(states)).values(live_key=None, live_drug_key=None)
    )
    chain = {row.id: row for row in rows}
    keys = {key for row in rows for key in (_live_key(row), _waiting_key(row))}
    taken = _taken_of(connection, claims.c.live_key, keys)
    taken_drugs = _taken_of(connection, claims.c.live_drug_key, {_live_drug_key(row) for row in rows})
    values = []
    for claim, state in states.items():
        new = _state_values(chain[claim], state)
        if new["its_drug_key"] in taken_drugs:
            new["its_drug_key"] = None
        if state not in ENDED_STATES:
            new["its_key"] = _free_key(connection, chain, chain[claim], state, taken)
        taken.add(new["its_key"])
        taken_drugs.add(new["its_drug_key"])
        chain[claim] = replace(chain[claim], state=state)
        values.append(new)
    _write_states(connection, values)


def _free_key(
    connection: Connection, chain: Mapping[str, ClaimRow], claim: ClaimRow, state: str, taken: Set[str | None]
) -> str | None:
    """The claim's place among the live ones: its own, or beside the claim that it is to replace.

    A replacement that was denied waits no longer: another may be sent.
    """
    key = _live_key(claim)
    if key is not None and key not in taken:
        return key
    if claim.replaces is None or state == _DENIED:
        return None
    replaced = chain.get(claim.replaces) or by_id(connection, claim.replaces)
    if replaced is None or replaced.state in ENDED_STATES:
        return None
    waiting = _waiting_key(claim)
    return None if waiting in taken else waiting


def _taken_of(connection: Connection, column: Column[Any], keys: Set[str | None]) -> set[str | None]:
    """Those of some places that a claim has."""
    wanted = sorted(key for key in keys if key is not None)
    return set(connection.execute(select(column).where(column.in_(wanted))).scalars()) if wanted else set()


def _live_key(claim: ClaimRow) -> str | None:
    """None of a void: it bills nothing."""
    if claim.frequency == _VOID:
        return None
    return f"{claim.encounter}|{claim.part}|{claim.payer_order}"


def _waiting_key(claim: ClaimRow) -> str:
    """The place beside the claim that is to be replaced or voided: for one of a kind at a time."""
    return f"{claim.encounter}|{claim.part}|{claim.payer_order}|{claim.frequency} for {claim.replaces}"


def _may_wait(claim: ClaimRow) -> bool:
    return claim.replaces is not None or _leaves_the_drug(claim)


def _leaves_the_drug(claim: ClaimRow) -> bool:
    """Whether another claim may keep the child's place: the one before it, or one of another system."""
    return claim.replaces is not None or claim.frequency == _REPLACEMENT or claim.origin == EXTERNAL


def _live_drug_key(claim: ClaimRow) -> str | None:
    """None of a claim without the drug, or without a known child, and of a void: it bills nothing."""
    if not claim.product or not claim.patient or claim.frequency == _VOID:
        return None
    return f"{claim.patient}|{claim.product}|{claim.payer_order}"


def _taken(connection: Connection, column: str, key: str, claim: str) -> bool:
    statement = select(claims.c.id).where(claims.c[column] == key, claims.c.id != claim)
    return connection.execute(statement).first() is not None


def by_id(connection: Connection, claim: str) -> ClaimRow | None:
    row = connection.execute(_BY_ID, {"claim": claim}).first()
    return _record(row) if row is not None else None


def by_ids(connection: Connection, ids: Collection[str]) -> dict[str, ClaimRow]:
    """The claims that there are of these ids."""
    found = (row for some in batches(sorted(ids)) for row in _with(connection, claims.c.id, some))
    return {row.id: row for row in found}


def of_encounter(connection: Connection, encounter: str) -> list[ClaimRow]:
    """All claims of an encounter, by id."""
    statement = _ROWS.where(claims.c.encounter == encounter).order_by(claims.c.id)
    return [_record(row) for row in connection.execute(statement)]


def all_claims(connection: Connection) -> list[ClaimRow]:
    """Every claim, by id. Taken from the database many at a time, as one by one takes twice as long."""
    found = connection.execute(_ROWS.order_by(claims.c.id))
    return [_record(row) for rows in found.partitions(MANY) for row in rows]


def replacing(connection: Connection, claim: str) -> list[ClaimRow]:
    """The claims that were sent in place of one, by id."""
    statement = _ROWS.where(claims.c.replaces == claim).order_by(claims.c.id)
    return [_record(row) for row in connection.execute(statement)]


def count_by_state(connection: Connection) -> dict[str, int]:
    """How many claims are in each state, by state."""
    number = func.count().label("number")
    statement = select(claims.c.state, number).group_by(claims.c.state).order_by(claims.c.state)
    return {row.state: row.number for row in connection.execute(statement)}


def of_file(connection: Connection, file: int, transaction: str | None = None) -> list[ClaimRow]:
    """The claims of a file, or of one of its transaction sets (ST02), in file order."""
    statement = _ROWS.where(claims.c.file == file).order_by(claims.c.position_in_file)
    if transaction is not None:
        statement = statement.where(claims.c.transaction_control_number == transaction)
    return [_record(row) for row in connection.execute(statement)]


def batch_references(connection: Connection) -> set[str]:
    """BHT03 of every transaction set that holds a claim."""
    return set(connection.execute(select(claims.c.batch_reference).distinct()).scalars())


def of_batch(connection: Connection, reference: str) -> list[ClaimRow]:
    """The claims of one transaction set by its BHT03."""
    statement = _ROWS.where(claims.c.batch_reference == reference).order_by(claims.c.position_in_file)
    return [_record(row) for row in connection.execute(statement)]


def by_control_number(connection: Connection, patient_control_number: str) -> list[ClaimRow]:
    """All claims with this CLM01, the newest version first."""
    statement = _ROWS.where(claims.c.patient_control_number == patient_control_number).order_by(
        claims.c.version.desc(), claims.c.id
    )
    return [_record(row) for row in connection.execute(statement)]


def with_account(connection: Connection, start: str) -> list[ClaimRow]:
    """All claims whose account number (CLM01) begins so, by id."""
    found = connection.execute(_WITH_ACCOUNT, {"start": start, "end": start + LAST})
    return [_record(row) for row in found]


def link_chains(connection: Connection) -> set[str]:
    """Let claims that name another by the payer's number (REF*F8) replace it, where one claim to that
    payer has it; the ids of those that now do."""
    statement = _ROWS.where(
        # few claims name another, and nearly all replace none: said so, no index of those is taken
        claims.c.original_number > "",
        func.coalesce(claims.c.replaces, "") == "",
        claims.c.frequency.in_((_REPLACEMENT, _VOID)),
    )
    linked = set()
    for claim in sorted(map(_record, connection.execute(statement)), key=lambda row: row.id):
        chain = {row.id for row in chain_of(connection, claim.id)}
        number = claim.original_number or ""
        ids = claim_clues.numbered(connection, [number]).get(number, set()) - chain
        same_payer = claims.c.payer == claim.payer
        found = list(
            connection.execute(select(claims.c.id).where(claims.c.id.in_(ids), same_payer)).scalars()
        )
        if len(found) == 1:
            connection.execute(update(claims).where(claims.c.id == claim.id).values(replaces=found[0]))
            linked.add(claim.id)
    return linked


def chain_of(connection: Connection, claim: str) -> list[ClaimRow]:
    """A claim with all that it replaces and all that replace it, by id."""
    return next(iter(chains_of(connection, [claim])), [])


def chains_of(connection: Connection, ids: Collection[str]) -> list[list[ClaimRow]]:
    """The chains of some hundred claims, each once: all that they replace and all that replace them, by id."""
    found: dict[str, ClaimRow] = {}
    asked: set[str] = set()
    wanted = set(ids)
    while wanted:
        new = _with(connection, claims.c.id, wanted - found.keys())
        new += _with(connection, claims.c.replaces, wanted)
        asked |= wanted
        found |= {row.id: row for row in new}
        wanted = {one for row in new for one in (row.id, row.replaces) if one is not None} - asked
    return _chained(found)


def _with(connection: Connection, column: Column[Any], values: Collection[str]) -> list[ClaimRow]:
    """Asked of one column at a time: by both at once a database may look at every claim."""
    if not values:
        return []
    return [_record(row) for row in connection.execute(_AMONG[column], {"values": list(values)})]


def _chained(rows: Mapping[str, ClaimRow]) -> list[list[ClaimRow]]:
    """Rows put together that follow each other; in the order of their first ids."""
    groups: dict[str, set[str]] = {}
    for row in rows.values():
        joined = groups.get(row.id, {row.id}) | groups.get(row.replaces or row.id, {row.replaces or row.id})
        for one in joined:
            groups[one] = joined
    chains = {min(group): group for group in groups.values()}
    return [[rows[one] for one in sorted(chains[first])] for first in sorted(chains)]


def totals_in_states(connection: Connection, states: Sequence[str]) -> dict[str, int]:
    """The totals in cents of the claims in these states, by claim, in the order of their ids."""
    statement = (
        select(claims.c.id, claims.c.total_cents).where(claims.c.state.in_(states)).order_by(claims.c.id)
    )
    found = connection.execute(statement)
    return {row.id: row.total_cents for rows in found.partitions(MANY) for row in rows}


def without_next_payer(connection: Connection, states: Sequence[str]) -> list[ClaimRow]:
    """The claims in these states that have another payer behind them, which was not billed yet."""
    later = claims.alias()
    billed = (
        select(later.c.id)
        .where(later.c.encounter == claims.c.encounter, later.c.payer_order > claims.c.payer_order)
        .exists()
    )
    statement = _ROWS.where(claims.c.state.in_(states), claims.c.has_next_payer, ~billed).order_by(
        claims.c.encounter, claims.c.id
    )
    return [_record(row) for row in connection.execute(statement)]


def lines_of(connection: Connection, claim: str) -> list[LineRow]:
    return lines_of_claims(connection, [claim])[claim]


def lines_of_claims(connection: Connection, ids: Collection[str]) -> dict[str, list[LineRow]]:
    """The service lines of some hundred claims, by claim; a claim without any has an empty list."""
    statement = select(claim_lines).where(claim_lines.c.claim.in_(ids)).order_by(claim_lines.c.number)
    found: dict[str, list[LineRow]] = {claim: [] for claim in ids}
    for row in connection.execute(statement):
        line = LineRow(
            row.number, row.control_number, row.revenue_code, row.code, row.charge_cents, row.service_date
        )
        found[row.claim].append(line)
    return found


def _record(row: Sequence[Any]) -> ClaimRow:
    """Of a row of `_ROWS`."""
    return ClaimRow(*row)
