"""`make samples`: the files of `samples/` made again from its encounters, byte for byte.

`files/` gets the released 837I files, `answers/` what the mock clearinghouse sends back,
`worklist.json` the worklist that follows, `shapes/` a file for each shape of a claim.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from samples import play
from samples.shapes import write_shapes


def main() -> int:
    """Play two nights in a temporary folder and keep what came of them."""
    with tempfile.TemporaryDirectory(prefix="j3399-samples-") as name:
        folder = Path(name)
        config = play.prepare(folder)
        play.bring_encounters(folder)
        play.nightly(config, play.FIRST_NIGHT)
        play.clearinghouse_answers(folder)
        _keep(folder / "outbox" / "sent", play.SAMPLES / "files")
        _keep(folder / "inbox" / "new", play.SAMPLES / "answers")
        play.nightly(config, play.SECOND_NIGHT)
        made = folder / "shapes"
        made.mkdir()
        write_shapes(made)
        _keep(made, play.SAMPLES / "shapes")
        (play.SAMPLES / "worklist.json").write_text(play.worklist(config, "json"), encoding="utf-8")
    return 0


def _keep(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    for path in sorted(source.iterdir()):
        shutil.copyfile(path, target / path.name)


if __name__ == "__main__":
    sys.exit(main())
