"""Patient data stays where it belongs, and every file is its owner's alone: tried with every command.

Each field of patient data of the children, and of the answers to their claims, is a canary. Each command
runs on clean input, on input whose canaries are what is wrong, and with a bug in its middle whose error
quotes a canary. A command that is new fails here until `COMMANDS` says how it is called and what it may show.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
import pytest

from pipeline import exit_codes
from pipeline.cli import main
from tests.support.builders import NIGHT
from tests.support.canaries import CRASH, SEEN, answers_to, children, damaged, wrong_children
from tests.support.nights import a_night, a_workspace, put_answer, put_encounters
from tests.support.watched import Watched, watched

HOLDS = {"encounters", "inbox", "outbox", "archive", "state", "quarantine", "given"}
"""Folders whose files are patient data as they came or go out; `given` is the caller's."""
SCREEN = "stdout"
DEEP = {"nightly": 11_000, "validate": 20_000, "read": 10_000}
"""At which call of our functions a command breaks; one with fewer calls breaks at two thirds of them."""


@dataclass(frozen=True)
class Call:
    """A command's arguments. `shows`: where the contract shows patient data: the screen, or files in `out`."""

    arguments: str
    shows: tuple[str, ...] = ()


_WHY = '--reason "as agreed" --by "A. Analyst"'
COMMANDS = {
    "nightly": [
        Call("{night}"),
        Call("{night} --dry-run --log night.log"),
        Call("{night} --log night.log --log-format json"),
    ],
    "check": [
        Call("{records} {night}"),
        Call("{records} --json {night}"),
        Call("{records} --show-phi {night}", (SCREEN,)),
    ],
    "generate": [Call("{records} --out out {night}"), Call("{records} --out out --log made.log")],
    "validate": [
        Call("{claims} --encounters {records} {night}"),
        Call("{claims} --json --html out/page.html"),
        Call("{claims} --engine pyx12"),
        Call("{claims} --html out/page.html --show-phi", (SCREEN, "out/page.html")),
    ],
    "read": [
        Call("{everything}", (SCREEN,)),
        Call("{everything} --segments", (SCREEN,)),
        Call("{everything} --format csv --out out/tables", ("out/tables",)),
        Call("{everything} --format parquet --out out/tables", ("out/tables",)),
        Call("{everything} --format xlsx --out out/all.xlsx", ("out/all.xlsx",)),
        Call("{everything} --format xml --out out/all", ("out/all",)),
    ],
    "ingest": [
        Call("{everything} {night}"),
        Call("{everything} --log read.log --log-format json {night}"),
    ],
    "worklist list": [
        Call("--all {night}"),
        Call("--json {night}"),
        Call("--format csv --out out/list.csv {night}"),
        Call("--format xlsx --out out/list.xlsx {night}"),
    ],
    "worklist close": [Call("{claim} " + _WHY + " {night}")],
    "worklist snooze": [Call("{claim} --until 2026-12-10 " + _WHY + " {night}")],
    "worklist reopen": [Call("{claim} " + _WHY + " {night}")],
    "claim": [
        Call("{claim} {night}"),
        Call("{claim} --json {night}"),
        Call("{claim} --html --out out/claim.html {night}"),
        Call("{claim} --show-phi {night}", (SCREEN,)),
    ],
    "correct": [
        Call("{rejected} --dry-run --set-from given/values.toml {night}"),
        Call("{rejected} --json --set-from given/values.toml " + _WHY + " {night}"),
        Call("{rejected} --preview out --set-from given/values.toml {night} " + _WHY, ("out",)),
    ],
    "waive": [Call("N00006 titer-missing " + _WHY + " {night}")],
    "quarantine list": [Call("{config}"), Call("--json {config}")],
    "quarantine show": [Call("{quarantined} {config}"), Call("{quarantined} --json {config}")],
    "quarantine release": [Call("{quarantined} {config}")],
    "resend": [Call("{sent} " + _WHY + " {night}")],
    "replay": [Call("{answer} --dry-run {night}"), Call("{answer} {night}")],
    "delivery list": [Call("{config}"), Call("--json {config}")],
    "delivery settle": [Call("{sent} --received " + _WHY + " {night}")],
    "aftercare": [
        Call("{night}"),
        Call("--json {night}"),
        Call("--format csv --out out/visits.csv {night}"),
        Call("--format ics --out out/visits.ics {night}"),
        Call("--show-phi {night}", (SCREEN,)),
    ],
    "figures": [
        Call("{night}"),
        Call("--json {night}"),
        Call("--only denials --format csv --out out/figures.csv {night}"),
    ],
    "dose": [Call("--weight 5.8 {config}")],
    "rules": [Call("")],
    "explain": [Call("titer-missing CO-45 {config}"), Call("J3399 {config}")],
    "schema": [Call(""), Call("--csv")],
    "doctor": [Call("{night}"), Call("--json {night}")],
}


def _commands(found: click.Command, *names: str) -> Iterator[str]:
    if not isinstance(found, click.Group):
        yield " ".join(names)
        return
    with click.Context(found) as context:
        for name in found.list_commands(context):
            below = found.get_command(context, name)
            assert below is not None
            yield from _commands(below, *names, name)


def test_every_command_is_watched_for_patient_data() -> None:
    assert sorted(COMMANDS) == sorted(_commands(main.main))


@dataclass(frozen=True)
class Place:
    """A workspace after two nights, and the words that calls have for what lies in it."""

    root: Path
    words: dict[str, str]
    mask: int


