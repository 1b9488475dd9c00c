"""Children whose every field of patient data is a canary, their answers, and damaged forms of both.

A canary is a value that stands nowhere else: where it is seen, patient data is seen.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any, Final

from samples.clearinghouse import Deny, Pay, Pend, Reject, Script, answers
from tests.support.builders import INPATIENT, NIGHT, OUTPATIENT, a_record, set_path

CRASH: Final = "CANARYCRASH"
_BORN, _ZIP = "2026-04-27", "777013579"
SEEN: Final = re.compile(rb"(?i)canary|20(26-?04-?27|28-?04-?2[67])|04[/ ]?27[/ ]?20?2[68]|77701-?3579")
"""A canary, the birth date or second birthday of a child, or its postal code, in any of the written forms."""
_ADDRESS = {"lines": ["CANARYSTREET", "CANARYFLAT"], "city": "CANARYCITY", "state": "TX", "postal_code": _ZIP}


def a_canary(number: int, base: str = INPATIENT, **changes: Any) -> dict[str, Any]:
    """A clean record in which each field of patient data, and each text, is a canary."""
    record = a_record(base=base)
    record["id"] = f"N{number:05d}"
    record["patient_control_number"] = f"CANARYACCT{number}"
    record["patient"] |= {
        "last_name": "CANARYLAST",
        "first_name": f"CANARYFIRST{'ABCDEFGHIJ'[number]}",
        "middle_name": "CANARYMIDDLE",
        "birth_date": _BORN,
        "address": copy.deepcopy(_ADDRESS),
        "record_number": f"CANARYRECORD{number}",
    }
    coverage = record["coverages"][0]
    coverage |= {"member_id": f"CANARYMEMBER{number}", "group_number": "CANARYGROUP"}
    for authorization in coverage["authorizations"]:
        authorization |= {"number": f"CANARYAUTH{number}", "member_id": f"CANARYMEMBER{number}"}
    if coverage["relationship"] != "self":
        coverage["subscriber"] |= {
            "last_name": "CANARYPARENT",
            "first_name": "CANARYGIVEN",
            "middle_name": "CANARYSECOND",
            "birth_date": "1990-04-27",
            "address": copy.deepcopy(_ADDRESS),
        }
    record["referral_number"] = "CANARYREFERRAL"
    record["notes"] = ["CANARYNOTE"]
    record["service_lines"][0]["notes"] = ["CANARYLINENOTE"]
    for path, value in changes.items():
        set_path(record, path, value)
    return record


def children() -> list[dict[str, Any]]:
    """Paid, denied twice, rejected, pending, and two that the gate holds; of both payers."""
    wrong = {"coverages[0].authorizations": []}
    return [
        a_canary(1),
        a_canary(2),
        a_canary(3, OUTPATIENT),
        a_canary(4, OUTPATIENT),
        a_canary(5),
        a_canary(6, OUTPATIENT, **{"clinical.antibody_titer": None}),
        a_canary(7, **wrong),
    ]


def wrong_children() -> list[dict[str, Any]]:
    """Records whose canaries are themselves what is wrong."""
    return [
        a_canary(1, **{"patient.birth_date": "2028-04-27"}),
        a_canary(2, **{"patient.birth_date": "CANARYDAY"}),
        a_canary(3, **{"coverages[0].member_id": "CANARY~MEMBER"}),
        a_canary(4, **{"patient.last_name": "CANARY\x07ŁÄST*名"}),
        a_canary(5, **{"patient.address.postal_code": "CANARYZIP"}),
        a_canary(6, patient_control_number="CANARYACCOUNTOFTOOMANYLETTERS"),
        a_canary(7, **{"patient.record_number": "CANARY^RECORD", "notes": ["CANARY" * 100]}),
        a_canary(8, **{"patient.CANARYFIELD": "CANARY", "coverages[0].group_number": "CANARY:1"}),
        a_canary(9, **{"coverages[0].authorizations[0].number": "CANARY*AUTH"}),
        a_canary(0, **{"coverages[0].authorizations[0].member_id": "CANARYOTHER"}),
    ]


def answers_to(sent: bytes) -> Iterator[tuple[str, bytes]]:
    """What the clearinghouse says of the children's claims, a text of a person's in each answer of a payer."""
    script = Script(
        claims={
            "CANARYACCT1": Pay(),
            "CANARYACCT2": Deny(reason="50", remarks=("N467",), other_lines="deny"),
            "CANARYACCT3": Deny(reason="252", remarks=("N395",), other_lines="deny"),
            "CANARYACCT4": Reject(category="A7", status="218"),
            "CANARYACCT5": Pend(),
        }
    )
    for answer in answers(sent, script, NIGHT):
        yield answer.name, with_references(answer.data)


def with_references(data: bytes) -> bytes:
    """A remittance with references of the patient's and a corrected name in each claim; lines and ends as they were."""
    text = re.sub(
        rb"(NM1\*IL\*[^~]*~\s*)",
        rb"\1NM1*74*1*CANARYCORRECTED*CANARYNEW****C*CANARYNEWID~\nREF*EA*CANARYCHART~\nREF*IG*CANARYPOLICY~\n",
        data,
    )
    return counted(text) if text != data else data


def counted(data: bytes) -> bytes:
    """The file with each SE01 as the number of segments that now stand in its set."""
    lines, start = data.split(b"~"), 0
    for number, line in enumerate(lines):
        if line.strip().startswith(b"ST*"):
            start = number
        if (parts := line.split(b"*"))[0].strip() == b"SE":
            lines[number] = b"*".join([parts[0], b"%d" % (number - start + 1), *parts[2:]])
    return b"~".join(lines)


def damaged(data: bytes) -> Iterator[bytes]:
    """The file with its canaries too long, of characters that are not allowed, cut off, and of other children."""
    yield re.sub(rb"CANARY\w*", lambda found: found.group() + b"X" * 90, data)
    yield re.sub(rb"CANARY", "CANARY\x07é|".encode("latin-1"), data)
    yield re.sub(rb"(20260427|777013579)", rb"CANARY", data)
    yield re.sub(rb"CANARY", b"CANARYOTHER", data)
    yield re.sub(rb"\*CANARY[^*~:]*", b"*", data, count=9)
    yield data[: data.rfind(b"CANARY") + 6]
    yield re.sub(rb"(NM1\*(?:QC|IL)\*1)", rb"\1*CANARY:CANARY", data)
    yield b"CANARY, not X12 at all"
