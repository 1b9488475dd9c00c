"""Every rule has its cases (`tests/rules/*.yml`), and does there what it says.

A fail case differs from a clean claim in one thing; no other rule of error severity may
fire on it unless the case names it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
import yaml

from edi.claim837i.model import Claim
from edi.envelope import read_document
from edi.finding import Finding, Severity
from mapping.building.claim import build_claim, has_institutional_claim
from mapping.building.request import ClaimRequest
from mapping.encounter import Encounter
from mapping.profile_models import PartnerProfile, PayerProfile, SiteProfile
from mapping.profile_store import ProfileStore
from tests.support.builders import (
    INPATIENT,
    NIGHT,
    OUTPATIENT,
    REMOVED,
    ROOT,
    a_file_of,
    a_record,
    a_request,
    set_path,
)
from validators.checks import EncounterCheck
from validators.gate import judge_encounter
from validators.prior_claims import ChildIdentity, EarlierClaim
from validators.registry import all_rules, claim_rules, contracts
from validators.validate import KnownClaim, ValidationContext, validate_bytes

BASES = {"outpatient": OUTPATIENT, "inpatient": INPATIENT}
READING_RULES = {"guide", "envelope", "x12-syntax"}


@dataclass(frozen=True)
class Case:
    rule: str
    content: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.rule}: {self.content['name']}"


@dataclass(frozen=True)
class Earlier:
    """A ledger with one earlier claim for the child, or with none.

    `claim` is its id, or fields of `EarlierClaim`, with the changes to the case's record that
    the claim was `sent` with.
    """

    claim: str | dict[str, Any] | None
    sent: Claim | None = None

    def drug_claims(
        self, child: Sequence[ChildIdentity], product: str, besides: str = ""
    ) -> list[EarlierClaim]:
        found = self.chain("", "", "") if child else []
        return [one for one in found if one.encounter != besides]

    def chain(self, patient_control_number: str, number: str, payer: str) -> list[EarlierClaim]:
        if self.claim is None:
            return []
        given = {"id": self.claim} if isinstance(self.claim, str) else dict(self.claim)
        given.pop("sent", None)
        given["numbers"] = frozenset(given.get("numbers", ()))
        return [EarlierClaim(**(_EARLIER | given))]

    def as_sent(self, claim: str) -> Claim | None:
        return self.sent


_EARLIER = {
    "id": "CEARLIER00",
    "encounter": "E0000",
    "payer": "state-medicaid",
    "payer_order": 0,
    "frequency": "1",
    "patient_control_number": "ACCT-1000",
    "infusion_date": dt.date(2026, 11, 10),
}


def the_ledger(case: Case) -> Earlier:
    """The case's ledger; the claim that it has was made of the case's record with changes of its own."""
    earlier = case.content.get("earlier")
    if not isinstance(earlier, dict) or "sent" not in earlier:
        return Earlier(earlier)
    record = {**case.content.get("record", {}), **earlier["sent"]}
    options = {name: value for name, value in case.content.get("options", {}).items() if name != "frequency"}
    request = the_request(case, {**case.content, "record": record, "options": options})
    return Earlier(earlier, build_claim(request).claim)


def cases() -> list[Case]:
    found = []
    for path in sorted((ROOT / "tests" / "rules").glob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert content["rule"] == path.stem
        found += [Case(content["rule"], case) for case in content["cases"]]
    return found


def the_record(content: dict[str, Any], base: str) -> dict[str, Any]:
    record = a_record(base=BASES[base])
    for path, value in content.get("record", {}).items():
        appended = re.fullmatch(r"([\w.]+)\[(\d+)\]", path)
        items = value_at(record, appended[1]) if appended else None
        if appended and isinstance(items, list) and int(appended[2]) == len(items):
            items.append(value)
        else:
            set_path(record, path, REMOVED if value is None else value)
    return record


def value_at(record: Any, path: str) -> Any:
    for part in path.split("."):
        record = record.get(part)
    return record


def the_request(case: Case, content: dict[str, Any]) -> ClaimRequest:
    """The request of the case's claim, or of its second one."""
    record = the_record(content, case.content.get("base", "outpatient"))
    return a_request(
        Encounter.model_validate(record),
        payer=payer_changes(case.content),
        partner=case.content.get("partner"),
        site=case.content.get("site"),
        **content.get("options", {}),
    )


def payer_changes(content: dict[str, Any]) -> dict[str, Any]:
    """The fields of the payer's profile that the case changes, as a profile has them."""
    changes = content.get("payer") or {}
    changed = PayerProfile.model_validate(ProfileStore().payer("default").model_dump() | changes)
    return {name: getattr(changed, name) for name in changes}


def the_requests(case: Case) -> list[ClaimRequest]:
    """The case's claim and, where it has one, the second claim of the same file."""
    content = case.content
    requests = [the_request(case, content)]
    if "second" in content:
        changed = {**content.get("record", {}), **content["second"].get("record", {})}
        requests.append(the_request(case, {**content, **content["second"], "record": changed}))
    return requests


