"""The catalog: every rule of the contract that something reports, in words; and its page."""

from __future__ import annotations

from edi import reading_rules
from edi.finding import RuleKey
from mapping import rule_keys
from tests.support.builders import ROOT
from validators.catalog import Entry, catalog, markdown
from validators.registry import all_rules, contracts


def test_every_rule_has_its_words() -> None:
    assert all(entry.what and entry.why and entry.fix and entry.source for entry in catalog().values())


def test_every_rule_on_what_goes_out_is_in_the_catalog() -> None:
    wanted = [one.id for one in contracts().values() if one.stage != "inbound"]
    assert [entry.id for entry in catalog().values() if entry.contract.stage != "inbound"] == wanted


def test_what_readers_and_mapping_report_is_in_the_catalog() -> None:
    keys = [*vars(reading_rules).values(), *vars(rule_keys).values()]
    assert {key.id for key in keys if isinstance(key, RuleKey)} <= catalog().keys()


def test_no_rule_is_described_twice() -> None:
    from validators.catalog import _reported

    assert not _reported().keys() & {rule.id for rule in all_rules()}


def test_the_page_is_that_of_the_rules() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == markdown(), "run `make docs`"


def test_an_entry_as_json_has_all_keys() -> None:
    entry: Entry = catalog()["guide"]
    assert entry.as_dict()["severity"] == "error" and entry.as_dict()["snip"] == 2
