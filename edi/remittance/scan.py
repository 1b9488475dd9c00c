"""Claims of an 835 over their text: what tells them apart is read at once, the rest when asked for.

Why: who looks for a few claims among fifty thousand, or adds up what was paid, must not wait
until each claim is an object. `read` makes of a claim the same record, with the same findings, as
if all had been read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from edi.answer_reading import Loop
from edi.remittance.glance import clean_claim, is_plain
from edi.remittance.model import ClaimPayment
from edi.remittance.sorting import OF_CLAIM, OF_LINE, ClaimSegments
from edi.separators import Separators
from edi.tokens import Run, RunIds, Segment, segments_of
from edi.values import parse_cents

RUN_IDS = RunIds(OF_CLAIM | OF_LINE)
"""The segments of claims: of those, a remittance is best given runs."""

ReadExactly = Callable[[ClaimSegments], ClaimPayment]
"""Reads a claim of which nothing is sure, and reports what is odd about it."""


class Setting:
    """What the claims of one run have in common. `tail` stands after each segment."""

    __slots__ = (
        "run",
        "separators",
        "element",
        "tail",
        "begin",
        "group",
        "read_exactly",
        "_at",
        "_position",
        "_is_plain",
    )

    def __init__(self, run: Run, group: Loop, read_exactly: ReadExactly) -> None:
        self.run = run
        self.separators = run.separators
        self.element = run.separators.element
        self.tail = run.tail
        self.begin = "CLP" + self.element
        self.group = group
        self.read_exactly = read_exactly
        self._at, self._position = 0, run.position
        self._is_plain: bool | None = None

    def is_plain(self, texts: list[str]) -> bool:
        """Whether the texts of a claim of the run are plain: asked of the whole run first, which is quicker."""
        if self._is_plain is None:
            self._is_plain = self._all_plain()
        return self._is_plain or is_plain(self.separators.terminator.join(texts), self.separators)

    def _all_plain(self) -> bool:
        text, terminator = self.run.text, self.separators.terminator
        return is_plain(
            text if self.tail == terminator else text.replace(self.tail, terminator), self.separators
        )

    def position(self, at: int) -> int:
        """The position of the segment that begins at a character of the run, quickly for one after another."""
        if at < self._at:
            self._at, self._position = 0, self.run.position
        self._position += self.run.text.count(self.separators.terminator, self._at, at)
        self._at = at
        return self._position


class ClaimText:
    """One claim, CLP to the last segment before the next, as it stands in the file.

    Amounts are cents, 0 where they are none.
    """

    __slots__ = ("_body", "setting", "_at")

    def __init__(self, body: str, setting: Setting, at: int) -> None:
        self._body = body  # after "CLP*", without the last tail
        self.setting = setting
        self._at = at

    @property
    def start(self) -> int:
        """The byte offset of CLP."""
        return self.setting.run.start + self._at

    @property
    def position(self) -> int:
        """The position of CLP (ST = 1)."""
        return self.setting.position(self._at)

    @property
    def patient_control_number(self) -> str:
        """CLP01."""
        return self._element(1)

    @property
    def status(self) -> str:
        """CLP02."""
        return self._element(2)

    @property
    def charge(self) -> int:
        """CLP03."""
        return parse_cents(self._element(3)) or 0

    @property
    def paid(self) -> int:
        """CLP04."""
        return parse_cents(self._element(4)) or 0

    @property
    def payer_claim_control_number(self) -> str:
        """CLP07."""
        return self._element(7)

    @property
    def segments(self) -> Sequence[Segment]:
        """Every segment of the claim."""
        return self._segments(self._texts(), self.position)

    def read(self) -> ClaimPayment:
        """The whole claim. Each call reads it anew, and reports what is odd about it."""
        setting, texts = self.setting, self._texts()
        position = setting.position(self._at)
        segments = self._segments(texts, position)
        claim = None
        if setting.is_plain(texts):
            claim = clean_claim(texts, segments, setting.separators, position)
        return claim or setting.read_exactly(ClaimSegments(setting.group, list(segments)))

    def _element(self, number: int) -> str:
        setting = self.setting
        elements = self._body.partition(setting.tail)[0].split(setting.element, number)
        return elements[number - 1].strip() if number <= len(elements) else ""

    def _texts(self) -> list[str]:
        return (self.setting.begin + self._body).split(self.setting.tail)

    def _segments(self, texts: list[str], position: int) -> LazySegments:
        setting = self.setting
        return LazySegments(
            _Maker(texts, setting.separators, setting.run.start + self._at, setting.tail, position),
            0,
            len(texts),
        )


class HeldClaim(ClaimText):
    """The same over segments that were read one by one."""

    __slots__ = ("_held",)

    def __init__(self, claim: ClaimSegments, read_exactly: ReadExactly) -> None:
        first = claim.segments[0]
        run = Run(first.text, first.separators, first.start, first.separators.terminator)
        run.position = first.position
        setting = Setting(run, claim.group, read_exactly)
        super().__init__(first.text[len(setting.begin) :], setting, 0)
        self._held = claim

    @property
    def segments(self) -> Sequence[Segment]:
        return self._held.segments

    def as_run(self) -> ClaimRun | None:
        """The same as a run, None where it could be none: see `Run`."""
        setting, segments, tail = self.setting, self._held.segments, self._held.segments[0].tail
        if not tail.startswith(setting.tail) or tail.count(setting.tail) > 1:
            return None
        at, position = self.start, self.position
        for segment in segments:
            if segment.id not in RUN_IDS or segment.text == segment.id:
                return None
            if (segment.start, segment.position, segment.tail) != (at, position, tail):
                return None
            at += len(segment.text) + len(tail)
            position += 1
        run = Run(
            "".join([segment.text + tail for segment in segments]), setting.separators, self.start, tail
        )
        run.position = self.position
        return ClaimRun(run, Setting(run, setting.group, setting.read_exactly))

    def read(self) -> ClaimPayment:
        segments = self._held.segments
        separators, position = self.setting.separators, self.position
        claim, texts = None, [segment.text for segment in segments]
        # where positions do not follow one another, a PLB stands inside
        follow = segments[-1].position - position == len(segments) - 1
        if follow and is_plain(separators.terminator.join(texts), separators):
            claim = clean_claim(texts, segments, separators, position)
        return claim or self.setting.read_exactly(self._held)


class _Maker:
    """Makes the segments of a claim's texts once, for the claim and its lines: see `segments_of`."""

    __slots__ = ("_texts", "_separators", "_start", "_tail", "_position", "_made")

    def __init__(
        self, texts: list[str], separators: Separators, start: int, tail: str, position: int
    ) -> None:
        self._texts = texts
        self._separators = separators
        self._start = start
        self._tail = tail
        self._position = position
        self._made: list[Segment] | None = None

    def segments(self) -> list[Segment]:
        if self._made is None:
            made = segments_of(self._texts, self._separators, self._start, self._tail, self._position)
            self._made = list(made)
        return self._made


