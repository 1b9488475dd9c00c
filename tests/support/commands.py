"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from tests.support.builders import ROOT


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from pipeline.cli.main import run; run()", *arguments]


def j3399(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **options.pop("env", {})}
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, env=environment, check=False, **options
    )


def assert_clean(done: subprocess.CompletedProcess[str], code: int) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
