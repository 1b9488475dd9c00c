"""What tests of whole nights share."""

from __future__ import annotations

import functools
from importlib import metadata

import pytest

from pipeline.pages import shown_figures

_packages = functools.cache(metadata.packages_distributions)
_PICTURE = "data:image/svg+xml;base64,"


@pytest.fixture(autouse=True)
def plain_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without drawn charts, for tests of many nights: drawing is most of a small night's time.

    Tests of pages draw them, and so do nights in processes of their own.
    """
    monkeypatch.setattr(shown_figures, "bar_chart", lambda labels, values, shown: _PICTURE)
    monkeypatch.setattr(shown_figures, "line_chart", lambda labels, values, unit: _PICTURE)


@pytest.fixture
def known_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is installed is read once for all tests that run `doctor`: that is most of its time."""
    monkeypatch.setattr(metadata, "packages_distributions", _packages)
