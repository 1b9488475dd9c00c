"""The labelled denials of `tests/pipeline/denials` as objects: claim, encounter, payer, answers, labels.

Why: the set says what a person would do about each denial, and knows nothing of the engine
that is held against it. A case is a clean encounter with changes; what was sent is the file
that is built of it, with texts replaced where file and encounter differ. Answers are files
as they come in.

It must not import `pipeline.denials`.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from edi.claim837i.model import Claim
from mapping.building.claim import build_claim
from mapping.building.request import ClaimRequest
from mapping.encounter import Encounter
from mapping.profile_models import PartnerProfile, PayerProfile, SiteProfile
from mapping.profile_store import ProfileStore
from samples.clearinghouse import AnswerFileContent
from tests.support.builders import (
    INPATIENT,
    NIGHT,
    OUTPATIENT,
    REMOVED,
    ROOT,
    a_file_of,
    a_record,
    a_request,
    claims_of,
    set_path,
)
from tests.support.denial_answers.files import answer_files
from tests.support.denial_answers.sent import Habit, SentFile

FOLDER = ROOT / "tests" / "pipeline" / "denials"
HALVES = ("tuning", "held_out")
UNKNOWN = "unknown"
_BASES = {"outpatient": OUTPATIENT, "inpatient": INPATIENT}
_DAYS_UNTIL_LOOKED_AT = 30
_NO_DENIALS = frozenset({"1", "2", "3", "45", "253"})
"""Reasons that only say who bears a part of the charge."""


_SHIPPED: dict[tuple[str, str], Any] = {}
"""The shipped profiles that some case has read."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The label: causes that are right as the first one, actions in their order, and whose work it is."""

    causes: tuple[str, ...]
    actions: tuple[str, ...]
    owner: str
    why: str


@dataclass(frozen=True)
class EarlierClaim:
    """A claim that went out before the case's own, with its answers."""

    sent: SentFile
    encounter: Encounter
    answers: tuple[AnswerFileContent, ...]


@dataclass(frozen=True)
class LabelledDenial:
    """One case. `number` is its place in the set: the ids of its child and its claim are made of it."""

    id: str
    half: str
    number: int
    content: Mapping[str, Any] = field(repr=False)

    @property
    def habit_name(self) -> str:
        return str(self.content.get("habit", "plain"))

    @property
    def habit(self) -> Habit:
        """How its payer answers."""
        return habits()[self.habit_name]

    @property
    def base(self) -> str:
        """The sample encounter that it begins with."""
        named = str(self.content.get("base", "outpatient"))
        return _BASES.get(named, named)

    @property
    def said(self) -> tuple[Mapping[str, Any], ...]:
        """What was answered, in the order in which it came."""
        said = self._texts(self.content["answer"])
        return tuple(said) if isinstance(said, list) else (said,)

    @property
    def stage(self) -> str:
        """Where the claim is by the last answer: rejected, denied, pending or paid."""
        last = self.said[-1]
        if last["stage"] in ("TA1", "999"):
            return "rejected"
        if last["stage"] == "835":
            return _stage_of_remittance([str(code["carc"]) for code in last["codes"]])
        statuses = last.get("statuses", ["A2:20"])
        first = statuses[0] if isinstance(statuses[0], str) else statuses[0]["status"]
        rejected = last["stage"] == "277CA" and "statuses" in last
        return "rejected" if rejected else "denied" if first.startswith("F") else "pending"

    @cached_property
    def expected(self) -> Expected:
        label = self.content["expected"]
        causes = label["cause"] if isinstance(label["cause"], list) else [label["cause"]]
        return Expected(tuple(causes), tuple(label["actions"]), owners()[causes[0]], str(self.content["why"]))

    @cached_property
    def record(self) -> dict[str, Any]:
        """The encounter record as it was when the claim was sent, as the hospital would export it."""
        return self._record(self.content)

    @cached_property
    def encounter(self) -> Encounter:
        return Encounter.model_validate(self.record)

    @cached_property
    def request(self) -> ClaimRequest:
        """What the claim is built of: encounter and profiles."""
        return self._request(self.content, self.encounter)

    @property
    def payer(self) -> PayerProfile:
        """The payer's profile, with what its habit and the case change in it."""
        return self.request.payer

    @cached_property
    def profiles(self) -> CaseProfiles:
        """All profiles, with those changes."""
        return CaseProfiles(self.payer, self.request.site)

    @cached_property
    def built(self) -> Claim:
        """The claim as it is built of the encounter, before texts are replaced."""
        return build_claim(self.request).claim

    @cached_property
    def sent(self) -> SentFile:
        """The claim as it was sent, read from its own file."""
        return self._sent(self.content, self.built, self.number, NIGHT)

    @cached_property
    def answers(self) -> tuple[AnswerFileContent, ...]:
        """The files that came back, in their order."""
        return tuple(answer_files(self.sent, self.habit, self.said))

    @cached_property
    def earlier(self) -> tuple[EarlierClaim, ...]:
        """What went out before for the same child: the same encounter, with changes of its own."""
        return tuple(
            self._earlier(one, 5000 + 10 * self.number + place)
            for place, one in enumerate(self.content.get("earlier", ()))
        )

    @property
    def looked_at(self) -> dt.datetime:
        """When somebody looks at it: `today` of the case, or a month after it was sent."""
        day = self.content.get("today")
        if day is None:
            return NIGHT + dt.timedelta(days=_DAYS_UNTIL_LOOKED_AT)
        return dt.datetime.combine(day, NIGHT.time())

    def _record(self, content: Mapping[str, Any]) -> dict[str, Any]:
        record = a_record(base=self.base)
        _give_ids(record, self.number)
        for path, value in content.get("record", {}).items():
            if value is not None:
                set_path(record, path, self._texts(value))
                continue
            # an earlier claim takes back what only the record of the case has
            with suppress(KeyError):
                set_path(record, path, REMOVED)
        return record

    def _request(self, content: Mapping[str, Any], encounter: Encounter) -> ClaimRequest:
        options = dict(content.get("options", {}))
        billed = encounter.coverages[options.get("payer_order", 0)].payer
        changes = {**self.habit.profile, **self.content.get("payer", {})}
        profile = ProfileStore().payer(billed)
        changed = PayerProfile.model_validate(profile.model_dump() | changes)
        fields = {name: getattr(changed, name) for name in changes}
        return a_request(encounter, payer=fields, site=self.content.get("site"), **options)

    def _sent(self, content: Mapping[str, Any], built: Claim, number: int, at: dt.datetime) -> SentFile:
        data = a_file_of(built, control_number=number)
        texts = {self._texts(old): self._texts(new) for old, new in content.get("file", {}).items()}
        data = replaced(data, texts).replace(f"{NIGHT:%y%m%d}".encode(), f"{at:%y%m%d}".encode())
        (claim,) = claims_of(data)
        return SentFile(claim, data, number, at)

    def _earlier(self, own: Mapping[str, Any], number: int) -> EarlierClaim:
        content = {**self.content, "file": {}, **own}
        content["record"] = {**self.content.get("record", {}), **own.get("record", {})}
        encounter = Encounter.model_validate(self._record(content))
        built = build_claim(self._request(content, encounter)).claim
        sent = self._sent(content, built, number, NIGHT - dt.timedelta(days=own["days_before"]))
        return EarlierClaim(sent, encounter, tuple(answer_files(sent, self.habit, own.get("answer", ()))))

    def _texts(self, value: Any) -> Any:
        """A value with `{member}` and `{account}` filled in with those of the case's child."""
        match value:
            case str():
                return value.replace("{member}", member_id(self.number)).replace(
                    "{account}", account(self.number)
                )
            case list():
                return [self._texts(item) for item in value]
            case dict():
                return {name: self._texts(item) for name, item in value.items()}
            case _:
                return value


