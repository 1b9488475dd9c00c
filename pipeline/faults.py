"""A fault of the program over one file or one record: it costs that one, and the night goes on.

Why: a payment that no test foresaw must not keep back the claims of other children. Trouble of the
operation (disk, ledger, lock) is no such fault and ends the run.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError

from edi.finding import Finding, Place, RuleKey, Severity
from pipeline.errors import OperationError

PROGRAM_FAULT = RuleKey("program-fault", None, Severity.ERROR)
_ROOT: Final = Path(__file__).parents[1]
_PACKAGES: Final = ("edi", "mapping", "validators", "pipeline")
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
    """`OverflowError at pipeline/ledger/answers.py:141`: the innermost place that is ours, for a library fails
    where it was called wrongly."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [(Path(frame.filename), frame.lineno) for frame in frames]
    ours = [(path.relative_to(_ROOT), line) for path, line in places if _is_ours(path)]
    return type(error).__name__ + (f" at {ours[-1][0]}:{ours[-1][1]}" if ours else "")


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _PACKAGES
