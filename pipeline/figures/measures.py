"""The figures as pandas tables. Money is exact: integer cents are summed, and turned into dollars last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import pandas as pd

from edi.values import from_cents
from pipeline.denials.item import WorkItem
from pipeline.denials.tables import causes
from pipeline.figures.bills import Bill

ALL = "all"
"""The row of all payers, or of all causes."""
_BANDS = ((0, 30, "0-30"), (31, 60, "31-60"), (61, 90, "61-90"), (91, None, "91 and more"))
NOT_SENT = "not sent here"


@dataclass(frozen=True, slots=True)
class Figure:
    """One table: its name, what it says in words, and its rows. Columns that end in `_amount` are dollars."""

    name: str
    title: str
    table: pd.DataFrame

    def rows(self) -> list[dict[str, Any]]:
        """The rows as plain values; what there is no number for is None."""
        return [
            {name: None if pd.isna(value) else value for name, value in row.items()}
            for row in self.table.to_dict("records")
        ]


def figures_of(bills: Sequence[Bill], items: Iterable[WorkItem], today: dt.date) -> list[Figure]:
    """All figures. `items` are those open on the day."""
    columns = [item.name for item in fields(Bill)]
    frame = pd.DataFrame([attrgetter(*columns)(bill) for bill in bills], columns=columns)
    return [
        Figure("denials", "Denials by payer and cause", _denials(frame)),
        Figure("days", "Days from sent to the first payment", _days(frame)),
        Figure("at-risk", "Money at risk by days since the claim went out", _at_risk(bills, items, today)),
        Figure(
            "first-pass", "Accepted as first sent (277CA)", _by_payer(frame[frame.passed.notna()], _passed)
        ),
        Figure(
            "preventable",
            "Rejections and denials that a rule finds on the claim as sent",
            _preventable(frame),
        ),
        Figure("recovered", "Denied, then paid", _by_payer(frame[frame.denied.astype(bool)], _recovered)),
    ]


def _by_payer(frame: pd.DataFrame, measure: Callable[[pd.DataFrame], Mapping[str, Any]]) -> pd.DataFrame:
    """The measure of each payer, then of all payers; no row where there is nothing to measure."""
    rows = [{"payer": payer, **measure(group)} for payer, group in frame.groupby("payer", sort=True)]
    if rows:
        rows.append({"payer": ALL, **measure(frame)})
    return pd.DataFrame(rows, columns=["payer", *measure(frame)])


def _denials(frame: pd.DataFrame) -> pd.DataFrame:
    rows = []
    decided = frame[frame.decided.astype(bool)]
    groups = [*decided.groupby("payer", sort=True), *([(ALL, decided)] if len(decided) else [])]
    for payer, group in groups:
        denied = group[group.denied.astype(bool)]
        counts = (
            denied.groupby("denial_cause").size().sort_index().sort_values(ascending=False, kind="stable")
        )
        for cause, number in [*counts.items(), (ALL, len(denied))]:
            rows.append(
                {
                    "payer": payer,
                    "cause": cause,
                    "denied": number,
                    "decided": len(group),
                    "rate": number / len(group),
                }
            )
    return pd.DataFrame(rows, columns=["payer", "cause", "denied", "decided", "rate"])


def _days(frame: pd.DataFrame) -> pd.DataFrame:
    paid = frame[frame.paid_first.notna() & frame.sent.notna()].copy()
    paid["days"] = [(first - sent).days for first, sent in zip(paid.paid_first, paid.sent, strict=True)]
    return _by_payer(paid, _quartiles)


def _quartiles(group: pd.DataFrame) -> Mapping[str, Any]:
    lower, median, upper = (float(group.days.astype(float).quantile(part)) for part in (0.25, 0.5, 0.75))
    return {"paid": len(group), "lower_quartile": lower, "median": median, "upper_quartile": upper}


def _passed(group: pd.DataFrame) -> Mapping[str, Any]:
    accepted = int(group.passed.astype(bool).sum())
    return {"acknowledged": len(group), "accepted": accepted, "rate": _share(accepted, len(group))}


def _recovered(group: pd.DataFrame) -> Mapping[str, Any]:
    gained = (group.paid_cents - group.paid_then_cents).clip(lower=0)
    denied, recovered = int(group.denied_cents.sum()), int(gained.sum())
    return {
        "denied": len(group),
        "recovered": int((gained > 0).sum()),
        "denied_amount": from_cents(denied),
        "recovered_amount": from_cents(recovered),
        "rate": _share(recovered, denied),
    }


def _preventable(frame: pd.DataFrame) -> pd.DataFrame:
    refused = frame[frame.refusal_cause != ""]
    rows = [{"cause": cause, **_found(group)} for cause, group in refused.groupby("refusal_cause", sort=True)]
    rows.sort(key=lambda row: (-row["refused"], row["cause"]))
    if rows:
        rows.append({"cause": ALL, **_found(refused)})
    return pd.DataFrame(rows, columns=["cause", *_found(refused)])


def _found(group: pd.DataFrame) -> dict[str, Any]:
    found = group[group.found_by.map(bool).astype(bool)]
    named = [rule for rules in found.found_by for rule in rules]
    return {
        "refused": len(group),
        "with_rule": sum(bool(causes()[cause].prevented_by) for cause in group.refusal_cause),
        "found": len(found),
        "rate": _share(len(found), len(group)),
        "found_amount": from_cents(int(found.refused_cents.sum())),
        "found_by": " ".join(dict.fromkeys(named)),
    }


def _at_risk(bills: Sequence[Bill], items: Iterable[WorkItem], today: dt.date) -> pd.DataFrame:
    """Each bill once, with the open item that is worth most; items of no bill by their own subject."""
    bill_of = {claim: number for number, bill in enumerate(bills) for claim in bill.claims}
    most: dict[object, tuple[int, str]] = {}
    for item in items:
        number = bill_of.get(item.claim)
        sent = bills[number].sent if number is not None else None
        subject = number if number is not None else item.encounter or item.key
        cents = max(item.amount_at_risk_cents, most.get(subject, (0, ""))[0])
        most[subject] = cents, _band((today - sent).days) if sent is not None else NOT_SENT
    rows = []
    for name in (*(band for _, _, band in _BANDS), NOT_SENT):
        amounts = [amount for amount, band in most.values() if band == name]
        rows.append({"days": name, "bills": len(amounts), "at_risk_amount": from_cents(sum(amounts))})
    total = sum(amount for amount, _ in most.values())
    rows.append({"days": ALL, "bills": len(most), "at_risk_amount": from_cents(total)})
    return pd.DataFrame(rows, columns=["days", "bills", "at_risk_amount"])


def _band(days: int) -> str:
    return next(name for _, last, name in _BANDS if last is None or days <= last)


def _share(part: int, whole: int) -> float:
    """A share of a whole; no number of nothing."""
    return part / whole if whole else float("nan")
