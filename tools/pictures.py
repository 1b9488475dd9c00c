"""`make pictures`: the pictures of docs/pictures, taken of the demonstration's pages in Chromium.

Run after `make demo`. Needs Debian's chromium and chromium-driver; pictures differ a little from one
machine to the next, so no test compares them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select

from samples import play
from tests.support.browser import browser

_TARGET = Path("docs/pictures")
_WIDTH = 1280


def main(folder: Path) -> int:
    """Take the report, and the page of its first denied claim, from a workspace of the demonstration."""
    report = folder / "reports" / f"{play.SECOND_NIGHT:%Y-%m-%d}.html"
    if not report.is_file():
        print(f"{report} does not exist: run `make demo` first", file=sys.stderr)
        return 1
    _TARGET.mkdir(parents=True, exist_ok=True)
    with browser() as chrome:
        chrome.set_window_size(_WIDTH, 1000)
        chrome.get(report.resolve().as_uri())
        items = chrome.find_elements(By.CSS_SELECTOR, "tbody[data-kind='partly-denied']")
        items[0].find_element(By.CSS_SELECTOR, "button.open").click()
        Select(chrome.find_element(By.CSS_SELECTOR, "[data-filters] [name=kind]")).select_by_visible_text(
            "partly-denied"
        )
        chrome.execute_script("scrollTo(0, 0)")
        chrome.save_screenshot(str(_TARGET / "report.png"))
        link = items[0].find_element(By.CSS_SELECTOR, ".details a[href]").get_attribute("href")
        chrome.set_window_size(_WIDTH, 1050)
        chrome.get(link or "")
        chrome.save_screenshot(str(_TARGET / "claim.png"))
    print(f"{_TARGET}: report.png, claim.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
