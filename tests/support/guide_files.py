"""837I files written by hand, to be broken in one place each."""

from __future__ import annotations

from collections.abc import Callable

Segments = list[str]

ISA = (
    "ISA*00*          *00*          *ZZ*RIVERSIDE      *ZZ*CLEARING       "
    "*261203*0915*^*00501*000000207*0*T*:"
)
GS = "GS*HC*RIVERSIDE*CLEARING*20261203*0915*207*X*005010X223A2"

HEADER = """\
BHT*0019*00*NIGHT207*20261203*0915*CH
NM1*41*2*RIVERSIDE CHILDRENS*****46*RIVERSIDE
PER*IC*BILLING DESK*TE*5555550177
NM1*40*2*CLEARING EXAMPLE*****46*CLEARING
HL*1**20*1
PRV*BI*PXC*282NC2000X
NM1*85*2*RIVERSIDE CHILDRENS*****XX*1234567893
N3*40 RIVER ROAD
N4*SAMPLETON*TX*750020002
REF*EI*987654321""".splitlines()

OUTPATIENT = """\
HL*2*1*22*0
SBR*P*18*******MC
NM1*IL*1*QUILLFEATHER*ODALYS****MI*MEMB77001
N3*7 LARCH LANE
N4*SAMPLETON*TX*750020003
DMG*D8*20260614*F
NM1*PR*2*EXAMPLE MEDICAID*****PI*EXMCD
CLM*ACCT90210-01*2126300***13:A:1**A*Y*Y
DTP*434*RD8*20261120-20261120
CL1*3*1*01
REF*G1*AUTH5501
REF*EA*CHART3303
NTE*ADD*TITER 1 TO 25
HI*ABK:G120
HI*APR:G120
HI*BE:87:::2125000
NM1*71*1*VANTERPOOL*IMRE****XX*1245319599
PRV*AT*PXC*2084N0402X
LX*1
SV2*0636*HC:J3399*2125000*UN*1
DTP*472*D8*20261120
REF*6R*LINE1
LIN**N4*71894012504
CTP****1*UN
LX*2
SV2*0260*HC:96365*1300*UN*1
DTP*472*D8*20261120
REF*6R*LINE2""".splitlines()

INPATIENT = """\
HL*2*1*22*1
SBR*P**GROUP44******CI
NM1*IL*1*QUILLFEATHER*BASIL****MI*MEMB77002
NM1*PR*2*EXAMPLE COMMERCIAL*****PI*60054
HL*3*2*23*0
PAT*19
NM1*QC*1*QUILLFEATHER*ODALYS
N3*7 LARCH LANE
N4*SAMPLETON*TX*750020003
DMG*D8*20260614*F
CLM*ACCT90210-02*2141000***11:A:7**A*Y*Y
DTP*096*TM*1130
DTP*434*RD8*20261119-20261121
DTP*435*DT*202611190800
CL1*3*1*01
REF*G1*AUTH5501
REF*F8*ICN700700
HI*ABK:G120:::::::Y
HI*ABJ:G120
HI*DR:057
HI*BBR:XW033F3:D8:20261120
NM1*71*1*VANTERPOOL*IMRE****XX*1245319599
LX*1
SV2*0123**16000*DA*2
LX*2
SV2*0636*HC:J3399*2125000*UN*1
REF*6R*LINE2
LIN**N4*71894012504
CTP****33*ML""".splitlines()

PATIENT_DATA = (
    "QUILLFEATHER",
    "ODALYS",
    "BASIL",
    "LARCH",
    "MEMB7700",
    "20260614",
    "ACCT90210",
    "CHART3303",
    "AUTH5501",
    "ICN700700",
    "TITER",
)


def a_file(*sets: Segments, isa: str = ISA, gs: str = GS, end: str = "~\n") -> str:
    """A whole file with one transaction set for each list of segments; counts and numbers fit."""
    segments = [isa, gs]
    for number, body in enumerate(sets, start=1):
        segments += [f"ST*837*{number:04d}*005010X223A2", *body, f"SE*{len(body) + 2}*{number:04d}"]
    segments += [f"GE*{len(sets)}*207", "IEA*1*000000207"]
    return "".join(segment + end for segment in segments)


def an_outpatient_file(change: Callable[[Segments], Segments] = lambda body: body) -> str:
    return a_file(change([*HEADER, *OUTPATIENT]))


def without(start: str, body: Segments) -> Segments:
    """The segments less the first that begins so."""
    at = index_of(start, body)
    return body[:at] + body[at + 1 :]


def instead(start: str, new: str, body: Segments) -> Segments:
    at = index_of(start, body)
    return [*body[:at], new, *body[at + 1 :]]


def after(start: str, new: str, body: Segments) -> Segments:
    at = index_of(start, body)
    return [*body[: at + 1], new, *body[at + 1 :]]


def index_of(start: str, body: Segments) -> int:
    return next(number for number, segment in enumerate(body) if segment.startswith(start))


def position_of(start: str, body: Segments) -> int:
    """The position of a segment of a body, with ST = 1."""
    return index_of(start, body) + 2


SECONDARY = """\
HL*2*1*22*0
SBR*S*18*******MC
NM1*IL*1*QUILLFEATHER*ODALYS****MI*MEMB77001
N3*7 LARCH LANE
N4*SAMPLETON*TX*750020003
DMG*D8*20260614*F
NM1*PR*2*EXAMPLE MEDICAID*****PI*EXMCD
REF*2U*OTHERID
CLM*ACCT90210-02*2126300***13:A:1**A*Y*Y***********11
DTP*434*RD8*20261120-20261120
CL1*3*1*01
PWK*OZ*EL***AC*ATTACH01
CN1*02*100**OBA01*2*V1
AMT*F3*100.5
REF*G1*AUTH5501
REF*D9*CLAIMID9
K3*FREE FORM
NTE*ADD*TITER 1 TO 25
CRC*ZZ*N*NU
HI*ABK:G120
HI*APR:G120
HI*ABF:Z23*ABF:Z00129
HI*BBQ:XW033F3:D8:20261120
HI*BI:70:RD8:20261101-20261102
HI*BH:11:D8:20261101
HI*BE:87:::2125000
HI*BG:C1
HCP*00*100
NM1*71*1*VANTERPOOL*IMRE****XX*1245319599
PRV*AT*PXC*2084N0402X
REF*0B*LICENSE1
NM1*77*2*OFF CAMPUS*****XX*1245319599
N3*1 SIDE STREET
N4*SAMPLETON*TX*750020003
SBR*P*18*GROUP9******CI
CAS*CO*45*1000**97*300
AMT*D*2000000
OI***Y***Y
MOA***MA01
NM1*IL*1*QUILLFEATHER*ODALYS****MI*PRIM77001
NM1*PR*2*FIRST PAYER*****PI*FIRST
DTP*573*D8*20261201
REF*F8*PRIORICN
LX*1
SV2*0636*HC:J3399*2125000*UN*1
DTP*472*D8*20261120
REF*6R*LINE1
NTE*TPO*NOTE
LIN**N4*71894012504
CTP****1*UN
REF*XZ*RX1
NM1*72*1*STONEBRIDGE*ADA****XX*1245319599
SVD*FIRST*1999000*HC:J3399*0636*1
CAS*CO*45*126000
DTP*573*D8*20261201
AMT*EAF*100
LX*2
SV2*0260*HC:96365*1300*UN*1**5
DTP*472*RD8*20261120-20261121
SVD*FIRST*1000*HC:96365*0260*1
CAS*PR*1*300
DTP*573*D8*20261201""".splitlines()
