"""The configuration of a night: a small TOML file, all of it optional.

    [folders]
    root = "."                      # below it: encounters, outbox, inbox, archive, ...
    [profiles]
    folder = "profiles"             # your own products, payers, partners, sites; they win
    [partners]
    default = "test-clearinghouse"  # who gets a payer's claims
    texas-medicaid = "tmhp"
    [ledger]
    url = "postgresql://j3399@db.example/j3399"   # without it: a file of SQLite in the folder `state`
    [reports]
    show_phi = false                # true: the pages in `reports` show patient data; protect the folder
    [inbox]
    quiet_seconds = 60              # a file that changed since may still be written, and stays
    [night]
    hours_between = 36              # `doctor` warns where the last good night is older
    [delivery.tmhp]                 # a partner over the wire; without it, files are picked up from the folders
    outbox = "sftp://hospital@sftp.example/incoming"

Paths are taken from the folder of the file. Unknown names are refused. The ledger's URL has no
password here: it comes from J3399_LEDGER_URL, which goes before the file, or from libpq's own
PGPASSWORD or `?passfile=`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.delivery_settings import Delivery, DeliverySettings, deliveries
from pipeline.errors import ConfigurationError, StorageError
from pipeline.folders import Folders
from pipeline.inbox.settings import InboxSettings
from pipeline.ledger.place import LedgerUrl, Place, ledger_url

FILE_NAME = "j3399.toml"
ENVIRONMENT = "J3399_CONFIG"
LEDGER_ENVIRONMENT = "J3399_LEDGER_URL"
_DEFAULT_PARTNER = "test-clearinghouse"
_HOURS_BETWEEN = 36


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _FoldersSection(_Section):
    root: str = "."


class _ProfilesSection(_Section):
    folder: str | None = None


class _ReportsSection(_Section):
    show_phi: bool = False


class _LedgerSection(_Section):
    url: str | None = None


class _NightSection(_Section):
    hours_between: int = Field(default=_HOURS_BETWEEN, gt=0)


class _File(_Section):
    folders: _FoldersSection = _FoldersSection()
    profiles: _ProfilesSection = _ProfilesSection()
    ledger: _LedgerSection = _LedgerSection()
    reports: _ReportsSection = _ReportsSection()
    inbox: InboxSettings = InboxSettings()
    night: _NightSection = _NightSection()
    delivery: dict[str, DeliverySettings] = {}
    partners: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Config:
    """The configuration with its paths resolved. `test_usage` forces ISA15 = T; `reports_show_phi` shows
    patient data on the pages in `reports`, for a folder that is protected; `ledger_url` is a PostgreSQL
    database that has the ledger instead of a file; `hours_between` how old the last good night may be."""

    folders: Folders
    own_profiles: Path | None
    partners: dict[str, str]
    test_usage: bool = False
    reports_show_phi: bool = False
    ledger_url: LedgerUrl | None = None
    inbox: InboxSettings = InboxSettings()
    delivery: Mapping[str, Delivery] = field(default_factory=dict)
    hours_between: int = _HOURS_BETWEEN

    @property
    def ledger_path(self) -> Path:
        """Where the ledger lies if it is a file."""
        return self.folders.state / "ledger.sqlite"

    @property
    def ledger(self) -> Place:
        """Where the ledger is: its file, or its database."""
        return self.ledger_url or self.ledger_path

    @property
    def may_have_ledger(self) -> bool:
        """False where there is surely none yet; a database says so itself when it is asked."""
        return self.ledger_url is not None or self.ledger_path.is_file()

    def partner_of(self, payer: str, wanted: str = "") -> str:
        """The partner that gets a payer's claims: by configuration, by the payer's profile, else the default."""
        return self.partners.get(payer) or wanted or self.partners.get("default") or _DEFAULT_PARTNER


def find_config(given: Path | None) -> Path | None:
    """The file named on the command line, in the environment, or lying in the current folder."""
    if given is not None:
        return given
    named = os.environ.get(ENVIRONMENT)
    if named:
        return Path(named)
    here = Path(FILE_NAME)
    return here if here.is_file() else None


def load_config(path: Path) -> Config:
    """The configuration of a file. ConfigurationError names the file and what is wrong."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{path} does not exist", "Give the right file with --config") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_url=False)
        )
        raise ConfigurationError(f"{path}: {faults}") from None
    base = path.resolve().parent
    own = base / file.profiles.folder if file.profiles.folder else None
    if own is not None and not own.is_dir():
        raise ConfigurationError(f"{path}: the profiles folder {own} does not exist")
    root = base / file.folders.root
    if not root.is_dir():
        # Made silently, a mistyped or unmounted root would begin a new ledger, and with it
        # control numbers that were used before.
        raise StorageError(f"{path}: the folder {root} does not exist", "Mount it, or make it once by hand")
    return Config(
        Folders.below(root),
        own,
        dict(file.partners),
        reports_show_phi=file.reports.show_phi,
        ledger_url=_ledger_url(path, file.ledger.url),
        inbox=file.inbox,
        delivery=deliveries(file.delivery, base, path),
        hours_between=file.night.hours_between,
    )


def _ledger_url(path: Path, written: str | None) -> LedgerUrl | None:
    """The URL from the environment, else from the file, which must not have a password."""
    if given := os.environ.get(LEDGER_ENVIRONMENT):
        return ledger_url(given, LEDGER_ENVIRONMENT)
    if written is None:
        return None
    url = ledger_url(written, f"{path}: [ledger] url")
    if url.password:
        raise ConfigurationError(
            f"{path}: [ledger] url has a password",
            f"Give it in {LEDGER_ENVIRONMENT} or PGPASSWORD, or in a file by ?passfile=",
        )
    return url


def config_for_output(out: Path) -> Config:
    """Without a file: everything below one output folder, and usage T."""
    return Config(Folders.for_output(out), None, {}, test_usage=True)
