"""A headless Chromium for tests of pages: Debian's chromium and chromium-driver.

A page must need no network: every request is recorded. Nothing is downloaded; where the browser is
not installed the tests are skipped and say so.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1400,1400",
)


@contextmanager
def browser() -> Iterator[Chrome]:
    """A browser with an empty profile. Skips the test where Chromium is not installed."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("chromium and chromium-driver are not installed: the page is not seen in a browser")
    options = ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with TemporaryDirectory() as profile:
        for option in (*_OPTIONS, f"--user-data-dir={profile}"):
            options.add_argument(option)
        chrome = Chrome(options=options, service=Service(driver))
        try:
            chrome.get("about:blank")
            chrome.get_log("performance")  # what the browser's own first page asked for
            yield chrome
        finally:
            chrome.quit()


def complaints(chrome: Chrome) -> list[str]:
    """What the console says since it was last asked: errors and warnings, also refused styles and scripts."""
    return [
        entry["message"] for entry in chrome.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")
    ]


def requests(chrome: Chrome) -> list[str]:
    """The addresses that the page asked for since it was last asked, without the page and data within it."""
    events = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    urls = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    return [url for url in urls if not url.startswith(("file:", "data:"))]


def keep_screenshot(chrome: Chrome, name: str) -> None:
    """Leave a picture in `build/screenshots`, so that somebody can look at the page."""
    folder = Path("build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    chrome.save_screenshot(str(folder / f"{name}.png"))
