"""The procedure composite of SV2 and SVD, as fields of their layouts."""

from __future__ import annotations

from typing import Any

from edi.claim837i.model.details import Procedure


def take_procedure(values: dict[str, Any]) -> Procedure | None:
    """The procedure among the fields of SV2 or SVD; None where it is empty."""
    fields = {name: values.pop(name) for name in ("qualifier", "code", "modifiers", "description")}
    return Procedure(**fields) if any(fields.values()) else None


def procedure_fields(procedure: Procedure | None) -> dict[str, Any]:
    """The same fields, to be written."""
    procedure = procedure or Procedure("", "")
    return {
        "qualifier": procedure.qualifier,
        "code": procedure.code,
        "modifiers": procedure.modifiers,
        "description": procedure.description,
    }
