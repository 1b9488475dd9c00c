"""`j3399 worklist`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pipeline.cli.options import as_of_option, config_option, moment, required_config
from pipeline.errors import ConfigurationError, StorageError

_FORMATS = click.Choice(["table", "json", "csv"])


@click.command()
@config_option
@click.option("--format", "output", type=_FORMATS, default="table", show_default=True, help="What to print.")
@click.option("--json", "as_json_flag", is_flag=True, help="The same as --format json.")
@as_of_option
def worklist(config_path: Path | None, output: str, as_json_flag: bool, as_of: dt.datetime | None) -> int:
    """The claims that need somebody: cause, evidence, steps, owner, due date, money.

    \b
    Example:
      j3399 worklist --config j3399.toml --format csv > worklist.csv
    """
    from mapping.profile_store import ProfileError, ProfileStore
    from pipeline.durable import DurableSteps
    from pipeline.ledger.store import Ledger
    from pipeline.worklist.formats import as_csv, as_json
    from pipeline.worklist.items import WorkItems

    config = required_config(config_path)
    if not config.ledger_path.is_file():
        raise StorageError(f"there is no ledger at {config.ledger_path}", "Run `j3399 nightly` first")
    ledger = Ledger.open(config.ledger_path, DurableSteps())
    try:
        profiles = ProfileStore(config.own_profiles)
        items = WorkItems(config, ledger, profiles, moment(as_of).date()).open_items()
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
    finally:
        ledger.close()
    if as_json_flag or output == "json":
        click.echo(as_json(items))
    elif output == "csv":
        click.echo(as_csv(items), nl=False)
    else:
        from pipeline.cli.tables import print_worklist

        print_worklist(items)
    return 0
