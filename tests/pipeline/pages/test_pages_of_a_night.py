"""The pages that a night leaves: they link to each other, change with the facts, and go when nothing is open."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from lxml import html
from openpyxl import load_workbook
from selenium.webdriver.common.by import By

from pipeline.config import Config, load_config
from samples.clearinghouse import Deny, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.browser import browser, complaints, keep_screenshot, requests
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

SCRIPT = Script(
    claims={"NGT00001": Pay(), "NGT00002": Deny("252", remarks=("N395",)), "NGT00003": Reject("218")}
)
LATER = NIGHT + dt.timedelta(days=2)


def _two_nights(folder: Path) -> Config:
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(1, 4)])
    a_night(config)
    (data,) = outbox(config).values()
    for answer in clearinghouse(data, SCRIPT, as_of=NIGHT + dt.timedelta(days=1)):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    return config


def _report(config: Config) -> Path:
    return config.folders.reports / f"{LATER.date().isoformat()}.html"


def test_every_link_of_the_report_leads_to_a_file(tmp_path: Path) -> None:
    config = _two_nights(tmp_path)
    page = html.fromstring(_report(config).read_text("utf-8"))
    links = [link for link in page.xpath("//a/@href") if not link.startswith("#")]
    assert len(links) == 4, "two claims, the calendar, the workbook"
    assert [link for link in links if not (config.folders.reports / link).is_file()] == []
    assert load_workbook(config.folders.reports / "worklist.xlsx").sheetnames[0].lower() == "summary"


def test_the_report_opens_to_a_claim_page_in_a_browser(tmp_path: Path) -> None:
    config = _two_nights(tmp_path)
    with browser() as chrome:
        chrome.get(_report(config).as_uri())
        chrome.find_element(By.CSS_SELECTOR, "button.open").click()
        chrome.find_element(By.CSS_SELECTOR, ".details a[href]").click()
        assert chrome.find_element(By.CSS_SELECTOR, ".ub04").is_displayed()
        part = chrome.find_element(By.CSS_SELECTOR, "[data-meaning^='CLM02']")
        chrome.execute_script("arguments[0].focus()", part)
        shown = chrome.execute_script("return getComputedStyle(arguments[0], '::after').content", part)
        assert "CLM02" in shown
        keep_screenshot(chrome, "claim")
        chrome.get((config.folders.reports / f"{LATER.date().isoformat()}-calendar.html").as_uri())
        keep_screenshot(chrome, "calendar")
        assert requests(chrome) == []
        assert complaints(chrome) == []


def test_the_same_night_again_makes_no_claim_page_anew(tmp_path: Path) -> None:
    config = _two_nights(tmp_path)
    pages = {path: path.stat().st_mtime_ns for path in (config.folders.reports / "claims").iterdir()}
    assert len(pages) == 2
    a_night(config, LATER + dt.timedelta(days=1))
    assert {path: path.stat().st_mtime_ns for path in (config.folders.reports / "claims").iterdir()} == pages


def test_a_further_answer_is_on_the_claim_page_although_the_work_is_the_same(tmp_path: Path) -> None:
    config = _two_nights(tmp_path)
    (data,) = outbox(config).values()
    later = LATER + dt.timedelta(days=3)
    for answer in clearinghouse(data, replace(SCRIPT, kinds=("277CA",)), as_of=later):
        put_answer(config, answer.name, answer.data)
    pages = {path: path.read_text("utf-8") for path in (config.folders.reports / "claims").iterdir()}
    a_night(config, later)
    for path, before in pages.items():
        assert path.read_text("utf-8").count("277CA of the") > before.count("277CA of the")


def test_the_page_of_a_claim_that_needs_nobody_any_more_is_removed(tmp_path: Path) -> None:
    config = _two_nights(tmp_path)
    stale = config.folders.reports / "claims" / "C0000000000.html"
    stale.write_text("old")
    a_night(config, LATER + dt.timedelta(days=1))
    assert not stale.exists()


def test_patient_data_is_on_the_pages_only_where_the_configuration_says_so(tmp_path: Path) -> None:
    config = _two_nights(tmp_path)
    name = a_child(2)["patient"]["last_name"].upper()

    def pages() -> list[str]:
        folder = config.folders.reports
        return [path.read_text("utf-8") for path in [*folder.glob("*.html"), *folder.glob("claims/*.html")]]

    assert len(pages()) >= 5
    assert not [page for page in pages() if name in page or "NGT00002" in page]
    path = tmp_path / "j3399.toml"
    path.write_text(path.read_text() + "[reports]\nshow_phi = true\n")
    a_night(load_config(path), LATER + dt.timedelta(days=1))
    assert [page for page in pages() if name in page]
