"""The few fields of an encounter's record that say who is treated with what, and when.

Why: lists over all children of a ledger need no more, and a whole record takes far longer to check. Each
field is as `mapping.encounter` has it; the rest of the record is not looked at.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from edi.protected import Protected
from mapping.encounter import Identifier, Key
from mapping.written_values import Moment


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


class _Patient(_Part):
    record_number: Protected[Identifier] | None = None


class _Coverage(_Part):
    payer: Key


class _Therapy(_Part):
    product: Key
    status: Literal["planned", "done"] = "done"
    infusion_start: Moment | None = None


class Treatment(_Part):
    """The treatment of one child, planned or done: fields of `mapping.encounter.Encounter` under their names."""

    id: Key
    site: Key
    patient: _Patient
    coverages: Annotated[list[_Coverage], Field(min_length=1)]
    therapy: _Therapy | None = None
    contract: dict[str, Any] | None = None

    @property
    def is_planned(self) -> bool:
        return self.therapy is not None and self.therapy.status == "planned"

    @property
    def infusion_date(self) -> dt.date | None:
        """The day of the infusion, planned or done."""
        start = self.therapy.infusion_start if self.therapy else None
        return start.date() if start else None
