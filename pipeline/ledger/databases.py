"""The two databases a ledger can lie in, and all that differs between them.

SQLite: WAL mode with full sync; every writing transaction begins immediate, so that it either
holds the write lock or fails at once. On a network folder its locks do not hold: refused there.

PostgreSQL: every connection that writes holds an advisory lock, and there is one such connection
a ledger. So one machine at a time writes, and a machine that loses the lock has lost its
connection with it. Reading is one REPEATABLE READ READ ONLY transaction.
"""

from __future__ import annotations

import zlib
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.pool import QueuePool

from pipeline.durable import FILE_MODE, DurableSteps, is_network_folder
from pipeline.errors import ConfigurationError, LedgerBusy, LockHeld, OperationError, StorageError
from pipeline.ledger.fence import FencedSteps
from pipeline.ledger.place import LedgerUrl, Place

_WAIT_MS = 2000
_LOCK_KIND = 3399
_RESTORE = "Restore it from its backup, then run again"
_MEND_SERVER = "See that the server runs, and the role and its rights (docs/operations.md), then run again"
_MEND_DISK = "Mend the disk or the permission, then run again"


class Database(ABC):
    """One ledger's database. `reader` and `writer` are its engines; `oldest` is the oldest schema
    version that can be brought up to date in it."""

    oldest: int
    reader: Engine
    writer: Engine

    def __init__(self, place: Place) -> None:
        self.place = place

    @abstractmethod
    def prepare(self, steps: DurableSteps) -> None:
        """What must be before the first connection that writes."""

    @abstractmethod
    def trouble(self, error: DBAPIError) -> OperationError | None:
        """An error of the database in words; None where it is a fault of the program."""

    def without_values(self, error: DBAPIError) -> DBAPIError:
        """The same error without values of rows in its words."""
        return error

    def back_up(self, version: int, steps: DurableSteps) -> None:
        """A copy to return to, before a migration. PostgreSQL's is its operator's task."""
        return

    def migrating(self) -> Engine:
        """The engine that a migration runs on."""
        return self.writer

    def fenced(self, steps: DurableSteps) -> DurableSteps:
        """The steps for work on files; a file of SQLite needs no fence, the lock of its folder is one."""
        return steps

    def close(self) -> None:
        self.reader.dispose()
        self.writer.dispose()


def database_at(place: Place, read_only: bool = False) -> Database:
    """The database at a place; nothing is connected yet."""
    return Postgresql(place) if isinstance(place, LedgerUrl) else Sqlite(place, read_only)


class Sqlite(Database):
    """A file of SQLite."""

    oldest = 1

    def __init__(self, path: Path, read_only: bool = False) -> None:
        super().__init__(path)
        self._path = path
        pragmas = ("query_only=ON",) if read_only else self._pragmas(watched=True)
        self.reader = _sqlite_engine(path, "BEGIN", pragmas, read_only)
        self.writer = _sqlite_engine(path, "BEGIN IMMEDIATE", pragmas, read_only)

    def prepare(self, steps: DurableSteps) -> None:
        """The file, readable by its owner only. StorageError on a network folder."""
        path = self._path
        if is_network_folder(path.parent):
            raise StorageError(f"{path} is on a network folder", "Keep the ledger on a local disk")
        if not path.exists():
            steps.write_file(path, b"")
        path.chmod(FILE_MODE)

    def trouble(self, error: DBAPIError) -> OperationError | None:
        """Locked, unreadable, or no database at all."""
        words = str(error.orig)
        if isinstance(error, OperationalError):
            if "locked" in words or "busy" in words:
                return LedgerBusy(str(self.place), "Close the program that has it open, then run again")
            return StorageError(f"ledger {self.place}: {words}", _MEND_DISK)
        if type(error) is DatabaseError:
            return StorageError(f"ledger {self.place}: {words}", _RESTORE)
        return None

    def back_up(self, version: int, steps: DurableSteps) -> None:
        """A copy beside the file."""
        from pipeline.ledger.migrations.upgrade import back_up

        back_up(self._path, version, steps)

    def migrating(self) -> Engine:
        """An engine that does not watch foreign keys: see `migrations.upgrade`."""
        return _sqlite_engine(self._path, "BEGIN IMMEDIATE", self._pragmas(watched=False))

    @staticmethod
    def _pragmas(watched: bool) -> tuple[str, ...]:
        return ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={'ON' if watched else 'OFF'}")


