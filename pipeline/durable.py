"""The durable steps: write, sync, link, rename, remove, commit. Nothing else does them.

Every step first calls `step`, which tests replace to stop the process at the n-th step
or to record what a power cut would leave. Files are created 0600 and folders 0700,
whatever the umask. A failed fsync is not retried: the page may be gone, so the error goes
up and the next run starts from what is known to be on disk.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_PARTIAL: Final = ".partial"
_LONGEST_NAME: Final = 255
_NETWORK_FILESYSTEMS = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "afs",
    "9p",
    "glusterfs",
    "ceph",
)


class DurableSteps:
    """The steps as the operating system does them."""

    def step(self, name: str, *paths: Path) -> None:
        """Called before each step; does nothing here."""

    def make_folder(self, folder: Path) -> None:
        """The folder and its parents, each 0700 where it is new."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        self.step("make folder", folder)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        folder.chmod(FOLDER_MODE)
        self.sync_folder(folder.parent)

    def write_file(self, path: Path, data: bytes) -> None:
        """A file of these bytes, on disk with its name, made anew where it stands."""
        self._write_content(path, data)
        self.sync_folder(path.parent)

    def _write_content(self, path: Path, data: bytes) -> None:
        """The bytes are on disk; whether the file's name is, is not known."""
        self.step("write", path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as stream:
            os.fchmod(stream.fileno(), FILE_MODE)
            stream.write(data)
            stream.flush()
            self.step("sync file", path)
            os.fsync(stream.fileno())

    def replace_file(self, path: Path, data: bytes) -> None:
        """A file of these bytes under its name at once: whole, or as it was before."""
        partial = path.with_name(_partial_name(path.name))
        self._write_content(partial, data)
        self.rename(partial, path)

    def remove_unfinished(self, folder: Path) -> None:
        """What a stopped `replace_file` left in a folder is gone."""
        for partial in sorted(folder.glob(f".*{_PARTIAL}")):
            self.remove(partial)

    def update_file(self, path: Path, data: bytes) -> None:
        """The same where the file holds other bytes; nothing to do where it holds these."""
        if not path.is_file() or path.read_bytes() != data:
            self.replace_file(path, data)

    def link(self, source: Path, target: Path) -> None:
        """A second name for a file; nothing to do where the name stands for it already."""
        self.step("link", source, target)
        try:
            os.link(source, target)
        except FileExistsError:
            if not source.samefile(target):
                raise
        self.sync_folder(target.parent)

    def rename(self, source: Path, target: Path) -> None:
        """Another name or folder for a file, both folders synced.

        A power cut may leave it under both names; rename(2) does nothing then, so the old one is removed.
        """
        self.step("rename", source, target)
        if target.exists() and source.samefile(target):
            source.unlink()
        else:
            source.rename(target)
        self.sync_folder(target.parent)
        if source.parent != target.parent:
            self.sync_folder(source.parent)

    def remove(self, path: Path) -> None:
        """The file is gone, or was gone already."""
        self.step("remove", path)
        path.unlink(missing_ok=True)
        self.sync_folder(path.parent)

    def sync_folder(self, folder: Path) -> None:
        """What was created, renamed or removed in the folder is on disk."""
        self.step("sync folder", folder)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def commit(self, name: str, commit: Callable[[], None]) -> None:
        """Commit a transaction of the ledger."""
        self.step(f"commit {name}")
        commit()


def _partial_name(name: str) -> str:
    """The dot name under which a file is written before it gets its own; made from a digest where it were too long."""
    partial = f".{name}{_PARTIAL}"
    if len(os.fsencode(partial)) <= _LONGEST_NAME:
        return partial
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()}{_PARTIAL}"


def is_network_folder(path: Path) -> bool:
    """Whether a path lies on a network file system, where SQLite's locks do not hold."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    where = path.resolve()
    best, kind = "", ""
    for line in mounts:
        fields = line.split()
        if len(fields) > 2 and where.is_relative_to(fields[1]) and len(fields[1]) >= len(best):
            best, kind = fields[1], fields[2]
    return kind in _NETWORK_FILESYSTEMS
