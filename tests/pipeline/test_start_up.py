"""A command loads no more than it uses, and no less: who asks for help does not wait for pandas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.support.builders import ROOT, a_built_claim, a_file_of

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
        cwd=ROOT,
    )
    assert len(done.stdout.splitlines()) > 2, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["loaded:", *needed]


_ALONE = """
import os, sys
from importlib import import_module
from tests.support.command_server import load_libraries
load_libraries()
assert not {"edi", "mapping", "validators", "pipeline"} & {name.partition(".")[0] for name in sys.modules}
for name in sys.argv[1:]:
    pid = os.fork()
    if pid == 0:
        import_module(name)
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        print("cannot be imported alone:", name)
"""


def test_each_command_can_be_imported_alone() -> None:
    """Tests run commands where all of them are loaded; a user's interpreter has loaded none."""
    names = [*main._COMMANDS.values(), "pipeline.night", "pipeline.pages.nightly"]
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, *names], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
