"""A disk that is full, broken or read only: the night ends with 3, shows no half file, and the next one completes.

Row R3 of docs/reliability.md. Refusals come from the durable steps, from SQLite itself, and from real
limits: a full and a read-only file system, the largest size of a file, the number of open files.
"""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline import exit_codes
from pipeline.cli.main import run
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger.databases import Sqlite
from tests.support.builders import REMOVED, a_child
from tests.support.busy_hospital import BusyHospital
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.processes import in_child, say_into
from tests.support.promises import assert_promises_kept
from tests.support.refusals import ERRORS, RefusingSteps, assert_no_half_file, leftovers, night_code

pytestmark = pytest.mark.usefixtures("plain_charts")

ACCOUNTS = {"NGT00001", "NGT00002"}
Having = Callable[..., contextlib.AbstractContextManager[None]]


def a_hospital(folder: Path) -> Config:
    """Two encounters to be sent, one to be held, and a folder for the partner beside the workspace."""
    config = a_workspace(folder / "w")
    (folder / "taken").mkdir()
    held = a_child(8, **{"clinical.antibody_titer": REMOVED})
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2), held])
    return config


def assert_the_next_night_completes(folder: Path, config: Config) -> None:
    assert_no_half_file(config)
    a_night(config)
    assert_promises_kept(config, folder / "taken", ACCOUNTS)
    assert leftovers(config) == []


# The durable steps.


def refused_at(folder: Path, number: int, error: int) -> str:
    """The step that was refused to a first night; empty where it has fewer."""
    config = a_hospital(folder)
    steps = RefusingSteps(number, error)
    code = night_code(config, steps)
    assert code == (exit_codes.STORAGE if steps.refused else exit_codes.FINDINGS), steps.refused
    assert_the_next_night_completes(folder, config)
    return steps.refused


def test_a_first_night_ends_with_3_wherever_a_step_is_refused_and_the_next_completes(tmp_path: Path) -> None:
    """Three kinds of error, at steps spread over the night."""
    counting = RefusingSteps(10_000, 0)
    assert night_code(a_hospital(tmp_path / "counted"), counting) == exit_codes.FINDINGS
    errors = (errno.EACCES, errno.ENOSPC, errno.EMFILE)
    for at, error in enumerate(errors):
        number = 2 + at * (counting.taken - 2) // len(errors)
        assert refused_at(tmp_path / f"{number}", number, error)
    print(f"R3: refused {len(errors)} of {counting.taken} steps")
    assert counting.taken > 50


@pytest.mark.soak
@pytest.mark.parametrize("error", ERRORS, ids=[os.strerror(error) for error in ERRORS])
def test_every_step_of_a_first_night_may_be_refused(tmp_path: Path, error: int) -> None:
    refused: Counter[str] = Counter()
    number = 1
    while name := refused_at(tmp_path / f"{number}", number, error):
        refused[name] += 1
        number += 1
    print(f"R3: {os.strerror(error)} at each of {refused.total()} steps: {dict(refused)}")
    assert refused.total() > 50


@pytest.mark.soak
def test_every_step_of_a_night_of_answers_may_be_refused(tmp_path: Path) -> None:
    """Answers, a claim of another system, a broken file and new encounters; the kinds of error take turns."""
    number, refused = 1, ""
    while number == 1 or refused:
        hospital = BusyHospital(tmp_path / f"{number}", seed=3)
        hospital.begin_round(2)
        hospital.night()
        hospital.pick_up(likely=1)
        hospital.begin_round(1)
        hospital.put_from_elsewhere()
        steps = RefusingSteps(number, ERRORS[number % len(ERRORS)])
        code, refused = night_code(hospital.config, steps), steps.refused
        assert code == exit_codes.STORAGE or not refused, refused
        assert_no_half_file(hospital.config)
        hospital.promises()
        assert leftovers(hospital.config) == []
        number += 1
    print(f"R3: each of {number - 2} steps of a night of answers was refused")
    assert number > 60


# SQLite's own errors.


@pytest.fixture
def more_pragmas(monkeypatch: pytest.MonkeyPatch) -> Having:
    """Connections made meanwhile have more settings."""
    usual = Sqlite._pragmas

    @contextlib.contextmanager
    def having(*pragmas: str) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(Sqlite, "_pragmas", staticmethod(lambda watched: (*usual(watched), *pragmas)))
            yield

    return having


def pages(config: Config) -> int:
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{config.ledger_path}")
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA page_count").scalar()
    engine.dispose()
    return int(found or 0)


MORE_CHILDREN = 40


def full_at(folder: Path, more: int, having: Having) -> int:
    """The exit code of a second night whose ledger may have `more` pages than it has."""
    config = a_hospital(folder)
    a_night(config)
    put_encounters(config, "more.ndjson", [a_child(100 + number) for number in range(MORE_CHILDREN)])
    with having(f"max_page_count={pages(config) + more}"):
        code = night_code(config, DurableSteps())
    assert_no_half_file(config)
    a_night(config)
    accounts = {f"NGT{100 + number:05d}" for number in range(MORE_CHILDREN)}
    assert_promises_kept(config, folder / "taken", ACCOUNTS | accounts)
    return code


