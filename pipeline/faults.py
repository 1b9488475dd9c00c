"""A fault of the program over one file or one record: it costs that one, and the night goes on.

Why: a payment that no test foresaw must not keep back the claims of other children. Trouble of the
operation (disk, ledger, lock) is no such fault and ends the run.
"""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Final

from sqlalchemy.exc import DBAPIError

from edi.finding import Finding, Place, RuleKey, Severity
from pipeline.errors import OperationError

PROGRAM_FAULT = RuleKey("program-fault", None, Severity.ERROR)
TROUBLE: Final = (OperationError, OSError, DBAPIError)
"""What ends the run, wherever it happens."""


def fault_of(error: Exception, place: Place) -> Finding:
    """The finding on a fault, by where in the program it happened: what the program held may be patient data."""
    return Finding.of(
        PROGRAM_FAULT,
        "The program failed over this one and left it as it was.",
        found=_where(error),
        fix="Report it with that place. It is kept, and goes on once the program is mended.",
        place=place,
    )


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"
