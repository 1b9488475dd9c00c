"""`j3399 claim`: the history of a claim, the form, what to do; in text, JSON and as a page."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from lxml import html

from pipeline.config import Config
from samples.clearinghouse import Deny, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

SCRIPT = Script(claims={"NGT00001": Deny("252", remarks=("N395",))})


@pytest.fixture(scope="module")
def denied(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A workspace with one claim whose drug line was denied."""
    folder = tmp_path_factory.mktemp("denied")
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (data,) = outbox(config).values()
    for answer in clearinghouse(data, SCRIPT, as_of=NIGHT + dt.timedelta(days=1)):
        put_answer(config, answer.name, answer.data)
    a_night(config, NIGHT + dt.timedelta(days=2))
    return config


def _options(config: Config) -> list[str]:
    return ["--config", str(config.folders.state.parent / "j3399.toml"), "--as-of", "2026-11-25"]


def _id(config: Config) -> str:
    (item,) = json.loads((config.folders.reports / "worklist.json").read_text("utf-8"))
    return str(item["claim"])


def test_a_claim_tells_its_history_its_work_and_its_form(denied: Config) -> None:
    done = j3399("claim", _id(denied), *_options(denied))
    assert_clean(done, 0)
    lines = [line.strip() for line in done.stdout.splitlines()]
    history = lines[lines.index("History") + 1 :]
    assert [line.split("  ")[1].partition(":")[0] for line in history if line[:4] == "2026"] == [
        "sent",
        "TA1",
        "999",
        "277CA of the payer",
        "835",
    ]
    assert any(line.startswith("line J3399: CO-252") for line in lines)
    assert any(line.startswith("To do:") for line in lines)
    assert any(line.split()[:2] == ["4", "Type"] and line.endswith(("0131", "0111")) for line in lines)


def test_an_encounter_names_its_newest_claim(denied: Config) -> None:
    encounter = json.loads(j3399("claim", _id(denied), "--json", *_options(denied)).stdout)["encounter"]
    named = j3399("claim", encounter, *_options(denied))
    assert named.stdout == j3399("claim", _id(denied), *_options(denied)).stdout


def test_patient_data_is_shown_only_when_asked_for(denied: Config) -> None:
    child = a_child(1)
    secrets = [child["patient_control_number"], child["patient"]["last_name"].upper()]
    for kind in ("text", "html", "json"):
        masked = j3399("claim", _id(denied), "--format", kind, *_options(denied)).stdout
        assert secrets[0] not in masked, kind
    shown = j3399("claim", _id(denied), "--show-phi", *_options(denied)).stdout
    assert all(secret in shown for secret in secrets)


def test_the_page_is_written_where_it_is_asked_for(denied: Config, tmp_path: Path) -> None:
    target = tmp_path / "claim.html"
    done = j3399("claim", _id(denied), "--html", "--out", str(target), *_options(denied))
    assert_clean(done, 0)
    assert done.stdout == ""
    assert target.stat().st_mode & 0o777 == 0o600
    page = html.fromstring(target.read_text("utf-8"))
    assert page.get_element_by_id("fl-4") is not None
    assert "CO-252" in page.find_class("timeline")[0].text_content()


def test_the_same_claim_gives_the_same_bytes(denied: Config) -> None:
    pages = {j3399("claim", _id(denied), "--html", *_options(denied)).stdout for _ in range(2)}
    assert len(pages) == 1


def test_a_claim_whose_file_is_gone_says_so(denied: Config, tmp_path: Path) -> None:
    (sent,) = denied.folders.archive_out.glob("*/*")
    hidden = tmp_path / sent.name
    sent.rename(hidden)
    try:
        done = j3399("claim", _id(denied), *_options(denied))
    finally:
        hidden.rename(sent)
    assert_clean(done, 0)
    assert "no longer in the archive" in done.stdout and "History" in done.stdout


def test_an_unknown_claim_is_wrong_usage(denied: Config) -> None:
    done = j3399("claim", "C0000000000", *_options(denied))
    assert_clean(done, 2)
    assert "knows no claim" in done.stderr


def test_without_a_ledger_the_next_step_is_named(tmp_path: Path) -> None:
    a_workspace(tmp_path)
    done = j3399("claim", "C0000000000", "--config", str(tmp_path / "j3399.toml"))
    assert_clean(done, 3)
    assert "nightly" in done.stderr
