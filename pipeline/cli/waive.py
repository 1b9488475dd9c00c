"""`j3399 waive`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pipeline.cli.ledgers import require_ledger
from pipeline.cli.options import Words, as_of_option, config_option, moment, required_config
from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError
from pipeline.lock import run_lock


@click.command()
@click.argument("claim")
@click.argument("rule")
@click.option("--reason", type=Words(), required=True, help="Why it may go all the same; name no patient.")
@click.option("--by", type=Words(), required=True, help="Who decided it.")
@config_option
@as_of_option
def waive(
    claim: str, rule: str, reason: str, by: str, config_path: Path | None, as_of: dt.datetime | None
) -> int:
    """Let a claim go although a rule found something that nobody can cure any more.

    CLAIM is the encounter that is held, or a claim of it. Only rules that the payer's profile marks
    waivable can be waived. The waiver is recorded, shows on the claim, and lapses when the
    encounter's record changes; the next night sends the claim.

    \b
    Example:
      j3399 waive E0010 titer-missing --reason "child treated in an emergency" --by "A. Analyst"
    """
    from mapping.profile_store import ProfileError, ProfileStore
    from pipeline.ledger.store import Ledger
    from pipeline.outbound.waivers import waive as record
    from validators.catalog import catalog

    config, steps = required_config(config_path), DurableSteps()
    if rule not in catalog():
        raise click.UsageError(f"there is no rule {rule!r}; `j3399 rules` lists them.")
    with run_lock(config.folders.state, steps):
        require_ledger(config)
        ledger = Ledger.open(config.ledger, steps)
        try:
            at = moment(as_of).isoformat(timespec="seconds")
            profiles = ProfileStore(config.own_profiles)
            is_new = record(ledger, profiles, claim, rule, reason=reason, by=by, at=at)
        except ProfileError as error:
            raise ConfigurationError(str(error)) from None
        finally:
            ledger.close()
    click.echo(f"{rule} is waived for {claim}." if is_new else f"{rule} was waived for {claim} before.")
    return 0