class CaseProfiles(ProfileStore):
    """The profiles that ship, with those of one case in place of the shipped ones."""

    def __init__(self, payer: PayerProfile, site: SiteProfile) -> None:
        super().__init__()
        self._loaded = _SHIPPED  # read once for all cases
        self._own_payer, self._own_site = payer, site

    def payer(self, key: str) -> PayerProfile:
        return self._own_payer if key == self._own_payer.key else super().payer(key)

    def known_payer(self, key: str) -> PayerProfile:
        return self._own_payer if key == self._own_payer.key else super().known_payer(key)

    def billed_payer(self, key: str) -> PayerProfile:
        return self._own_payer if key == self._own_payer.key else super().billed_payer(key)

    def payer_by_id(self, payer_id: str) -> PayerProfile:
        return self._own_payer if payer_id == self._own_payer.payer_id else super().payer_by_id(payer_id)

    def site(self, key: str) -> SiteProfile:
        return self._own_site if key == self._own_site.key else super().site(key)

    def sites(self) -> list[SiteProfile]:
        return [self._own_site if one.key == self._own_site.key else one for one in super().sites()]

    def partners(self) -> list[PartnerProfile]:
        return super().partners()


@cache
def labelled_denials() -> tuple[LabelledDenial, ...]:
    """All cases, those for tuning first."""
    listed = [(half, content) for half in HALVES for content in _cases_of(half)]
    return tuple(
        LabelledDenial(content["id"], half, number, content)
        for number, (half, content) in enumerate(listed, start=1)
    )


@cache
def habits() -> Mapping[str, Habit]:
    """The payers of the set by name."""
    return {name: Habit(**fields) for name, fields in _yaml(FOLDER / "habits.yml").items()}


@cache
def contract() -> Mapping[str, Mapping[str, str]]:
    """What is agreed of each cause: its actions by stage, and its owner."""
    with (FOLDER / "agreed.csv").open(encoding="utf-8") as file:
        return {row["cause"]: row for row in csv.DictReader(file)}


@cache
def owners() -> Mapping[str, str]:
    return {cause: row["owner"] for cause, row in contract().items()}


def replaced(data: bytes, texts: Mapping[str, str]) -> bytes:
    """The file with each text, found exactly once, replaced; SE01 is counted again."""
    text = data.decode("ascii")
    for old, new in texts.items():
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in the file")
        text = text.replace(old, new)
    body = text[text.index("\nST*") : text.index("\nSE*")]
    segments = sum(bool(segment.strip()) for segment in body.split("~")) + 1
    return re.sub(r"(?<=~\n)SE\*\d+\*", f"SE*{segments}*", text).encode("ascii")


def account(number: int) -> str:
    return f"LBL-{number:04d}"


def member_id(number: int) -> str:
    return f"MBR{number:06d}"


def _stage_of_remittance(reasons: Sequence[str]) -> str:
    if all(reason in _NO_DENIALS for reason in reasons):
        return "paid"
    return "pending" if "133" in reasons else "denied"


def _give_ids(record: dict[str, Any], number: int) -> None:
    """A child and a claim of its own for each case, so that no case knows of another."""
    record["id"] = f"LBL{number:04d}"
    record["patient_control_number"] = account(number)
    record["patient"]["record_number"] = f"LREC{number:04d}"
    record["coverages"][0]["member_id"] = member_id(number)


def _cases_of(half: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _yaml(FOLDER / f"{half}.yml")["cases"]
    return found


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
