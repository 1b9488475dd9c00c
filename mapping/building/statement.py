"""The days that a bill is for (DTP*434; UB-04 form locator 6)."""

from __future__ import annotations

import datetime as dt

from edi.finding import Finding
from mapping.building.parts import DRUG
from mapping.building.request import ClaimRequest, Notebook
from mapping.rule_keys import RECORD_INVALID


def statement(
    request: ClaimRequest, notebook: Notebook, line_dates: list[dt.date | None]
) -> tuple[dt.date | None, dt.date | None]:
    """First and last day: as the record says, else the stay, or the days on which something was done.

    The claim of the drug alone is for the days of its own lines.
    """
    encounter = request.encounter
    admission, period = encounter.admission, encounter.statement
    if request.part != DRUG:
        if period is not None:
            return period.first_date, period.last_date
        _refuse_unknown_piece(request, notebook)
    dates = sorted(date for date in line_dates if date is not None)
    if request.is_inpatient:
        last = admission.discharge_date or (dates[-1] if dates else admission.date)
        return admission.date, last
    return (dates[0], dates[-1]) if dates else (admission.date, admission.discharge_date or admission.date)


def _refuse_unknown_piece(request: ClaimRequest, notebook: Notebook) -> None:
    """A bill of a piece of a stay begins where the piece before it ended: admission and discharge do not say it."""
    encounter = request.encounter
    is_known = encounter.interim == "first" and encounter.admission.discharge_date is not None
    if not request.is_inpatient or encounter.interim is None or is_known:
        return
    finding = Finding.of(
        RECORD_INVALID,
        "{path} is not given, and this bill is for a piece of the stay.",
        fields={"path": "statement"},
        expected="the first and last day of this bill",
        found="nothing",
        fix="Enter the days that this bill is for (form locator 6) in statement.",
    )
    notebook.add(finding, "statement")