def test_a_ledger_that_is_full_ends_the_night_with_3(tmp_path: Path, more_pragmas: Having) -> None:
    assert full_at(tmp_path, 0, more_pragmas) == exit_codes.STORAGE


@pytest.mark.soak
def test_a_ledger_may_be_full_at_any_page(tmp_path: Path, more_pragmas: Having) -> None:
    codes = [full_at(tmp_path / f"{more}", more, more_pragmas) for more in range(0, 200, 4)]
    print(f"R3: the ledger was full in {codes.count(exit_codes.STORAGE)} of {len(codes)} nights")
    assert set(codes) == {exit_codes.DONE, exit_codes.STORAGE}


def test_a_ledger_that_is_read_only_ends_the_night_with_3(tmp_path: Path, more_pragmas: Having) -> None:
    config = a_hospital(tmp_path)
    with more_pragmas("query_only=ON"):
        assert night_code(config, DurableSteps()) == exit_codes.STORAGE
    assert_the_next_night_completes(tmp_path, config)


# Real limits.


def the_command(config: Config, said: Path, limit: Callable[[], None] = lambda: None) -> int:
    """`j3399 nightly` in a process of its own, under a limit."""

    def work() -> None:
        say_into(said)
        limit()
        settings = str(config.folders.state.parent / "j3399.toml")
        run(["nightly", "--config", settings, "--as-of", "2026-11-16T22:00"])

    code = in_child(work)
    text = said.read_text("utf-8")
    assert "Traceback" not in text and "bug" not in text
    assert code in (exit_codes.FINDINGS, exit_codes.STORAGE), text
    if code == exit_codes.STORAGE:
        assert "could not be read or written" in text and "run again" in text
    return code


def test_the_largest_size_of_a_file_ends_the_night_with_3(tmp_path: Path) -> None:
    """Python's writes fail with EFBIG, SQLite says that there was an input or output error."""
    for size in (1_000, 40_000):
        folder = tmp_path / f"{size}"
        folder.mkdir()
        config = a_hospital(folder)
        hard = (size, size)
        code = the_command(
            config, folder / "said", lambda h=hard: resource.setrlimit(resource.RLIMIT_FSIZE, h)
        )  # type: ignore[misc]
        assert code == exit_codes.STORAGE
        assert_the_next_night_completes(folder, config)


def test_too_many_open_files_end_the_night_with_3(tmp_path: Path) -> None:
    """From so few that nothing opens to enough for the whole night."""
    codes = []
    for spare in (1, 3, 50):
        folder = tmp_path / f"{spare}"
        folder.mkdir()
        config = a_hospital(folder)
        codes.append(the_command(config, folder / "said", lambda n=spare: _leave_descriptors(n)))  # type: ignore[misc]
        assert_the_next_night_completes(folder, config)
    print(f"R3: too few open files in {codes.count(exit_codes.STORAGE)} nights")
    assert codes[0] == exit_codes.STORAGE and codes[-1] == exit_codes.FINDINGS


def _leave_descriptors(count: int) -> None:
    """This process may open so many files more."""
    used = {int(path.name) for path in Path("/proc/self/fd").iterdir()}
    limit, free = 0, 0
    while free < count:
        free += limit not in used
        limit += 1
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


@contextlib.contextmanager
def a_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """A small file system of its own; the test is skipped where none may be mounted."""
    folder.mkdir(parents=True)
    done = _mount(f"size={kilobytes}k", "tmpfs", str(folder))
    if done.returncode != 0:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _mount(options: str, *what: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, *what], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("no file system may be mounted here: there is no `mount`")


@pytest.mark.parametrize(
    "kilobytes", [64, 420, pytest.param(-1, marks=pytest.mark.soak)], ids=["64 KB", "420 KB", "many sizes"]
)
def test_a_full_file_system_ends_the_night_with_3(tmp_path: Path, kilobytes: int) -> None:
    sizes = range(60, 1000, 20) if kilobytes < 0 else (kilobytes,)
    codes = []
    for size in sizes:
        folder = tmp_path / f"{size}"
        with a_disk(folder, size):
            try:
                config = a_hospital(folder)
            except OSError:
                continue
            codes.append(the_command(config, tmp_path / "said"))
            assert_no_half_file(config)
            assert _mount("remount,size=20m", str(folder)).returncode == 0
            assert_the_next_night_completes(folder, config)
    print(f"R3: the disk was full in {codes.count(exit_codes.STORAGE)} of {len(codes)} nights")
    assert exit_codes.STORAGE in codes


def test_a_read_only_file_system_ends_the_night_with_3(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with a_disk(folder, 20_000):
        config = a_hospital(folder)
        assert _mount("remount,ro", str(folder)).returncode == 0
        assert the_command(config, tmp_path / "said") == exit_codes.STORAGE
        assert _mount("remount,rw", str(folder)).returncode == 0
        assert_the_next_night_completes(folder, config)
