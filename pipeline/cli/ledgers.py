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


def require_ledger(config: Config) -> None:
    """StorageError where there is none yet."""
    if not config.may_have_ledger:
        raise StorageError(f"there is no ledger at {config.ledger_path}", "Run `j3399 nightly` first")


@contextmanager
def opened_ledger(config: Config, read_only: bool) -> Iterator[Ledger]:
    """The ledger, opened; trouble of profiles while it is open is trouble of the configuration."""
    from mapping.profile_store import ProfileError
    from pipeline.ledger.store import Ledger

    require_ledger(config)
    opened = Ledger.open_read_only if read_only else Ledger.open
    ledger = opened(config.ledger, DurableSteps())
    try:
        yield ledger
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
    finally:
        ledger.close()
