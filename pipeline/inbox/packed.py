"""Files packed with gzip or zip, known by their content: looked through within limits, then read one by one.

A packed file is first unpacked into nothing, to see that it is whole and within the limits; only then is any of
it read. So a bomb costs a bounded time and no memory, and of a damaged archive nothing is counted.
Names in an archive are labels: they never become paths.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from edi.finding import Finding, Place, RuleKey, Severity
from pipeline.file_names import shown_name
from pipeline.inbox.settings import InboxSettings

PACKED_REFUSED = RuleKey("packed-refused", None, Severity.ERROR)
_GZIP, _ZIP = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK = 1 << 16
_RATIO_FROM = 1_000_000
"""Bytes from which the ratio counts: short texts pack well without meaning harm."""
_ENCRYPTED = 0x1
_DAMAGED = (
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    UnicodeDecodeError,
    NotImplementedError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file out of an archive: its name behind that of the archive, and its bytes."""

    name: str
    data: bytes


class _Refused(Exception):
    """Why an archive is not unpacked: a message, what is expected, what was found."""

    def __init__(self, message: str, expected: str = "", found: str = "") -> None:
        super().__init__(message)
        self.expected, self.found = expected, found


def is_packed(data: bytes) -> bool:
    """Whether these bytes (or the first of them) are of a gzip or zip file."""
    return data.startswith((_GZIP, *_ZIP))


def why_refused(name: str, data: bytes, settings: InboxSettings) -> Finding | None:
    """The finding for which a packed file is set aside whole; None where all of it can be unpacked."""
    try:
        _look_through(data, settings)
    except _Refused as refused:
        return _finding(name, str(refused), refused.expected, refused.found)
    except _DAMAGED:
        return _finding(name, "The packed file is damaged or was cut, and cannot be unpacked.")
    return None


def members(name: str, data: bytes) -> Iterator[Member]:
    """The files in a packed file that `why_refused` let pass, one after the other.

    A gzip file has one, under its own name; those of a zip are `ARCHIVE!member`.
    """
    if data.startswith(_GZIP):
        yield Member(name, gzip.decompress(data))
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for entry in _files(archive):
            yield Member(f"{name}!{entry.filename}", archive.read(entry))


def _look_through(data: bytes, settings: InboxSettings) -> None:
    counter = _Counter(len(data), settings)
    if data.startswith(_GZIP):
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            counter.count(stream)
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = _files(archive)
        if not files:
            raise _Refused("The archive holds no file.")
        if len(files) > settings.most_members:
            raise _Refused(
                "The archive holds more files than one may.",
                f"at most {settings.most_members}",
                f"{len(files)}",
            )
        for entry in files:
            if entry.flag_bits & _ENCRYPTED:
                raise _Refused("The archive is locked with a password.")
            if entry.compress_type not in _METHODS:
                raise _Refused("The archive is packed by a method that is not read here.", "deflate")
            with archive.open(entry) as stream:
                counter.count(stream)


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive; folders and dot files (`__MACOSX/._x`) are none."""
    return [
        entry
        for entry in archive.infolist()
        if not entry.is_dir() and not PurePosixPath(entry.filename).name.startswith(".")
    ]


class _Counter:
    """Counts the bytes that come out of an archive, and stops at the limits."""

    def __init__(self, packed_size: int, settings: InboxSettings) -> None:
        self._packed_size = packed_size
        self._settings = settings
        self._size = 0

    def count(self, stream: IO[bytes] | gzip.GzipFile) -> None:
        head = stream.read(_CHUNK)
        if is_packed(head):
            raise _Refused("The archive holds another packed file.", "one layer of packing")
        while head:
            self._size += len(head)
            self._check()
            head = stream.read(_CHUNK)

    def _check(self) -> None:
        most, ratio = self._settings.most_bytes, self._settings.most_ratio
        if self._size > most:
            raise _Refused("Unpacked it is larger than a file may be.", f"at most {most:,} bytes", "more")
        if self._size > max(_RATIO_FROM, ratio * self._packed_size):
            raise _Refused(
                "It unpacks to so much more than it is that it must be made to do harm.",
                f"at most {ratio} times its size",
                "more",
            )


def _finding(name: str, message: str, expected: str = "", found: str = "") -> Finding:
    return Finding.of(
        PACKED_REFUSED,
        message,
        expected=expected or None,
        found=found or None,
        fix="Nothing of it was read. Ask the partner for the files themselves, or raise the limit in [inbox].",
        place=Place(file=shown_name(name)),
    )


def too_large(name: str, size: int, settings: InboxSettings) -> Finding | None:
    """The finding on a file that is larger than one may be; None where it is not."""
    if size <= settings.most_bytes:
        return None
    return _finding(
        name,
        "The file is larger than a file may be.",
        f"at most {settings.most_bytes:,} bytes",
        f"{size:,} bytes",
    )
