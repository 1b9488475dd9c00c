"""`j3399 explain`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from pipeline.cli.options import config_option


@click.command()
@click.argument("identifier")
@config_option
def explain(identifier: str, config_path: Path | None) -> int:
    """What a rule, a CARC (CO-197), a RARC (N706) or a claim status (A7:218) means.

    Of a product, named by its HCPCS code or its profile's key, the billing card: codes, units,
    kits, revenue codes and NDC units by payer, limits, and where each fact comes from.

    \b
    Example:
      j3399 explain titer-missing
      j3399 explain CO-197
      j3399 explain J3399
    """
    lines = _rule_lines(identifier) or _code_lines(identifier) or _cards(identifier, config_path)
    if not lines:
        raise click.UsageError(
            f"{identifier!r} is no rule, no code and no product on file; `j3399 rules` lists the rules."
        )
    for line in lines:
        click.echo(line)
    return 0


def _rule_lines(identifier: str) -> list[str]:
    from validators.catalog import catalog

    entry = catalog().get(identifier)
    if entry is None:
        return []
    contract = entry.contract
    return [
        f"{entry.id}: {contract.severity.value}, SNIP type {contract.snip or '-'}, stage {contract.stage}",
        f"What    {entry.what}",
        f"Why     {entry.why}",
        f"Fix     {entry.fix}",
        f"Needs   {contract.needs}",
        f"Source  {entry.source}",
    ]


def _code_lines(identifier: str) -> list[str]:
    from edi.codes import code_table
    from pipeline.denials.tables import code_weights

    text = identifier.upper()
    adjustment = re.sub(r"^(CARC|CO|PR|OA|PI)[- ]?(?=\w)", "", text)
    candidates = [("rarc", re.sub(r"^RARC[- ]?", "", text)), ("carc", adjustment)]
    if ":" in text:
        candidates = [("claim_status", text.split(":")[1])]
    for table, code in candidates:
        known = code_table(table).get(code)
        if known is None:
            continue
        name = {"carc": "CARC", "rarc": "RARC", "claim_status": "Claim status"}[table]
        lines = [f"{name} {code}: {known.words()}"]
        weights = code_weights().get(("status" if table == "claim_status" else table, code), {})
        ranked = sorted(weights.items(), key=lambda pair: -pair[1])
        if ranked:
            lines.append("Points to " + ", ".join(f"{cause} ({weight:.0%})" for cause, weight in ranked))
        return lines
    return []


def _cards(identifier: str, config_path: Path | None) -> list[str]:
    """The billing card of every product of that name, a blank line between two."""
    from mapping.profile_store import ProfileError, ProfileStore
    from pipeline.cli.card import card_lines
    from pipeline.cli.products import all_products, own_profiles, products_named
    from pipeline.errors import ConfigurationError

    profiles = ProfileStore(own_profiles(config_path))
    lines: list[str] = []
    for product in products_named(all_products(profiles), identifier):
        try:
            lines += [*([""] if lines else []), *card_lines(product, profiles)]
        except ProfileError as error:
            raise ConfigurationError(str(error)) from None
    return lines
