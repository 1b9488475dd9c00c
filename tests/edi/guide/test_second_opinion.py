"""The released samples in the eyes of pyx12's own driver, not ours."""

from __future__ import annotations

import io
import logging

import pytest

from tests.support.builders import ROOT


@pytest.mark.parametrize(
    "path", sorted((ROOT / "samples" / "files").glob("*.x12")), ids=lambda path: path.name
)
def test_pyx12_finds_no_error_in_a_released_file(path) -> None:  # type: ignore[no-untyped-def]
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    stream = io.StringIO(path.read_bytes().decode("latin-1"), newline="")
    report = io.StringIO()
    assert pyx12.x12n_document.x12n_document(pyx12.params.params(), stream, report, None)
    assert "IK5*A" in report.getvalue() and "IK3" not in report.getvalue()
