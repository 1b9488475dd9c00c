"""Facts of no product, payer, partner or site; what stands for a first name."""

from __future__ import annotations

import pytest

from mapping.profile_store import ProfileStore
from validators.facts import facts, is_placeholder_name


def test_every_fact_is_there_with_source_and_date() -> None:
    known = facts()
    assert all((known.never_principal, known.may_be_principal, known.placeholder_names, known.newborn_days))
    assert {"789", "795"} <= known.neonatal_groups and len(known.neonatal_groups) == 7


@pytest.mark.parametrize(
    "name", ["BABY", "babyboy", "Baby Girl B", "NEWBORN", "TWIN 1", "TWIN-A", "TwinB", "BB"]
)
def test_a_name_that_stands_for_none(name: str) -> None:
    assert is_placeholder_name(name)


@pytest.mark.parametrize("name", ["", "INES", "BABETTE", "A", "BOY", "TWINKLE", "INES BABY", "42", "ÉMILE"])
def test_a_name(name: str) -> None:
    assert not is_placeholder_name(name)


def test_a_shipped_payer_is_of_a_known_grouper_or_of_none() -> None:
    profiles = ProfileStore()
    groupers = {profiles.payer(key).grouper for key in profiles.keys("payers")}
    assert groupers == {"MS-DRG", "APR-DRG", ""}
