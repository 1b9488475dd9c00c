"""A ledger of an older version brought to this program's, after a copy of it was made.

SQLite cannot change a table that others point to while it watches foreign keys, so this works
on a connection of its own that does not; what points nowhere afterwards stops it.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from pipeline.durable import DurableSteps
from pipeline.errors import StorageError
from pipeline.ledger.backup import copy_ledger


def back_up(path: Path, version: int, steps: DurableSteps) -> Path:
    """A copy of the ledger beside it, as `NAME.v2` and so on: what to return to with the older program."""
    copy = path.with_name(f"{path.name}.v{version}")
    partial = copy.with_name(f".{copy.name}.partial")
    steps.remove(partial)
    copy_ledger(path, partial)
    steps.rename(partial, copy)
    return copy


def upgrade(connection: Connection, version: int, target: int) -> None:
    """Run the steps after `version`, in the caller's transaction. StorageError where rows would be orphaned."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.stamp(config, f"{version:04d}", purge=True)
    command.upgrade(config, f"{target:04d}")
    connection.execute(
        text("UPDATE settings SET value = :version WHERE name = 'version'"), {"version": str(target)}
    )
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        raise StorageError(
            f"the ledger has {len(orphans)} rows that point to rows that are gone; it was left as it was",
            "Restore it from its backup, then run again",
        )
