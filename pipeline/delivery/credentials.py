"""The secret for a partner's server: from the environment, or a file that only its owner can read.

A secret is `Protected`: it prints masked, and no message is made of it.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from edi.protected import Protected
from pipeline.delivery_settings import Delivery
from pipeline.errors import ConfigurationError

_KEY = "PRIVATE KEY-----"


@dataclass(frozen=True, slots=True)
class Secret:
    """A password, or a private key in its file with the password that opens it."""

    password: Protected[str] | None
    key_file: Path | None


def variable(partner: str) -> str:
    """The variable of the environment that may hold a partner's password."""
    return f"J3399_SFTP_PASSWORD_{partner.upper().replace('-', '_')}"


def secret_of(delivery: Delivery) -> Secret:
    """The secret of a partner. ConfigurationError where there is none, or others can read its file."""
    given = os.environ.get(variable(delivery.partner))
    password = Protected(given) if given else None
    path = delivery.credentials
    if path is None:
        if password is None:
            raise ConfigurationError(
                f"there are no credentials for partner {delivery.partner}",
                f"Set {variable(delivery.partner)}, or name a file: [delivery.{delivery.partner}] credentials",
            )
        return Secret(password, None)
    text = _read(path)
    if _KEY in text:
        return Secret(password, path)
    return Secret(password or Protected(text.strip("\r\n")), None)


def _read(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigurationError(f"{path} can be read by others", f"chmod 600 {path}")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{path} holds neither a password nor a key") from None
    if not text.strip():
        raise ConfigurationError(f"{path} is empty", "Put the password or the private key there")
    return text
