"""A partner's folder, whatever it lies on: the few things that a delivery does there.

Each is a step that tests can stop at, as the steps on our own files are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Protocol

from pipeline.delivery_settings import Delivery, RemoteFolder
from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError, OperationError, PartnerUnreachable


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A plain file there: its name, size and time of change in nanoseconds."""

    name: str
    size: int
    changed: int


class Remote(Protocol):
    """A folder of a partner. Names are names of files in it, but for `move`, whose target may lie below it."""

    def list(self) -> list[RemoteFile]: ...

    def find(self, name: str) -> RemoteFile | None: ...

    def read(self, name: str) -> bytes: ...

    def write(self, name: str, data: bytes) -> None: ...

    def move(self, name: str, target: str) -> None:
        """Rename; FileExistsError or another OSError where the target is there."""

    def remove(self, name: str) -> None: ...


class LocalFolder:
    """A folder of this machine, as another one mounts it."""

    def __init__(self, folder: Path, steps: DurableSteps) -> None:
        self._folder = folder
        self._steps = steps

    def list(self) -> list[RemoteFile]:
        names = sorted(path.name for path in self._folder.iterdir())
        found = [self.find(name) for name in names]
        return [file for file in found if file is not None]

    def find(self, name: str) -> RemoteFile | None:
        path = self._folder / name
        if path.is_symlink() or not path.is_file():
            return None
        status = path.stat()
        return RemoteFile(name, status.st_size, status.st_mtime_ns)

    def read(self, name: str) -> bytes:
        return (self._folder / name).read_bytes()

    def write(self, name: str, data: bytes) -> None:
        self._steps.write_file(self._folder / name, data)

    def move(self, name: str, target: str) -> None:
        path = self._folder / target
        if path.exists():
            raise FileExistsError(f"{path} is there already")
        self._steps.make_folder(path.parent)
        self._steps.rename(self._folder / name, path)

    def remove(self, name: str) -> None:
        self._steps.remove(self._folder / name)


class SftpFolder:
    """A folder of an SFTP server."""

    def __init__(self, delivery: Delivery, folder: RemoteFolder, steps: DurableSteps) -> None:
        from pipeline.delivery.sftp import StrictSftp

        self._system = StrictSftp(delivery, folder)
        self._folder = folder.folder
        self._steps = steps

    def list(self) -> list[RemoteFile]:
        found = self._system.ls(self._folder, detail=True)
        return sorted(
            (_file(one["name"].rpartition("/")[2], one) for one in found if one["type"] == "file"),
            key=lambda file: file.name,
        )

    def find(self, name: str) -> RemoteFile | None:
        try:
            found = self._system.info(self._path(name))
        except FileNotFoundError:
            return None
        return _file(name, found) if found["type"] == "file" else None

    def read(self, name: str) -> bytes:
        data: bytes = self._system.cat_file(self._path(name))
        return data

    def write(self, name: str, data: bytes) -> None:
        self._steps.step("remote write", Path(name))
        self._system.pipe_file(self._path(name), data)

    def move(self, name: str, target: str) -> None:
        self._steps.step("remote rename", Path(name), Path(target))
        self._system.mv(self._path(name), self._path(target))

    def remove(self, name: str) -> None:
        self._steps.step("remote remove", Path(name))
        self._system.rm_file(self._path(name))

    def close(self) -> None:
        self._system.close()

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"


def _file(name: str, found: dict[str, object]) -> RemoteFile:
    size, changed = found["size"], found["mtime"]
    return RemoteFile(name, int(str(size)), int(changed.timestamp()) * 1_000_000_000)  # type: ignore[attr-defined]


@contextmanager
def opened(delivery: Delivery, folder: RemoteFolder, steps: DurableSteps) -> Iterator[Remote]:
    """The folder, connected to. PartnerUnreachable where that fails or the connection dies meanwhile;
    ConfigurationError where there is no key or secret."""
    if not folder.host:
        try:
            yield LocalFolder(Path(folder.folder), steps)
        except OSError as error:
            raise _unreachable(delivery, folder, error.strerror or type(error).__name__) from None
        return
    sftp = _sftp()
    try:
        remote = SftpFolder(delivery, folder, steps)
        try:
            yield remote
        finally:
            remote.close()
    except OperationError:
        raise
    except sftp.TROUBLE as error:
        raise _unreachable(delivery, folder, sftp.words_of(error)) from None


def _sftp() -> ModuleType:
    try:
        from pipeline.delivery import sftp
    except ImportError:
        raise ConfigurationError(
            "the packages for SFTP are not installed", "pip install 'j3399[sftp]'"
        ) from None
    return sftp


def _unreachable(delivery: Delivery, folder: RemoteFolder, words: str) -> PartnerUnreachable:
    return PartnerUnreachable(f"{delivery.partner} at {folder}: {words}", "It is tried again in the next run")
