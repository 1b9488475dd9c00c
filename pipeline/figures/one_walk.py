"""All that a morning looks at, in one walk over the claims: reading their answers takes the most time."""

from __future__ import annotations

from pipeline.denials.item import WorkItem
from pipeline.figures.bills import Bill, bill_of, claims_by_bill
from pipeline.worklist.desk import Desk
from pipeline.worklist.items import in_order, items_of_claim, items_of_ledger


def items_and_bills(desk: Desk) -> tuple[list[WorkItem], list[Bill]]:
    """The open items, in the order of the worklist, and the bills of a ledger."""
    items: list[WorkItem] = []
    bills: dict[str, Bill] = {}
    groups = claims_by_bill(desk)
    for group in desk.walk_groups(groups):
        items += [item for claim in group for item in items_of_claim(desk, claim)]
        bills[group[0].id] = bill_of(desk, group)
    return in_order([*items, *items_of_ledger(desk)]), [bills[group[0].id] for group in groups]
