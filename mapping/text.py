"""Text that people wrote, made fit for a partner's character set.

Names and notes are folded (PEÑA to PENA, a curly quote to a straight one, a separator to
a blank) and the folding is said. A letter that cannot be spelled so (of another script) is
refused, and so is an id that would have to be changed. Source: bug report L09, X12 RFI 2212.
"""

from __future__ import annotations

import re
import unicodedata

from edi.separators import Separators

_USUAL = Separators("*", ":", "^", "~")
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
        "ı": "i",
        "Þ": "Th",
        "þ": "th",
        "Ð": "D",
        "ð": "d",
        "Ħ": "H",
        "ħ": "h",
        "Ŧ": "T",
        "ŧ": "t",
        "ʻ": "'",
        "ʼ": "'",
        "′": "'",
        "´": "'",
        "‐": "-",
        "−": "-",
        "⁄": "/",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "μ": "u",
    }
)


def fold(text: str, separators: Separators) -> str:
    """The text in upper-case ASCII without separators or control characters, blanks squeezed."""
    safe = "".join(mark if _is_safe(mark, separators) else " " for mark in _spelled(text))
    return re.sub(r" +", " ", safe).strip().upper()


def fold_plain(text: str) -> str:
    """The text folded for being compared, whatever separators its file has."""
    return fold(text, _USUAL)


def needs_folding(text: str, separators: Separators) -> bool:
    """Whether folding changes more than the case of the letters."""
    return fold(text, separators) != text.strip().upper()


def loses_letters(text: str) -> bool:
    """Whether the text has letters or digits that folding cannot spell: a name would be another one without them."""
    return any(mark.isalnum() and not mark.isascii() for mark in _spelled(text))


def is_safe_id(text: str, separators: Separators) -> bool:
    """Whether an id can go out unchanged."""
    return bool(text) and text == text.strip() and all(_is_safe(mark, separators) for mark in text)


def _spelled(text: str) -> str:
    """The text with plain letters for accented ones; twice, as taking letters apart brings up more."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return "".join(mark for mark in apart if not unicodedata.combining(mark)).translate(_SPELLED)


def _is_safe(mark: str, separators: Separators) -> bool:
    return mark.isascii() and mark.isprintable() and mark not in separators.all()
