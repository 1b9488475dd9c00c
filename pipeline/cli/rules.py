"""`j3399 rules`."""

from __future__ import annotations

import json

import click

_FORMATS = ("table", "json", "markdown")


@click.command()
@click.option("--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option(
    "--stage", type=click.Choice(["intake", "encounter", "outbound", "inbound"]), help="Only these."
)
@click.option("--snip", type=click.IntRange(1, 7), help="Only rules of this SNIP type.")
def rules(form: str, as_json: bool, stage: str | None, snip: int | None) -> int:
    """All rules with their SNIP type, severity and what they look at.

    \b
    Example:
      j3399 rules
      j3399 rules --stage encounter
      j3399 rules --json
    """
    from validators.catalog import catalog, markdown

    chosen = [
        entry
        for entry in catalog().values()
        if stage in (None, entry.contract.stage) and snip in (None, entry.contract.snip)
    ]
    if as_json or form == "json":
        click.echo(json.dumps([entry.as_dict() for entry in chosen], indent=2))
    elif form == "markdown":
        click.echo(markdown(), nl=False)
    else:
        for entry in chosen:
            contract = entry.contract
            kind = f"SNIP {contract.snip}" if contract.snip else contract.stage
            click.echo(f"{entry.id:30} {kind:8} {contract.severity.value:8} {entry.what}")
    return 0
