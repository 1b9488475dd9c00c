"""Text that people wrote, made fit for a partner's character set.

Names and notes are folded (PEÑA to PENA, a curly quote to a straight one, a separator to
a blank) and the folding is said. A letter that cannot be spelled so (of another script) is
refused, and so is an id that would have to be changed. Source: bug report L09, X12 RFI 2212.
"""

from __future__ import annotations

import re
import unicodedata

from edi.separators import Separators
from mapping.fact import once_for_each

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


_BLANKS = re.compile(r"  +")


def fold(text: str, separators: Separators) -> str:
    """The text in upper-case ASCII without separators or control characters, blanks squeezed."""
    spelled = text if text.isascii() else _spelled(text)
    safe = _unsafe(separators).sub(" ", spelled)
    if "  " in safe:
        safe = _BLANKS.sub(" ", safe)
    return safe.strip().upper()


def fold_plain(text: str) -> str:
    """The text folded for being compared, whatever separators its file has."""
    return fold(text, _USUAL)


def is_changed(text: str, folded: str) -> bool:
    """Whether folding changed more than the case of the letters."""
    return folded != text.strip().upper()


def loses_letters(text: str) -> bool:
    """Whether the text has letters or digits that folding cannot spell: a name would be another one without them."""
    return not text.isascii() and any(mark.isalnum() and not mark.isascii() for mark in _spelled(text))


def is_safe_id(text: str, separators: Separators) -> bool:
    """Whether an id can go out unchanged."""
    return bool(text) and text == text.strip() and not _unsafe(separators).search(text)


def _spelled(text: str) -> str:
    """The text with plain letters for accented ones; twice, as taking letters apart brings up more."""
    apart = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return "".join(mark for mark in apart if not unicodedata.combining(mark)).translate(_SPELLED)


@once_for_each
def _unsafe(separators: Separators) -> re.Pattern[str]:
    """A mark that is not printable ASCII, or separates."""
    return re.compile(f"[^ -~]|[{re.escape(separators.all())}]")
