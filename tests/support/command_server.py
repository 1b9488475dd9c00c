"""A process that has the program loaded and forks for each command: the second for imports is spent once.

It holds nothing of a test: it is started fresh, and what a command changes is gone with its fork.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

LIBRARIES = (
    "lxml.etree",
    "matplotlib.figure",
    "numpy",
    "pandas",
    "psycopg",
    "pyarrow.parquet",
    "pydantic",
    "pyx12.x12context",
    "sqlalchemy.dialects.sqlite",
    "xlsxwriter",
)


def load_libraries() -> None:
    """What commands import of others, as far as it is installed."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            import_module(name)


def load_all() -> None:
    """Libraries and all commands."""
    load_libraries()
    from pipeline.cli import main

    for name in (*main._COMMANDS.values(), "pipeline.night", "pipeline.pages.nightly"):
        import_module(name)


def serve() -> NoReturn:
    """For each line of JSON on stdin a command, whose exit code is written to stdout as a line."""
    load_all()
    requests, answers = os.fdopen(os.dup(0), "r"), os.fdopen(os.dup(1), "w")
    for line in requests:
        pid = os.fork()
        if pid == 0:
            requests.close()
            answers.close()
            _become(**json.loads(line))
        _, status = os.waitpid(pid, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()
    os._exit(0)


def _become(arguments: list[str], folder: str, environment: dict[str, str], said: list[str]) -> NoReturn:
    """The command, as in a process that was just started; what it says goes into two files."""
    code: Any = 1
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        for number, name in enumerate((os.devnull, *said)):
            flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            descriptor = os.open(name, flags, 0o600)
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)))
        sys.stdout = _text(1)
        sys.stderr = _text(2, errors="backslashreplace", line_buffering=True)
        from pipeline.cli.main import run

        run(arguments)
    except SystemExit as ending:
        code = ending.code
    except BaseException:
        traceback.print_exc()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _text(number: int, **settings: Any) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(io.FileIO(number, "w", closefd=False)), **settings)
