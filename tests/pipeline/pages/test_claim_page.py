"""The page of a claim: the form, the findings at their boxes, the segments, and what must not be in it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from lxml import html

from edi.claim837i.as_xml import claim_element
from edi.claim837i.model import Claim
from edi.claim837i.read import read_claims
from edi.envelope import read_document
from edi.finding import Finding, Place, RuleKey, Severity
from mapping.profile_store import ProfileStore
from pipeline.history import Entry
from pipeline.pages.claim_page import ClaimView, claim_page
from pipeline.pages.form import form_html
from pipeline.pages.segments import shown_segments
from validators.validate import ValidationContext, validate_bytes

SHAPES = Path("samples/shapes")
TODAY = dt.date(2026, 11, 25)


def a_claim(name: str, *changes: tuple[str, str]) -> Claim:
    text = (SHAPES / f"{name}.x12").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    document = read_document(text.encode(), file=name)
    return next(claim for transaction in document.transactions() for claim in read_claims(transaction))


def _page(claim: Claim, *, findings: list[Finding] | None = None, show_phi: bool = False) -> html.HtmlElement:
    view = ClaimView("Claim C1", [("payer", "somebody")], claim, "20261116", findings or [], [], None, "made")
    return html.fromstring(claim_page(view, show_phi=show_phi))


def _box(page: html.HtmlElement, number: str) -> str:
    return " ".join(page.get_element_by_id(f"fl-{number}").find_class("value")[0].text_content().split())


# Worked out by hand from samples/shapes/everything.x12.
EVERYTHING = {
    "1": "EXAMPLE CHILDRENS HOSPITAL1 HOSPITAL WAYANYTOWN TX 750010001",
    "3a": "ACCT-1002",
    "3b": "MRN5002",
    "4": "0111",
    "5": "123456789",
    "6": "110826 to 111026",
    "8": "EXAMPLE, NOAH",
    "9": "2 ELM STREETANYTOWN TX 750010001",
    "10": "03142026",
    "11": "M",
    "12": "110826",
    "13": "09",
    "14": "3",
    "15": "1",
    "16": "11",
    "17": "01",
    "18": "C1",
    "31": "11 110226",
    "35": "70 110126 to 110226",
    "39": "A8 7.3",
    "56": "1234567893",
    "57": "RF77",
    "63": "AU800002",
    "64": "",
    "66": "0",
    "67": "G120 Y",
    "69": "G120",
    "74": "XW033F3 111026",
    "76": "NPI 1245319599 OKAFOR, ADA",
    "77": "NPI 1245319599 STONEBRIDGE, ADA",
    "78": "NPI 1245319599 VANTERPOOL, IMRE",
    "79": "NPI 1245319599 QUILL, ODALYS",
    "81": "282NC2000X 2084N0402X",
}


@pytest.mark.parametrize("number", EVERYTHING)
def test_a_box_shows_what_the_file_says(number: str) -> None:
    assert _box(_page(a_claim("everything"), show_phi=True), number) == EVERYTHING[number]


def test_a_drug_line_shows_its_ndc_as_the_form_does() -> None:
    row = _page(a_claim("everything"), show_phi=True).get_element_by_id("line-2")
    cells = [cell.text_content() for cell in row]
    assert cells == ["0636", "N471894012905 ML41.3 Rx RX902", "J3399", "110926", "1", "2,125,000.00", ""]


def test_payers_stand_in_their_order_whoever_is_billed() -> None:
    page = _page(a_claim("second-payer-by-line"), show_phi=True)
    rows = page.find_class("payers")[0].xpath(".//tbody/tr")
    assert [row[0].text_content() for row in rows] == ["A", "B"]
    assert [row.get("class") for row in rows] == [None, "billed"]
    assert rows[0][5].text_content() != "", "what the first payer paid"
    insured = page.find_class("insured")[0].xpath(".//tbody/tr")
    assert [row[0].text_content() for row in insured] == ["A", "B"]
    assert all(row[1].text_content() and row[3].text_content() for row in insured), "name and member id"


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.x12")), ids=lambda path: path.stem)
def test_every_segment_of_a_claim_is_in_its_xml_once_and_in_order(path: Path) -> None:
    claim = a_claim(path.stem)
    positions = [int(node.get("position", "0")) for node in claim_element(claim).iter("segment")]
    assert positions == [segment.position for _, segment in claim.segments]


@pytest.mark.parametrize("path", sorted(SHAPES.glob("*.x12")), ids=lambda path: path.stem)
def test_the_page_tells_nobody_who_the_patient_is(path: Path) -> None:
    claim = a_claim(path.stem)
    page = _page(claim).text_content()
    about_people = {
        (loop, segment)
        for loop, segment in claim.segments
        if loop in ("2010BA", "2010CA", "2330A") and segment.id in ("NM1", "N3", "DMG")
    }
    secrets = {segment.element(number) for _, segment in about_people for number in range(2, 10)}
    others = " ".join(
        text
        for entry in claim.segments
        if entry not in about_people
        for text in (entry[1].id, *entry[1].elements)
    )
    secrets = {secret for secret in secrets if len(secret) > 2 and secret not in others}
    secrets |= {claim.patient_control_number, claim.reference("EA"), claim.reference("G1")} - {""}
    assert len(secrets) > 2
    assert not [secret for secret in secrets if re.search(rf"\b{re.escape(secret)}\b", page)]


def test_an_error_marks_its_box_and_links_to_its_words() -> None:
    text = (SHAPES / "everything.x12").read_text().replace("2125000*UN*1~", "2125000*UN*2~")
    report = validate_bytes(
        text.encode(), ValidationContext(ProfileStore(None), TODAY, known=lambda index, claim: None), "f"
    )
    found = report.claims[0].all_findings()
    assert [finding.rule for finding in found] == ["drug-units"]
    page = _page(report.claims[0].claim, findings=found)
    cell = page.get_element_by_id("line-2")[4]
    assert "has-error" in cell.get("class")
    assert [mark.get("href") for mark in cell.find_class("mark")] == ["#finding-1"]
    assert "other units" in page.get_element_by_id("finding-1").text_content()
    assert len(page.find_class("has-error")) == 1


def test_what_is_missing_marks_the_box_where_it_would_stand() -> None:
    missing = Finding.of(
        RuleKey("prior-authorization", 6, Severity.ERROR),
        "There is none.",
        place=Place(loop="2300", segment="REF"),
    )
    page = _page(a_claim("everything"), findings=[missing])
    assert "has-error" in page.get_element_by_id("fl-63").get("class")


def test_a_name_that_is_a_script_is_shown_as_text() -> None:
    claim = a_claim("everything", ("NM1*QC*1*EXAMPLE*NOAH", "NM1*QC*1*<SCRIPT>ALERT(1)</SCRIPT>*NOAH"))
    page = _page(claim, show_phi=True)
    assert len(page.xpath("//script")) == 1, "the page's own"
    assert _box(page, "8") == "<SCRIPT>ALERT(1)</SCRIPT>, NOAH"


def test_nothing_on_the_page_is_loaded_from_elsewhere() -> None:
    text = claim_page(ClaimView("Claim C1", [], a_claim("everything"), "20261116", [], [], None, "made"))
    links = re.findall(r'(?:src|href|action)="([^"]*)"', text)
    assert links and all(link.startswith(("#", "data:")) for link in links)
    assert "default-src &#39;none&#39;" in text and "http://" not in text and "https://" not in text
    assert not re.search(r"\sstyle=|\son\w+=", text), "the page's policy refuses such attributes"


def test_a_claim_whose_file_is_gone_still_has_its_history() -> None:
    view = ClaimView("Claim C1", [], None, timeline=[Entry("2026-11-16", "sent", "claim, version 1")])
    page = html.fromstring(claim_page(view))
    assert "no longer in the archive" in page.text_content()
    assert "2026-11-16" in page.find_class("timeline")[0].text_content()


def test_each_part_of_a_segment_says_what_it_is() -> None:
    shown = {segment.position: segment for segment in shown_segments(a_claim("everything"))}
    claim_segment = shown[25]
    assert (claim_segment.id, claim_segment.loop) == ("CLM", "2300")
    assert claim_segment.parts[0].text == "•••" and claim_segment.parts[0].label == "CLM01"
    assert all(part.name for part in claim_segment.parts if part.text)
    assert shown[27].name != shown[28].name, "two DTP are told apart by their qualifier"


def test_a_form_without_lines_or_codes_is_an_empty_form() -> None:
    claim = a_claim("everything", ("HI*ABK:G120:::::::Y~\n", ""), ("HI*BG:C1~\n", ""))
    assert 'id="fl-67"' in form_html(claim, [])
