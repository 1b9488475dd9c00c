"""The report: what it says, and how it behaves in a browser."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from pipeline.denials.item import CodeEntry, WorkItem
from pipeline.denials.ranking import RankedCause
from pipeline.denials.tables import causes
from pipeline.pages.charts import bar_chart, line_chart
from pipeline.pages.report_page import ShownFigure, report_page
from tests.support.browser import browser, complaints, keep_screenshot, requests

TODAY = dt.date(2026, 11, 25)
SUMMARY: dict[str, Any] = {
    "run": "R000007",
    "started": "2026-11-25T02:00:00",
    "exit_code": 1,
    "counts": {"claims_released": 2, "answer_files": 1, "events_parked": 3000},
    "amounts": {"released": "4250000.00", "unanswered": "0.00"},
    "files": [
        {"name": "a.x12", "partner": "tmhp", "control_number": 7, "sha256": "ab" * 32, "claims": ["C1", "C2"]}
    ],
    "held": [],
    "refused": [],
    "quarantined": ["odd.dat"],
    "findings_by_rule": {"titer-stale": 1},
    "claims_by_state": {"paid": 3, "denied": 2, "rejected": 1},
    "claims_without_answer": ["C9"],
}


def _item(
    number: int, cents: int, cause: str, owner: str, payer: str, days: int | None, **others: Any
) -> WorkItem:
    values: dict[str, Any] = {
        "kind": "denied",
        "key": f"C{number}",
        "claim": f"C{number:010d}",
        "encounter": f"E{number:04d}",
        "payer": payer,
        "state": "denied",
        "stage": "denied",
        "amount_at_risk_cents": cents,
        "codes": (CodeEntry(group="CO", carc="197", amount_cents=cents),),
        "causes": (RankedCause(causes()[cause], 0.8, ("rule prior-authorization: none",)),),
        "actions": ("replace",),
        "steps": ("Run `j3399 correct C1 --preview build`", "send it"),
        "owner": owner,
        "due": TODAY + dt.timedelta(days=days) if days is not None else None,
        "prevented_by": ("prior-authorization",),
    }
    return WorkItem(**(values | others))


ITEMS = [
    _item(1, 300_000_000, "authorization-missing", "authorization team", "texas-medicaid", 40),
    _item(2, 212_500_000, "units", "coder", "commercial-oba", -2),
    _item(3, 100_00, "units", "coder", "texas-medicaid", None, claim="", kind="held"),
    _item(4, 50_00, "ndc-unit", "pharmacy", "<script>alert(1)</script>", 5),
]


def _figures() -> list[ShownFigure]:
    bars = bar_chart(["0 to 30 days", "31 to 60 days"], [2.0, 1.0], ["$2", "$1"])
    line = line_chart(["W40", "W41", "W42"], [0.5, None, 1.0], "share")
    return [
        ShownFigure(
            "Money at risk by age", bars, "$2 up to 30 days, $1 up to 60", ("age", "money"), (("0", "$2"),)
        ),
        ShownFigure("Acceptance", line, "from a half to all"),
    ]


def a_report(items: list[WorkItem] = ITEMS) -> str:
    return report_page(TODAY, SUMMARY, items, _figures(), claim_pages=Path("claims"))


def test_the_night_stands_in_one_line() -> None:
    page = html.fromstring(a_report())
    assert page.find_class("headline")[0].text_content() == (
        "2 claims went out, 1 answer file came in; 4 items open, $5,125,150.00 at risk."
    )


def _alarms(items: list[WorkItem]) -> list[str]:
    found = html.fromstring(a_report(items)).xpath("//section[@class='alarms']//li")
    return [item.text_content() for item in found]


def test_what_is_wrong_is_said_first() -> None:
    unmatched = _item(5, 100_00, "units", "billing", "", None, claim="", kind="answer-unmatched")
    quarantined, ours, late = _alarms([*ITEMS, unmatched])
    assert "odd.dat" in quarantined and "fit none or several: 1." in ours
    assert "1 item past the date" in late


def test_answers_about_other_claims_are_counted_and_no_alarm() -> None:
    assert not any("nswer" in alarm for alarm in _alarms(ITEMS))
    assert "3,000" in html.fromstring(a_report()).text_content()


def test_a_night_without_open_work_says_so() -> None:
    page = html.fromstring(a_report([]))
    assert "Nothing is open." in page.text_content()
    assert not page.xpath("//table[@data-work-items]")


def test_a_name_that_is_a_script_is_text_on_the_report() -> None:
    page = html.fromstring(a_report())
    assert len(page.xpath("//script")) == 1
    assert "<script>alert(1)</script>" in page.text_content()


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert a_report() == a_report()


def test_every_picture_has_words_and_numbers() -> None:
    for figure in html.fromstring(a_report()).xpath("//figure[img]"):
        assert figure.xpath("string(img/@alt)")
        assert figure.xpath("string(figcaption)")


def test_two_thousand_items_fit_into_five_megabytes_and_ten_seconds() -> None:
    many = [
        _item(number, number * 100, "units", "coder", "texas-medicaid", number % 60) for number in range(2000)
    ]
    begun = time.process_time()
    page = a_report(many)
    assert time.process_time() - begun < 10
    assert len(page.encode()) < 5_000_000


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(a_report())
    with browser() as chrome:
        chrome.get(path.as_uri())
        yield chrome


def _order(chrome: Chrome) -> list[str]:
    bodies = chrome.find_elements(By.CSS_SELECTOR, "[data-work-items] tbody")
    return [body.get_attribute("data-amount") or "" for body in bodies if body.is_displayed()]


def _show_all(chrome: Chrome) -> None:
    chrome.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    for _ in range(50):
        if len(_order(chrome)) == len(ITEMS):
            return
        time.sleep(0.05)


def test_the_page_asks_for_nothing_and_complains_of_nothing(shown: Chrome) -> None:
    assert requests(shown) == []
    assert complaints(shown) == []
    assert shown.execute_script("return [...document.images].every(image => image.naturalWidth > 0)")
    keep_screenshot(shown, "report")


def test_a_column_sorts_both_ways(shown: Chrome) -> None:
    button = shown.find_element(By.CSS_SELECTOR, "[data-sort=due]")
    button.click()
    assert _order(shown) == ["212500000", "5000", "300000000", "10000"]
    button.click()
    assert _order(shown)[0] == "10000", "what has no date goes to the other end"
    shown.find_element(By.CSS_SELECTOR, "[data-sort=amount]").click()
    assert _order(shown) == ["300000000", "212500000", "10000", "5000"]


def test_filters_leave_what_was_asked_for_and_count_its_money(shown: Chrome) -> None:
    Select(shown.find_element(By.NAME, "owner")).select_by_visible_text("coder")
    assert _order(shown) == ["212500000", "10000"]
    assert "2 of 4 items, $2,125,100.00 at risk" in shown.find_element(By.CSS_SELECTOR, "[data-count]").text
    Select(shown.find_element(By.NAME, "due")).select_by_visible_text("overdue")
    assert _order(shown) == ["212500000"]
    _show_all(shown)
    assert len(_order(shown)) == 4
    shown.find_element(By.NAME, "text").send_keys("e0004")
    assert _order(shown) == ["5000"]
    _show_all(shown)


def test_a_row_opens_by_keyboard_to_its_evidence_and_links_to_the_claim(shown: Chrome) -> None:
    button = shown.find_element(By.CSS_SELECTOR, "button.open")
    details = shown.find_element(By.ID, button.get_attribute("aria-controls") or "")
    assert not details.is_displayed()
    button.send_keys(Keys.ENTER)
    assert details.is_displayed() and button.get_attribute("aria-expanded") == "true"
    assert "rule prior-authorization: none" in details.text
    assert "j3399 correct C1 --preview build" in details.text
    link = details.find_element(By.CSS_SELECTOR, "a[href]")
    assert (link.get_attribute("href") or "").endswith("/claims/C0000000001.html")
    keep_screenshot(shown, "report-row-open")


def test_a_command_is_copied(shown: Chrome) -> None:
    shown.execute_script("document.querySelector('.details').hidden = false")
    button = shown.find_element(By.CSS_SELECTOR, "[data-copy]")
    button.click()
    for _ in range(50):
        if button.text == "Copied":
            return
        time.sleep(0.05)
    raise AssertionError("nothing was copied")


def test_sorting_and_filtering_two_thousand_items_is_at_once(tmp_path: Path) -> None:
    many = [
        _item(number, number * 100, "units", "coder", f"payer-{number % 9}", number % 60)
        for number in range(2000)
    ]
    path = tmp_path / "many.html"
    path.write_text(a_report(many))
    with browser() as chrome:
        chrome.get(path.as_uri())
        took = chrome.execute_script(
            """
            const begun = performance.now();
            document.querySelector("[data-sort=due]").click();
            const field = document.querySelector("[name=text]");
            field.value = "e0007";
            field.dispatchEvent(new Event("input", { bubbles: true }));
            document.body.offsetHeight;
            return performance.now() - begun;
            """
        )
        assert took < 1500, f"{took:.0f} ms"
        assert "1 of 2000 items" in chrome.find_element(By.CSS_SELECTOR, "[data-count]").text
