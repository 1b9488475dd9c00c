"""Files that others put into the inbox: taken when they are whole, whatever their names; packed ones unpacked."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import os
import socket
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pipeline import night
from pipeline.config import Config, load_config
from pipeline.durable import DurableSteps
from pipeline.file_names import cut_name, stored_name
from pipeline.inbox.looks import look, ready_files
from pipeline.inbox.settings import InboxSettings
from pipeline.ledger.schema import inbound_files
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters
from tests.support.processes import DIED, DyingSteps, in_child

pytestmark = pytest.mark.usefixtures("plain_charts")

LATER = NIGHT + dt.timedelta(days=1)


@pytest.fixture(scope="module")
def answer_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A file of answers that names no claim of an empty ledger; it is read all the same."""
    config = a_workspace(tmp_path_factory.mktemp("elsewhere"))
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (sent,) = outbox(config).values()
    (answer,) = clearinghouse(sent, Script(kinds=("277CA",)), LATER)
    return answer.data


def an_inbox(folder: Path, settings: str = "") -> Config:
    a_workspace(folder)
    with (folder / "j3399.toml").open("a") as file:
        file.write(f"[inbox]\n{settings}\n")
    return load_config(folder / "j3399.toml")


def aged(path: Path, seconds: float, now: dt.datetime = NIGHT) -> Path:
    """A file that was last changed so long before a moment."""
    at = now.timestamp() - seconds
    os.utime(path, (at, at))
    return path


def rows(config: Config) -> list[tuple[str, str]]:
    """Name and kind of each file that was taken in."""
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            found = connection.execute(select(inbound_files.c.name, inbound_files.c.kind)).all()
    finally:
        ledger.close()
    return [(row.name, row.kind) for row in found]


def archived(config: Config) -> list[str]:
    return [path.name for path in sorted(config.folders.archive_in.glob("*/*"))]


def reason(config: Config, name: str) -> dict[str, Any]:
    path = config.folders.quarantine / f"{name}.reason.json"
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


# Whole or still growing


@pytest.mark.parametrize("folder", ["inbox", "encounters"])
def test_a_file_that_changed_a_moment_ago_stays_for_the_next_night_and_the_summary_says_so(
    tmp_path: Path, answer_bytes: bytes, folder: str
) -> None:
    config = an_inbox(tmp_path, "quiet_seconds = 30")
    path = getattr(config.folders, folder) / "a.ndjson"
    path.write_bytes(answer_bytes if folder == "inbox" else json.dumps(a_child(1)).encode())
    aged(path, 29)
    summary = a_night(config)
    assert summary["waiting"] == {"a.ndjson": "it changed less than 30 seconds ago"}
    assert summary["exit_code"] == 0 and path.is_file() and rows(config) == []
    assert a_night(config, NIGHT + dt.timedelta(seconds=2))["waiting"] == {}
    assert [name for name, _ in rows(config)] == ["a.ndjson"] and not path.exists()


