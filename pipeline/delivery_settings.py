"""Where a partner takes and leaves files: sections `[delivery.PARTNER]` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipeline.errors import ConfigurationError

LEAVE, DELETE, MOVE = "leave", "delete", "move to "
_PORT = 22
_EXAMPLE = "Write sftp://USER@HOST/FOLDER, or the path of a folder"


class DeliverySettings(BaseModel):
    """What the configuration says of a partner. Paths are taken from the folder of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    outbox: str | None = None
    inbox: str | None = None
    known_hosts: str | None = None
    credentials: str | None = None
    after_fetch: str = LEAVE
    timeout_seconds: int = Field(default=30, gt=0)

    @field_validator("after_fetch")
    @classmethod
    def _is_known(cls, value: str) -> str:
        folder = value.removeprefix(MOVE)
        if value in (LEAVE, DELETE) or (folder != value and folder and folder.isprintable()):
            return value
        raise ValueError('give "leave", "delete" or "move to FOLDER"')


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A folder of a partner: on an SFTP server, or on this machine where `host` is ""."""

    host: str
    port: int
    user: str
    folder: str

    def __str__(self) -> str:
        return f"sftp://{self.host}:{self.port}{self.folder}" if self.host else self.folder


@dataclass(frozen=True, slots=True)
class Delivery:
    """How files go to and come from a partner. `credentials` is a file (0600) with a password or a private key."""

    partner: str
    outbox: RemoteFolder | None
    inbox: RemoteFolder | None
    known_hosts: Path | None
    credentials: Path | None
    after_fetch: str
    timeout: int

    @property
    def folders(self) -> list[RemoteFolder]:
        return [folder for folder in (self.outbox, self.inbox) if folder is not None]

    @property
    def needs_sftp(self) -> bool:
        return any(folder.host for folder in self.folders)


def deliveries(sections: Mapping[str, DeliverySettings], base: Path, source: Path) -> dict[str, Delivery]:
    """The partners of a configuration file. ConfigurationError where a URL cannot be used or has a password."""
    return {
        partner: Delivery(
            partner=partner,
            outbox=_folder(section.outbox, base, f"{source}: [delivery.{partner}] outbox"),
            inbox=_folder(section.inbox, base, f"{source}: [delivery.{partner}] inbox"),
            known_hosts=_path(section.known_hosts, base),
            credentials=_path(section.credentials, base),
            after_fetch=section.after_fetch,
            timeout=section.timeout_seconds,
        )
        for partner, section in sections.items()
    }


def _path(text: str | None, base: Path) -> Path | None:
    return base / text if text else None


def _folder(text: str | None, base: Path, source: str) -> RemoteFolder | None:
    if text is None:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port or _PORT
    except ValueError:
        raise ConfigurationError(f"{source} is no URL", _EXAMPLE) from None
    if parts.password is not None:
        raise ConfigurationError(
            f"{source} has a password", "Give it in the environment or a file of mode 0600"
        )
    if parts.scheme in ("", "file"):
        return RemoteFolder("", 0, "", str(base / unquote(parts.path)))
    if parts.scheme != "sftp" or not parts.hostname or not parts.username or len(parts.path) < 2:
        raise ConfigurationError(f"{source} is no URL of a folder that can be used", _EXAMPLE)
    return RemoteFolder(parts.hostname, port, unquote(parts.username), unquote(parts.path).rstrip("/"))
