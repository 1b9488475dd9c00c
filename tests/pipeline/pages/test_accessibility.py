"""What somebody needs who cannot see the page, cannot use a mouse, or sees colours poorly."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import html

from pipeline.pages.claim_page import ClaimView, claim_page
from tests.pipeline.pages.test_claim_page import a_claim
from tests.pipeline.pages.test_report_page import a_report

CSS = Path("pipeline/pages/page.css").read_text("utf-8")


def _claim_page() -> str:
    return claim_page(
        ClaimView("Claim C1", [("payer", "p")], a_claim("everything"), "20261116", [], [], None, "made")
    )


@pytest.fixture(params=["report", "claim"])
def page(request: pytest.FixtureRequest) -> html.HtmlElement:
    return html.fromstring(a_report() if request.param == "report" else _claim_page())


def test_every_control_has_a_name(page: html.HtmlElement) -> None:
    controls = page.xpath("//select | //input")
    assert [one.get("name") for one in controls if one.getparent().tag != "label"] == []
    assert [one for one in page.xpath("//button | //a[@href]") if not one.text_content().strip()] == []


def test_headings_go_down_one_step_at_a_time(page: html.HtmlElement) -> None:
    levels = [int(one.tag[1]) for one in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - before <= 1 for before, later in pairwise(levels))


def test_every_table_says_what_its_columns_are(page: html.HtmlElement) -> None:
    for table in page.xpath("//table"):
        assert table.xpath("./thead/tr/th[@scope='col']"), table.get("class")


def test_the_language_the_title_and_a_way_past_the_head_are_there(page: html.HtmlElement) -> None:
    assert page.get("lang") == "en"
    assert page.xpath("string(//title)")
    assert page.xpath("//a[@class='skip']/@href") == ["#main"]
    assert page.get_element_by_id("main") is not None


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"),
        ("quiet", "paper"),
        ("quiet", "ground"),
        ("accent", "paper"),
        ("error", "error-ground"),
        ("warning", "warning-ground"),
        ("info", "info-ground"),
        ("good", "paper"),
        ("form", "paper"),
        ("quiet", "error-ground"),
        ("quiet", "warning-ground"),
    ],
)
def test_text_stands_out_from_its_ground(text: str, ground: str) -> None:
    colors = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", CSS))
    assert _contrast(colors[text], colors[ground]) >= 4.5, "WCAG 2.1, AA"
