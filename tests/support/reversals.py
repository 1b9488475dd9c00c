"""Remittances that take payments back, made of those that pay."""

from __future__ import annotations

_NEGATED = {"CLP": (3, 4, 5), "SVC": (2, 3), "CAS": (3, 6, 9)}


def reversal_of(remittance: bytes, *adjustments: tuple[str, str, str]) -> bytes:
    """The 835 with every claim taken back (CLP02 22, amounts negated) and the given PLB.

    `adjustments` are reason, reference and amount of PLB; nothing is paid.
    """
    segments = [segment.split("*") for segment in remittance.decode("ascii").replace("\n", "").split("~")]
    provider = next(segment[4] for segment in segments if segment[:2] == ["N1", "PE"])
    changed = [_reversed(segment) for segment in segments]
    if adjustments:
        at = next(index for index, segment in enumerate(changed) if segment[0] == "SE")
        details = [part for reason, name, amount in adjustments for part in (f"{reason}:{name}", amount)]
        changed.insert(at, ["PLB", provider, "20261231", *details])
        changed[at + 1][1] = str(int(changed[at + 1][1]) + 1)
    return "~\n".join("*".join(segment) for segment in changed).encode("ascii")


def with_adjustment(remittance: bytes, reason: str, reference: str, amount: str) -> bytes:
    """The 835 with a PLB and its claims as they are."""
    text = remittance.decode("ascii")
    provider = text.split("N1*PE*")[1].split("~")[0].split("*")[2]
    start, end = text.index("\nST*"), text.index("\nSE*")
    count = text[start:end].count("~") + 2
    tail = text[end:].split("*")
    plb = f"\nPLB*{provider}*20261231*{reason}:{reference}*{amount}~"
    return (text[:end] + plb + "*".join([tail[0], str(count), *tail[2:]])).encode("ascii")


def _reversed(segment: list[str]) -> list[str]:
    name = segment[0]
    found = list(segment)
    for index in _NEGATED.get(name, ()):
        if index < len(found) and found[index]:
            found[index] = found[index][1:] if found[index].startswith("-") else f"-{found[index]}"
    if name == "CLP":
        found[2] = "22"
    if name == "BPR":
        found[1:5] = ["H", "0", "C", "NON"]
    return found
