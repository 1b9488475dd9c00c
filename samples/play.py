"""Two nights on the samples: claims out, the mock clearinghouse answers, answers in.

Shared by `samples.demo` (for people) and `samples.make` (for the files kept in `samples/`).
The nights have fixed times, so that the same samples give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from samples.clearinghouse import answers, read_script

SAMPLES: Final = Path(__file__).resolve().parent
FIRST_NIGHT: Final = dt.datetime(2026, 11, 16, 22, 0)
ANSWERED: Final = dt.datetime(2026, 11, 18, 6, 0)
SECOND_NIGHT: Final = dt.datetime(2026, 11, 18, 22, 0)
_EXPECTED: Final = (0, 1)


class PlayError(Exception):
    """A command of the demonstration ended as it should not."""


def prepare(folder: Path) -> Path:
    """A workspace with its configuration; returns the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "j3399.toml"
    config.write_text('# The workspace of the demonstration.\n[folders]\nroot = "."\n', encoding="utf-8")
    return config


def bring_encounters(folder: Path) -> int:
    """The hospital puts its encounter records into `encounters/new`."""
    target = folder / "encounters" / "new"
    _private(target)
    sources = sorted((SAMPLES / "encounters").iterdir())
    for source in sources:
        shutil.copyfile(source, target / source.name)
    return len(sources)


def nightly(config: Path, now: dt.datetime) -> str:
    """Run `j3399 nightly`; returns the last line of its output, the summary."""
    done = _j3399("nightly", "--config", str(config), "--as-of", now.isoformat())
    return done.stdout.strip().splitlines()[-1]


def worklist(config: Path, output: str) -> str:
    """The worklist of the morning after the second night; a table has one line an item."""
    return morning("worklist", config, "--format", output, "--brief")


def morning(command: str, config: Path, *arguments: str) -> str:
    """What a command prints on the morning after the second night."""
    return _j3399(command, *arguments, "--config", str(config), "--as-of", SECOND_NIGHT.isoformat()).stdout


def clearinghouse_answers(folder: Path) -> list[str]:
    """The partner picks up what lies in `ready`, keeps it in `sent`, and answers all it ever got."""
    ready, sent, inbox = folder / "outbox" / "ready", folder / "outbox" / "sent", folder / "inbox" / "new"
    for path in (sent, inbox):
        _private(path)
    for path in sorted(ready.glob("*.x12")):
        path.rename(sent / path.name)
    script = read_script((SAMPLES / "answers.toml").read_text(encoding="utf-8"))
    names = []
    for path in sorted(sent.glob("*.x12")):
        for answer in answers(path.read_bytes(), script, ANSWERED):
            (inbox / answer.name).write_bytes(answer.data)
            names.append(answer.name)
    return names


def _j3399(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = "from pipeline.cli.main import run; run()"
    environment = {**os.environ, "COLUMNS": os.environ.get("COLUMNS", "100")}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode not in _EXPECTED:
        raise PlayError(f"j3399 {arguments[0]} ended with {done.returncode}: {done.stderr.strip()}")
    return done


def _private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
