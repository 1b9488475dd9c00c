"""Archived answers read again: only what is missing is added, and nothing is counted twice."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.file_digest import file_sha256
from pipeline.inbound.archived_answers import archived_answer
from pipeline.inbound.replay import Replayed
from pipeline.ledger import schema
from pipeline.ledger.store import Ledger
from pipeline.lock import run_lock
from pipeline.night import run_replay
from samples.clearinghouse import Deny, Pay, Refuse, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters, tree

SCRIPT = Script(
    claims={"NGT00001": Pay(), "NGT00002": Deny("252", remarks=("N395",)), "NGT00003": Reject("218")}
)
TABLES = (
    schema.events,
    schema.transactions,
    schema.inbound_files,
    schema.provider_adjustments,
    schema.claims,
    schema.event_candidates,
)
pytestmark = pytest.mark.usefixtures("plain_charts")
Harm = Callable[[Connection], object]


def an_answered_workspace(folder: Path, script: Script = SCRIPT) -> tuple[Config, list[Path]]:
    """A workspace whose claims were answered, and its archived answers."""
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(number) for number in (1, 2, 3)])
    a_night(config)
    (data,) = outbox(config).values()
    for answer in clearinghouse(data, script, NIGHT):
        put_answer(config, answer.name, answer.data)
    a_night(config)
    names = {answer.name for answer in clearinghouse(data, script, NIGHT)}
    return config, sorted(path for path in config.folders.archive_in.glob("*/*") if path.name in names)


def harmed(config: Config, harm: Harm) -> None:
    with (
        closing(Ledger.open(config.ledger, DurableSteps())) as ledger,
        ledger.transaction("harm") as connection,
    ):
        harm(connection)


def rows(config: Config) -> dict[str, list[tuple[Any, ...]]]:
    """What the answers left in the ledger."""
    with closing(Ledger.open(config.ledger, DurableSteps())) as ledger, ledger.reading() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr) for table in TABLES
        }


def again(config: Config, *arguments: str) -> Any:
    """`j3399 replay` of these arguments."""
    done = j3399(
        "replay",
        *arguments,
        "--config",
        str(config.folders.state.parent / "j3399.toml"),
        "--as-of",
        NIGHT.isoformat(),
    )
    assert "Traceback" not in done.stderr
    return done


def replayed(config: Config, archived: list[Path]) -> list[Replayed]:
    """The same within this process."""
    with run_lock(config.folders.state, DurableSteps()):
        return run_replay(config, DurableSteps(), NIGHT, names(archived))[0]


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def no_events(connection: Connection) -> None:
    connection.execute(delete(schema.event_candidates))
    connection.execute(delete(schema.events))
    connection.execute(update(schema.claims).values(state="sent"))


def no_payments(connection: Connection) -> None:
    connection.execute(delete(schema.events).where(schema.events.c.stage == "835"))


def poorer_events(connection: Connection) -> None:
    """As an older program read them, that knew fewer elements."""
    connection.execute(update(schema.events).values(payer_claim_control_number=None, clues=None))


def no_adjustments_outside_claims(connection: Connection) -> None:
    connection.execute(delete(schema.provider_adjustments))


def nothing_of_answers(connection: Connection) -> None:
    """As an older ledger that never saw the files."""
    no_events(connection)
    no_adjustments_outside_claims(connection)
    connection.execute(delete(schema.transactions))
    connection.execute(delete(schema.inbound_files).where(schema.inbound_files.c.kind != "encounters"))


def sets_that_were_not_read(connection: Connection) -> None:
    """As an older program left them that knew none of these transaction sets."""
    no_events(connection)
    no_adjustments_outside_claims(connection)
    connection.execute(
        update(schema.transactions).values(state="unread", trace_number=None, trace_payer=None)
    )


HARMS = (
    no_events,
    no_payments,
    poorer_events,
    no_adjustments_outside_claims,
    nothing_of_answers,
    sets_that_were_not_read,
)


@pytest.mark.usefixtures("each_ledger")
def test_what_a_ledger_lost_of_its_answers_comes_back_from_the_archive(tmp_path: Path) -> None:
    config, archived = an_answered_workspace(tmp_path)
    whole = rows(config)
    for harm in HARMS:
        harmed(config, harm)
        replayed(config, archived)
        assert rows(config) == whole, harm.__name__


def test_a_replay_of_a_whole_ledger_adds_nothing(tmp_path: Path) -> None:
    config, archived = an_answered_workspace(tmp_path)
    whole = rows(config)
    assert not any(one.changed for one in replayed(config, archived))
    done = again(config, *names(archived))
    assert_clean(done, 0)
    assert done.stderr.count("nothing new") == len(archived)
    assert rows(config) == whole


def test_a_refused_file_is_read_again_for_every_claim_of_it(tmp_path: Path) -> None:
    config, archived = an_answered_workspace(tmp_path, Script(claims={"NGT00001": Refuse("CLM", "8")}))
    whole = rows(config)
    one = whole["events"][0]
    harmed(
        config,
        lambda connection: connection.execute(delete(schema.events).where(schema.events.c.claim == one[2])),
    )
    replayed(config, archived)
    assert rows(config) == whole


def test_a_rehearsal_tells_what_would_be_added_and_changes_no_byte(tmp_path: Path) -> None:
    config, archived = an_answered_workspace(tmp_path)
    harmed(config, no_payments)
    before = tree(tmp_path)
    done = again(config, *names(archived), "--dry-run")
    assert_clean(done, 0)
    assert "would be: 2 events added" in done.stderr and json.loads(done.stdout.splitlines()[-1])["dry_run"]
    assert tree(tmp_path) == before


def test_answers_of_a_packed_file_are_read_again_each_by_itself(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(number) for number in (1, 2, 3)])
    a_night(config)
    (data,) = outbox(config).values()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for answer in clearinghouse(data, SCRIPT, NIGHT):
            archive.writestr(answer.name, answer.data)
        archive.writestr("readme.txt", b"no answer")
    put_answer(config, "all.zip", buffer.getvalue())
    a_night(config)
    whole = rows(config)
    (archived,) = config.folders.archive_in.glob("*/all.zip")
    for harm in HARMS:
        harmed(config, harm)
        done = replayed(config, [archived])
        assert [one.name.partition("!")[0] for one in done] == ["all.zip"] * len(done)
        assert rows(config) == whole, harm.__name__


def test_a_file_is_named_by_name_by_day_and_name_or_by_digest(tmp_path: Path) -> None:
    config, archived = an_answered_workspace(tmp_path)
    one = archived[0]
    for wanted in (one.name, f"{one.parent.name}/{one.name}", file_sha256(one), file_sha256(one)[:8].upper()):
        assert archived_answer(config.folders.archive_in, wanted) == one
    assert one.name in again(config, file_sha256(one)[:8]).stderr


def test_two_files_of_one_name_must_be_told_apart_by_their_day(tmp_path: Path) -> None:
    config, archived = an_answered_workspace(tmp_path)
    other = config.folders.archive_in / "2026-11-20" / archived[0].name
    other.parent.mkdir()
    other.write_bytes(archived[1].read_bytes())
    done = again(config, other.name)
    assert_clean(done, 2)
    assert f"2026-11-20/{other.name}" in done.stderr
    assert_clean(again(config, f"2026-11-20/{other.name}"), 0)


def test_what_is_no_archived_answer_is_refused_with_the_next_step(tmp_path: Path) -> None:
    config, _ = an_answered_workspace(tmp_path)
    for wanted, words in (("missing.835", "j3399 ingest"), ("a.ndjson", "no answer that can be read")):
        done = again(config, wanted)
        assert_clean(done, 2)
        assert words in done.stderr
