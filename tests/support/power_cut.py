"""What a power cut leaves: a recorder under the durable steps, and a folder made of what was synced.

Real fsyncs are watched, not the steps' own word for it: the content of a file is durable as it was at its
last fsync, the names in a folder as they were at the folder's last fsync. A commit of the ledger is durable
once it is done (SQLite with synchronous=FULL).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.durable import DurableSteps
from pipeline.ledger.backup import copy_ledger

Names = dict[str, int]


@dataclass(frozen=True, slots=True)
class Leftover:
    """What stands on disk after a cut: names of each folder, content of each file, by inode; the ledger."""

    after: str
    root: int
    folders: dict[int, Names]
    contents: dict[int, bytes]
    ledger: bytes | None

    def digest(self, without: tuple[str, ...]) -> str:
        """Of all that stands there, folders `without` left out."""
        reached = sorted(
            (str(path), self.contents.get(inode, b"") if inode not in self.folders else b"/")
            for path, inode in self.walk()
            if path.parts[0] not in without
        )
        return hashlib.sha256(repr((reached, self.ledger)).encode()).hexdigest()

    def walk(self) -> list[tuple[Path, int]]:
        """Each path below the root with its inode, folders before what is in them."""
        found: list[tuple[Path, int]] = []
        waiting = [(Path(), self.root)]
        while waiting:
            path, inode = waiting.pop()
            if path != Path():
                found.append((path, inode))
            names = self.folders.get(inode, {})
            waiting += [(path / name, child) for name, child in names.items()]
        return found

    def restore(self, folder: Path, ledger: Path) -> None:
        """The folder as the machine finds it when it starts again; two names of a file stay one file."""
        folder.mkdir(parents=True)
        first: dict[int, Path] = {}
        for path, inode in self.walk():
            target = folder / path
            if inode in self.folders:
                target.mkdir(mode=0o700)
            elif inode in first:
                os.link(first[inode], target)
            else:
                target.write_bytes(self.contents.get(inode, b""))
                first[inode] = target
        if self.ledger is not None:
            (folder / ledger).write_bytes(self.ledger)


@dataclass(slots=True)
class PowerCutRecorder(DurableSteps):
    """Durable steps that note, after each of them and each fsync, what a cut would leave."""

    root: Path
    ledger: Path
    real_fsync: Callable[[int], None] = os.fsync
    cuts: list[Leftover] = field(default_factory=list)
    _folders: dict[int, Names] = field(default_factory=dict)
    _contents: dict[int, bytes] = field(default_factory=dict)
    _kept_open: dict[int, int] = field(default_factory=dict)
    _ledger: bytes | None = None

    def begin(self) -> None:
        """All that stands now counts as synced."""
        for folder, _, names in os.walk(self.root):
            self._sync_folder(Path(folder))
            for name in names:
                path = Path(folder) / name
                self._keep(path)
                self._contents[path.stat().st_ino] = path.read_bytes()
        self._note_ledger()
        self._cut("the beginning")

    def end(self) -> None:
        for descriptor in self._kept_open.values():
            os.close(descriptor)

    def fsync(self, descriptor: int) -> None:
        """In the place of `os.fsync`."""
        self.real_fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        if not path.is_relative_to(self.root):
            return
        if path.is_dir():
            self._sync_folder(path)
        else:
            self._keep(path)
            self._contents[path.stat().st_ino] = path.read_bytes()
        self._cut(f"sync of {path.name}")

    def commit(self, name: str, commit: Callable[[], None]) -> None:
        commit()
        self._note_ledger()
        self._cut(f"commit {name}")

    def _sync_folder(self, folder: Path) -> None:
        names = {}
        for path in folder.iterdir():
            if not path.name.startswith(self.ledger.name):
                self._keep(path)
                names[path.name] = path.stat().st_ino
                if path.is_dir():
                    self._folders.setdefault(path.stat().st_ino, {})
        self._keep(folder)
        self._folders[folder.stat().st_ino] = names

    def _keep(self, path: Path) -> None:
        """Hold it open, so that its inode's number is not given to another file."""
        inode = path.stat().st_ino
        if inode not in self._kept_open:
            self._kept_open[inode] = os.open(path, os.O_RDONLY)

    def _note_ledger(self) -> None:
        if not self.ledger_path.is_file() or not self.ledger_path.stat().st_size:
            return
        copy = self.root.with_name("ledger-of-the-recorder")
        copy_ledger(self.ledger_path, copy)
        self._ledger = copy.read_bytes()
        copy.unlink()

    @property
    def ledger_path(self) -> Path:
        return self.root / self.ledger

    def _cut(self, after: str) -> None:
        root = self.root.stat().st_ino
        folders = {inode: dict(names) for inode, names in self._folders.items()}
        self.cuts.append(Leftover(after, root, folders, dict(self._contents), self._ledger))


def different(cuts: list[Leftover], without: tuple[str, ...] = ("reports",)) -> list[Leftover]:
    """The cuts that leave different things, but for what each night writes anew."""
    return list({cut.digest(without): cut for cut in reversed(cuts)}.values())[::-1]
