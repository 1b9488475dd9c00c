"""What an answer says of whom it means, beside the account number (CLM01).

Patients are kept as keyed digests only. The clues stay with the event, so that it can be looked at
again when more is known.

Source: 835 CLP02, CLP03, CLP09, REF*F8, NM1*QC and NM1*IL, DTM*232, 233 and those of lines, N1*PR
and REF*2U; 277CA and 277 REF*BLT, REF*D9, DTP*472, STC04, NM1 of the levels, TRN02 of 2200B in a
277CA (BHT03 of the batch); FACTS D5.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from edi.answer_parts import Name
from edi.claim_status.model import ClaimStatus, ClaimStatusReport
from edi.remittance.model import ClaimPayment, Remittance
from pipeline import patient_keys

_PATIENT_QUALIFIERS = ("QC", "IL")
_PAYER = "PR"
_RECEIVER_LEVEL = "21"
_PAYER_ORDERS = {"1": 0, "2": 1, "3": 2, "19": 0, "20": 1, "21": 2}
"""CLP02 of a claim that was processed as primary, secondary, tertiary."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What an answer says of one claim; "" and None where it says nothing.

    `frequency` is the last digit of the type of bill as it was answered, `original_number` REF*F8,
    `payer_order` counts from 0, `batch` is BHT03 of the file that was sent, `patients` are keyed
    digests of ids and names, days are ISO text.
    """

    frequency: str = ""
    original_number: str = ""
    clearinghouse_number: str = ""
    payer_ids: tuple[str, ...] = ()
    payer_name: str = ""
    payer_order: int | None = None
    batch: str = ""
    patients: tuple[str, ...] = ()
    first_day: str | None = None
    last_day: str | None = None
    charge_cents: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The clues that there are, as JSON."""
        said = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in said if value not in ("", (), None)}

    @classmethod
    def from_dict(cls, content: dict[str, Any] | None) -> Clues:
        """The clues as they were kept; none where an older program kept none."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in (content or {}).items()
            if name in cls.__slots__
        }
        return cls(**values)

    @classmethod
    def from_json(cls, text: str | None) -> Clues:
        """The same of their text in the ledger."""
        return cls.from_dict(json.loads(text) if text is not None else None)


def clues_of_payment(claim: ClaimPayment, model: Remittance, key: bytes) -> Clues:
    """Of a claim in an 835."""
    payer = model.payer
    ids = (payer.identifier, payer.reference("2U")) if payer is not None else ()
    stated = [claim.date_of("232"), claim.date_of("233")]
    of_lines = (day for line in claim.lines for day in line.service_dates if day)
    days = [day for day in stated if day] or list(of_lines)
    return Clues(
        frequency=claim.frequency,
        original_number=claim.reference("F8"),
        payer_ids=tuple(identifier for identifier in ids if identifier),
        payer_name=payer.name if payer is not None else "",
        payer_order=_PAYER_ORDERS.get(claim.status),
        patients=_patients(claim.names, key),
        first_day=_day(min(days, default=None)),
        last_day=_day(max(days, default=None)),
        charge_cents=claim.charge,
    )


def clues_of_status(claim: ClaimStatus, model: ClaimStatusReport, key: bytes) -> Clues:
    """Of a claim in a 277CA or 277."""
    names = [name for level in claim.levels for name in level.names]
    payers = [name for name in names if name.qualifier == _PAYER]
    batches = [level.trace_number for level in claim.levels if level.code == _RECEIVER_LEVEL]
    charges = (status.charge for status in claim.statuses if status.charge is not None)
    dates = claim.service_dates
    return Clues(
        frequency=claim.type_of_bill[-1:],
        clearinghouse_number=claim.clearinghouse_number,
        payer_ids=tuple(name.identifier for name in payers if name.identifier),
        payer_name=payers[0].last_name if payers else "",
        batch=batches[-1] if batches and model.kind == "277CA" else "",
        patients=_patients(names, key),
        first_day=_day(dates.first) if dates else None,
        last_day=_day(dates.last) if dates else None,
        charge_cents=next(charges, None),
    )


def _patients(names: Iterable[Name], key: bytes) -> tuple[str, ...]:
    found: set[str | None] = set()
    for name in names:
        if name.qualifier in _PATIENT_QUALIFIERS:
            found.add(patient_keys.of_member(name.identifier, key))
            found.add(patient_keys.of_name(name.last_name, name.first_name, key))
    return tuple(sorted(digest for digest in found if digest is not None))


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
