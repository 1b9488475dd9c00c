"""A command loads no more than it uses: who asks for help does not wait for pandas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.builders import a_built_claim, a_file_of

_HEAVY = ("pandas", "numpy", "sqlalchemy", "matplotlib", "pyarrow", "xlsxwriter", "lxml", "pyx12", "alembic")
_LOADED = """
import sys
from pipeline.cli.main import main
sys.argv = ["j3399", *sys.argv[1:]]
try:
    main()
except SystemExit:
    pass
print("loaded:", *(name for name in {heavy} if name in sys.modules))
"""


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("--help", []),
        ("rules", []),
        ("explain CO-197", []),
        ("validate FILE", ["lxml", "pyx12"]),  # the guide itself is pyx12's map files
    ],
)
def test_a_small_command_loads_only_what_it_needs(tmp_path: Path, command: str, needed: list[str]) -> None:
    (tmp_path / "claims.837").write_bytes(a_file_of(a_built_claim().claim))
    words = command.replace("FILE", str(tmp_path / "claims.837")).split()
    done = subprocess.run(
        [sys.executable, "-c", _LOADED.format(heavy=_HEAVY), *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert len(done.stdout.splitlines()) > 2, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded:", *needed]
