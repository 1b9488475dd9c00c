"""SFTP through fsspec and paramiko, stricter than they are by themselves.

Only hosts whose key stands in the file that the configuration names are spoken to; no key of the user or of
an agent is tried; a rename never replaces a file; every wait ends.
"""

from __future__ import annotations

import logging
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from pipeline.delivery.credentials import secret_of
from pipeline.delivery_settings import Delivery, RemoteFolder
from pipeline.errors import ConfigurationError

_PORT = 22
TROUBLE = (OSError, EOFError, UnicodeDecodeError, paramiko.SSHException)
"""What a connection that fails may raise."""


class UnknownHostKey(paramiko.SSHException):  # type: ignore[misc]
    """The server's key is in no file of ours."""


class _RefuseUnknown(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    def missing_host_key(self, client: object, hostname: str, key: object) -> None:
        raise UnknownHostKey


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (UnknownHostKey, "its host key does not stand in known_hosts"),
    (paramiko.BadHostKeyException, "its host key is another one than in known_hosts"),
    (paramiko.PasswordRequiredException, "the private key needs a password"),
    (paramiko.AuthenticationException, "it does not take the credentials"),
    (FileNotFoundError, "there is no such folder or file"),
    (PermissionError, "it does not allow that"),
    (TimeoutError, "it does not answer"),
)


def words_of(error: Exception) -> str:
    """What went wrong, without anything that the other side said."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words
    return f"the connection failed ({getattr(error, 'strerror', None) or type(error).__name__})"


# Without a handler of its own, paramiko's remarks on a cut connection would reach stderr.
_logger = logging.getLogger("paramiko")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False


class StrictSftp(SFTPFileSystem):  # type: ignore[misc]
    """The file system of a partner's server."""

    cachable = False

    def __init__(self, delivery: Delivery, folder: RemoteFolder) -> None:
        self._delivery = delivery
        self._folder = folder
        super().__init__(folder.host)

    def _connect(self) -> None:
        delivery, folder = self._delivery, self._folder
        secret = secret_of(delivery)
        self.client = paramiko.SSHClient()
        self.client.load_host_keys(known_hosts_of(delivery))
        self.client.set_missing_host_key_policy(_RefuseUnknown())
        password = secret.password.reveal() if secret.password is not None else None
        self.client.connect(
            folder.host,
            port=folder.port,
            username=folder.user,
            password=None if secret.key_file else password,
            key_filename=str(secret.key_file) if secret.key_file else None,
            passphrase=password if secret.key_file else None,
            allow_agent=False,
            look_for_keys=False,
            timeout=delivery.timeout,
            banner_timeout=delivery.timeout,
            auth_timeout=delivery.timeout,
            channel_timeout=delivery.timeout,
        )
        self.ftp = self.client.open_sftp()
        self.ftp.get_channel().settimeout(delivery.timeout)

    def mv(self, old: str, new: str, **kwargs: Any) -> None:
        """Another name for a file; an error where the new one is taken."""
        self.ftp.rename(old, new)

    def close(self) -> None:
        self.client.close()


def known_hosts_of(delivery: Delivery) -> str:
    """The file of host keys; ConfigurationError where there is none: without it anybody could be the partner."""
    path = delivery.known_hosts
    if path is None or not path.is_file():
        raise ConfigurationError(
            f"there is no file of host keys for partner {delivery.partner}" + (f" at {path}" if path else ""),
            f"Ask the partner for its key and name the file: [delivery.{delivery.partner}] known_hosts",
        )
    return str(path)


def hosts_without_key(delivery: Delivery) -> list[str]:
    """The hosts of a partner whose key does not stand in its file, as that file names them."""
    keys = paramiko.HostKeys(known_hosts_of(delivery))
    names = {
        folder.host if folder.port == _PORT else f"[{folder.host}]:{folder.port}"
        for folder in delivery.folders
        if folder.host
    }
    return sorted(name for name in names if keys.lookup(name) is None)
