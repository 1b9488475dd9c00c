"""The heartbeat: `state/heartbeat.json` says when a night last ran, how it ended, and when one last went well.

For a monitor that watches one file, and for `doctor`. Holds no patient data.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import exit_codes
from pipeline.durable import DurableSteps

FILE_NAME = "heartbeat.json"
_GOOD = (exit_codes.DONE, exit_codes.FINDINGS)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The latest night: its time (local, as the run counts it), its number where it got one, how it ended.

    `last_good` is the time of the latest night that ended with 0 or 1; None where there was none yet.
    """

    at: dt.datetime
    run: str | None
    exit_code: int
    counts: dict[str, int]
    last_good: dt.datetime | None

    @property
    def is_good(self) -> bool:
        """Whether the night went through and reached every partner."""
        return self.exit_code in _GOOD

    def as_dict(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(timespec="seconds"),
            "run": self.run,
            "exit_code": self.exit_code,
            "counts": self.counts,
            "last_good": self.last_good.isoformat(timespec="seconds") if self.last_good else None,
        }


def read_heartbeat(state: Path) -> Heartbeat | None:
    """The heartbeat of a workspace; None where there is none that can be read."""
    try:
        content = json.loads((state / FILE_NAME).read_text("utf-8"))
        good = content["last_good"]
        return Heartbeat(
            dt.datetime.fromisoformat(content["at"]),
            content["run"],
            int(content["exit_code"]),
            dict(content["counts"]),
            dt.datetime.fromisoformat(good) if good else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def beat(steps: DurableSteps, state: Path, now: dt.datetime, summary: dict[str, Any]) -> None:
    """Write how the night that began `now` ended: by its summary, or by its exit code alone.

    Where another run has the ledger, the heartbeat is that run's. OSError where it cannot be written.
    """
    exit_code = summary["exit_code"]
    if exit_code == exit_codes.LOCKED:
        return
    before = read_heartbeat(state)
    last_good = now if exit_code in _GOOD else before.last_good if before else None
    latest = Heartbeat(now, summary.get("run"), exit_code, summary.get("counts", {}), last_good)
    steps.replace_file(state / FILE_NAME, (json.dumps(latest.as_dict(), indent=2) + "\n").encode())
