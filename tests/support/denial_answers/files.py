"""Answers of payers with habits, as files: 999, TA1, 277CA, 277, request for documents, 835.

The mock clearinghouse of `samples` answers as the guides say. Payers do more: adjustments
on the claim as a whole, several reasons on a line, the contractual part beside, remarks at
the claim, statuses in one STC. This writes such answers to a file that was sent, from the
plain words of the labelled set (its README has them).

What a rejected file hears (TA1, 999), and that a claim was taken in, comes from the mock
clearinghouse. Money is integer cents. Source: FACTS D2 to D4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from edi.writer import Envelope, SegmentValues, write_interchange
from samples.clearinghouse import AnswerFileContent, Refuse, Script, answers
from tests.support.denial_answers.remittance import remittance
from tests.support.denial_answers.sent import VERSIONS, Habit, SentFile
from tests.support.denial_answers.statuses import acknowledgment, status_answer


def answer_files(sent: SentFile, habit: Habit, said: Sequence[Mapping[str, Any]]) -> list[AnswerFileContent]:
    """The answers in the order in which they come; before a payer's answer that the claim was taken in."""
    stages = {str(answer["stage"]) for answer in said}
    rejected = any(answer["stage"] == "277CA" and "statuses" in answer for answer in said)
    files = [] if stages & {"TA1", "999"} else _taken_in(sent, whole=not rejected)
    for index, answer in enumerate(said, start=1):
        files += _answer(sent, habit, answer, index)
    return files


def _taken_in(sent: SentFile, whole: bool) -> list[AnswerFileContent]:
    """The 999 and, but for a claim that is rejected next, the 277CA that accepts it."""
    kinds = ("999", "277CA") if whole else ("999",)
    return answers(sent.data, Script(kinds=kinds), sent.day("999"))


def _answer(
    sent: SentFile, habit: Habit, answer: Mapping[str, Any], index: int
) -> Iterable[AnswerFileContent]:
    stage = str(answer["stage"])
    match stage:
        case "TA1":
            return answers(sent.data, Script(interchange_note=answer["note"]), sent.day(stage))
        case "999":
            fault = Refuse(
                answer["segment"], answer["code"], answer.get("element", ""), answer.get("element_code", "")
            )
            script = Script({sent.claim.patient_control_number: fault}, kinds=("999",))
            return answers(sent.data, script, sent.day(stage))
        case "277CA" if "statuses" not in answer:
            return []
        case "277CA":
            segments = list(acknowledgment(sent, answer))
        case "277" | "277RFAI":
            segments = list(status_answer(sent, answer, stage))
        case _:
            segments = list(remittance(sent, habit, answer, index))
    return [_file(sent, stage, segments, index)]


def _file(sent: SentFile, stage: str, segments: Sequence[SegmentValues], index: int) -> AnswerFileContent:
    functional_id, version = VERSIONS[stage]
    envelope = Envelope(
        "ZZ", "CLRHOUSE", "ZZ", "CHILDHOSP", "CLRHOUSE", "CHILDHOSP", functional_id, version, "T"
    )
    number = sent.control_number * 10 + index
    data = write_interchange(
        envelope, [segments], control_number=number, group_control_number=number, at=sent.when(stage, index)
    )
    return AnswerFileContent(f"{stage}_{number:09d}.x12", data)
