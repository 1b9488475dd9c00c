"""Where the ledger is: a file of SQLite, or a database of PostgreSQL by its URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.errors import ConfigurationError

_SCHEMES = ("postgresql", "postgresql+psycopg")
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class LedgerUrl:
    """The URL of a PostgreSQL database. As text it shows no password; `secret` is the whole of it."""

    secret: str = field(repr=False)

    def __str__(self) -> str:
        parts = urlsplit(self.secret)
        host = parts.hostname or dict(parse_qsl(parts.query)).get("host", "")
        where = f"{host}:{parts.port}" if parts.port else host
        return f"postgresql://{where}{parts.path}"

    @property
    def password(self) -> str:
        """The password in it; "" where there is none."""
        parts = urlsplit(self.secret)
        return unquote(parts.password or dict(parse_qsl(parts.query)).get("password", ""))

    def masked(self, words: str) -> str:
        """A message without the password, should it have it."""
        return words.replace(self.password, _HIDDEN) if self.password else words


Place = Path | LedgerUrl


def ledger_url(text: str, source: str) -> LedgerUrl:
    """The URL that `source` gives; ConfigurationError where it is none of a PostgreSQL database."""
    try:
        parts = urlsplit(text)
        has_database = parts.port != 0 and len(parts.path) > 1
    except ValueError:
        raise ConfigurationError(f"{source} is no URL", _EXAMPLE) from None
    if parts.scheme not in _SCHEMES or not has_database:
        raise ConfigurationError(f"{source} is no URL of a PostgreSQL database", _EXAMPLE)
    return LedgerUrl(text)


_EXAMPLE = "Write postgresql://USER@HOST/DATABASE; without one the ledger is a file of SQLite"
