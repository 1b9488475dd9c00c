"""What `validate` found in files of claims, as one page: each claim as a form with its findings beside it.

A page holds a bounded number of forms: the claims that something was found in come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from edi.claim837i.model import Claim
from edi.finding import Finding
from pipeline.pages.form import form_html
from pipeline.pages.render import render
from pipeline.pages.segments import ShownSegment, shown_segments

MOST_FORMS = 50
"""Forms on one page."""


@dataclass(frozen=True, slots=True)
class ShownClaim:
    """A claim of a file: its number from 1, its form, findings and segments."""

    prefix: str
    number: int
    form: Markup
    findings: Sequence[Finding]
    segments: Sequence[ShownSegment]


@dataclass(frozen=True, slots=True)
class SharedWords:
    """A finding above several claims, and which they are in words."""

    words: str
    finding: Finding


@dataclass(slots=True)
class FileView:
    """One file, the `number`-th of the page, filled while it is judged. `counts` says what was found."""

    name: str
    number: int = 1
    counts: str = ""
    findings: list[Finding] = field(default_factory=list)
    shared: list[SharedWords] = field(default_factory=list)
    claims: list[ShownClaim] = field(default_factory=list)
    left_out: str = ""
    _skipped: int = 0

    def take_claim(
        self, number: int, claim: Claim, findings: Sequence[Finding], created: str, *, show_phi: bool
    ) -> None:
        """Show a claim, as far as there is room; a clean one gives way to one with findings.

        `created` is the day of its transaction set, CCYYMMDD.
        """
        if len(self.claims) >= MOST_FORMS:
            clean = next((shown for shown in reversed(self.claims) if not shown.findings), None)
            self._skipped += 1
            if not findings or clean is None:
                return
            self.claims.remove(clean)
        prefix = f"f{self.number}-c{number}-"
        self.claims.append(
            ShownClaim(
                prefix,
                number,
                Markup(form_html(claim, findings, created=created, prefix=prefix, show_phi=show_phi)),
                list(findings),
                shown_segments(claim, show_phi=show_phi),
            )
        )

    def close(self, counts: str) -> None:
        """The file has been judged."""
        self.counts = counts
        if self._skipped:
            self.left_out = (
                f"{self._skipped:,} more claims are not shown; validate without --html names all of them."
            )


def files_page(files: Sequence[FileView], headline: str, not_checked: Sequence[str], made: str) -> str:
    """The page as HTML, self-contained."""
    title = files[0].name if len(files) == 1 else f"{len(files)} files"
    return render(
        "files.html.j2", title=title, headline=headline, files=files, not_checked=not_checked, made=made
    )
