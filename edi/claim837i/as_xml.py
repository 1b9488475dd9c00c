"""One claim as XML: its loops, each within the one it belongs to, with segments and elements.

    <claim>
      <loop id="2010AA"><segment id="NM1" position="8"><element number="1">85</element>...
      <loop id="2300"><segment id="CLM" position="25">...
      <loop id="2400"><segment id="LX"/>...<loop id="2410">...</loop></loop>
    </claim>

Why: whoever shows a claim wants it alone, with the levels above it, and not the file it came in.
`edi.as_xml` writes whole files.

Source: 005010X223A2, the order of loops.
"""

from __future__ import annotations

from lxml import etree

from edi.as_xml import segment_element
from edi.claim837i.model import Claim

_OUTER = {"2330": "2320", "2410": "2400", "2420": "2400", "2430": "2400"}
"""The loop around another, by the first four characters of the inner one."""


def claim_element(claim: Claim) -> etree._Element:
    """The claim as an element `claim`, the levels above it first. Values stand in the clear."""
    root = etree.Element("claim")
    open_loops: dict[str, etree._Element] = {}
    for loop, segment in claim.segments:
        node = open_loops.get(loop)
        if node is None or _begins_anew(node, segment.id):
            outer = open_loops.get(_OUTER.get(loop[:4], ""))
            node = etree.SubElement(root if outer is None else outer, "loop", id=loop)
            for inner, around in _OUTER.items():
                if around == loop:
                    open_loops = {name: kept for name, kept in open_loops.items() if name[:4] != inner}
            open_loops[loop] = node
        node.append(segment_element(segment))
    return root


def _begins_anew(loop: etree._Element, segment_id: str) -> bool:
    """Whether a segment begins the loop once more: its first segment stands there once."""
    return loop[0].get("id") == segment_id
