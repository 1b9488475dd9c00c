"""Trouble of the operation: configuration, disk, lock, integrity.

Each class is an exit code; its docstring opens the message that people read. Wrong data
is never an exception: see `edi.finding`.
"""

from __future__ import annotations

import inspect

from pipeline import exit_codes


class OperationError(Exception):
    """The job stopped."""

    exit_code = exit_codes.STORAGE

    def __init__(self, detail: str = "", next_step: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.next_step = next_step

    def line(self) -> str:
        """One line: what happened, where, what to do."""
        headline = (inspect.getdoc(type(self)) or "").splitlines()[0].rstrip(".")
        parts = [headline + (f": {self.detail}" if self.detail else "")]
        if self.next_step:
            parts.append(self.next_step)
        return ". ".join(part.rstrip(".") for part in parts) + "."


class ConfigurationError(OperationError):
    """The configuration cannot be used."""

    exit_code = exit_codes.USAGE


class NotDecidable(OperationError):
    """Nothing was decided."""

    exit_code = exit_codes.USAGE


class NotWaivable(OperationError):
    """The rule cannot be waived."""

    exit_code = exit_codes.USAGE


class NotCorrectable(OperationError):
    """The claim was not corrected."""

    exit_code = exit_codes.USAGE


class NotInQuarantine(OperationError):
    """There is no such file in quarantine."""

    exit_code = exit_codes.USAGE


class NotSettled(OperationError):
    """Nothing was settled."""

    exit_code = exit_codes.USAGE


class PartnerUnreachable(OperationError):
    """A partner could not be reached."""

    exit_code = exit_codes.UNREACHABLE


class NotResendable(OperationError):
    """The file was not sent again."""

    exit_code = exit_codes.USAGE


class NotReplayable(OperationError):
    """The file was not read again."""

    exit_code = exit_codes.USAGE


class StorageError(OperationError):
    """A file or folder could not be read or written."""

    exit_code = exit_codes.STORAGE


class LedgerBusy(OperationError):
    """The ledger is locked by another program."""

    exit_code = exit_codes.STORAGE


class ControlNumbersExhausted(OperationError):
    """The interchange control number has reached 999999999."""

    exit_code = exit_codes.STORAGE


class LockHeld(OperationError):
    """Another run holds the lock."""

    exit_code = exit_codes.LOCKED


class RunTakenOver(OperationError):
    """A newer run has taken over this ledger."""

    exit_code = exit_codes.LOCKED


class IntegrityAlarm(OperationError):
    """Ledger and archive disagree; nothing was sent."""

    exit_code = exit_codes.INTEGRITY


def exit_code_of(error: Exception) -> int:
    """The exit code of a run that this exception ends."""
    if isinstance(error, OperationError):
        return error.exit_code
    return exit_codes.STORAGE if isinstance(error, OSError) else exit_codes.BUG


def storage_error(error: OSError) -> StorageError:
    """An error of the operating system in words: which file, why, what to do."""
    where = str(error.filename) if error.filename else "a file"
    reason = error.strerror or type(error).__name__
    return StorageError(f"{where}: {reason}", "Mend the disk, the folder or its permission, then run again")
