"""The examples for cron, systemd and Airflow say what the program does."""

from __future__ import annotations

import ast
import configparser
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline import exit_codes
from tests.docs.test_commands import test_a_command_of_the_documents_exists_with_its_options as can_be_typed
from tests.support.builders import ROOT

EXAMPLES = ROOT / "docs" / "examples"
SERVICE, TIMER = EXAMPLES / "j3399-nightly.service", EXAMPLES / "j3399-nightly.timer"


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(path.read_text("utf-8"))
    return parser


def test_the_service_is_hardened_and_takes_findings_for_success() -> None:
    service = unit(SERVICE)["Service"]
    assert service["UMask"] == "0077" and service["NoNewPrivileges"] == "yes" and service["LimitCORE"] == "0"
    assert service["ProtectSystem"] == "strict" and service["ReadWritePaths"] == service["WorkingDirectory"]
    assert service["SuccessExitStatus"] == str(exit_codes.FINDINGS)
    program, *words = shlex.split(service["ExecStart"])
    can_be_typed(SERVICE.name, f"{Path(program).name} {shlex.join(words)}")


def test_the_timer_makes_up_for_a_missed_night() -> None:
    timer = unit(TIMER)
    assert timer["Timer"]["Persistent"] == "true" and timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_knows_the_time_of_the_timer() -> None:
    when = unit(TIMER)["Timer"]["OnCalendar"]
    subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)


def test_the_line_for_cron_can_be_typed() -> None:
    (line,) = [
        text for text in (EXAMPLES / "j3399.crontab").read_text("utf-8").splitlines() if " j3399 " in text
    ]
    assert len(line.split()[:5]) == 5 and "umask 077" in line
    can_be_typed("j3399.crontab", line[line.index("j3399 nightly") :])


def test_the_airflow_dag_repeats_what_is_safe_and_never_an_alarm() -> None:
    tree = ast.parse((EXAMPLES / "airflow_dag.py").read_text("utf-8"))
    compile(tree, "airflow_dag.py", "exec")
    codes = {
        node.targets[0].id: eval(compile(ast.Expression(node.value), "codes", "eval"), {})
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert codes["DONE"] == (exit_codes.DONE, exit_codes.FINDINGS)
    assert {exit_codes.STORAGE, exit_codes.LOCKED, exit_codes.UNREACHABLE} <= set(codes["AGAIN"])
    assert not {exit_codes.USAGE, exit_codes.INTEGRITY, exit_codes.BUG} & set(codes["AGAIN"])
