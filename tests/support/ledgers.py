"""What the ledgers of new workspaces lie in: files of SQLite, unless a test asks for PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support import postgresql

KINDS = ("sqlite", "postgresql")
_kinds = ["sqlite"]


@contextmanager
def ledgers_are(kind: str) -> Iterator[None]:
    """Workspaces made meanwhile have a ledger of this kind, each its own."""
    if kind == "postgresql":
        postgresql.server_url()
    _kinds.append(kind)
    try:
        yield
    finally:
        _kinds.pop()


def section() -> str:
    """What a new workspace's configuration says of its ledger."""
    if _kinds[-1] == "sqlite":
        return ""
    return f'[ledger]\nurl = "{postgresql.a_database()}"\n'
