"""Text that people wrote, made fit for a partner's character set.

Names and notes are folded (PEÑA to PENA, a curly quote to a straight one, a separator to
a blank) and the folding is said; an id is never changed: what would have to be folded is
refused. Source: bug report L09, X12 RFI 2212.
"""

from __future__ import annotations

import re
import unicodedata

from edi.separators import Separators

_SPELLED = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "Ø": "O",
        "ø": "o",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "ß": "ss",
        "Æ": "AE",
        "æ": "ae",
        "Œ": "OE",
        "œ": "oe",
    }
)


def fold(text: str, separators: Separators) -> str:
    """The text in upper-case ASCII without separators or control characters, blanks squeezed."""
    spelled = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    ascii_text = "".join(mark for mark in spelled if not unicodedata.combining(mark))
    safe = "".join(mark if _is_safe(mark, separators) else " " for mark in ascii_text)
    return re.sub(r" +", " ", safe).strip().upper()


def needs_folding(text: str, separators: Separators) -> bool:
    """Whether folding changes more than the case of the letters."""
    return fold(text, separators) != text.strip().upper()


def is_safe_id(text: str, separators: Separators) -> bool:
    """Whether an id can go out unchanged."""
    return bool(text) and text == text.strip() and all(_is_safe(mark, separators) for mark in text)


def _is_safe(mark: str, separators: Separators) -> bool:
    return mark.isascii() and mark.isprintable() and mark not in separators.all()
