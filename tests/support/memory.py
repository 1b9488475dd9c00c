"""The most memory that a process of its own held.

`ru_maxrss` would not do: on Linux it outlives `exec`, so that a child tells of its parent.
"""

from __future__ import annotations

from pathlib import Path


def peak_kilobytes() -> int:
    """The most memory that this process held since it began its program (VmHWM)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])
