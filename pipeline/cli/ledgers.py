"""The ledger that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError, StorageError

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.ledger.store import Ledger


@contextmanager
def opened_ledger(config: Config, read_only: bool) -> Iterator[Ledger]:
    """The ledger, opened; trouble of profiles while it is open is trouble of the configuration."""
    from mapping.profile_store import ProfileError
    from pipeline.ledger.store import Ledger

    if not config.ledger_path.is_file():
        raise StorageError(f"there is no ledger at {config.ledger_path}", "Run `j3399 nightly` first")
    opened = Ledger.open_read_only if read_only else Ledger.open
    ledger = opened(config.ledger_path, DurableSteps())
    try:
        yield ledger
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
    finally:
        ledger.close()