class LazySegments(Sequence[Segment]):
    """Segments that are made when the first of them is asked for; a slice waits, too."""

    __slots__ = ("_maker", "_first", "_end")

    def __init__(self, maker: _Maker, first: int, end: int) -> None:
        self._maker = maker
        self._first = first
        self._end = end

    def __len__(self) -> int:
        return self._end - self._first

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Segment]: ...
    def __getitem__(self, index: int | slice) -> Segment | Sequence[Segment]:
        if isinstance(index, slice):
            first, end, step = index.indices(self._end - self._first)
            if step == 1:
                return LazySegments(self._maker, self._first + first, self._first + max(first, end))
        return self._all()[index]

    def __iter__(self) -> Iterator[Segment]:
        return iter(self._all())

    def _all(self) -> list[Segment]:
        made = self._maker.segments()
        return made[self._first : self._end] if len(self) < len(made) else made


class ClaimRun:
    """Claims that follow one another in one text, each whole."""

    def __init__(self, run: Run, setting: Setting) -> None:
        self.run = run
        self.setting = setting

    @property
    def between(self) -> int:
        """How many characters stand between two bodies."""
        return len(self.setting.begin) + len(self.run.tail)

    def bodies(self) -> list[str]:
        """Each claim behind `CLP*`, without its last tail."""
        begin, tail = self.setting.begin, self.run.tail
        return self.run.text[len(begin) : -len(tail)].split(tail + begin)

    def __iter__(self) -> Iterator[ClaimText]:
        setting, at, between = self.setting, 0, self.between
        for body in self.bodies():
            yield ClaimText(body, setting, at)
            at += len(body) + between


class ClaimsOfRuns:
    """Parts runs into claims. A claim goes on into the next run unless something else ends it."""

    def __init__(self) -> None:
        self._open: Run | None = None
        self._setting: Setting | None = None

    def take(self, run: Run, group: Loop, read_exactly: ReadExactly) -> ClaimRun | None:
        """The claims that end in a run, which begins with a claim or goes on with the one that is open."""
        if self._open is not None:
            run = self._open.followed_by(run)
        parts = run.parted_at_last("CLP" + run.separators.element)
        self._setting = Setting(parts[0] if parts else run, group, read_exactly)
        self._open = parts[1] if parts else run
        return ClaimRun(parts[0], self._setting) if parts else None

    def goes_on(self, run: Run) -> bool:
        """Whether a run goes on with the claim that is open, or begins with one that can be parted from it."""
        before = self._open
        return before is not None and (before.tail, before.separators) == (run.tail, run.separators)

    def end(self) -> ClaimRun | None:
        """The claim that is open; it is no longer."""
        run, before, self._open = self._open, self._setting, None
        if run is None or before is None:
            return None
        return ClaimRun(run, Setting(run, before.group, before.read_exactly))

    def give_back(self) -> Iterator[Segment]:
        """The segments of the claim that is open, for something odd stands in it; it is no longer open."""
        run, self._open = self._open, None
        return iter(()) if run is None else run.segments()
