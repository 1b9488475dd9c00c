"""What the documents tell a reader to type can be typed: the README's commands are run, all others read."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli.main import main
from tests.support.builders import ROOT
from tests.support.commands import command

pytestmark = pytest.mark.slow

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
_EXPECTED = (0, 1)


def _typed(document: str) -> Iterator[str]:
    """The lines of a document's blocks that call the program."""
    for line in (ROOT / document).read_text("utf-8").splitlines():
        text = line.strip().removeprefix(".venv/bin/")
        if line.startswith("    ") and text.startswith(("j3399 ", "printf ")):
            yield text.partition("  #")[0].strip()


ALL = [(document, line) for document in DOCUMENTS for line in _typed(document) if line.startswith("j3399 ")]


def _arguments(line: str) -> list[str]:
    """The words after the program's name, without what the shell does with its output."""
    words = shlex.split(line, comments=True)[1:]
    end = next((number for number, word in enumerate(words) if word in (">", "|", ">>", "2>>")), len(words))
    return [word for word in words[:end] if word != "…"]


@pytest.mark.parametrize(("document", "line"), ALL, ids=[f"{document}: {line}" for document, line in ALL])
def test_a_command_of_the_documents_exists_with_its_options(document: str, line: str) -> None:
    words = _arguments(line)
    current: click.Command = main
    with click.Context(main) as context:
        while isinstance(current, click.Group) and words:
            name = words[0]
            found = current.get_command(context, name)
            if found is None:
                break
            current, words = found, words[1:]
    assert current is not main, f"there is no such command: {line}"
    try:
        current.make_context(current.name, words, resilient_parsing=True)
    except click.UsageError as error:
        raise AssertionError(f"{document}: {line}: {error.message}") from None


def test_every_command_of_the_program_stands_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    with click.Context(main) as context:
        names = main.list_commands(context)
    assert [name for name in names if f"`j3399 {name}" not in text and f"`{name} " not in text] == []


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like a clone after `make demo`: samples, and the demonstration below build."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "samples").symlink_to(ROOT / "samples")
    (folder / "build").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "samples.demo", "--folder", str(folder / "build" / "demo")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_readme_runs_from_top_to_bottom(workspace: Path) -> None:
    program = shlex.join(command())
    for line in _typed("README.md"):
        shell = line.replace("j3399 ", f"{program} ", 1) if line.startswith("j3399 ") else line
        done = subprocess.run(
            ["sh", "-c", shell],
            cwd=workspace,
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
        )
        assert done.returncode in _EXPECTED, f"{line}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, line
    assert (workspace / "build" / "claims.html").is_file()


def test_every_link_between_documents_leads_somewhere() -> None:
    targets = [
        (document, target)
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#]+)", (ROOT / document).read_text("utf-8"))
        if "://" not in target
    ]
    assert targets
    assert [pair for pair in targets if not (ROOT / pair[0]).parent.joinpath(pair[1]).exists()] == []


def _examples(found: click.Command) -> Iterator[str]:
    """The example lines of a command's help, and of those below it."""
    yield from (
        line.strip() for line in (found.help or "").splitlines() if line.lstrip().startswith("j3399 ")
    )
    if isinstance(found, click.Group):
        for below in found.commands.values():
            yield from _examples(below)


def test_every_command_has_an_example_that_can_be_typed() -> None:
    with click.Context(main) as context:
        commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    for name, found in commands.items():
        assert found is not None
        examples = list(_examples(found))
        assert examples, f"{name} has no example"
        for line in examples:
            test_a_command_of_the_documents_exists_with_its_options(f"help of {name}", line)
