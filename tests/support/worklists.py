"""The worklist that a night left, for tests."""

from __future__ import annotations

import json
from typing import Any

from pipeline.config import Config


def worklist_of(config: Config) -> list[dict[str, Any]]:
    """All items of the last night."""
    content: list[dict[str, Any]] = json.loads((config.folders.reports / "worklist.json").read_text("utf-8"))
    return content


def items_of_kind(config: Config, kind: str) -> list[dict[str, Any]]:
    """The items of one kind."""
    return [item for item in worklist_of(config) if item["kind"] == kind]
