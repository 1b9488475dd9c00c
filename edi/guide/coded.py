"""Which elements of the guide hold codes, and none of a person: their values may be shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from edi.guide.map_file import load_guide
from edi.guide.report import CODED, CODED_AND_PRIVATE
from edi.guide.tables import CompositeDefinition, ElementDefinition


@cache
def coded_elements(interchange_version: str, functional_id: str, version: str) -> Mapping[str, int]:
    """The elements (`CLM05-3`) that hold codes wherever they stand, with the longest code of each.

    Raises GuideUnknown for a guide that there is not.
    """
    found: defaultdict[str, list[ElementDefinition]] = defaultdict(list)
    for segment in load_guide(interchange_version, functional_id, version).segments():
        for element in segment.elements:
            for part in element.components if isinstance(element, CompositeDefinition) else (element,):
                found[part.label].append(part)
    return {
        label: max(part.maximum for part in parts)
        for label, parts in found.items()
        if all(part.data_type == CODED and part.data_element not in CODED_AND_PRIVATE for part in parts)
    }
