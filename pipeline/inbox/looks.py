"""Which files of a folder are ready to be taken, and why the others stay.

A file may still be written while we look. It is taken when its name does not say that it is unfinished,
when it looked the same at the beginning of the run and now, and when it has been quiet for a while;
or when its done-file stands beside it, where its partner makes one. What is no plain file (a link, a folder, a
pipe, a device) is never opened.
"""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from edi.finding import Finding, Place, RuleKey, Severity
from pipeline.file_names import shown_name
from pipeline.folders import is_unfinished
from pipeline.inbox.settings import InboxSettings

FILE_LEFT = RuleKey("file-left", None, Severity.ERROR)
DONE = ".done"
_CHANGED = "it changed during this run"
_KINDS = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

Looks = Mapping[str, tuple[int, int]]
"""Size and time of change (nanoseconds) of each file, by name."""


@dataclass(slots=True)
class Ready:
    """The files to take, those that stay for the next run with the reason, what a person must clear away."""

    files: list[Path] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def look(folder: Path) -> Looks:
    """How each file of a folder stands now."""
    found = {}
    for path in _entries(folder):
        try:
            status = path.lstat()
        except OSError:
            continue
        found[path.name] = (status.st_size, status.st_mtime_ns)
    return found


def ready_files(folder: Path, before: Looks, settings: InboxSettings, now: dt.datetime) -> Ready:
    """Sort the files of a folder; `before` is the look at the beginning of the run, `now` local time."""
    ready = Ready()
    now_seen = look(folder)
    for path in _entries(folder):
        try:
            status = path.lstat()
        except OSError:
            continue  # taken back by whoever put it there
        odd = next((words for is_kind, words in _KINDS if is_kind(status.st_mode)), None)
        if odd is not None:
            ready.findings.append(left(path.name, odd))
        elif not is_marker(path.name, settings):
            why = why_waiting(path.name, before, now_seen, now.timestamp(), settings)
            if why:
                ready.waiting[shown_name(path.name)] = why
            else:
                ready.files.append(path)
    return ready


def left(name: str, kind: str) -> Finding:
    """The finding on what is no plain file."""
    return Finding.of(
        FILE_LEFT,
        "This is {kind}, not a file, and was left where it is.",
        fields={"kind": kind},
        fix="Take it away; an answer that it stands for must be put there as a file.",
        place=Place(file=shown_name(name)),
    )


def _entries(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _has_done_files(name: str, settings: InboxSettings) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in settings.done_files)


def is_marker(name: str, settings: InboxSettings) -> bool:
    """Whether a name is that of a done-file, and of a partner who makes them."""
    return name.endswith(DONE) and _has_done_files(name.removesuffix(DONE), settings)


def why_waiting(name: str, before: Looks, now_seen: Looks, now: float, settings: InboxSettings) -> str | None:
    """Why a file stays for the next run; None where it is ready. `now` is in seconds since 1970."""
    if is_unfinished(name):
        return "its name says that it is not finished"
    if name not in now_seen:
        return _CHANGED
    if _has_done_files(name, settings):
        marker = now_seen.get(f"{name}{DONE}")
        # An older one was left over from a file of the same name.
        is_done = marker is not None and marker[1] >= now_seen[name][1]
        return None if is_done else f"its done-file ({DONE}) is not there yet"
    if now_seen[name] != before.get(name):
        return _CHANGED
    # A time in the future comes from another clock and says nothing.
    if 0 <= now - now_seen[name][1] / 1e9 < settings.quiet_seconds:
        return f"it changed less than {settings.quiet_seconds} seconds ago"
    return None
