"""Which product a command speaks of: found among the profiles, never by name in the code."""

from __future__ import annotations

from pathlib import Path

import click

from mapping.profile_models import ProductProfile
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import find_config, load_config
from pipeline.errors import ConfigurationError


def own_profiles(config_path: Path | None) -> Path | None:
    """The user's own profiles folder; None without a configuration, or where it names none."""
    found = find_config(config_path)
    return load_config(found).own_profiles if found else None


def all_products(profiles: ProfileStore) -> list[ProductProfile]:
    """Every product on file. ConfigurationError where a profile cannot be used."""
    try:
        return profiles.products()
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None


def products_named(products: list[ProductProfile], name: str) -> list[ProductProfile]:
    """The products of a key or a HCPCS code, in capitals or not."""
    return [
        product
        for product in products
        if name.casefold() in (product.key.casefold(), product.hcpcs.casefold())
    ]


def chosen_product(products: list[ProductProfile], name: str | None) -> ProductProfile:
    """The product that is named, or the only one there is. UsageError where that leaves none, or several."""
    found = products if name is None else products_named(products, name)
    if len(found) == 1:
        return found[0]
    known = ", ".join(product.key for product in found or products) or "none"
    if name is None:
        raise click.UsageError(f"Give the product with --product; known: {known}.")
    if found:
        raise click.UsageError(f"{name!r} is the code of several products; give one of: {known}.")
    raise click.UsageError(f"There is no product {name!r}; known: {known}.")
