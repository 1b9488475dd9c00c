"""`j3399 schema`."""

from __future__ import annotations

import json

import click


@click.command()
def schema() -> int:
    """The JSON Schema of an encounter record.

    \b
    Example:
      j3399 schema > encounter.schema.json
    """
    from mapping.encounter import Encounter

    content = Encounter.model_json_schema()
    content["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    click.echo(json.dumps(content, indent=2))
    return 0