def _sqlite_engine(path: Path, begin: str, pragmas: tuple[str, ...], read_only: bool = False) -> Engine:
    target = f"file:{quote(str(path))}?mode=ro&uri=true" if read_only else path
    engine = create_engine(
        f"sqlite:///{target}", connect_args={"timeout": _WAIT_MS / 1000}, hide_parameters=True
    )

    # sqlite3 would begin a transaction only before the first write; take that over, so
    # that the BEGIN below is the one that counts (SQLAlchemy, pysqlite dialect).
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


class Postgresql(Database):
    """A database of a PostgreSQL server. Version 3 is the first that the steps can start from there."""

    oldest = 3
    _READING = (
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        f"SET lock_timeout = {_WAIT_MS}",
    )
    # A machine that went without a word keeps the lock until the server misses it: after a minute.
    _WRITING = (
        f"SET lock_timeout = {_WAIT_MS}",
        "SET synchronous_commit = on",
        "SET tcp_keepalives_idle = 30",
        "SET tcp_keepalives_interval = 10",
        "SET tcp_keepalives_count = 3",
    )

    def __init__(self, url: LedgerUrl) -> None:
        super().__init__(url)
        self._url = url
        self.reader = self._engine(self._READING, is_writer=False)
        self.writer = self._engine(self._WRITING, is_writer=True)

    def prepare(self, steps: DurableSteps) -> None:
        """Nothing: the database and its role are made by its operator."""

    def trouble(self, error: DBAPIError) -> OperationError | None:
        """The first line of the server's words: the others can show values of a row."""
        state = getattr(error.orig, "sqlstate", None) or ""
        words = self._words(error)
        if state == "55P03":
            return LedgerBusy(str(self.place), "Close the program that has it open, then run again")
        is_refused = state in ("42501", "25006")  # no right to it; a standby that is read only
        if is_refused or isinstance(error, OperationalError | InterfaceError):
            return StorageError(f"ledger {self.place}: {words}", _MEND_SERVER)
        return None

    def without_values(self, error: DBAPIError) -> DBAPIError:
        """The same error with the first line of the server's words only."""
        return type(error)(error.statement, None, Exception(self._words(error)), hide_parameters=True)

    def fenced(self, steps: DurableSteps) -> DurableSteps:
        """The steps, each only while the connection that holds the lock is there."""
        return FencedSteps(steps, self._check_lock)

    def _check_lock(self) -> None:
        if cast(QueuePool, self.writer.pool).checkedout():
            return  # in a transaction, whose commit is the check
        try:
            with self.writer.connect() as connection:
                connection.exec_driver_sql("SELECT 1")
        except DBAPIError as error:
            raise self.trouble(error) or error from None

    def _words(self, error: DBAPIError) -> str:
        lines = str(error.orig).strip().splitlines() or [type(error).__name__]
        return self._url.masked(lines[0])

    def _engine(self, settings: tuple[str, ...], is_writer: bool) -> Engine:
        try:
            url = make_url(self._url.secret).set(drivername="postgresql+psycopg")
            engine = create_engine(
                url,
                connect_args={"connect_timeout": 10},
                hide_parameters=True,
                pool_size=1,
                max_overflow=0 if is_writer else 4,
                pool_timeout=_WAIT_MS / 1000,
            )
        except ImportError:
            raise ConfigurationError(
                "a ledger on PostgreSQL needs the package psycopg", "pip install 'j3399[postgresql]'"
            ) from None
        except (ArgumentError, ValueError):
            raise ConfigurationError("the URL of the ledger cannot be read") from None

        @event.listens_for(engine, "connect")
        def _on_connect(connection: Any, record: Any) -> None:
            connection.autocommit = True
            self._check_encoding(connection)
            for setting in settings:
                connection.execute(setting)
            if is_writer:
                self._lock(connection)
            connection.autocommit = False

        return engine

    def _check_encoding(self, connection: Any) -> None:
        (encoding,) = connection.execute("SHOW server_encoding").fetchone()
        if encoding != "UTF8":
            connection.close()
            raise StorageError(
                f"ledger {self.place}: its encoding is {encoding}", "Make the database with ENCODING 'UTF8'"
            )

    def _lock(self, connection: Any) -> None:
        """The lock of this ledger, one for each schema of the database; it dies with the connection."""
        (schema,) = connection.execute("SELECT current_schema()").fetchone()
        if schema is None:
            connection.close()
            raise StorageError(f"ledger {self.place}: there is no schema to write in", _MEND_SERVER)
        number = zlib.crc32(schema.encode()) - 2**31
        (is_held,) = connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", (_LOCK_KIND, number)
        ).fetchone()
        if not is_held:
            connection.close()
            raise LockHeld(
                f"ledger {self.place}", "Wait for it to end, or see in pg_locks which machine holds it"
            )
