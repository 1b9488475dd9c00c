"""What a code of an answer or of a claim means, in every list that knows it.

A code is named with its list (`CARC 197`, `IK304:3`, `entity 85`), with its group (`CO-197`), as a
claim status (`A7:231:QC`), or alone: then all lists are asked, those of the answers first. The place
that the worklist names with a code may stand behind it (`IK403:7 at CLM05-3`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from edi.acknowledgment.verdicts import Subject, verdict
from edi.claim_status.outcomes import category
from edi.codes import Code, code_table
from edi.codes.tables import tables
from edi.remittance.statuses import claim_status_meaning
from pipeline.cli.paragraphs import entry, heading
from pipeline.denials.tables import code_weights

_ANSWERS = (
    "claim_status_category",
    "carc",
    "rarc",
    "claim_status",
    "entity",
    "adjustment_group",
    "plb_reason",
    "clp02",
    "ta104",
    "ta105",
    "ik304",
    "ik403",
    "ik501",
    "ik502",
    "ak901",
    "ak905",
)
_CLAIMS = (
    "type_of_bill",
    "bill_frequency",
    "patient_status",
    "admission_type",
    "point_of_origin",
    "point_of_origin_newborn",
    "condition",
    "occurrence",
    "occurrence_span",
    "value",
    "revenue",
)
"""All lists with meanings, in the order in which a code that stands alone is looked up."""
_OTHER_NAMES = {
    "STATUS": "claim_status",
    "CATEGORY": "claim_status_category",
    "PLB": "plb_reason",
    "PLB03-1": "plb_reason",
    "AK304": "ik304",
    "AK403": "ik403",
    "AK501": "ik501",
    **{f"{segment}50{element}": "ik502" for segment in ("IK", "AK") for element in range(2, 7)},
    **{f"AK90{element}": "ak905" for element in range(5, 10)},
}
_STATUS_PARTS = {"category": "claim_status_category", "status": "claim_status", "entity": "entity"}
_VERDICTS: Mapping[str, Subject] = {"ta104": "interchange", "ik501": "transaction", "ak901": "group"}
_KINDS = {
    "denial": "a denial",
    "not_denial": "not a denial",
    "information": "information, not a denial",
    "pending": "not decided yet",
}
_CODE = r"(?:[-: ]+(?P<code>\w+)|(?P<joined>\w?\d+))"
_GROUPED = re.compile(rf"(?P<name>CO|PR|OA|PI|CR){_CODE}")
_STATUS = re.compile(r"(?P<category>[A-Z]\w{1,3}):(?P<status>\w*)(?::(?P<entity>\w*))?")
_AT = re.compile(r"(?P<code>.+) AT (?P<element>[A-Z][A-Z0-9]{1,2}(\d\d(-\d+)?)?)")
_REMARK = re.compile(r"(M|MA|N)\d+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A code in one list; `group` where a group was named with it, `alone` where no list was named."""

    table: str
    code: str
    group: str = ""
    alone: bool = False

    @property
    def known(self) -> Code | None:
        """Its row in the list; leading zeros count for nothing where the list was named."""
        rows = code_table(self.table)
        spellings = [self.code]
        if not self.alone:
            spellings += [self.code.lstrip("0"), self.code.zfill(3), self.code.zfill(4)]
        return next((rows[code] for code in spellings if code in rows), None)


def code_blocks(identifier: str) -> list[list[str]]:
    """A block of lines for each meaning of the identifier; none where no list knows any part of it."""
    place = _AT.fullmatch(_plain(identifier))
    asked = _asked(place["code"] if place else identifier)
    if not any(one.known for one in asked):
        return []
    where = entry("Place", f"{place['element']} of the file that was sent") if place else []
    return [[*_block(one), *where] for one in asked if one.known or not one.alone]


def unknown_code(identifier: str) -> str:
    """Which list does not know the identifier, with its date; "" where it looks like no code of a list."""
    asked = _asked(identifier)
    named = [one for one in asked if not one.alone]
    if not named and _REMARK.fullmatch(_plain(identifier)):
        named = [one for one in asked if one.table == "rarc"]
    return " ".join(_unknown(one) for one in named if one.known is None)


def lists_looked_in() -> str:
    """The lists of the answers that are asked for a code that stands alone, with their dates."""
    named = [tables()[table] for table in ("carc", "rarc", "claim_status")]
    return ", ".join(f"{table.label} ({table.list_date})" for table in named)


def _plain(identifier: str) -> str:
    return " ".join(identifier.upper().replace("_", " ").split())


def _asked(identifier: str) -> list[_Asked]:
    text = _plain(identifier)
    for name, table in _names().items():
        if match := re.fullmatch(re.escape(name) + _CODE, text):
            return [_Asked(table, match["code"] or match["joined"])]
    if match := _GROUPED.fullmatch(text):
        return [_Asked("carc", match["code"] or match["joined"], match["name"])]
    if match := _STATUS.fullmatch(text):
        return [_Asked(_STATUS_PARTS[part], code) for part, code in match.groupdict().items() if code]
    return [_Asked(table, text, alone=True) for table in (*_ANSWERS, *_CLAIMS)]


@cache
def _names() -> Mapping[str, str]:
    """What a list may be called in front of a code, longer names first."""
    names = dict(_OTHER_NAMES)
    for table in (*_ANSWERS, *_CLAIMS):
        names |= {_plain(table): table, _plain(tables()[table].label): table}
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def _block(asked: _Asked) -> list[str]:
    code = asked.known
    facts = tables()[asked.table]
    if code is None:
        return heading(_unknown(asked))
    retired = " (retired)" if code.status == "retired" else ""
    return [
        *heading(f"{facts.label} {code.code}: {code.words()}{retired}"),
        *(entry("Group", f"{asked.group}: {_group_words(asked.group)}") if asked.group else []),
        *(line for words in _effects(asked.table, code) for line in entry("Effect", words)),
        *_causes(asked.table, code),
        *entry("List", f"{facts.title}, {facts.list_date}"),
    ]


def _group_words(group: str) -> str:
    return code_table("adjustment_group")[group].words()


def _effects(table: str, code: Code) -> Iterator[str]:
    """What the code does to the claim or the file, where that is known."""
    if code.kind:
        yield _KINDS[code.kind]
    if table in _VERDICTS:
        yield verdict(_VERDICTS[table], code.code).value
    if table == "claim_status_category" and (known := category(code.code)):
        yield known.outcome.replace("_", ", ") + (
            "; a new claim is due" if known.outcome == "rejected" else ""
        )
    if table == "plb_reason":
        yield "a positive amount lowers the payment, a negative one raises it"
    if table == "clp02" and (status := claim_status_meaning(code.code)):
        if status.reversal:
            yield "takes an earlier payment back; not a denial"
        if status.forwarded:
            yield "the payer sent the claim on"


def _causes(table: str, code: Code) -> list[str]:
    """The causes the code points to, likeliest first."""
    keys = [("status" if table == "claim_status" else table, code.code), ("syntax", table.upper())]
    weights = next((code_weights()[key] for key in keys if key in code_weights()), {})
    ranked = sorted(weights.items(), key=lambda pair: -pair[1])
    return (
        entry("Points to", ", ".join(f"{cause} ({weight:.0%})" for cause, weight in ranked)) if ranked else []
    )


def _unknown(asked: _Asked) -> str:
    facts = tables()[asked.table]
    words = f"{facts.label} {asked.code}: the list of {facts.list_date} does not know it."
    return words if facts.complete else f"{words} {facts.note}"
