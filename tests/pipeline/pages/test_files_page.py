"""`validate --html`: files of claims as forms with what was found in them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from lxml import html

from edi.claim837i.read import read_claims
from edi.envelope import read_document
from edi.finding import Finding, RuleKey, Severity
from pipeline.pages.files_page import MOST_FORMS, FileView, files_page
from tests.support.commands import assert_clean, j3399

SHAPE = Path("samples/shapes/everything.x12")


def _broken(folder: Path) -> Path:
    path = folder / "broken.x12"
    path.write_text(SHAPE.read_text().replace("2125000*UN*1~", "2125000*UN*2~"))
    return path


def test_a_page_shows_each_claim_with_its_findings(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    sample = sorted(Path("samples/files").glob("*.x12"))[0]
    done = j3399("validate", str(_broken(tmp_path)), str(sample), "--html", str(target))
    assert_clean(done, 1)
    page = html.fromstring(target.read_text("utf-8"))
    assert len(page.find_class("ub04")) == 12
    assert [mark.get("href") for mark in page.find_class("mark")] == ["#f1-c1-finding-1"]
    assert "other units" in page.get_element_by_id("f1-c1-finding-1").text_content()
    assert "not checked" in page.text_content(), "silence is not approval"
    assert target.stat().st_mode & 0o777 == 0o600


def test_no_id_stands_twice_on_a_page(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    j3399("validate", str(_broken(tmp_path)), str(SHAPE), "--html", str(target))
    ids = Counter(html.fromstring(target.read_text("utf-8")).xpath("//@id"))
    assert [name for name, count in ids.items() if count > 1] == []


def test_a_file_of_anything_gives_a_page_that_says_so(tmp_path: Path) -> None:
    odd = tmp_path / "odd.x12"
    odd.write_bytes(b"\x00<script>alert(1)</script>")
    target = tmp_path / "page.html"
    done = j3399("validate", str(odd), "--html", str(target))
    assert done.returncode in (1, 3)
    page = html.fromstring(target.read_text("utf-8"))
    assert len(page.xpath("//script")) == 1
    assert page.find_class("findings")


def test_of_many_claims_those_with_findings_are_shown() -> None:
    document = read_document(SHAPE.read_bytes(), file="x")
    claim = next(claim for transaction in document.transactions() for claim in read_claims(transaction))
    finding = Finding.of(RuleKey("drug-units", 6, Severity.ERROR), "Wrong units.")
    view = FileView("many.x12")
    for number in range(1, MOST_FORMS + 20):
        view.take_claim(number, claim, [finding] if number > MOST_FORMS else [], "20261116", show_phi=False)
    view.close("many claims")
    assert len(view.claims) == MOST_FORMS
    assert sum(1 for shown in view.claims if shown.findings) == 19
    assert "19 more claims" in files_page([view], "many", [], "made")
