"""`j3399 explain`."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.options import config_option

_STAGES = ("rejected", "denied", "pending", "paid")
_ACTIONS = {
    "replace": "replacement of the claim",
    "new_claim": "new claim",
    "resubmit": "replacement or new claim, as the payer takes it",
    "void": "void of the claim",
    "appeal": "appeal",
    "send_documents": "send documents",
    "inquire": "ask the payer",
    "wait": "wait",
    "none": "nothing to do",
    "by-code": "as the payer's own code says; else ask the payer",
}


@click.command()
@click.argument("identifier", nargs=-1, required=True)
@config_option
def explain(identifier: tuple[str, ...], config_path: Path | None) -> int:
    """What a rule, a cause of denials or a code of an answer means.

    A code is a CARC (CO-197, CARC 197), a RARC (N706), a claim status (A7:218, A7:231:QC), a
    status category (A7), an entity, a group, or a code of a 999, TA1 or 835 named with its
    element (IK304:3, IK403:7, TA105:025, CLP02:22, PLB WO). Codes of a claim are named with their
    list (value 87, type of bill 13). What means several things is explained in each.

    Of a product, named by its HCPCS code or its profile's key, the billing card: codes, units,
    kits, revenue codes and NDC units by payer, limits, and where each fact comes from.

    \b
    Example:
      j3399 explain titer-missing
      j3399 explain CO-197
      j3399 explain A7:218
      j3399 explain IK304:3
      j3399 explain J3399
    """
    from pipeline.cli.explained_codes import code_blocks, lists_looked_in, unknown_code

    name = " ".join(identifier)
    blocks = [*_rule_blocks(name), *_cause_blocks(name), *code_blocks(name)]
    if not blocks:
        blocks = _cards(name, config_path)
    if not blocks:
        unknown = unknown_code(name)
        raise click.UsageError(
            unknown
            or f"{name!r} is no rule, no cause, no code and no product on file; `j3399 rules` lists the "
            f"rules. Codes were looked up in all lists, among them {lists_looked_in()}."
        )
    click.echo("\n\n".join("\n".join(block) for block in blocks))
    return 0


def _rule_blocks(name: str) -> list[list[str]]:
    from pipeline.cli.paragraphs import entry, heading
    from validators.catalog import catalog

    found = catalog().get(name.casefold())
    if found is None:
        return []
    contract = found.contract
    parts = (
        ("What", found.what),
        ("Why", found.why),
        ("Fix", found.fix),
        ("Needs", contract.needs),
        ("Source", found.source),
    )
    title = f"Rule {found.id}: {contract.severity.value}, SNIP type {contract.snip or '-'}, stage {contract.stage}"
    return [[*heading(title), *(line for label, words in parts for line in entry(label, words))]]


def _cause_blocks(name: str) -> list[list[str]]:
    """A cause: what to do by where the claim is, the steps, who does them, what prevents it."""
    from pipeline.cli.paragraphs import entry, heading
    from pipeline.denials.tables import causes

    cause = causes().get(name.casefold())
    if cause is None:
        return []
    parts = [
        *((stage.capitalize(), _action_words(cause.actions[stage], cause.condition)) for stage in _STAGES),
        *(("" if number else "Steps", step) for number, step in enumerate(cause.steps)),
        ("Owner", cause.owner),
        ("Prevented", "by " + ", ".join(cause.prevented_by) if cause.prevented_by else "by no rule"),
    ]
    title = f"Cause {cause.id}: {cause.meaning}"
    return [[*heading(title), *(line for label, words in parts for line in entry(label, words))]]


def _action_words(cell: str, condition: str) -> str:
    """A cell of the table of causes in words: `a+b` is a and then b, `a|b` a under the condition, else b."""
    if "|" in cell:
        first, second = cell.split("|")
        return f"where {condition}: {_ACTIONS[first]}; else {_ACTIONS[second]}"
    return ", then ".join(_ACTIONS[action] for action in cell.split("+"))


def _cards(name: str, config_path: Path | None) -> list[list[str]]:
    """The billing card of every product of that name."""
    from mapping.profile_store import ProfileError, ProfileStore
    from pipeline.cli.card import card_lines
    from pipeline.cli.products import all_products, own_profiles, products_named
    from pipeline.errors import ConfigurationError

    profiles = ProfileStore(own_profiles(config_path))
    try:
        return [card_lines(product, profiles) for product in products_named(all_products(profiles), name)]
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
