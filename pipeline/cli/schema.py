"""`j3399 schema`."""

from __future__ import annotations

import json

import click


@click.command()
@click.option(
    "--csv", "as_csv", is_flag=True, help="Print the header of a CSV file instead: one row a service line."
)
def schema(as_csv: bool) -> int:
    """The JSON Schema of an encounter record, or the header of a CSV file of encounters.

    Of the columns only those are needed that every encounter fills; lists may have more
    columns than printed (`diagnoses[12].code`).

    \b
    Example:
      j3399 schema > encounter.schema.json
      j3399 schema --csv > encounters.csv
    """
    click.echo(_csv_header() if as_csv else _json_schema())
    return 0


def _csv_header() -> str:
    from mapping.intake.columns import default_header

    return ",".join(default_header())


def _json_schema() -> str:
    from mapping.encounter import Encounter

    content = Encounter.model_json_schema()
    content["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(content, indent=2)
