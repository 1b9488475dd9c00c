"""The page of one claim: what to do, the form as the analyst knows it, what happened, each segment.

It must not: read files or the ledger; it is given everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from edi.claim837i.model import Claim
from edi.finding import Finding
from pipeline.denials.item import WorkItem
from pipeline.history import Entry
from pipeline.pages.form import form_html
from pipeline.pages.render import render
from pipeline.pages.segments import shown_segments

_GONE = "The file that was sent is no longer in the archive, so the form cannot be shown."


@dataclass(frozen=True, slots=True)
class ClaimView:
    """What a page of a claim shows.

    `facts` are pairs of a name and a value for the head of the page; `claim` is None where the file
    that was sent is gone; `created` is the day the file was made, CCYYMMDD; `timeline` is None for a
    claim that no ledger knows.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    claim: Claim | None
    created: str = ""
    findings: Sequence[Finding] = ()
    timeline: Sequence[Entry] | None = None
    item: WorkItem | None = None
    made: str = field(default="")


def claim_page(view: ClaimView, *, show_phi: bool = False) -> str:
    """The page as HTML, self-contained. Patient data is masked unless `show_phi`."""
    form, segments = None, []
    if view.claim is not None:
        form = Markup(form_html(view.claim, view.findings, created=view.created, show_phi=show_phi))
        segments = shown_segments(view.claim, show_phi=show_phi)
    return render(
        "claim.html.j2",
        title=view.title,
        facts=view.facts,
        form=form,
        no_form=_GONE,
        findings=view.findings,
        timeline=view.timeline,
        item=view.item,
        segments=segments,
        made=view.made,
    )
