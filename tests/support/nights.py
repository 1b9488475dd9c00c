"""Workspaces and nights for tests of the job."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.config import Config, load_config
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock
from pipeline.night import run_night
from tests.support import ledgers
from tests.support.builders import NIGHT


def a_workspace(folder: Path) -> Config:
    """An empty workspace with a configuration file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "j3399.toml").write_text(f'[folders]\nroot = "."\n{ledgers.section()}', encoding="utf-8")
    config = load_config(folder / "j3399.toml")
    config.folders.make(DurableSteps())
    return config


def put_encounters(config: Config, name: str, records: Iterable[dict[str, Any]]) -> Path:
    """An NDJSON file of records in `encounters/new`."""
    path = config.folders.encounters / name
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def put_answer(config: Config, name: str, data: bytes) -> Path:
    path = config.folders.inbox / name
    path.write_bytes(data)
    return path


def a_night(config: Config, now: dt.datetime = NIGHT, steps: DurableSteps | None = None) -> dict[str, Any]:
    """One night, under the lock; its summary."""
    steps = steps or DurableSteps()
    with run_lock(config.folders.state, steps):
        return run_night(config, steps, now)


def outbox(config: Config) -> dict[str, bytes]:
    """The files that are ready to be picked up."""
    return {path.name: path.read_bytes() for path in sorted(config.folders.ready.iterdir()) if path.is_file()}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, the ledger's own side files left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
