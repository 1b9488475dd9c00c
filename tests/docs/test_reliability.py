"""Each test that docs/reliability.md names exists."""

from __future__ import annotations

import re

import pytest

from tests.support.builders import ROOT

NAMED = sorted(
    set(re.findall(r"`(\S+\.py)::(test_\w+)`", (ROOT / "docs" / "reliability.md").read_text("utf-8")))
)


def test_the_table_names_tests() -> None:
    assert len(NAMED) > 20


@pytest.mark.parametrize(("file", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_named_test_exists(file: str, name: str) -> None:
    assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text("utf-8")
