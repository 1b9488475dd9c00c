"""Whether a transaction set is of the adopted version of its kind (`kinds.toml`).

Source: FACTS A1.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi.finding import Finding, Place, RuleKey, Severity
from edi.kinds import kinds

VERSION_ODD = RuleKey("version-odd", 2, Severity.WARNING)


def check_version(kind: str, version: str, place: Place) -> Iterator[Finding]:
    """Say where a version is not the adopted one of its kind."""
    adopted = next((entry.adopted for entry in kinds() if entry.kind == kind), ())
    if adopted and version not in adopted:
        yield Finding.of(
            VERSION_ODD,
            "The version of this {kind} is not the adopted one; it was read as what it is.",
            fields={"kind": kind},
            expected=" or ".join(adopted),
            found=version or "nothing",
            fix="Ask the sender to name the guide in ST03 and GS08.",
            source="FACTS A1",
            place=place,
        )
