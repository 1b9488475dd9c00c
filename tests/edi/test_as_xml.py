"""Files as XML: well formed whatever they hold, every segment there, loops of the guide."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from edi.as_xml import write_xml
from edi.envelope import read_document
from tests.support.builders import ROOT, a_built_claim, a_file_of

FILES = sorted(
    path for folder in ("answers", "files", "shapes") for path in (ROOT / "samples" / folder).glob("*.*")
)
FILES = [path for path in FILES if path.suffix != ".toml"]
ENVELOPE = b"ISA*00*          *00*          *ZZ*S              *ZZ*R              *261116*2200*^*00501*000000001*0*T*:~"


def as_xml(data: bytes) -> etree._Element:
    target = io.BytesIO()
    write_xml(io.BytesIO(data), target, "a file")
    return etree.fromstring(target.getvalue())


def text_of(segment: etree._Element, data: bytes) -> str:
    """The segment as it stands in the file, put together from its XML."""
    parts = {0: segment.get("id")}
    for element in segment:
        parts[int(str(element.get("number")))] = _element_text(element)
    return "*".join(str(parts.get(number, "")) for number in range(max(parts) + 1))


def _element_text(element: etree._Element) -> str:
    repeats = element.findall("repeat")
    if repeats:
        return "^".join(_element_text(repeat) for repeat in repeats)
    components = {int(str(child.get("number"))): child.text or "" for child in element.findall("component")}
    if components:
        return ":".join(components.get(number, "") for number in range(1, max(components) + 1))
    return element.text or ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_segment_stands_in_the_xml_as_in_the_file(path: Path) -> None:
    data = path.read_bytes()
    written = [text_of(segment, data) for segment in as_xml(data).iter("segment")]
    assert sorted(written) == sorted(segment.text for segment in read_document(data).segments)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_our_own_files_have_every_segment_in_its_loop(path: Path) -> None:
    assert as_xml(path.read_bytes()).findall(".//segment[@misplaced]") == []


def test_loops_nest_as_the_guide_has_them() -> None:
    root = as_xml(a_file_of(a_built_claim().claim, a_built_claim().claim))
    lines = root.findall(".//loop[@id='2000A']/loop[@id='2000B']/loop[@id='2300']/loop[@id='2400']")
    assert len(root.findall(".//loop[@id='2300']")) == 2
    assert [line.find("segment").get("id") for line in lines] == ["LX"] * 4  # type: ignore[union-attr]
    drug = root.find(".//loop[@id='2410']/segment[@id='CTP']/element[@number='5']")
    assert drug is not None and drug.text == "ML"


def test_a_segment_without_a_place_is_marked_and_stays() -> None:
    data = a_file_of(a_built_claim().claim).replace(b"CL1*", b"ZZZ*A~\nCL1*")
    (found,) = as_xml(data).findall(".//segment[@misplaced]")
    assert found.get("id") == "ZZZ" and found.getparent().get("id") == "2300"  # type: ignore[union-attr]


def test_a_control_character_becomes_its_picture() -> None:
    data = a_file_of(a_built_claim().claim).replace(b"INES", b"IN\x01S")
    assert "IN\u2401S" in "".join(as_xml(data).itertext())


def test_a_kind_without_a_guide_has_no_loops_and_all_segments() -> None:
    root = as_xml(
        ENVELOPE + b"GS*RA*S*R*20261116*2200*1*X*005010~ST*820*0001~BPR*I~SE*3*0001~GE*1*1~IEA*1*000000001~"
    )
    assert [one.get("id") for one in root.iter("segment")] == ["ISA", "GS", "ST", "BPR", "SE", "GE", "IEA"]
    assert root.find(".//loop") is None


@given(st.binary(max_size=300))
def test_any_bytes_give_well_formed_xml(tail: bytes) -> None:
    assert as_xml(tail).tag == as_xml(ENVELOPE + tail).tag == "file"
