"""A file of `archive/in`, found by its name or by its SHA-256."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import NotReplayable
from pipeline.file_digest import file_sha256

_SHORTEST_DIGEST = 8
_DIGEST_LENGTH = 64
_HEX = frozenset("0123456789abcdef")


def archived_answer(archive: Path, wanted: str) -> Path:
    """The one file of these bytes or of this name, with or without its day (`2026-11-18/remittance.835`).

    NotReplayable where there is none, or where files of different content share the name.
    """
    files = list(_files(archive))
    found = [path for path in files if wanted in (path.name, f"{path.parent.name}/{path.name}", str(path))]
    if not found and _is_digest(wanted):
        found = [path for path in files if file_sha256(path).startswith(wanted.lower())]
    if not found:
        raise NotReplayable(
            f"there is no {wanted!r} in {archive}",
            "Name a file of that folder; a new one goes to `j3399 ingest`",
        )
    if len({file_sha256(path) for path in found}) > 1:
        days = ", ".join(f"{path.parent.name}/{path.name}" for path in found)
        raise NotReplayable(f"{wanted!r} stands for several files", f"Say which: {days}")
    return found[0]


def _files(archive: Path) -> Iterator[Path]:
    """Every archived file, by day and name; dot files are none."""
    return (
        path
        for path in sorted(archive.glob("*/*"))
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    )


def _is_digest(text: str) -> bool:
    return _SHORTEST_DIGEST <= len(text) <= _DIGEST_LENGTH and set(text.lower()) <= _HEX
