"""`make demo`: the whole job on the samples, told step by step.

Runs twice as well as once: the second time the hospital brings the same records and the
partner sends the same answers again, and nothing is sent or counted twice.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from samples import play

_WRONG_BIRTH_DATE = "E0005"


def main() -> int:
    """Play the demonstration in `--folder`, and say where everything lies."""
    parser = argparse.ArgumentParser(description="Two nights on the samples.")
    parser.add_argument("--folder", type=Path, required=True, help="the workspace, made where it is missing")
    folder: Path = parser.parse_args().folder.resolve()
    try:
        _tell(folder)
    except play.PlayError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    return 0


def _tell(folder: Path) -> None:
    config = play.prepare(folder)
    print(f"1. The hospital brings {play.bring_encounters(folder)} files of encounter records.")
    first = json.loads(play.nightly(config, play.FIRST_NIGHT))
    print(f"2. First night: {_sent(first)}")
    for entry in first["held"] + first["refused"]:
        print(f"     kept back: encounter {entry['encounter']} ({', '.join(entry['rules'])})")
    for name in first["quarantined"]:
        print(f"     set aside: {name}")
    print(f"3. The test clearinghouse answers with {len(play.clearinghouse_answers(folder))} files.")
    second = json.loads(play.nightly(config, play.SECOND_NIGHT))
    print(f"4. Second night: {second['counts'].get('answer_files', 0)} new answers read, {_sent(second)}")
    print(f"     claims by state: {', '.join(f'{n} {s}' for s, n in second['claims_by_state'].items())}")
    print("5. The worklist of the morning:\n")
    print(play.worklist(config, "table"))
    print("6. One of them corrected: the birth date on the claim was mistyped (shown, not sent):\n")
    values = folder / "birth-date.toml"
    values.write_text("[patient]\nbirth_date = 2026-02-01\n", encoding="utf-8")
    values.chmod(0o600)
    print(play.morning("correct", config, _WRONG_BIRTH_DATE, "--set-from", str(values), "--dry-run"))
    _places(folder, config, second["run"])


def _sent(summary: dict[str, object]) -> str:
    counts = summary["counts"]
    assert isinstance(counts, dict)
    released = counts.get("claims_released", 0)
    return f"{released} claims sent." if released else "nothing sent, all of it had gone out before."


def _places(folder: Path, config: Path, run: str) -> None:
    report = folder / "reports" / f"{play.SECOND_NIGHT:%Y-%m-%d}.html"
    print(f"report    {report}  <- open this one in a browser")
    print(f"worklist  {folder / 'reports'} as worklist.xlsx, .json and .csv")
    print(f"outbox    {folder / 'outbox' / 'sent'} (picked up), {folder / 'outbox' / 'ready'} (waiting)")
    print(f"summary   {folder / 'reports' / f'{play.SECOND_NIGHT:%Y-%m-%d}-{run}-summary.json'}")
    print(f"held      {folder / 'held'}")
    print(f"\nIn full:  {Path(sys.executable).parent / 'j3399'} worklist --config {config}")


if __name__ == "__main__":
    sys.exit(main())
