"""read(write(claim)) == claim, for claims that hold anything the guide has."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edi.claim837i import VERSION
from edi.claim837i.loops import split_loops
from edi.claim837i.model import Claim, TransactionHeader
from edi.claim837i.read import ClaimReader
from edi.claim837i.write import write_claims
from edi.envelope import read_document
from edi.guide.check import FUNCTIONAL_ID, INTERCHANGE_VERSION, check_guide
from edi.guide.map_file import load_guide
from edi.guide.tables import CompositeDefinition, SegmentDefinition, Usage
from edi.separators import Separators
from edi.tokens import Segment
from edi.writer import Envelope, write_interchange
from tests.support.claims import CLAIMS, HEADERS

ENVELOPE = Envelope(
    sender_qualifier="ZZ",
    sender="RIVERSIDE",
    receiver_qualifier="ZZ",
    receiver="CLEARING",
    application_sender="RIVERSIDE",
    application_receiver="CLEARING",
    functional_id=FUNCTIONAL_ID,
    version=VERSION,
    usage="T",
    separators=Separators(),
    line_end="\n",
)
MANY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def written(header: TransactionHeader, claims: Sequence[Claim]) -> bytes:
    segments = write_claims(header, claims)
    at = dt.datetime(2026, 12, 3, 9, 15)
    return write_interchange(ENVELOPE, [segments], control_number=207, group_control_number=207, at=at)


def reader_of(data: bytes) -> ClaimReader:
    (transaction,) = read_document(data).transactions()
    return ClaimReader(transaction)


@given(HEADERS, st.lists(CLAIMS, min_size=1, max_size=2))
@MANY
def test_what_was_written_is_read_again(header: TransactionHeader, claims: list[Claim]) -> None:
    reader = reader_of(written(header, claims))
    again = list(reader)
    assert again == claims
    assert reader.header == header
    assert reader.findings == [] and reader.unread == []
    assert [(claim.findings, claim.unread) for claim in again] == [((), ())] * len(again)


@given(HEADERS, CLAIMS)
@MANY
def test_what_was_written_meets_the_guide(header: TransactionHeader, claim: Claim) -> None:
    assert check_guide(written(header, [claim])) == []


@given(HEADERS, CLAIMS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_pyx12_finds_the_same(header: TransactionHeader, claim: Claim) -> None:
    assert check_guide(written(header, [claim]), engine="pyx12") == []


GUIDE = load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION)
NOT_OF_A_CLAIM = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1", "HL")

Place = tuple[str, str, str, int, int]
"""Loop, segment, its first qualifier, element, component (0 for an element without components)."""


def test_these_claims_hold_everything_that_the_guide_has() -> None:
    """Every segment, element and component that the guide uses was written, hence also read."""
    met: set[Place] = set()

    @given(HEADERS, CLAIMS)
    @settings(
        max_examples=200,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def gather(header: TransactionHeader, claim: Claim) -> None:
        for transaction in read_document(written(header, [claim])).transactions():
            for loop in split_loops(transaction.body):
                for segment in loop.segments:
                    met.update(places_filled(loop.id, segment))

    gather()
    wanted = {place for definition in GUIDE.segments() for place in places_used(definition)}
    assert sorted(wanted - met) == []


def loop_of(definition: SegmentDefinition) -> str:
    return "header" if definition.id == "BHT" else definition.loop.id


DEFINITIONS = defaultdict(list)
for one in GUIDE.segments():
    DEFINITIONS[loop_of(one), one.id].append(one)


def place_of(definition: SegmentDefinition, element: int, component: int) -> Place:
    # the composites of one HI are all alike
    number = 1 if definition.id == "HI" else element
    return loop_of(definition), definition.id, min(definition.key_codes, default=""), number, component


def places_used(definition: SegmentDefinition) -> Iterator[Place]:
    if definition.id in NOT_OF_A_CLAIM:
        return
    for number, element in enumerate(definition.elements, start=1):
        if element.usage is Usage.NOT_USED:
            continue
        if not isinstance(element, CompositeDefinition):
            yield place_of(definition, number, 0)
            continue
        for component, part in enumerate(element.components, start=1):
            if part.usage is not Usage.NOT_USED:
                yield place_of(definition, number, component)


def places_filled(loop: str, segment: Segment) -> Iterator[Place]:
    for definition in DEFINITIONS[loop, segment.id]:
        if has_key(definition, segment):
            for number, element in enumerate(definition.elements, start=1):
                parts = segment.components(number)
                if not isinstance(element, CompositeDefinition):
                    if segment.element(number):
                        yield place_of(definition, number, 0)
                    continue
                for component, part in enumerate(parts, start=1):
                    if part:
                        yield place_of(definition, number, component)


def has_key(definition: SegmentDefinition, segment: Segment) -> bool:
    return definition.key is None or segment.component(1, 1) in definition.key_codes
