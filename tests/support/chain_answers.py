"""Answers that the mock clearinghouse does not write: a reversal, a 277; claims as others send them."""

from __future__ import annotations

import re


def reversal_of(remittance: bytes) -> bytes:
    """The 835 that takes a payment back: its claim as CLP02 22, amounts negated, a trace of its own."""
    text = remittance.decode()
    text = re.sub(r"CLP\*([^*]*)\*[^*]*\*", r"CLP*\1*22*", text)
    text = re.sub(r"(CLP\*[^*]*\*22)\*([\d.]+)\*([\d.]+)", r"\1*-\2*-\3", text)
    text = re.sub(r"(SVC\*[^*]*)\*([\d.]+)\*([\d.]+)", r"\1*-\2*-\3", text)
    text = re.sub(r"(CAS\*..\*[^*]*)\*([\d.]+)", r"\1*-\2", text)
    text = re.sub(r"BPR\*I\*[\d.]+\*C", "BPR*I*0*C", text)
    return text.replace("TRN*1*EFT", "TRN*1*BACK").encode()


def status_of(report: bytes, status: str = "P1:20") -> bytes:
    """A 277 that says the same claim is in process, out of the 277CA that took it in."""
    text = report.decode().replace("005010X214", "005010X212")
    text = text.replace("BHT*0085*08*", "BHT*0010*08*").replace("*TH~", "*DG~")
    text = re.sub(r"TRN\*2\*(NGT\d+)~(\s*)STC\*A2:20\*(\d+)\*WQ", rf"TRN*2*\1~\2STC*{status}*\3*", text)
    return re.sub(r"(REF\*1K\*[^~]*~\s*)", r"\1REF*EJ*NGT00001~\n", text).encode()


def changed(data: bytes, *changes: tuple[str, str]) -> bytes:
    """The bytes with each pattern replaced; every one must be there."""
    text = data.decode()
    for pattern, new in changes:
        text, count = re.subn(pattern, new, text)
        assert count, pattern
    return text.encode()


def replacement_of(sent: bytes, number: str, control_number: int = 2, frequency: str = "7") -> bytes:
    """A file of one claim sent again, as another system would: CLM05-3, REF*F8, its own control numbers."""
    return changed(
        sent,
        (r"(CLM\*[^~]*:A:)1\*", rf"\g<1>{frequency}*"),
        (r"(REF\*G1\*[^~]*~\s*)", rf"\g<1>REF*F8*{number}~\n"),
        (r"SE\*(\d+)\*", lambda found: f"SE*{int(found[1]) + 1}*"),  # type: ignore[arg-type]
        (r"\*000000001\*0\*", f"*{control_number:09d}*0*"),
        (r"IEA\*1\*000000001", f"IEA*1*{control_number:09d}"),
        (r"BHT\*0019\*00\*0000000010001", f"BHT*0019*00*{control_number:09d}0001"),
        (r"(GS\*HC\*.*)\*1\*X\*", rf"\g<1>*{control_number}*X*"),
        (r"GE\*1\*1~", f"GE*1*{control_number}~"),
    )
