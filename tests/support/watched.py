"""A command run in a forked process under watch: what it says, makes and starts, and a crash in its middle."""

from __future__ import annotations

import inspect
import json
import os
import shlex
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from pipeline.cli import main
from tests.support.builders import ROOT
from tests.support.processes import in_child, say_into

_OURS = tuple(str(ROOT / package) for package in ("edi", "mapping", "validators", "pipeline"))
_STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.fork")
_NOTES = "watched.json"


class Broken(Exception):
    """A bug of the program, made by the test."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How a command ended. `calls`: functions of ours that were called where it was to break; `started`: processes, with arguments."""

    code: int
    stdout: bytes
    stderr: bytes
    calls: int
    started: str
    open_to_others: list[str]


def watched(folder: Path, arguments: str, mask: int, crash: tuple[int, str] | None = None) -> Watched:
    """Run `j3399 ARGUMENTS` in a folder; `crash` is the call at which it breaks, and the text of the error."""
    said = folder.parent / f"{folder.name}.said"
    said.mkdir()

    def work() -> None:
        os.umask(mask)
        os.chdir(folder)
        (folder / "tmp").mkdir(mode=0o700, exist_ok=True)
        os.environ["TMPDIR"] = tempfile.tempdir = str(folder / "tmp")
        os.environ.pop("J3399_CONFIG", None)
        say_into(said / "stdout")
        sys.stderr = (said / "stderr").open("w", encoding="utf-8", buffering=1)
        os.dup2(sys.stderr.fileno(), 2)
        watch = _Watch(folder, crash)
        try:
            main.run(shlex.split(arguments))
        finally:
            sys.setprofile(None)
            os.chdir(said)
            sys.stdout.flush()
            Path(_NOTES).write_text(json.dumps(watch.notes()), encoding="utf-8")

    code = in_child(work)
    notes = json.loads((said / _NOTES).read_text("utf-8"))
    return Watched(code, (said / "stdout").read_bytes(), (said / "stderr").read_bytes(), **notes)


class _Watch:
    """Counts the calls of our functions and breaks at one of them; sees processes that are started."""

    def __init__(self, folder: Path, crash: tuple[int, str] | None) -> None:
        self._folder = folder
        self._crash = crash
        self._calls = 0
        self._started: list[str] = []
        self._open: list[str] = []
        sys.addaudithook(self._audit)
        if crash:
            sys.setprofile(self._profile)

    def notes(self) -> dict[str, Any]:
        return {
            "calls": self._calls,
            "started": " ".join(self._started),
            "open_to_others": self._open + open_to_others(self._folder),
        }

    def _audit(self, event: str, values: tuple[Any, ...]) -> None:
        if event in _STARTS:
            self._started.append(f"{event} {values}")

    def _profile(self, frame: FrameType, event: str, value: Any) -> None:
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(_OURS) or code.co_filename == main.__file__:
            return
        if code.co_flags & inspect.CO_GENERATOR:
            return  # it may be called to be closed, where an error is passed over
        self._calls += 1
        if self._crash and self._calls == self._crash[0]:
            sys.setprofile(None)
            self._open = open_to_others(self._folder)  # a ledger in use has files beside it
            raise Broken(self._crash[1])


def open_to_others(folder: Path) -> list[str]:
    """What below a folder others may look at: files that are not 0600, folders that are not 0700."""
    found = []
    for path in sorted(folder.rglob("*")):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if stat.S_IMODE(mode) != (0o700 if stat.S_ISDIR(mode) else 0o600):
            found.append(f"{path.relative_to(folder)} {stat.S_IMODE(mode):o}")
    return found
