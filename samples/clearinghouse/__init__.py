"""A mock clearinghouse: from an 837I file and a script to the answers a partner would send.

Why: what comes back is tried out with the files that went out. For every interchange it
writes a 999 with the TA1 before its group, a 277CA that names every claim once, a 277 of
the claims that are pending, and for each payer an 835 whose lines, claims and payment balance.

| module | its subject |
|---|---|
| `outcomes`, `script` | what becomes of each claim: values, and TOML |
| `sent` | reading our 837I |
| `acknowledgment`, `acceptance`, `claim_status`, `remittance` | TA1 and 999, 277CA, 277, 835 |
| `faults` | what a 999 finds wrong |
| `adjudication` | what a payer makes of a claim, in cents |
| `envelopes`, `pieces` | files, and segments of more than one answer |
| `answering` | all answers to a file |
| `scenario` | when and how they arrive: late, twice, out of order, cut, never |

Everything is derived from the file, the script and `as_of`, so that the same input gives
the same bytes. Nothing here reads a profile, a ledger or a clock; only `__main__` touches
files. Names of files hold no account number.
"""

from samples.clearinghouse.answering import answers
from samples.clearinghouse.envelopes import AnswerFileContent
from samples.clearinghouse.outcomes import Accept, Deny, Outcome, Pay, Pend, Refuse, Reject, ScriptError
from samples.clearinghouse.scenario import Arrival, Delivery, Scenario, arrivals, read_scenario
from samples.clearinghouse.script import Script, read_script
from samples.clearinghouse.sent import NotClaims, SentClaim

__all__ = [
    "Accept",
    "AnswerFileContent",
    "Arrival",
    "Delivery",
    "Deny",
    "NotClaims",
    "Outcome",
    "Pay",
    "Pend",
    "Refuse",
    "Reject",
    "Scenario",
    "Script",
    "ScriptError",
    "SentClaim",
    "answers",
    "arrivals",
    "read_scenario",
    "read_script",
]
