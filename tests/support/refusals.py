"""Durable steps that a disk refuses, and how a night ends over it."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from edi.envelope import read_document
from pipeline.config import Config
from pipeline.durable import FILE_MODE, DurableSteps
from pipeline.errors import OperationError, storage_error
from tests.support.nights import a_night

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE)
"""Disk full, input or output error, no permission, read only, too many open files."""


class RefusingSteps(DurableSteps):
    """Durable steps of which the n-th is refused by the operating system; a write after half of its bytes."""

    def __init__(self, refuse_at: int, error: int) -> None:
        self.taken = 0
        self._refuse_at = refuse_at
        self._error = error
        self.refused = ""

    def step(self, name: str, *paths: Path) -> None:
        self.taken += 1
        if self.taken == self._refuse_at:
            self.refused = name
            raise OSError(self._error, os.strerror(self._error), str(paths[0]) if paths else None)

    def write_file(self, path: Path, data: bytes) -> None:
        if self.taken == self._refuse_at - 1 and self._error in (errno.ENOSPC, errno.EIO):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
            os.write(descriptor, data[: len(data) // 2])
            os.close(descriptor)
        super().write_file(path, data)


def night_code(config: Config, steps: DurableSteps) -> int:
    """The exit code of a night, as the command line gives it."""
    try:
        return int(a_night(config, steps=steps)["exit_code"])
    except OperationError as error:
        return error.exit_code
    except OSError as error:
        return storage_error(error).exit_code


def assert_no_half_file(config: Config) -> None:
    """What can be seen under its own name is whole: files of claims, and what is written as JSON."""
    for path in config.folders.ready.glob("[!.]*.x12"):
        document = read_document(path.read_bytes())
        assert all(one.closed for one in document.transactions()), path.name
        assert document.segments[-1].id == "IEA", path.name
    for folder in (config.folders.reports, config.folders.held, config.folders.quarantine):
        for path in folder.glob("[!.]*.json"):
            json.loads(path.read_text("utf-8"))


def leftovers(config: Config) -> list[str]:
    """Unfinished files that a run left behind."""
    root = config.folders.state.parent
    return sorted(str(path.relative_to(root)) for path in root.rglob(".*") if path.is_file())
