"""The `j3399` executable: its commands, and how each of them may end."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import tempfile
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from pipeline import exit_codes
from pipeline.cli.progress import bars_for_people
from pipeline.errors import OperationError, storage_error

_COMMANDS = {
    "nightly": "pipeline.cli.nightly",
    "check": "pipeline.cli.check",
    "generate": "pipeline.cli.generate",
    "validate": "pipeline.cli.validate",
    "read": "pipeline.cli.read",
    "ingest": "pipeline.cli.ingest",
    "worklist": "pipeline.cli.worklist",
    "claim": "pipeline.cli.claim",
    "correct": "pipeline.cli.correct",
    "waive": "pipeline.cli.waive",
    "quarantine": "pipeline.cli.quarantine",
    "resend": "pipeline.cli.resend",
    "replay": "pipeline.cli.replay",
    "delivery": "pipeline.cli.delivery",
    "aftercare": "pipeline.cli.aftercare",
    "figures": "pipeline.cli.figures",
    "dose": "pipeline.cli.dose",
    "rules": "pipeline.cli.rules",
    "explain": "pipeline.cli.explain",
    "schema": "pipeline.cli.schema",
    "doctor": "pipeline.cli.doctor",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module when it is called, so that `--help` is fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        from importlib import import_module

        command = getattr(import_module(_COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="j3399", prog_name="j3399")
def main() -> None:
    """837I claims for Zolgensma (HCPCS J3399): built, checked, sent, and followed to the payment.

    \b
    Example:
      j3399 nightly --config j3399.toml
      j3399 worklist --config j3399.toml
    """


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command and end the process with its exit code. No traceback reaches the user."""
    signal.signal(signal.SIGTERM, _stop)
    sys.unraisablehook = _unraisable
    _silence_libraries()
    code = exit_codes.DONE
    try:
        with bars_for_people():
            result = main.main(args=arguments, prog_name="j3399", standalone_mode=False)
        code = result if isinstance(result, int) else exit_codes.DONE
        sys.stdout.flush()
    except click.exceptions.Exit as ending:
        code = ending.exit_code
    except click.ClickException as error:
        error.show()
        code = exit_codes.USAGE
    except click.Abort:
        code = exit_codes.SIGNAL_BASE + signal.SIGINT
    except OperationError as error:
        say(error.line())
        code = error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = exit_codes.SIGNAL_BASE + signal.SIGPIPE
    except OSError as error:
        say(storage_error(error).line())
        code = exit_codes.STORAGE
    except _Stopped as stopped:
        say("Stopped by a signal; safe to run again.")
        code = exit_codes.SIGNAL_BASE + stopped.number
    except KeyboardInterrupt:
        say("Stopped; safe to run again.")
        code = exit_codes.SIGNAL_BASE + signal.SIGINT
    except Exception as error:
        say(
            f"j3399 has a bug ({type(error).__name__}); details without patient data: {_write_details(error)}"
        )
        code = exit_codes.BUG
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the work is done; its exit code stands
    sys.exit(code)


def _silence_libraries() -> None:
    """Warnings and log lines of libraries may quote the values they are about: patient data among them."""
    warnings.simplefilter("ignore")
    logging.lastResort = logging.NullHandler()


def say(line: str) -> None:
    """One line for people, on stderr."""
    with contextlib.suppress(OSError):
        click.echo(f"j3399: {line}", err=True)


class _Stopped(BaseException):
    """A signal asked the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise _Stopped(number)


def _unraisable(information: sys.UnraisableHookArgs) -> None:
    """A signal that arrived where nothing can be raised (a destructor) is delivered again."""
    if isinstance(information.exc_value, _Stopped):
        signal.signal(signal.SIGALRM, lambda number, frame: _stop(signal.SIGTERM, frame))
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    elif information.exc_value is not None:
        name = type(information.exc_value).__name__
        say(f"a {name} was ignored while cleaning up; please report it")


def _write_details(error: Exception) -> str:
    """Where the bug is, as file names, lines and functions: no values, so no patient data."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{type(error).__module__}.{type(error).__name__}"]
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    try:
        descriptor, name = tempfile.mkstemp(prefix="j3399-bug-", suffix=".log")
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
    except OSError:
        return "could not be written"
    return str(Path(name))
