"""A claim as the UB-04 form: its XML, marked with what was found, through `ub04.xsl`.

Why: an analyst knows the form. Each box takes its value from the segments that were sent, so the
form shows what is in the file and nothing else.

It must not: judge. It is given the findings.

Source: the crosswalk of form locators to 005010X223A2 (FACTS A7).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from lxml import etree

from edi.claim837i.as_xml import claim_element
from edi.claim837i.model import Claim
from edi.claim837i.patient_elements import patient_elements
from edi.finding import Finding
from edi.protected import MASK

_PACKAGE = "pipeline.pages"


def form_html(
    claim: Claim,
    findings: Sequence[Finding],
    *,
    created: str = "",
    prefix: str = "",
    show_phi: bool = False,
) -> str:
    """The form as a fragment of HTML. `created` is CCYYMMDD; findings are numbered from 1 in their order.

    A mark at a box links to `#finding-N`; `prefix` (letters, digits, hyphens) stands before every id,
    where several forms stand on one page. Patient data is masked unless `show_phi`.
    """
    root = claim_element(claim)
    root.set("created", created)
    if not show_phi:
        _mask(root)
    _mark(root, findings)
    result = _stylesheet()(root, prefix=etree.XSLT.strparam(prefix))
    return etree.tostring(result, method="html", encoding="unicode")


@cache
def _stylesheet() -> etree.XSLT:
    """The style sheet, without any way to a file or the network."""
    source = files(_PACKAGE).joinpath("ub04.xsl").read_bytes()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.XSLT(etree.fromstring(source, parser), access_control=etree.XSLTAccessControl.DENY_ALL)


@cache
def _boxes() -> dict[str, str]:
    """The form locator of rules whose findings have no place of their own: what is missing stands nowhere."""
    text = files(_PACKAGE).joinpath("boxes.csv").read_text("utf-8")
    return {row["rule"]: row["box"] for row in csv.DictReader(text.splitlines())}


def _mask(root: etree._Element) -> None:
    for segment in root.iter("segment"):
        loop = segment.getparent()
        assert loop is not None
        elements = {int(element.get("number", "0")): element for element in segment.findall("element")}
        texts = [_text(elements.get(number)) for number in range(1, max(elements, default=0) + 1)]
        hidden = patient_elements(loop.get("id", ""), segment.get("id", ""), texts)
        for number, element in elements.items():
            if number in hidden:
                for child in list(element):
                    element.remove(child)
                element.text = MASK


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(map(str, element.itertext()))


def _mark(root: etree._Element, findings: Sequence[Finding]) -> None:
    """Put each finding where it stands: at its element, its segment, or the box of its rule."""
    segments = {segment.get("position"): segment for segment in root.iter("segment")}
    for number, finding in enumerate(findings, start=1):
        place = finding.place
        mark = etree.Element("finding", number=str(number), severity=str(finding.severity.value))
        segment = segments.get(str(place.segment_position))
        box = _boxes().get(finding.rule)
        if segment is not None and segment.get("id") == place.segment:
            _element(segment, place.element).append(mark)
        elif box is not None:
            mark.set("box", box)
            root.append(mark)


def _element(segment: etree._Element, label: str | None) -> etree._Element:
    """The element that a label (`CLM05-3`, `SV203`) names, the segment where it holds nothing."""
    digits = (label or "").removeprefix(segment.get("id", "")).partition("-")[0]
    if not digits.isdigit():
        return segment
    found = segment.find(f"element[@number='{int(digits)}']")
    return segment if found is None else found
