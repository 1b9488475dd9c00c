"""What is remembered of loops that are alike: a loss belongs to each of them."""

from __future__ import annotations

from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered_loop
from edi.finding import Place
from edi.separators import Separators
from edi.tokens import Segment


class Reading:
    """Reads the first REF of a loop, and counts how often."""

    def __init__(self) -> None:
        self.count = 0
        self.read = remembered_loop(self._read)

    def _read(self, loop: Loop, losses: Losses) -> str:
        self.count += 1
        segment = loop.take("REF")
        assert segment is not None
        if segment.element(1) == "BAD":
            losses.says_nothing(loop.id, segment)
        return segment.element(1)


def a_loop(*texts: str, id: str = "2310A", separators: Separators | None = None) -> Loop:
    loop = Loop(id, "2300")
    loop.segments += [Segment(text, separators or SEPARATORS) for text in texts]
    return loop


SEPARATORS = Separators()


def test_a_loop_that_is_alike_is_not_read_again_and_all_of_it_is_taken() -> None:
    reading, again = Reading(), a_loop("REF*G2")
    assert reading.read(a_loop("REF*G2"), Losses(Place())) == reading.read(again, Losses(Place())) == "G2"
    assert (reading.count, again.left()) == (1, [])


def test_another_loop_or_other_separators_are_read_anew() -> None:
    reading = Reading()
    for loop in (a_loop("REF*G2"), a_loop("REF*G2", id="2310B"), a_loop("REF*G2", separators=Separators())):
        reading.read(loop, Losses(Place()))
    assert reading.count == 3


def test_a_loss_and_what_is_left_are_said_of_every_loop() -> None:
    reading = Reading()
    for text in ("REF*BAD", "REF*BAD"):
        losses = Losses(Place())
        reading.read(a_loop(text), losses)
        assert len(losses.findings) == 1
    for _ in range(2):
        loop = a_loop("REF*G2", "REF*LU")
        reading.read(loop, Losses(Place()))
        assert [segment.text for segment in loop.left()] == ["REF*LU"]
