"""Records that only the type checker freezes: all else is as with frozen dataclasses."""

from __future__ import annotations

from dataclasses import field, fields, replace

import pytest

from edi.records import record


@record(frozen=True, slots=True)
class Point:
    """A record of the tests."""

    x: int
    name: str = field(default="", repr=False)
    seen: int = field(default=0, compare=False)


def test_records_are_equal_and_hash_by_what_they_hold() -> None:
    assert Point(1, "a", seen=1) == Point(1, "a", seen=2) != Point(2, "a")
    assert len({Point(1, "a", seen=1), Point(1, "a", seen=2), Point(2, "a")}) == 2


def test_records_are_copied_and_shown_as_dataclasses_are() -> None:
    assert replace(Point(1), x=2) == Point(2)
    assert repr(Point(1, "secret")) == "Point(x=1, seen=0)"
    assert [item.name for item in fields(Point)] == ["x", "name", "seen"]


def test_records_take_no_other_fields() -> None:
    with pytest.raises(AttributeError):
        Point(1).other = 1  # type: ignore[attr-defined]
