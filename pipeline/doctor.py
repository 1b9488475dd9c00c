"""`doctor`: whether this installation could run tonight, looked at without changing anything.

Each check is a small function that yields what it saw; none raises. It must not create a
folder or a ledger, take the lock, or write.
"""

from __future__ import annotations

import datetime as dt
import importlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from edi.codes.tables import tables
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config
from pipeline.delivery.checks import Fault, faults, faults_online
from pipeline.durable import FOLDER_MODE, is_network_folder
from pipeline.errors import LedgerBusy, OperationError
from pipeline.heartbeat import FILE_NAME, read_heartbeat
from pipeline.ledger.inspection import look_at

State = Literal["ok", "warning", "error"]
PACKAGES = ("edi", "mapping", "validators", "pipeline")
_LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Remark:
    """What one check saw: `error` where a night would fail or be wrong, `warning` where somebody should look."""

    check: str
    state: State
    detail: str
    next_step: str = ""

    def as_dict(self) -> dict[str, str]:
        """The remark as JSON."""
        return {
            "check": self.check,
            "state": self.state,
            "detail": self.detail,
            "next_step": self.next_step,
        }


def examine(config: Config | None, now: dt.datetime, online: bool = False) -> list[Remark]:
    """Every check, as of local time `now`; those of folders, partners and ledger only with a configuration, connections only `online`."""
    remarks = [*_packages(), *_pyx12(), *_tables(now.date()), *_profiles(config)]
    if config is None:
        return [*remarks, _no_config()]
    return [
        *remarks,
        *_partners(config),
        *_folders(config),
        *_deliveries(config, online),
        *_ledger(config),
        *_last_night(config, now),
    ]


def _no_config() -> Remark:
    return Remark(
        "configuration",
        "warning",
        "no configuration was given: folders and ledger were not looked at",
        "Give one with --config, or put j3399.toml here",
    )


def _packages() -> Iterator[Remark]:
    """Our packages have common names: another one of the same name must not stand in front of ours."""
    home = Path(__file__).resolve().parents[1]
    owners = metadata.packages_distributions()
    for name in PACKAGES:
        found = Path(str(importlib.import_module(name).__file__)).resolve().parents[1]
        others = sorted(set(owners.get(name, [])) - {"j3399"})
        if found != home:
            yield Remark("packages", "error", f"{name} comes from {found}", f"Remove what shadows {home}")
        elif others:
            detail = f"{name} is also installed by {', '.join(others)}"
            yield Remark("packages", "warning", detail, "Install j3399 into an environment of its own")
    version = ".".join(map(str, sys.version_info[:3]))
    yield Remark("packages", "ok", f"Python {version}, packages from {home}")


def _pyx12() -> Iterator[Remark]:
    wanted = "4.0.0"
    try:
        found = metadata.version("pyx12")
    except metadata.PackageNotFoundError:
        found = "none"
    if found == wanted:
        yield Remark("pyx12", "ok", f"version {found}")
    else:
        yield Remark("pyx12", "error", f"version {found}, needed is {wanted}", f"pip install pyx12=={wanted}")


def _tables(today: dt.date) -> Iterator[Remark]:
    late = [table for table in tables().values() if table.is_due(today)]
    for table in late:
        yield Remark(
            "code tables",
            "warning",
            f"{table.title}: list of {table.list_date}, a newer one may be in force since {table.refresh_by}",
            "Update j3399, or the table (docs/code-tables.md)",
        )
    yield Remark("code tables", "ok", f"{len(tables()) - len(late)} of {len(tables())} are within their date")


def _profiles(config: Config | None) -> Iterator[Remark]:
    profiles = ProfileStore(config.own_profiles if config else None)
    try:
        from validators.registry import contracts

        rules = contracts()
    except (ImportError, OSError):
        yield Remark("profiles", "error", "the list of rules cannot be read", "Mend the packages first")
        return
    try:
        profiles.check(rules)
    except ProfileError as error:
        yield Remark("profiles", "error", str(error), "Correct the profile")
        return
    kinds = ("products", "payers", "partners", "sites")
    counts = ", ".join(f"{len(profiles.keys(kind))} {kind}" for kind in kinds)
    yield Remark("profiles", "ok", counts)


