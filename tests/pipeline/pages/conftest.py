"""What tests of pages share."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def plain_charts() -> None:
    """Pages as people see them, with their charts."""