def the_file(requests: Sequence[ClaimRequest], replacements: dict[str, str]) -> bytes:
    text = a_file_of(*(build_claim(request).claim for request in requests)).decode()
    for old, new in replacements.items():
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
        text = text.replace(old, new)
    body = text[text.index("\nST*") : text.index("\nSE*")]
    segments = sum(bool(segment.strip()) for segment in body.split("~")) + 1
    return re.sub(r"(?<=~\n)SE\*\d+\*", f"SE*{segments}*", text).encode()


def findings_of(case: Case) -> list[Finding]:
    content, requests = case.content, the_requests(case)
    prior = the_ledger(case)
    today = content.get("today", NIGHT.date())
    found: list[Finding] = []
    with_encounter = content.get("encounter", True)
    for request in requests if with_encounter else ():
        check = EncounterCheck(
            request.encounter, request.payer, request.site, request.product, today, prior, request.payer_order
        )
        found += judge_encounter(check)
    if not has_institutional_claim(requests[0].encounter.setting):
        return found

    # a file with a text replaced differs from its encounter: only one rule is about that
    rebuilds = "file" not in content or case.rule == "encounter-mismatch"

    def known(index: int, claim: Claim) -> KnownClaim | None:
        if not with_encounter or index >= len(requests):
            return None
        one = known_claim(requests[index])
        return one if rebuilds else replace(one, rebuild=lambda: None)

    profiles = CaseProfiles(content)
    context = ValidationContext(profiles, today, known, prior)
    return found + validate_bytes(the_file(requests, content.get("file", {})), context).findings()


def known_claim(request: ClaimRequest) -> KnownClaim:
    return KnownClaim(
        request.encounter, request.payer, request.payer_order, lambda: build_claim(request).claim
    )


class CaseProfiles(ProfileStore):
    """The profiles that ship, with the changes that a case makes to its payer, partner and site."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()
        self._changes = {kind: content.get(kind) or {} for kind in ("partner", "site")}
        self._changes["payer"] = payer_changes(content)

    def payer_by_id(self, payer_id: str) -> PayerProfile:
        return super().payer_by_id(payer_id).model_copy(update=self._changes["payer"])

    def partners(self) -> list[PartnerProfile]:
        return [one.model_copy(update=self._changes["partner"]) for one in super().partners()]

    def sites(self) -> list[SiteProfile]:
        return [one.model_copy(update=self._changes["site"]) for one in super().sites()]


@pytest.mark.parametrize("case", cases(), ids=str)
def test_a_rule_does_on_its_case_what_the_case_says(case: Case) -> None:
    found = findings_of(case)
    mine = [finding for finding in found if finding.rule == case.rule]
    assert bool(mine) is case.content["fires"], [finding.message() for finding in found]
    others = {finding.rule for finding in found if finding.severity is Severity.ERROR} - {case.rule}
    assert others == set(case.content.get("with", []))
    assert all(finding.message() and finding.fix for finding in mine)


def test_every_rule_has_a_passing_and_a_failing_case() -> None:
    ids = {rule.id for rule in all_rules()} | READING_RULES
    for fires in (True, False):
        covered = {case.rule for case in cases() if case.content["fires"] is fires}
        assert covered == ids, ids ^ covered


def test_the_clean_claims_of_the_samples_draw_no_finding() -> None:
    for base in BASES.values():
        request = a_request(Encounter.model_validate(a_record(base=base)))
        context = ValidationContext(
            ProfileStore(),
            NIGHT.date(),
            lambda index, claim, request=request: known_claim(request),
            Earlier(None),
        )
        report = validate_bytes(the_file([request], {}), context)
        assert report.findings() == []
        assert report.not_checked == []


def test_what_could_not_be_judged_is_listed() -> None:
    request = a_request(Encounter.model_validate(a_record()))
    report = validate_bytes(the_file([request], {}), ValidationContext(ProfileStore(), NIGHT.date()))
    of_treatment = {rule_id for rule_id, one in contracts().items() if one.stage == "encounter"}
    in_need = {rule.id for rule in claim_rules() if rule.contract.needs in ("encounter", "ledger")}
    # of an id that claims and records are judged under, the claim was judged
    by_file = {rule.id for rule in claim_rules()} - in_need
    assert set(report.not_checked) == (of_treatment | in_need) - by_file


def test_claims_of_another_guide_are_not_judged_by_rules() -> None:
    data = the_file([a_request(Encounter.model_validate(a_record()))], {})
    data = data.replace(b"005010X223A2", b"005010X222A1")
    report = validate_bytes(data, ValidationContext(ProfileStore(), NIGHT.date()))
    assert {finding.rule for finding in report.findings()} == {"guide"}
    assert set(report.not_checked) == {rule.id for rule in claim_rules()}


def test_a_rule_points_at_its_segment() -> None:
    case = Case("ndc-format", {"name": "", "file": {"N4*71894012604": "N4*71894-126-04"}, "fires": True})
    (finding,) = findings_of(case)
    data = the_file([a_request(Encounter.model_validate(a_record()))], case.content["file"])
    (transaction,) = read_document(data).transactions()
    assert transaction.segments[finding.place.segment_position - 1].id == "LIN"  # type: ignore[operator]
    assert (finding.place.loop, finding.place.element) == ("2410", "LIN03")
