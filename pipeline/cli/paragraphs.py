"""How a command lays out words: labels on the left, what they say wrapped beside them, 80 columns."""

from __future__ import annotations

import textwrap

WIDTH = 80
LABEL = 10


def entry(label: str, words: str) -> list[str]:
    """A label and what it says, wrapped beside it; the label may be blank."""
    return textwrap.wrap(
        words, WIDTH, initial_indent=label.ljust(LABEL), subsequent_indent=" " * LABEL, break_on_hyphens=False
    )


def heading(words: str) -> list[str]:
    """The first lines of a block: what it is about, wrapped with further lines set in."""
    return textwrap.wrap(words, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