def _partners(config: Config) -> Iterator[Remark]:
    profiles = ProfileStore(config.own_profiles)
    for payer, partner in config.partners.items():
        unknown = [
            f"{kind} {key!r}"
            for kind, key in (("payer", payer), ("partner", partner))
            if key != "default" and key not in profiles.keys(f"{kind}s")
        ]
        if unknown:
            detail = f"[partners] names {' and '.join(unknown)}, which has no profile"
            yield Remark("partners", "error", detail, "Correct the name, or make the profile")


def _deliveries(config: Config, online: bool) -> Iterator[Remark]:
    """Partners over the wire: `[delivery.PARTNER]`."""
    known = ProfileStore(config.own_profiles).keys("partners")
    for partner, delivery in config.delivery.items():
        found = faults(delivery)
        if online and not found:
            found = list(faults_online(delivery))
        if partner not in known:
            found.append(
                Fault(f"partner {partner!r} has no profile", "Correct the name, or make the profile")
            )
        for fault in found:
            yield Remark("delivery", "error", f"{partner}: {fault.detail}", fault.next_step)
        if not found:
            where = " and ".join(str(folder) for folder in delivery.folders)
            yield Remark("delivery", "ok", f"{partner}: {where or 'no URL'}{' answered' if online else ''}")


def _folders(config: Config) -> Iterator[Remark]:
    folders = config.folders
    existing = [path for name in folders.__slots__ if (path := getattr(folders, name)).is_dir()]
    if not existing:
        yield Remark("folders", "ok", "none exists yet; the first run makes them")
        return
    for path in existing:
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            yield Remark("folders", "error", f"{path} cannot be read and written", "Mend its permissions")
        elif stat.S_IMODE(path.stat().st_mode) & ~FOLDER_MODE:
            yield Remark("folders", "warning", f"{path} is open to others", f"chmod {FOLDER_MODE:o} {path}")
    if len({path.stat().st_dev for path in existing}) > 1:
        yield Remark(
            "folders",
            "error",
            "they lie on several file systems, so that a file could be seen half moved",
            "Put all of them below one root",
        )
    free = shutil.disk_usage(existing[0]).free
    if free < _LEAST_FREE_BYTES:
        yield Remark("folders", "warning", f"only {free // 1_000_000} MB are free", "Make room on the disk")
    yield Remark("folders", "ok", f"{len(existing)} looked at")


def _ledger(config: Config) -> Iterator[Remark]:
    place = config.ledger
    if isinstance(place, Path) and is_network_folder(place.parent):
        yield Remark("ledger", "error", f"{place} is on a network folder", "Keep the ledger on a local disk")
        return
    try:
        look = look_at(place)
    except LedgerBusy:
        yield Remark("ledger", "warning", f"{place} is in use", "Ask again when the run has ended")
    except OperationError as error:
        yield Remark("ledger", "error", error.detail, error.next_step)
    else:
        if look is None:
            yield Remark("ledger", "ok", "there is none yet; the first run makes it")
            return
        for fault in look.faults:
            yield Remark("ledger", "error", f"{place}: {fault}", "Restore it from its backup")
        if not look.faults:
            yield Remark("ledger", "ok", f"{place} is whole ({look.kind})")


def _last_night(config: Config, now: dt.datetime) -> Iterator[Remark]:
    """The heartbeat: whether the last night went well, and how long ago one did."""
    check = "last night"
    heartbeat = read_heartbeat(config.folders.state)
    if heartbeat is None:
        yield _no_heartbeat(check, config.folders.state / FILE_NAME)
        return
    if not heartbeat.is_good:
        yield Remark(
            check,
            "warning",
            f"the night of {heartbeat.at} ended with {heartbeat.exit_code}",
            "See the table of exit codes in the operator's page",
        )
    good = heartbeat.last_good
    if good is None:
        yield Remark(check, "warning", "no night went well yet", "See why, then run `j3399 nightly`")
    elif now - good > dt.timedelta(hours=config.hours_between):
        yield Remark(
            check,
            "warning",
            f"the last good night was that of {good}, more than {config.hours_between} hours ago",
            "See whether the schedule still starts it",
        )
    else:
        yield Remark(check, "ok", f"the last good night was that of {good}")


def _no_heartbeat(check: str, path: Path) -> Remark:
    if path.exists():
        return Remark(check, "warning", f"{path} cannot be read", "The next night writes it anew")
    return Remark(check, "ok", "there was none yet, or none that wrote a heartbeat")
