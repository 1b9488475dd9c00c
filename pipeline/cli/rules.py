"""`j3399 rules`."""

from __future__ import annotations

import json

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rules(as_json: bool) -> int:
    """All rules with their SNIP type, severity and what they look at.

    \b
    Example:
      j3399 rules
    """
    from validators.registry import all_rules

    found = {rule.id: rule for rule in all_rules()}
    if as_json:
        rows = [
            {
                "rule": rule.id,
                "stage": rule.contract.stage,
                "snip": rule.contract.snip,
                "severity": rule.contract.severity.value,
                "needs": rule.contract.needs,
                "what": rule.what,
            }
            for rule in found.values()
        ]
        click.echo(json.dumps(rows, indent=2))
        return 0
    for rule in found.values():
        snip = rule.contract.snip or "-"
        click.echo(f"{rule.id:24} SNIP {snip}  {rule.contract.severity.value:8} {rule.what}")
    return 0