@pytest.fixture(scope="module")
def a_place(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Place]:
    """Makes each kind of workspace once."""
    for module in (
        "pandas",
        "pyarrow.parquet",
        "sqlalchemy",
        "xlsxwriter",
        "pyx12",
        *main._COMMANDS.values(),
    ):
        import_module(module)

    @functools.cache
    def make(kind: str) -> Place:
        return _played(tmp_path_factory.mktemp(kind) / "w", kind)

    return make


@pytest.fixture(params=["good", "bad"])
def place(request: pytest.FixtureRequest, a_place: Callable[[str], Place]) -> Place:
    return a_place(request.param)


def _copy(place: Place, folder: Path) -> Path:
    shutil.copytree(place.root, folder, copy_function=shutil.copy)
    return folder


def _played(root: Path, kind: str) -> Place:
    """Two nights of the children and their answers; then more of both, clean or wrong, for the third."""
    config = a_workspace(root)
    put_encounters(config, "a.ndjson", children())
    a_night(config)
    (sent,) = config.folders.ready.iterdir()
    files = [(sent.name, sent.read_bytes()), *answers_to(sent.read_bytes())]
    sent.rename(config.folders.sent / sent.name)
    for name, data in files[1:]:
        put_answer(config, name, data)
    put_answer(config, "nonsense.txt", b"CANARY, no X12")
    a_night(config, NIGHT + dt.timedelta(days=2))
    given = root / "given"
    given.mkdir()
    if kind == "bad":
        files = [
            (f"{number}_{name}", other)
            for name, data in files[:1] + files[2:5]
            for number, other in enumerate(damaged(data))
        ]
    records = wrong_children() if kind == "bad" else children()
    for number, (name, data) in enumerate(files):
        (given / name).write_bytes(data)
        if kind == "bad" or number == 1:
            put_answer(config, f"again_{name}", data)
    (given / "records.ndjson").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    (given / "values.toml").write_text('[patient]\nfirst_name = "CANARYNEWNAME"\n', "utf-8")
    put_encounters(config, "b.ndjson", records)
    shown = watched(root, "worklist list --json --config j3399.toml", 0o022)
    claims = {item["kind"]: item["claim"] for item in json.loads(shown.stdout)}
    x12 = [f"given/{name}" for name, _ in files]
    words = {
        "config": "--config j3399.toml",
        "night": "--config j3399.toml --as-of 2026-11-20T22:00",
        "records": "given/records.ndjson",
        "claims": " ".join(name for name in x12 if "837I" in name),
        "everything": " ".join(x12),
        "claim": claims["denied"],
        "rejected": claims["rejected"],
        "quarantined": "nonsense.txt",
        "sent": sent.name,
        "answer": next(path.name for path in config.folders.archive_in.rglob("*.835")),
    }
    for path in root.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return Place(root, words, mask=0 if kind == "good" else 0o022)


def _content(path: Path) -> bytes:
    """What a file holds, unpacked where it is a workbook."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist())


def _seen(done: Watched, folder: Path, shows: tuple[str, ...]) -> list[str]:
    """Where patient data is seen that should not be: in what was said, started, named, or written."""
    told = {"stderr": done.stderr, "started": done.started.encode()}
    if SCREEN not in shows:
        told[SCREEN] = done.stdout
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        told[f"name of {name}"] = path.name.encode()
        private = HOLDS & set(Path(name).parts) and not name.endswith(".reason.json")
        released = name.startswith("out/") and name.endswith(".x12")
        if path.is_file() and not private and not released and not name.startswith(shows or "-"):
            told[name] = _content(path)
    return [f"{where}: {_near(data)}" for where, data in told.items() if SEEN.search(data)]


def _shown(done: Watched, folder: Path, where: str) -> bool:
    """Whether the patient data is where the contract shows it: else the table allows too much."""
    if where == SCREEN:
        return SEEN.search(done.stdout) is not None
    paths = [folder / where, *(folder / where).rglob("*")]
    return any(SEEN.search(_content(path)) for path in paths if path.is_file())


def _near(data: bytes) -> str:
    found = SEEN.search(data)
    assert found
    return repr(data[max(0, found.start() - 60) : found.end() + 40])


@pytest.mark.parametrize("name", COMMANDS)
def test_patient_data_is_nowhere_and_files_are_the_owners_alone(
    place: Place, tmp_path: Path, name: str
) -> None:
    for number, call in enumerate(COMMANDS[name]):
        arguments = f"{name} {call.arguments.format(**place.words)}"
        folder = _copy(place, tmp_path / f"{number}")
        done = watched(folder, arguments, place.mask)
        assert done.code in (0, 1, 2), done.stderr
        assert _seen(done, folder, call.shows) == [], arguments
        assert done.open_to_others == [], arguments
        assert not call.shows or any(_shown(done, folder, where) for where in call.shows), arguments


@pytest.mark.parametrize("name", COMMANDS)
def test_a_bug_in_the_middle_of_a_command_shows_no_patient_data(
    a_place: Callable[[str], Place], tmp_path: Path, name: str
) -> None:
    place, call = a_place("good"), COMMANDS[name][0]
    arguments = f"{name} {call.arguments.format(**place.words)}"

    def broken(folder: Path, at: int) -> Watched:
        done = watched(_copy(place, folder), arguments, 0, (at, f"{CRASH} in the record"))
        assert _seen(done, folder, call.shows) == []
        assert done.open_to_others == []
        return done

    at = DEEP.get(name, 2000)
    done = broken(tmp_path / "deep", at)
    if done.calls < at:
        done = broken(tmp_path / "middle", max(1, done.calls * 2 // 3))
    # where the bug strikes is one record's or one file's, that one alone is held, set aside or left
    of_one = (b"held encounter", b"set aside", b"left ")
    told = (b"details without patient data",) if done.code == exit_codes.BUG else of_one
    assert any(words in done.stderr for words in told)