def test_a_file_that_changes_between_two_looks_stays(
    tmp_path: Path, answer_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = an_inbox(tmp_path)
    path = aged(put_answer(config, "a.277", answer_bytes[:100]), 1000)

    def grow(job: object) -> None:
        path.write_bytes(answer_bytes)
        aged(path, 999)

    monkeypatch.setattr(night, "recover", grow)
    assert a_night(config)["waiting"] == {"a.277": "it changed during this run"}
    monkeypatch.undo()
    assert a_night(config)["counts"]["answer_files"] == 1


def test_a_file_that_changes_while_it_is_read_goes_back(
    tmp_path: Path, answer_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = an_inbox(tmp_path)
    put_answer(config, "a.277", answer_bytes[:-200])
    read = Path.read_bytes

    def read_and_grow(path: Path) -> bytes:
        data = read(path)
        if path.parent == config.folders.work:
            path.write_bytes(answer_bytes)
        return data

    monkeypatch.setattr(Path, "read_bytes", read_and_grow)
    assert a_night(config)["waiting"] == {"a.277": "it changed while it was read"}
    monkeypatch.undo()
    assert read(config.folders.inbox / "a.277") == answer_bytes and rows(config) == []
    assert a_night(config)["counts"]["answer_files"] == 1


def test_a_time_in_the_future_keeps_no_file_for_ever(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    aged(put_answer(config, "a.277", answer_bytes), -86_400)
    assert a_night(config)["counts"]["answer_files"] == 1


@pytest.mark.parametrize("ending", [".partial", ".tmp", ".part", ".filepart", ".PARTIAL"])
def test_an_unfinished_name_is_left_alone(tmp_path: Path, answer_bytes: bytes, ending: str) -> None:
    config = an_inbox(tmp_path)
    path = aged(put_answer(config, f"a.277{ending}", answer_bytes), 1000)
    summary = a_night(config)
    assert list(summary["waiting"]) == [path.name] and path.is_file() and rows(config) == []


def test_a_partner_with_done_files_is_waited_for(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path, 'done_files = ["tmhp_*"]')
    path, other = (
        put_answer(config, name, answer_bytes + end) for name, end in (("tmhp_1", b""), ("x", b"\n"))
    )
    aged(path, 500)
    aged(other, 500)
    summary = a_night(config)
    assert summary["waiting"] == {"tmhp_1": "its done-file (.done) is not there yet"}
    assert [name for name, _ in rows(config)] == ["x"]
    put_answer(config, "tmhp_1.done", b"")
    assert a_night(config)["waiting"] == {}
    assert sorted(name for name, _ in rows(config)) == ["tmhp_1", "x"]
    assert list(config.folders.inbox.iterdir()) == [], "the done-file went with its file"


def test_a_done_file_of_an_earlier_file_of_that_name_says_nothing(
    tmp_path: Path, answer_bytes: bytes
) -> None:
    config = an_inbox(tmp_path, 'done_files = ["*"]')
    aged(put_answer(config, "a.277.done", b""), 2000)
    aged(put_answer(config, "a.277", answer_bytes), 1000)
    assert list(a_night(config)["waiting"]) == ["a.277"]


def test_without_done_files_a_name_that_ends_so_is_a_file_as_any(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    put_answer(config, "a.done", answer_bytes)
    assert a_night(config)["counts"]["answer_files"] == 1


# Packed files


def test_a_file_once_packed_and_once_not_is_counted_once(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    put_answer(config, "a.277", answer_bytes)
    put_answer(config, "b.gz", gzip.compress(answer_bytes))
    put_answer(config, "c.zip", packed({"d.277": answer_bytes}))
    summary = a_night(config)
    assert summary["counts"]["answer_files"] == 1 and summary["counts"]["answer_files_repeated"] == 2
    assert archived(config) == ["a.277", "b.gz", "c.zip"], "they are kept as they came"


def test_each_member_of_a_zip_is_a_file_of_its_own(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    members = {
        "one.277": answer_bytes,
        "junk.835": b"this is no answer",
        "deep/two.277": answer_bytes.replace(b"NGT00001", b"NGT00002"),
        "__MACOSX/._one.277": b"x",
        "empty/": b"",
    }
    put_answer(config, "all.zip", packed(members))
    summary = a_night(config)
    assert sorted(name for name, _ in rows(config)) == ["all.zip!deep/two.277", "all.zip!one.277"]
    assert summary["quarantined"] == ["all.zip!junk.835"] and archived(config) == ["all.zip"]
    assert (config.folders.quarantine / "all.zip!junk.835").read_bytes() == b"this is no answer"


def test_names_in_a_zip_never_become_paths(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path / "w")
    put_answer(
        config, "a.zip", packed({"../../../out": b"junk", "/etc/out": b"junk 2", "../in": answer_bytes})
    )
    a_night(config)
    assert {path.name for path in tmp_path.iterdir()} == {"w"} and not Path("/etc/out").exists()
    quarantined = {path.name for path in config.folders.quarantine.iterdir()}
    assert {"a.zip!..!..!..!out", "a.zip!!etc!out"} <= quarantined
    assert [name for name, _ in rows(config)] == ["a.zip!../in"]


def _locked() -> bytes:
    data = bytearray(packed({"a": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a bomb": (lambda: packed({"a": bytes(2_900_000)}), "made to do harm"),
    "a gzip bomb": (lambda: gzip.compress(bytes(2_900_000)), "made to do harm"),
    "many small bombs": (lambda: packed({f"{n}": bytes(300_000) for n in range(9)}), "made to do harm"),
    "too large": (lambda: packed({"a": os.urandom(3_000_001)}), "larger than a file may be"),
    "too large unpacked": (lambda: packed({"a": os.urandom(20_000) * 200}), "larger than a file may be"),
    "not packed and too large": (lambda: os.urandom(3_000_001), "larger than a file may be"),
    "too many": (lambda: packed({f"{n}": b"x" for n in range(11)}), "more files than one may"),
    "zip in zip": (lambda: packed({"a": packed({"b": b"x"})}), "another packed file"),
    "zip in gzip": (lambda: gzip.compress(packed({"b": b"x"})), "another packed file"),
    "locked": (_locked, "password"),
    "another method": (lambda: packed({"a": b"x"}, zipfile.ZIP_LZMA), "by a method"),
    "cut": (lambda: packed({"a": os.urandom(500)})[:300], "damaged"),
    "cut gzip": (lambda: gzip.compress(os.urandom(500))[:300], "damaged"),
    "changed": (
        lambda: packed({"a": b"answer"}, zipfile.ZIP_STORED).replace(b"answer", b"answes"),
        "damaged",
    ),
    "empty": (lambda: packed({}), "no file"),
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, dict[str, bytes], dict[str, Any]]:
    """A night over all packed files that are not sound: what lay in the inbox, and the summary."""
    config = an_inbox(tmp_path_factory.mktemp("refused"), "most_bytes = 3_000_000\nmost_members = 10")
    put = {kind: put_answer(config, kind, make()).read_bytes() for kind, (make, _) in REFUSED.items()}
    return config, put, a_night(config)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_packed_file_that_is_not_sound_is_set_aside_whole(
    refusals: tuple[Config, dict[str, bytes], dict[str, Any]], kind: str
) -> None:
    config, put, summary = refusals
    assert kind in summary["quarantined"] and summary["exit_code"] == 1
    assert REFUSED[kind][1] in reason(config, kind)["findings"][0]["message"]
    assert "[inbox]" in reason(config, kind)["next_step"]
    assert (config.folders.quarantine / kind).read_bytes() == put[kind] and rows(config) == []


def test_a_packed_file_given_to_ingest_is_unpacked(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path / "w")
    path = tmp_path / "given.zip"
    path.write_bytes(packed({"a.277": answer_bytes}))
    assert_clean(j3399("ingest", str(path), "--config", str(tmp_path / "w" / "j3399.toml")), 0)
    assert [name for name, _ in rows(config)] == ["given.zip!a.277"] and path.is_file()


@pytest.mark.slow
def test_packed_answers_survive_a_stop_at_each_step_that_they_take(
    tmp_path: Path, answer_bytes: bytes
) -> None:
    other = answer_bytes.replace(b"NGT00001", b"NGT00002")
    number = stops = 0
    while True:
        number += 1
        config = a_workspace(tmp_path / f"{number}")
        put_answer(config, "a.zip", packed({"1": answer_bytes, "2": other, "junk": b"no answer"}))
        put_answer(config, "b.gz", gzip.compress(answer_bytes))
        died = in_child(lambda c=config, n=number: a_night(c, steps=DyingSteps(n)) and None)
        assert died in (0, DIED)
        is_read = archived(config) == ["a.zip", "b.gz"]
        stops += died == DIED
        a_night(config)
        assert sorted(name for name, _ in rows(config)) == ["a.zip!1", "a.zip!2"]
        assert archived(config) == ["a.zip", "b.gz"]
        assert {path.name for path in config.folders.quarantine.iterdir()} == {
            "a.zip!junk",
            "a.zip!junk.reason.json",
        }
        assert list(config.folders.inbox.iterdir()) == list(config.folders.work.iterdir()) == []
        if is_read:
            break
    print(f"R2: stopped at each of {stops} durable steps that packed answers take")
    assert stops > 20


# Names


NASTY = {
    "an option": "-rf",
    "a path": "a\\..\\..\\x",
    "as long as can be": "n" * 255,
    "long, of two bytes each": "é" * 127,
    "a line break": "a\nb.277",
    "a carriage return": "a\rb",
    "colour for a terminal": "a\x1b[31mb",
    "right to left": "a\u202eb",
    "not UTF-8": os.fsdecode(b"a\xff\xfeb"),
    "shell": "$(reboot);`id`&|",
    "spaces": "  ",
    "SQL": "'; DROP TABLE files; --",
    "a template": "{name}%s",
    "only dots": "a..",
    "NAME.reason.json": "x.reason.json",
}


def test_a_nasty_name_is_kept_in_the_archive_and_the_ledger(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    for number, name in enumerate(NASTY.values()):
        put_answer(config, name, answer_bytes + b"\n" * number)
    a_night(config)
    assert archived(config) == sorted(NASTY.values())
    assert sorted(row for row, _ in rows(config)) == sorted(map(stored_name, NASTY.values()))
    for name in NASTY.values():
        put_answer(config, name, answer_bytes)
    a_night(config)
    again = [cut_name(name, 255, ".2") for name in NASTY.values()]
    assert archived(config) == sorted([*NASTY.values(), *again]), "the same name again is beside it"


def test_only_what_is_no_text_is_stored_otherwise_than_it_came() -> None:
    changed = [kind for kind, name in NASTY.items() if stored_name(name) != name]
    assert changed == ["not UTF-8"] and stored_name(NASTY["not UTF-8"]) == r"a\xff\xfeb"


def test_junk_under_a_nasty_name_is_set_aside_shown_escaped_and_released(tmp_path: Path) -> None:
    config = an_inbox(tmp_path)
    names = [name for name in NASTY.values() if not name.endswith(".reason.json")]
    for number, name in enumerate(names):
        put_answer(config, name, b"junk %d" % number)
    told = a_night(config)["quarantined"]
    assert len(told) == len(names) and all(name.isprintable() for name in told)
    given = ["--config", str(tmp_path / "j3399.toml")]
    listed = j3399("quarantine", "list", *given)
    assert_clean(listed, 0)
    assert all(line.isprintable() for line in listed.stdout.splitlines())
    released = j3399("quarantine", "release", *given, "--", *told)
    assert_clean(released, 0)
    assert all(line.isprintable() for line in released.stdout.splitlines())
    assert len(list(config.folders.inbox.iterdir())) == len(names)


def test_a_nasty_name_in_a_zip_is_a_label(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    name = "a\n\x1b[31m" + "n" * 300
    put_answer(config, "a.zip", packed({name: answer_bytes, f"{name}2": b"junk"}))
    (told,) = a_night(config)["quarantined"]
    assert told.isprintable() and [row for row, _ in rows(config)] == [f"a.zip!{name}"]


# What is no plain file


def _link(path: Path) -> None:
    path.with_name(".target").write_bytes(b"secret")
    path.symlink_to(path.with_name(".target"))


def _socket(path: Path) -> None:
    server = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        server.bind(path.name)
    finally:
        os.chdir(here)
        server.close()


ODD: dict[str, Callable[[Path], None]] = {
    "a symbolic link": _link,
    "a symbolic link to nowhere": lambda path: path.symlink_to("/nowhere"),
    "a folder": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a socket": _socket,
}
if os.geteuid() == 0:
    ODD["a device"] = lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))


@pytest.mark.parametrize("folder", ["inbox", "encounters"])
def test_what_is_no_plain_file_is_never_opened_and_a_person_is_told(
    tmp_path: Path, answer_bytes: bytes, folder: str
) -> None:
    config = an_inbox(tmp_path)
    for name, make in ODD.items():
        make(getattr(config.folders, folder) / name)
    put_answer(config, "a.277", answer_bytes)
    summary = a_night(config)
    assert summary["exit_code"] == 1 and summary["findings_by_rule"]["file-left"] == len(ODD)
    assert all("not a file" in words for words in summary["waiting"].values()) and len(
        summary["waiting"]
    ) == len(ODD)
    assert summary["counts"]["answer_files"] == 1, "the other files are read"
    assert {path.name for path in getattr(config.folders, folder).iterdir()} >= set(ODD)
    assert archived(config) == ["a.277"]


@pytest.mark.parametrize("name", ODD)
def test_the_finding_says_what_it_is(tmp_path: Path, name: str) -> None:
    ODD[name](tmp_path / name)
    (finding,) = ready_files(tmp_path, look(tmp_path), InboxSettings(), NIGHT).findings
    assert name.startswith(finding.message().removeprefix("This is ").split(",")[0])


def test_a_file_with_a_second_name_elsewhere_is_copied(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    name = "n" * 255
    path = put_answer(config, name, answer_bytes)
    other = tmp_path / "elsewhere"
    other.hardlink_to(path)
    a_night(config)
    other.write_bytes(b"changed afterwards")
    (kept,) = config.folders.archive_in.glob("*/*")
    assert kept.name == name and kept.read_bytes() == answer_bytes
    assert list(config.folders.inbox.iterdir()) == list(config.folders.work.iterdir()) == []


def test_a_file_without_permission_costs_itself_alone(
    tmp_path: Path, answer_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = an_inbox(tmp_path)
    put_answer(config, "a.277", b"closed")
    put_answer(config, "b.277", answer_bytes)
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "a.277":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    summary = a_night(config)
    assert summary["exit_code"] == 1 and summary["findings_by_rule"] == {
        "answer-unmatched": 1,
        "file-left": 1,
    }
    monkeypatch.undo()
    put_answer(config, "a.277", b"")
    assert a_night(config)["counts"].get("answer_files_repeated") is None


def test_the_command_says_what_it_left(tmp_path: Path, answer_bytes: bytes) -> None:
    config = an_inbox(tmp_path)
    aged(put_answer(config, "a\nb.277", answer_bytes), 1)
    done = j3399("nightly", "--config", str(tmp_path / "j3399.toml"), "--as-of", f"{NIGHT:%Y-%m-%dT%H:%M:%S}")
    assert_clean(done, 0)
    assert "left a\\nb.277 for the next night: it changed less than 60 seconds ago" in done.stderr
