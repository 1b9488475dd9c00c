"""The command line in a process of its own: a fresh interpreter, or a fork of one that has it loaded."""

from __future__ import annotations

import atexit
import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.support.builders import ROOT


def command(*arguments: str) -> list[str]:
    """What starts it in a fresh interpreter."""
    return [sys.executable, "-c", "from pipeline.cli.main import run; run()", *arguments]


def started(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run in a fresh interpreter."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment, check=False, **options
    )


def j3399(
    *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run in a fork of a process that was started for it, which saves the imports.

    Where other modules are to be found, or coverage is measured, in a fresh interpreter.
    """
    changed = env or {}
    if "PYTHONPATH" in changed or _is_measured():
        return started(*arguments, cwd=cwd, env=changed)
    server = _server(os.getpid())
    with tempfile.TemporaryDirectory(prefix="j3399-said-") as folder:
        said = [str(Path(folder) / name) for name in ("stdout", "stderr")]
        request = {
            "arguments": arguments,
            "folder": str(cwd or Path.cwd()),
            "environment": {**os.environ, "PYTHONPATH": str(ROOT), **changed},
            "said": said,
        }
        assert server.stdin is not None and server.stdout is not None
        server.stdin.write(json.dumps(request) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        out, errors = (Path(name).read_text("utf-8") for name in said)
    return subprocess.CompletedProcess(command(*arguments), code, out, errors)


def _is_measured() -> bool:
    coverage = sys.modules.get("coverage")
    return coverage is not None and coverage.Coverage.current() is not None


@functools.cache
def _server(process: int) -> subprocess.Popen[str]:
    """The process that forks, one for each process of tests; it ends with its stdin."""
    server = subprocess.Popen(
        [sys.executable, "-c", "from tests.support.command_server import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    atexit.register(_end, server, process)
    return server


def _end(server: subprocess.Popen[str], process: int) -> None:
    if os.getpid() == process and server.stdin is not None:
        server.stdin.close()
        server.wait()


def assert_clean(done: subprocess.CompletedProcess[str], code: int) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
