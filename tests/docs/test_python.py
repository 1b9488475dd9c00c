"""The Python of the documents runs as it stands, from the root of a clone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import ROOT

_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
_NOT_INSTALLED_HERE = "pyspark"
"""What a document says was run by hand."""


def _blocks() -> Iterator[tuple[str, int, str]]:
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for number, match in enumerate(_BLOCK.finditer(path.read_text("utf-8")), start=1):
            if _NOT_INSTALLED_HERE not in match[1]:
                yield path.name, number, match[1]


BLOCKS = list(_blocks())


def test_there_is_python_to_run() -> None:
    assert len(BLOCKS) >= 3


@pytest.mark.parametrize(("name", "number", "text"), BLOCKS, ids=[f"{name}-{n}" for name, n, _ in BLOCKS])
def test_a_block_runs_and_prints(name: str, number: int, text: str, tmp_path: Path) -> None:
    script = tmp_path / f"{Path(name).stem}_{number}.py"
    script.write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert not done.stderr
