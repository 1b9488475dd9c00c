"""Records of an institutional claim, named as the guide names them.

Values that could not be read (an amount with an exponent, a date of 13 months) are None,
and the claim has a finding. The segments themselves stay reachable through `segments`.
Patient data is left out of `repr`. Nothing here knows a drug or a payer.
"""

from edi.claim837i.model.claim import Claim, claim_place
from edi.claim837i.model.coordination import (
    Adjustment,
    InpatientAdjudication,
    LineAdjudication,
    OtherCoverage,
    OutpatientAdjudication,
    Repricing,
)
from edi.claim837i.model.details import (
    Attachment,
    ContractInformation,
    EpsdtReferral,
    HealthCode,
    LoopSegment,
    Note,
    Procedure,
    Source,
)
from edi.claim837i.model.line import Drug, ServiceLine
from edi.claim837i.model.parties import Address, Contact, Party, Patient, Reference, Subscriber
from edi.claim837i.model.transaction import TransactionHeader

__all__ = [
    "Address",
    "Adjustment",
    "Attachment",
    "Claim",
    "Contact",
    "ContractInformation",
    "Drug",
    "EpsdtReferral",
    "HealthCode",
    "InpatientAdjudication",
    "LineAdjudication",
    "LoopSegment",
    "Note",
    "OtherCoverage",
    "OutpatientAdjudication",
    "Party",
    "Patient",
    "Procedure",
    "Reference",
    "Repricing",
    "ServiceLine",
    "Source",
    "Subscriber",
    "TransactionHeader",
    "claim_place",
]
