"""Every code that points to a cause is one that the tables of codes know, and has words of its own."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from edi.codes import code_table
from pipeline.denials.ranking import _SYNTAX_TABLES, _TABLES
from pipeline.denials.tables import causes

ROWS = list(
    csv.DictReader(files("pipeline.denials").joinpath("codes.csv").read_text(encoding="utf-8").splitlines())
)
_OF_OUR_OWN = "IK501-others"


def codes(table: str) -> set[str]:
    """The codes of a list; a status may name whom it is about (`125:IL`)."""
    return {row["code"].partition(":")[0] for row in ROWS if row["list"] == table}


@pytest.mark.parametrize("table", ["carc", "rarc", "status"])
def test_a_code_that_points_to_a_cause_is_known_with_words(table: str) -> None:
    known = code_table(_TABLES[table])
    used = codes(table)
    assert len(used) > 20
    assert used - set(known) == set()
    assert [code for code in used if not known[code].meaning.strip()] == []


def test_whom_a_status_is_about_is_an_entity_that_the_tables_know() -> None:
    about = {row["code"].partition(":")[2] for row in ROWS if row["list"] == "status"} - {""}
    assert about
    assert about <= set(code_table("entity"))


def test_lists_causes_and_elements_are_those_that_there_are() -> None:
    assert {row["list"] for row in ROWS} <= {*_TABLES, "syntax"}
    assert {row["cause"] for row in ROWS} <= set(causes())
    assert codes("syntax") <= {*_SYNTAX_TABLES, _OF_OUR_OWN}
    assert all(code_table(table) for table in _SYNTAX_TABLES.values())
