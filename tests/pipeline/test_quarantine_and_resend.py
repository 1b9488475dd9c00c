"""What was set aside is listed, shown and put back; a lost file is sent again as it was."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from pipeline.config import Config
from samples.clearinghouse import Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters


def _config(config: Config) -> list[str]:
    return ["--config", str(config.folders.state.parent / "j3399.toml")]


def _why(folder: Path) -> list[str]:
    return ["--reason", "the partner lost it", "--by", "A. Operator"]


@pytest.fixture
def odd(tmp_path: Path) -> Config:
    """A workspace with one answer and one record that could not be read."""
    config = a_workspace(tmp_path)
    put_answer(config, "odd.835", b"this is no answer")
    put_encounters(config, "a.ndjson", [a_child(1), {"id": "broken"}])
    a_night(config)
    return config


def test_the_list_names_each_file_its_reason_and_where_it_came_from(odd: Config) -> None:
    done = j3399("quarantine", "list", "--json", *_config(odd))
    assert_clean(done, 0)
    found = {entry["name"]: entry for entry in json.loads(done.stdout)}
    assert sorted((name[:3], entry["came_from"]) for name, entry in found.items()) == [
        ("a.n", "encounters"),
        ("odd", "inbox"),
    ]
    assert all(entry["findings"] and entry["next_step"] for entry in found.values())
    text = j3399("quarantine", "list", *_config(odd)).stdout
    assert "odd.835" in text and "why" in text
    assert max(map(len, text.splitlines())) <= 80


def test_one_file_is_shown_with_all_that_was_found(odd: Config) -> None:
    done = j3399("quarantine", "show", "odd.835", *_config(odd))
    assert_clean(done, 0)
    assert "1. error" in done.stdout and "fix" in done.stdout
    assert "this is no answer" not in done.stdout, "the content may be patient data"


def test_a_mended_file_is_put_back_and_read_by_the_next_night(odd: Config) -> None:
    (sent,) = outbox(odd).values()
    (remittance,) = [
        answer.data
        for answer in clearinghouse(sent, Script(kinds=("277CA",)), as_of=NIGHT + dt.timedelta(days=1))
    ]
    (odd.folders.quarantine / "odd.835").write_bytes(remittance)
    done = j3399("quarantine", "release", "odd.835", *_config(odd))
    assert_clean(done, 0)
    assert "inbox/new" in done.stdout
    assert not list(odd.folders.quarantine.glob("odd*"))
    assert a_night(odd, NIGHT + dt.timedelta(days=2))["counts"]["answer_files"] == 1


def test_a_file_that_still_cannot_be_read_comes_back(odd: Config) -> None:
    assert_clean(j3399("quarantine", "release", "odd.835", *_config(odd)), 0)
    assert a_night(odd, NIGHT + dt.timedelta(days=1))["quarantined"] == ["odd.835"]


@pytest.mark.parametrize("name", ["gone.835", "../j3399.toml", "odd.835.reason.json"])
def test_only_what_lies_in_quarantine_can_be_released(odd: Config, name: str) -> None:
    done = j3399("quarantine", "release", "odd.835", name, *_config(odd))
    assert_clean(done, 2)
    assert "quarantine list" in done.stderr
    assert (odd.folders.quarantine / "odd.835").is_file(), "nothing was released"


def test_an_empty_quarantine_says_so(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    assert j3399("quarantine", "list", *_config(config)).stdout == "nothing is in quarantine\n"
    assert json.loads(j3399("quarantine", "list", "--json", *_config(config)).stdout) == []


@pytest.fixture
def sent(tmp_path: Path) -> tuple[Config, str, bytes]:
    """A workspace whose one file was picked up by the partner."""
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    ((name, data),) = outbox(config).items()
    (config.folders.ready / name).unlink()
    return config, name, data


def test_a_lost_file_is_sent_again_byte_for_byte(sent: tuple[Config, str, bytes]) -> None:
    config, name, data = sent
    done = j3399("resend", name, *_why(config.folders.state), *_config(config))
    assert_clean(done, 0)
    assert outbox(config) == {name: data}
    assert a_night(config, NIGHT + dt.timedelta(days=1))["files"] == [], "no number was taken"
    again = j3399("resend", name, *_why(config.folders.state), *_config(config))
    assert_clean(again, 2)
    assert "still lies" in again.stderr


def test_a_file_that_was_answered_is_not_sent_again(sent: tuple[Config, str, bytes]) -> None:
    config, name, data = sent
    for answer in clearinghouse(data, Script(kinds=("999",)), as_of=NIGHT + dt.timedelta(days=1)):
        put_answer(config, answer.name, answer.data)
    a_night(config, NIGHT + dt.timedelta(days=1))
    done = j3399("resend", name, *_why(config.folders.state), *_config(config))
    assert_clean(done, 2)
    assert "999" in done.stderr and outbox(config) == {}


def test_a_file_changed_in_the_archive_is_an_alarm(sent: tuple[Config, str, bytes]) -> None:
    config, name, data = sent
    (archived,) = config.folders.archive_out.glob(f"*/{name}")
    archived.write_bytes(data.replace(b"2125000", b"2125001"))
    done = j3399("resend", name, *_why(config.folders.state), *_config(config))
    assert_clean(done, 5)
    assert outbox(config) == {}


def test_an_unknown_file_is_not_sent(sent: tuple[Config, str, bytes]) -> None:
    config, *_ = sent
    done = j3399("resend", "other.x12", *_why(config.folders.state), *_config(config))
    assert_clean(done, 2)
    assert "archive/out" in done.stderr


def test_a_file_of_another_system_is_not_sent_from_here(
    tmp_path: Path, sent: tuple[Config, str, bytes]
) -> None:
    _, _, data = sent
    config = a_workspace(tmp_path / "here")
    given = tmp_path / "theirs.x12"
    given.write_bytes(data)
    assert_clean(j3399("ingest", str(given), *_config(config)), 0)
    (archived,) = config.folders.archive_out.glob("*/*")
    done = j3399("resend", archived.name, *_why(config.folders.state), *_config(config))
    assert_clean(done, 2)
    assert "another system" in done.stderr
    assert outbox(config) == {}
