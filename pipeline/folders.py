"""The folders of the job, from the provider's side, and which files in them are ready to read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pipeline.durable import DurableSteps
from pipeline.file_names import LONGEST, cut_name

_UNFINISHED = (".partial", ".tmp", ".part", ".filepart")


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the job reads and writes. All lie on one file system, so that a rename is atomic."""

    encounters: Path
    staging: Path
    ready: Path
    sent: Path
    inbox: Path
    work: Path
    archive_in: Path
    archive_out: Path
    quarantine: Path
    held: Path
    reports: Path
    state: Path

    @classmethod
    def below(cls, root: Path) -> Folders:
        """The layout of a night (DESIGN §8)."""
        return cls(
            encounters=root / "encounters" / "new",
            staging=root / "outbox" / ".staging",
            ready=root / "outbox" / "ready",
            sent=root / "outbox" / "sent",
            inbox=root / "inbox" / "new",
            work=root / "inbox" / ".work",
            archive_in=root / "archive" / "in",
            archive_out=root / "archive" / "out",
            quarantine=root / "quarantine",
            held=root / "held",
            reports=root / "reports",
            state=root / "state",
        )

    @classmethod
    def for_output(cls, out: Path) -> Folders:
        """The layout of `generate --out`: released files lie in the folder itself, the rest in `state`."""
        state = out / "state"
        return cls(
            encounters=state / "encounters",
            staging=state / "staging",
            ready=out,
            sent=state / "sent",
            inbox=state / "inbox",
            work=state / "work",
            archive_in=state / "archive" / "in",
            archive_out=state / "archive" / "out",
            quarantine=out / "quarantine",
            held=out / "held",
            reports=state / "reports",
            state=state,
        )

    def make(self, steps: DurableSteps) -> None:
        """All folders, 0700 where new."""
        for name in self.__slots__:
            steps.make_folder(getattr(self, name))

    def archive_out_day(self, day: dt.date) -> Path:
        return self.archive_out / day.isoformat()

    def archive_in_day(self, day: dt.date) -> Path:
        return self.archive_in / day.isoformat()


def finished_files(folder: Path) -> list[Path]:
    """The files of a folder that are ready to be read, by name: no dot files, nothing half written."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file()
        and not path.is_symlink()
        and not path.name.startswith(".")
        and not is_unfinished(path.name)
    )


def is_unfinished(name: str) -> bool:
    """Whether a name says that its file is still being written."""
    return name.lower().endswith(_UNFINISHED)


def free_name(folder: Path, name: str) -> Path:
    """A path in the folder under that name, or with `.2`, `.3`, … where it is taken."""
    path, number = folder / name, 1
    while path.exists():
        number += 1
        path = folder / cut_name(name, LONGEST, f".{number}")
    return path
