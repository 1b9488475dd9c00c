"""`j3399 worklist`: what needs somebody, and what somebody decided about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.ledgers import opened_ledger
from pipeline.cli.options import (
    Day,
    Words,
    as_of_option,
    config_option,
    day_option,
    moment,
    required_config,
)
from pipeline.cli.output import deliver, refuse_terminal
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.ledger.store import Ledger
    from pipeline.worklist.decisions import Entry

_FORMATS = click.Choice(["table", "json", "csv", "xlsx"])
_STATES = {"appealed": "appealed", "written-off": "written_off"}


class _ListsByDefault(click.Group):
    """A group whose `list` runs where no command is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ListsByDefault)
def worklist() -> None:
    """What needs somebody: cause, evidence, steps, owner, due date, money.

    Without a command it lists; the options are those of `j3399 worklist list`.

    \b
    Example:
      j3399 worklist --payer state-medicaid
      j3399 worklist snooze CWZ7BQ2C4CR --until 2026-12-10 --reason "records asked for" --by "A. Analyst"
    """


@worklist.command("list")
@config_option
@as_of_option
@click.option("--format", "output", type=_FORMATS, default="table", show_default=True, help="What to print.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
@click.option("--owner", multiple=True, help="Items of this owner alone; may be given again.")
@click.option("--payer", multiple=True, help="Of this payer.")
@click.option("--cause", multiple=True, help="With this likeliest cause.")
@click.option("--stage", multiple=True, help="At this stage: rejected, denied, pending, paid.")
@click.option("--kind", multiple=True, help="Of this kind: rejected, denied, partly-denied, held ...")
@day_option("--due-before", "due_before", "Due before this day.")
@click.option("--all", "with_hidden", is_flag=True, help="Also what was closed or snoozed, and why.")
@click.option("--brief", is_flag=True, help="In the table, one line an item.")
def list_items(
    config_path: Path | None,
    as_of: dt.datetime | None,
    output: str,
    as_json: bool,
    out: Path | None,
    with_hidden: bool,
    brief: bool,
    due_before: dt.date | None,
    **values: tuple[str, ...],
) -> int:
    """The open items, most money first, then the nearest due date.

    \b
    Example:
      j3399 worklist list --owner pharmacy --due-before 2026-12-24
      j3399 worklist list --format xlsx --out worklist.xlsx
    """
    from pipeline.worklist.filters import Filter

    form = "json" if as_json else output
    if form == "table" and out is not None:
        raise click.UsageError("--out is for --format json, csv or xlsx.")
    if form == "xlsx":
        refuse_terminal(out, "a workbook")
    config, now = required_config(config_path), moment(as_of)
    with opened_ledger(config, read_only=True) as ledger:
        everything = _entries(config, ledger, now.date())
    listed = [entry for entry in everything if with_hidden or not entry.is_hidden]
    wanted = Filter(values, due_before)
    for words in wanted.without_match(entry.item for entry in listed):
        click.echo(words, err=True)
    chosen = [entry for entry in listed if wanted.fits(entry.item)]
    hidden = len(everything) - len(listed)
    if form == "table":
        from pipeline.cli.tables import print_worklist

        print_worklist(chosen, now.date(), hidden, len(listed) - len(chosen), brief)
    else:
        deliver(_document(chosen, form, now), out)
    return 0


def _document(chosen: Sequence[Entry], form: str, now: dt.datetime) -> bytes:
    from pipeline.worklist.formats import as_csv, as_json

    if form == "xlsx":
        from pipeline.worklist.sheet import as_xlsx

        return as_xlsx(chosen, now)
    return (as_csv(chosen) if form == "csv" else as_json(chosen) + "\n").encode()


def _deciding(command: Any) -> Any:
    """What all commands that decide take."""
    for option in (
        as_of_option,
        config_option,
        click.option("--by", type=Words(), required=True, help="Who decided it."),
        click.option("--reason", type=Words(), required=True, help="Why; name no patient."),
        click.argument("item"),
    ):
        command = option(command)
    return command


@worklist.command()
@_deciding
@click.option(
    "--as",
    "state",
    type=click.Choice(list(_STATES)),
    help="The claim is appealed, or written off: that is then its state.",
)
@click.option(
    "--until",
    type=Day(),
    metavar="DAY",
    help="Back on this day if nothing has changed. Of an appeal by default when the payer should have answered.",
)
def close(
    item: str,
    reason: str,
    by: str,
    config_path: Path | None,
    as_of: dt.datetime | None,
    state: str | None,
    until: dt.date | None,
) -> int:
    """Take an item off the list until its facts change.

    ITEM is its key: the claim of a denial or rejection, else as `worklist list --json` has it.

    \b
    Example:
      j3399 worklist close CWZ7BQ2C4CR --as appealed --reason "appeal sent by mail" --by "A. Analyst"
    """
    return _decide("closed", item, reason, by, config_path, as_of, until, _STATES[state] if state else "")


@worklist.command()
@_deciding
@click.option("--until", type=Day(), metavar="DAY", required=True, help="The day on which it is back.")
def snooze(
    item: str, reason: str, by: str, config_path: Path | None, as_of: dt.datetime | None, until: dt.date
) -> int:
    """Take an item off the list until a day, or until its facts change before.

    \b
    Example:
      j3399 worklist snooze CWZ7BQ2C4CR --until 2026-12-10 --reason "records asked for" --by "A. Analyst"
    """
    return _decide("snoozed", item, reason, by, config_path, as_of, until)


@worklist.command()
@_deciding
def reopen(item: str, reason: str, by: str, config_path: Path | None, as_of: dt.datetime | None) -> int:
    """Put an item back that was closed or snoozed; a claim written off or appealed is so no more.

    \b
    Example:
      j3399 worklist reopen CWZ7BQ2C4CR --reason "closed by mistake" --by "A. Analyst"
    """
    return _decide("reopened", item, reason, by, config_path, as_of)


def _decide(
    kind: str,
    name: str,
    reason: str,
    by: str,
    config_path: Path | None,
    as_of: dt.datetime | None,
    until: dt.date | None = None,
    state: str = "",
) -> int:
    config, now = required_config(config_path), moment(as_of)
    if until is not None and until <= now.date():
        raise click.UsageError("--until is a day to come.")
    with run_lock(config.folders.state, DurableSteps()), opened_ledger(config, read_only=False) as ledger:
        from pipeline.worklist.decisions import decide, decision_on, find

        entry = find(_entries(config, ledger, now.date()), name)
        if state == "appealed" and until is None:
            until = now.date() + dt.timedelta(days=_answer_days(config, entry.item.payer))
        at = now.isoformat(timespec="seconds")
        decision = decision_on(entry.item, kind, reason=reason, by=by, at=at, until=until)
        is_new = decide(ledger, entry, decision, state)
    words = f"{state.replace('_', ' ')} and {kind}" if state else kind
    back = f"; it is back on {until}, or when its facts change" if until else ""
    click.echo(f"{entry.item.key} is {words}{back}." if is_new else f"{entry.item.key} was {words} before.")
    return 0


def _answer_days(config: Config, payer: str) -> int:
    from mapping.profile_store import ProfileStore

    return ProfileStore(config.own_profiles).payer(payer).answer_days


def _entries(config: Config, ledger: Ledger, today: dt.date) -> list[Entry]:
    from mapping.profile_store import ProfileStore
    from pipeline.worklist.decisions import entries
    from pipeline.worklist.items import WorkItems

    items = WorkItems(config, ledger, ProfileStore(config.own_profiles), today).open_items()
    return entries(ledger, items, today)
