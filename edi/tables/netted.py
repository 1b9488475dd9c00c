"""Reversals and their corrections among claims that were read as columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from edi.remittance.reversals import PaidClaim
from edi.tables.arrow import arrow_schema
from edi.values import to_cents

_ABOVE_CLAIMS = ("file", "transaction")


def netted_claims(columns: list[pa.Array], awaited: Iterable[str]) -> Iterator[PaidClaim]:
    """The reversals, and every claim of their account numbers or of those that are awaited.

    `columns` are those of the table `claims`, without file and transaction; no amount of theirs is null.
    """
    names = [name for name in arrow_schema("claims").names if name not in _ABOVE_CLAIMS]
    of = dict(zip(names, columns, strict=True))
    reversals, accounts, waiting = of["is_reversal"], of["patient_control_number"], list(awaited)
    if not waiting and not pc.any(reversals).as_py():
        return
    wanted = pa.concat_arrays([accounts.filter(reversals), pa.array(waiting, pa.string())])
    chosen = pa.table(of).filter(pc.is_in(accounts, value_set=wanted))
    for row in chosen.to_pylist():
        yield PaidClaim(
            row["claim"],
            row["segment_position"],
            row["patient_control_number"],
            row["payer_claim_control_number"],
            row["is_reversal"],
            to_cents(row["charge"]),
            to_cents(row["paid"]),
            to_cents(row["patient_responsibility"]),
        )
