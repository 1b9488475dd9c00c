"""The procedure composite of SV2 and SVD, as fields of their layouts."""

from __future__ import annotations

from typing import Any

from edi.claim837i.model.details import Procedure

PROCEDURE = ("qualifier", "code", "modifiers", "description")
"""Its fields in the layouts of SV2 and SVD."""


def as_procedure(qualifier: str, code: str, modifiers: tuple[str, ...], description: str) -> Procedure | None:
    """The procedure with these fields; None where it is empty."""
    if qualifier or code or modifiers or description:
        return Procedure(qualifier, code, modifiers, description)
    return None


def procedure_fields(procedure: Procedure | None) -> dict[str, Any]:
    """The same fields, to be written."""
    procedure = procedure or Procedure("", "")
    return {
        "qualifier": procedure.qualifier,
        "code": procedure.code,
        "modifiers": procedure.modifiers,
        "description": procedure.description,
    }
