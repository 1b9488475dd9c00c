"""Partners over the wire: each file out once, each answer in once, whatever breaks in between."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import pipeline.delivery
from pipeline.config import Config, load_config
from pipeline.delivery import checks
from pipeline.doctor import examine
from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError
from pipeline.ledger import files
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child, claims_of
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.processes import DIED, DyingSteps, in_child
from tests.support.sftp_server import PASSWORD, USER, CuttingProxy, PartnerServer, a_partner

pytestmark = pytest.mark.usefixtures("plain_charts", "known_packages")

Wrong = Callable[[Path, PartnerServer], None]
PARTNER = "test-clearinghouse"
NIGHTS = 24
VARIABLE = "J3399_SFTP_PASSWORD_TEST_CLEARINGHOUSE"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PartnerServer]:
    with a_partner(tmp_path / "partner") as running:
        yield running


@pytest.fixture
def proxy(server: PartnerServer) -> Iterator[CuttingProxy]:
    cutting = CuttingProxy(server.port)
    yield cutting
    cutting.close()


def a_wired_workspace(folder: Path, server: PartnerServer, port: int | None = None, more: str = "") -> Config:
    """A workspace whose partner is the server, by password from a file; `port` is that of a proxy before it."""
    a_workspace(folder)
    port = port or server.port
    (folder / "known_hosts").write_text(server.known_hosts(port), encoding="utf-8")
    (folder / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (folder / "secret").chmod(0o600)
    with (folder / "j3399.toml").open("a") as file:
        file.write(
            f'[delivery.{PARTNER}]\noutbox = "sftp://{USER}@127.0.0.1:{port}/in"\n'
            f'inbox = "sftp://{USER}@127.0.0.1:{port}/out"\n'
            f'known_hosts = "known_hosts"\ncredentials = "secret"\ntimeout_seconds = 5\n{more}\n'
        )
    return load_config(folder / "j3399.toml")


def a_workspace_beside_a_folder(folder: Path, more: str = "") -> tuple[Config, Path]:
    """A workspace whose partner is a folder of this machine."""
    a_workspace(folder / "w")
    partner = folder / "partner"
    for name in ("in", "out"):
        (partner / name).mkdir(parents=True)
    with (folder / "w" / "j3399.toml").open("a") as file:
        file.write(f'[delivery.{PARTNER}]\noutbox = "../partner/in"\ninbox = "../partner/out"\n{more}\n')
    return load_config(folder / "w" / "j3399.toml"), partner


def given(config: Config) -> list[str]:
    return ["--config", str(config.folders.state.parent / "j3399.toml")]


def states(config: Config) -> list[str]:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            return [row.state for row in files.all_files(connection)]
    finally:
        ledger.close()


def set_state(config: Config, state: str) -> None:
    ledger = Ledger.open(config.ledger, DurableSteps())
    with ledger.transaction("test") as connection:
        for row in files.all_files(connection):
            files.set_state(connection, row.name, state)
    ledger.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def answers_to(data: bytes) -> dict[str, bytes]:
    found = clearinghouse(data, Script(kinds=("999", "277CA", "835")), NIGHT + dt.timedelta(days=1))
    return {answer.name: answer.data for answer in found}


def a_sent_file(config: Config, partner: Path) -> bytes:
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (path,) = (partner / "in").iterdir()
    return path.read_bytes()


# There and back


def test_a_file_goes_out_and_its_answers_come_in_over_sftp(tmp_path: Path, server: PartnerServer) -> None:
    config = a_wired_workspace(tmp_path / "w", server)
    put_encounters(config, "a.ndjson", [a_child(1)])
    summary = a_night(config)
    assert summary["exit_code"] == 0 and summary["counts"]["files_sent"] == 1
    (name,) = names(server.root / "in")
    assert name == summary["files"][0]["name"] == names(config.folders.sent)[0]
    assert states(config) == ["sent"] and names(config.folders.ready) == []
    sent = (server.root / "in" / name).read_bytes()
    assert sent == (config.folders.archive_out / f"{NIGHT:%Y-%m-%d}" / name).read_bytes()
    for one, data in answers_to(sent).items():
        (server.root / "out" / one).write_bytes(data)
    later = a_night(config, NIGHT + dt.timedelta(days=1))
    assert later["counts"]["files_fetched"] == later["counts"]["answer_files"] == len(answers_to(sent)) > 1
    again = a_night(config, NIGHT + dt.timedelta(days=2))
    assert "files_fetched" not in again["counts"] and "files_sent" not in again["counts"]
    assert names(server.root / "out") == sorted(answers_to(sent)), "they are left there"
    assert len(server.renames) == 1, "nothing was visible before its one rename"


def test_a_private_key_and_a_password_from_the_environment_open_the_server(
    tmp_path: Path, server: PartnerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_wired_workspace(tmp_path / "w", server)
    secret = tmp_path / "w" / "secret"
    secret.write_bytes(server.client_key.export_private_key())
    put_encounters(config, "a.ndjson", [a_child(1)])
    assert a_night(config)["counts"]["files_sent"] == 1
    secret.write_text("wrong", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, PASSWORD)
    put_encounters(config, "b.ndjson", [a_child(2)])
    assert a_night(config)["counts"]["files_sent"] == 1


def test_a_folder_of_this_machine_is_a_partner_too(tmp_path: Path) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path)
    sent = a_sent_file(config, partner)
    for one, data in answers_to(sent).items():
        (partner / "out" / one).write_bytes(data)
    assert a_night(config)["counts"]["answer_files"] == len(answers_to(sent))


def test_a_rehearsal_touches_no_partner(tmp_path: Path, server: PartnerServer) -> None:
    config = a_wired_workspace(tmp_path / "w", server)
    put_encounters(config, "a.ndjson", [a_child(1)])
    assert_clean(j3399("nightly", "--dry-run", *given(config), "--as-of", "2026-11-16T22:00"), 0)
    assert server.logins == 0


# What is done with an answer there


@pytest.mark.parametrize(("rule", "left"), [("leave", ["a.999"]), ("delete", []), ("move to done", ["done"])])
def test_an_answer_is_removed_there_only_once_it_is_archived(
    tmp_path: Path, rule: str, left: list[str]
) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path, f'after_fetch = "{rule}"')
    data = min(answers_to(a_sent_file(config, partner)).values())
    (partner / "out" / "a.999").write_bytes(data)
    (partner / "out" / "junk").write_bytes(b"no answer")
    a_night(config)
    assert names(partner / "out") == sorted([*left, "junk"]), "what could not be read stays"
    if rule.startswith("move"):
        assert (partner / "out" / "done" / "a.999").read_bytes() == data
    os.utime(partner / "out" / "junk")
    (partner / "out" / "a.999").write_bytes(data + b"\n")
    assert a_night(config)["counts"]["files_fetched"] == 2, "another content, or time, is another file"


def test_an_answer_that_is_still_written_there_waits(tmp_path: Path) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path)
    for name, age in (("young.835", 10), ("a.partial", 5000), (".hidden", 5000)):
        path = partner / "out" / name
        path.write_bytes(b"half")
        os.utime(path, (NIGHT.timestamp() - age,) * 2)
    (partner / "out" / "link").symlink_to("/etc/passwd")
    summary = a_night(config)
    assert sorted(summary["waiting"]) == [f"{PARTNER}: a.partial", f"{PARTNER}: young.835"]
    assert "files_fetched" not in summary["counts"]


def test_a_done_file_there_is_waited_for(tmp_path: Path) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path, '[inbox]\ndone_files = ["*"]')
    (partner / "out" / "junk").write_bytes(b"junk")
    assert list(a_night(config)["waiting"]) == [f"{PARTNER}: junk"]
    (partner / "out" / "junk.done").write_bytes(b"")
    assert a_night(config)["quarantined"] == ["junk"]
    assert names(config.folders.inbox) == []


def test_a_file_too_large_there_is_not_fetched(tmp_path: Path) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path, "[inbox]\nmost_bytes = 10")
    (partner / "out" / "big").write_bytes(b"x" * 11)
    summary = a_night(config)
    assert summary["findings_by_rule"] == {"packed-refused": 1} and "files_fetched" not in summary["counts"]
    assert summary["waiting"] == {f"{PARTNER}: big": "The file is larger than a file may be. (11 bytes)"}


# Cut connections


@pytest.mark.slow
def test_connections_cut_at_random_bytes_send_nothing_twice_and_lose_nothing(
    tmp_path: Path, server: PartnerServer, proxy: CuttingProxy
) -> None:
    """In both directions, with a partner who takes files at once or later."""
    config = a_wired_workspace(tmp_path / "w", server, proxy.port)
    chance = random.Random(77)
    taken: list[bytes] = []
    answered = 0
    cuts = unknown = 0
    for number in range(1, NIGHTS + 1):
        if number % 2:
            put_encounters(config, f"{number}.ndjson", [a_child(number)])
            (server.root / "out" / f"{number}.835").write_bytes(b"answer %d " % number * 800)
            answered += 1
        proxy.limit = lambda: chance.choice([None, chance.randrange(500, 30_000)])
        summary = a_night(config)
        cuts += bool(summary["unreachable"])
        assert (summary["exit_code"] == 75) == bool(summary["unreachable"])
        for path in (server.root / "in").iterdir():
            if not path.name.startswith("."):
                assert len(claims_of(path.read_bytes())) == 1, "what is visible is whole"
                if chance.random() < 0.5:
                    taken.append(path.read_bytes())
                    path.unlink()
        unknown += "unknown" in states(config)
    proxy.limit = lambda: None
    a_night(config)
    for name in [
        one["name"] for one in json.loads(j3399("delivery", "list", "--json", *given(config)).stdout)
    ]:
        sure = any(_same(config, name, data) for data in taken)
        flag = "--received" if sure else "--not-received"
        done = j3399(
            "delivery", "settle", name, flag, "--reason", "asked", "--by", "A. Operator", *given(config)
        )
        assert_clean(done, 0)
    a_night(config)
    there = taken + [path.read_bytes() for path in (server.root / "in").iterdir() if path.suffix == ".x12"]
    accounts = [claim.patient_control_number for data in there for claim in claims_of(data)]
    assert sorted(accounts) == sorted(f"NGT{number:05d}" for number in range(1, NIGHTS + 1, 2))
    assert set(states(config)) == {"sent"}
    quarantined = [name for name in names(config.folders.quarantine) if not name.endswith(".reason.json")]
    assert len(quarantined) == answered, "each answer came in once"
    print(f"delivery: {cuts} connections cut in {NIGHTS} nights, {unknown} left a file that nobody knew of")
    assert cuts > NIGHTS // 3


def _same(config: Config, name: str, data: bytes) -> bool:
    (archived,) = config.folders.archive_out.glob(f"*/{name}")
    return archived.read_bytes() == data


@pytest.mark.slow
def test_a_delivery_survives_a_stop_at_each_of_its_steps_while_the_partner_takes_files(
    tmp_path: Path,
) -> None:
    number = stops = 0
    while True:
        number += 1
        config, partner = a_workspace_beside_a_folder(tmp_path / f"{number}", 'after_fetch = "delete"')
        put_encounters(config, "a.ndjson", [a_child(1)])
        (partner / "out" / "x.835").write_bytes(b"answer")
        taken: list[bytes] = []

        class Delivering(DyingSteps):
            """Counts the steps that touch the partner, and those between them."""

            def step(self, name: str, *paths: Path) -> None:
                if is_delivery(name, paths):
                    super().step(name, *paths)

        def is_delivery(name: str, paths: tuple[Path, ...], root: Path = partner) -> bool:
            return name in ("commit delivery", "commit sent", "commit fetched", "commit cleared") or any(
                path.is_relative_to(root) or path.parent.name in ("sent", "inbox", "new") for path in paths
            )

        died = in_child(lambda c=config, n=number: a_night(c, steps=Delivering(n)) and None)
        assert died in (0, DIED)
        for path in (partner / "in").glob("*.x12"):
            taken.append(path.read_bytes())
            path.unlink()
        a_night(config)
        if states(config) == ["unknown"]:
            name = json.loads(j3399("delivery", "list", "--json", *given(config)).stdout)[0]["name"]
            assert_clean(
                j3399(
                    "delivery", "settle", name, "--received", "--reason", "seen", "--by", "A", *given(config)
                ),
                0,
            )
            assert taken
        a_night(config)
        taken += [path.read_bytes() for path in (partner / "in").glob("*.x12")]
        assert len(taken) == 1 and states(config) == ["sent"], number
        assert names(config.folders.ready) == [] and len(names(config.folders.sent)) == 1
        stops += died == DIED
        if died == 0:
            break
    print(f"R2: stopped at each of {stops} durable steps of a delivery")
    assert stops > 12


# What may have been sent


def an_unknown_file(folder: Path) -> tuple[Config, Path, str]:
    """A file whose connection died after the rename was asked for; the partner has taken it or never got it."""
    config, partner = a_workspace_beside_a_folder(folder)
    a_sent_file(config, partner)
    (name,) = names(config.folders.sent)
    (config.folders.sent / name).rename(config.folders.ready / name)
    set_state(config, "unknown")
    return config, partner, name


def test_a_file_that_may_have_been_sent_is_not_sent_again(tmp_path: Path) -> None:
    config, partner, name = an_unknown_file(tmp_path)
    (partner / "in" / name).unlink()
    for _ in range(2):
        summary = a_night(config)
        assert list(summary["undelivered"]) == [name] and summary["exit_code"] == 1
        assert names(partner / "in") == []
    done = j3399("resend", name, "--reason", "x", "--by", "y", *given(config))
    assert_clean(done, 2)
    assert "delivery settle" in done.stderr
    assert "may have been sent" in j3399("delivery", "list", *given(config)).stdout


def test_a_file_that_somebody_took_from_ready_by_hand_is_not_sent_too(tmp_path: Path) -> None:
    """Before the partner had a URL, or while it was away, a person may have carried the file there."""
    config, partner = a_workspace_beside_a_folder(tmp_path)
    partner.rename(tmp_path / "away")
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (carried,) = config.folders.ready.iterdir()
    carried.rename(tmp_path / carried.name)
    (tmp_path / "away").rename(partner)
    assert a_night(config)["undelivered"] == {}
    assert names(partner / "in") == []


def test_a_file_that_lies_there_is_sent(tmp_path: Path) -> None:
    config, partner, name = an_unknown_file(tmp_path)
    a_night(config)
    assert states(config) == ["sent"] and names(partner / "in") == [name]


def test_a_file_that_lies_there_under_its_temporary_name_was_never_seen(tmp_path: Path) -> None:
    config, partner, name = an_unknown_file(tmp_path)
    (partner / "in" / name).rename(partner / "in" / f".{name}.partial")
    a_night(config)
    assert states(config) == ["sent"] and names(partner / "in") == [name]


def test_an_answer_settles_what_may_have_been_sent(tmp_path: Path) -> None:
    config, partner, name = an_unknown_file(tmp_path)
    data = (partner / "in" / name).read_bytes()
    (partner / "in" / name).unlink()
    for one, answer in answers_to(data).items():
        if "999" in one:
            (partner / "out" / one).write_bytes(answer)
    assert a_night(config)["counts"]["files_settled"] == 1
    assert states(config) == ["sent"] and names(partner / "in") == []


@pytest.mark.parametrize("received", [True, False])
def test_a_person_settles_what_may_have_been_sent(tmp_path: Path, received: bool) -> None:
    config, partner, name = an_unknown_file(tmp_path)
    data = (partner / "in" / name).read_bytes()
    (partner / "in" / name).unlink()
    how = ["--received" if received else "--not-received", "--reason", "asked", "--by", "A. Operator"]
    assert_clean(j3399("delivery", "settle", name, *how, *given(config)), 0)
    a_night(config)
    assert names(partner / "in") == ([] if received else [name])
    assert received or (partner / "in" / name).read_bytes() == data
    again = j3399("delivery", "settle", name, *how, *given(config))
    assert_clean(again, 2)
    assert "in state 'sent'" in again.stderr
    assert j3399("delivery", "list", *given(config)).stdout == "every file was sent\n"


def test_a_resent_file_goes_over_the_wire_again(tmp_path: Path) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path)
    data = a_sent_file(config, partner)
    (name,) = names(partner / "in")
    (partner / "in" / name).unlink()
    assert_clean(j3399("resend", name, "--reason", "lost there", "--by", "A", *given(config)), 0)
    a_night(config)
    assert (partner / "in" / name).read_bytes() == data and states(config) == ["sent"]


def test_a_name_that_is_taken_there_is_not_written_over(tmp_path: Path) -> None:
    config, partner = a_workspace_beside_a_folder(tmp_path)
    (partner / "in").rename(partner / "away")
    put_encounters(config, "a.ndjson", [a_child(1)])
    summary = a_night(config)
    assert summary["exit_code"] == 75 and list(summary["unreachable"]) == [PARTNER]
    (partner / "in").mkdir()
    (name,) = names(config.folders.ready)
    (partner / "in" / name).write_bytes(b"somebody else's")
    assert "another file of that name" in a_night(config)["undelivered"][name]
    assert (partner / "in" / name).read_bytes() == b"somebody else's" and states(config) == ["published"]


# Whom we speak to, and what nobody may see


def _stranger(folder: Path, server: PartnerServer) -> None:
    import asyncssh

    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {other}", encoding="utf-8")


def _unknown_host(folder: Path, server: PartnerServer) -> None:
    (folder / "known_hosts").write_text("", encoding="utf-8")


def _no_known_hosts(folder: Path, server: PartnerServer) -> None:
    (folder / "known_hosts").unlink()


def _wrong_password(folder: Path, server: PartnerServer) -> None:
    (folder / "secret").write_text(f"{PASSWORD}-wrong", encoding="utf-8")


def _open_secret(folder: Path, server: PartnerServer) -> None:
    (folder / "secret").chmod(0o640)


def _no_secret(folder: Path, server: PartnerServer) -> None:
    (folder / "secret").unlink()


def _empty_secret(folder: Path, server: PartnerServer) -> None:
    (folder / "secret").write_text("\n", encoding="utf-8")


def _nobody_there(folder: Path, server: PartnerServer) -> None:
    text = (folder / "j3399.toml").read_text("utf-8")
    (folder / "j3399.toml").write_text(text.replace(f":{server.port}/", ":1/"), encoding="utf-8")
    (folder / "known_hosts").write_text(server.known_hosts(1), encoding="utf-8")


WRONG = [
    (_stranger, "another one than"),
    (_unknown_host, "does not stand in"),
    (_no_known_hosts, "no file of host keys"),
    (_wrong_password, "does not take the credentials"),
    (_open_secret, "can be read by others"),
    (_no_secret, "cannot be read"),
    (_empty_secret, "is empty"),
    (_nobody_there, "127.0.0.1:1/"),
]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_a_partner_who_is_not_surely_ours_gets_nothing_and_the_night_goes_on(
    tmp_path: Path, server: PartnerServer, wrong: Wrong, words: str
) -> None:
    a_wired_workspace(tmp_path / "w", server)
    wrong(tmp_path / "w", server)
    config = load_config(tmp_path / "w" / "j3399.toml")
    put_encounters(config, "a.ndjson", [a_child(1)])
    summary = a_night(config)
    assert summary["exit_code"] == 75 and words in summary["unreachable"][PARTNER]
    assert "CANARY" not in json.dumps(summary)
    assert names(server.root / "in") == [] and list(summary["undelivered"]) == names(config.folders.ready)
    assert states(config) == ["published"] and summary["counts"]["claims_released"] == 1


@pytest.mark.parametrize(
    "url",
    [
        f"sftp://{USER}:{PASSWORD}@host/in",
        "sftp://host/in",
        f"sftp://{USER}@host",
        f"ftp://{USER}@host/in",
        f"sftp://{USER}@host:port/in",
    ],
)
def test_a_url_that_cannot_be_used_or_has_a_password_is_refused(tmp_path: Path, url: str) -> None:
    (tmp_path / "j3399.toml").write_text(f'[delivery.{PARTNER}]\noutbox = "{url}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_config(tmp_path / "j3399.toml")
    assert "CANARY" not in caught.value.line() and "outbox" in caught.value.line()


@pytest.mark.parametrize("rule", ["keep", "move to ", ""])
def test_only_what_can_be_done_after_a_fetch_is_taken(tmp_path: Path, rule: str) -> None:
    (tmp_path / "j3399.toml").write_text(f'[delivery.x]\nafter_fetch = "{rule}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError):
        load_config(tmp_path / "j3399.toml")


def test_the_password_stands_in_no_file_of_the_workspace_but_its_own(
    tmp_path: Path, server: PartnerServer, proxy: CuttingProxy
) -> None:
    config = a_wired_workspace(tmp_path / "w", server, proxy.port)
    put_encounters(config, "a.ndjson", [a_child(1)])
    proxy.limit = lambda: 3000
    done = j3399("nightly", *given(config), "--as-of", "2026-11-16T22:00")
    assert_clean(done, 75)
    assert "CANARY" not in done.stdout + done.stderr and "paramiko" not in done.stderr
    with_password = [
        path.name for path in (tmp_path / "w").rglob("*") if path.is_file() and b"CANARY" in path.read_bytes()
    ]
    assert with_password == ["secret"]


# What doctor sees


def delivery_remarks(folder: Path, online: bool = True) -> dict[str, str]:
    """What it says of partners over the wire: details by state."""
    found = examine(load_config(folder / "j3399.toml"), NIGHT, online)
    return {remark.state: remark.detail for remark in found if remark.check == "delivery"}


def test_doctor_connects_to_a_sound_partner_only_when_asked(tmp_path: Path, server: PartnerServer) -> None:
    a_wired_workspace(tmp_path / "w", server)
    assert list(delivery_remarks(tmp_path / "w", online=False)) == ["ok"] and server.logins == 0
    assert "answered" in delivery_remarks(tmp_path / "w")["ok"] and server.logins == 2
    assert names(server.root / "in") == []


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_doctor_sees_what_would_keep_a_partner_from_being_reached(
    tmp_path: Path, server: PartnerServer, wrong: Wrong, words: str
) -> None:
    a_wired_workspace(tmp_path / "w", server)
    wrong(tmp_path / "w", server)
    assert words.replace("does not stand in", "has no key of") in delivery_remarks(tmp_path / "w")["error"]
    needs_online = wrong in (_stranger, _wrong_password, _nobody_there)
    assert ("error" in delivery_remarks(tmp_path / "w", online=False)) != needs_online


def test_doctor_sees_a_missing_extra(
    tmp_path: Path, server: PartnerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_wired_workspace(tmp_path / "w", server)
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    assert "fsspec, paramiko not installed" in delivery_remarks(tmp_path / "w")["error"]


def test_a_night_without_the_extra_says_what_to_install(
    tmp_path: Path, server: PartnerServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_wired_workspace(tmp_path / "w", server)
    monkeypatch.delitem(sys.modules, "pipeline.delivery.sftp", raising=False)
    monkeypatch.setitem(sys.modules, "paramiko", None)
    monkeypatch.delattr(pipeline.delivery, "sftp", raising=False)
    assert "j3399[sftp]" in a_night(config)["unreachable"][PARTNER]


def test_doctor_sees_a_folder_that_is_not_there_and_a_partner_without_a_profile(tmp_path: Path) -> None:
    (tmp_path / "j3399.toml").write_text('[delivery.nobody]\noutbox = "gone"\n', encoding="utf-8")
    remarks = [one for one in examine(load_config(tmp_path / "j3399.toml"), NIGHT) if one.check == "delivery"]
    assert [one.state for one in remarks] == ["error", "error"]
    assert "does not exist" in remarks[0].detail and "no profile" in remarks[1].detail
