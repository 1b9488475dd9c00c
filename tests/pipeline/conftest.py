"""What tests of whole nights share."""

from __future__ import annotations

import pytest

from pipeline.pages import charts


@pytest.fixture
def plain_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without drawn charts, for tests of hundreds of nights: drawing is most of a small night's time."""
    monkeypatch.setattr(charts, "_data_uri", lambda figure: "data:image/svg+xml;base64,")
