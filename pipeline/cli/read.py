"""`j3399 read`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import exit_codes
from pipeline.cli.json_stream import Stream, write_json
from pipeline.cli.progress import no_bars_over_a_document
from pipeline.durable import DurableSteps
from pipeline.errors import StorageError
from pipeline.progress import opened

if TYPE_CHECKING:
    from pipeline.table_files import TableTally

_FORMATS = ("json", "csv", "parquet", "xlsx", "xml")


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="json", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Where to write: a folder for csv and parquet (a file for each table) and for the xml of "
    "several files, a file for xlsx and xml.",
)
@click.option("--table", help="Print this table alone as CSV: claims, lines, adjustments, statuses ...")
@click.option("--segments", "with_segments", is_flag=True, help="In JSON, with all segments.")
@click.option("--show-phi", is_flag=True, help="Show patient data in the findings, too.")
def read(
    files: tuple[Path, ...],
    form: str,
    out: Path | None,
    table: str | None,
    with_segments: bool,
    show_phi: bool,
) -> int:
    """What files of X12 hold: 837I, 835, 277CA, 277, 999, 997, TA1, known by their content.

    As JSON every claim and answer with all its fields; as CSV, Parquet or a workbook tables that can be
    joined; as XML the loops and segments. What is printed is patient data, as it stands. A file of
    claims may be of any size. Whether claims would be paid is what `j3399 validate` says.

    Exit code 0: all was read; 1: something was not, see the findings; 3: a file could not be read.

    \b
    Example:
      j3399 read samples/answers/835_60054_848897998.835
      j3399 read --table adjustments samples/answers/*
      j3399 read --format xlsx --out answers.xlsx samples/answers/*
    """
    if table is not None:
        return _print_table(files, table)
    if form == "json" and out is None:
        return _print_json(files, with_segments, show_phi)
    if form == "xml":
        return _write_xml(files, out)
    if form == "json":
        raise click.UsageError("JSON is printed; send it into a file with > instead of --out.")
    if out is None:
        raise click.UsageError(f"--format {form} needs --out, or give --table to print one table as CSV.")
    return _write_tables(files, form, out)


def _print_json(files: tuple[Path, ...], with_segments: bool, show_phi: bool) -> int:
    from pipeline.cli.read_json import JsonReading

    reading = JsonReading(with_segments, show_phi)
    with no_bars_over_a_document():
        document = {"files": Stream(reading.file(path) for path in files), "summary": reading.summary}
        write_json(document, sys.stdout)
    for line in reading.notes:
        click.echo(line, err=True)
    if reading.unreadable:
        raise StorageError("; ".join(reading.unreadable))
    return exit_codes.FINDINGS if reading.summary["error"] else exit_codes.DONE


def _print_table(files: tuple[Path, ...], table: str) -> int:
    from edi.tables.columns import TABLES
    from pipeline.table_files import TableTally, print_table

    if table not in TABLES:
        raise click.UsageError(f"there is no table {table!r}; there are {', '.join(TABLES)}.")
    tally = TableTally()
    print_table(files, table, sys.stdout.buffer, tally)
    return _end(tally)


def _write_tables(files: tuple[Path, ...], form: str, out: Path) -> int:
    from pipeline.table_files import SINKS, TableTally, write_tables

    tally = TableTally()
    written = write_tables(files, SINKS[form](out, DurableSteps()), tally)
    for path in written:
        click.echo(str(path), err=True)
    return _end(tally)


def _end(tally: TableTally) -> int:
    for rule, count in sorted(tally.errors.items()):
        click.echo(f"{count} findings of {rule}; see the table findings", err=True)
    if tally.unreadable:
        raise StorageError("; ".join(tally.unreadable))
    return exit_codes.FINDINGS if tally.errors else exit_codes.DONE


def _write_xml(files: tuple[Path, ...], out: Path | None) -> int:
    from edi.as_xml import write_xml
    from pipeline.table_files import replacing

    if out is None and len(files) > 1:
        raise click.UsageError("the XML of several files needs a folder: give --out.")
    targets = dict.fromkeys(files, out)
    if len(files) > 1 or (out is not None and out.is_dir()):
        assert out is not None
        targets = {path: out / f"{path.name}.xml" for path in files}
    errors = 0
    for path, target in targets.items():
        with opened(path) as source:
            if target is None:
                reader = write_xml(source, sys.stdout.buffer, path.name)
            else:
                with replacing(target, DurableSteps()) as stream:
                    reader = write_xml(source, stream, path.name)
                click.echo(str(target), err=True)
        for finding in reader.findings:
            click.echo(f"{finding.severity.value} {path.name}: {finding.message()}", err=True)
            errors += finding.is_error
    return exit_codes.FINDINGS if errors else exit_codes.DONE
