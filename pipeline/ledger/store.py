"""Opening the ledger, and its transactions.

SQLite in WAL mode with full sync; every transaction begins immediate, so that it either
holds the write lock or fails at once. On a network folder SQLite's locks do not hold, so
it is refused there.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, func, insert, inspect, select
from sqlalchemy.exc import DatabaseError, OperationalError

from pipeline.durable import FILE_MODE, DurableSteps, is_network_folder
from pipeline.errors import LedgerBusy, RunTakenOver, StorageError
from pipeline.ledger import schema

_BUSY_TIMEOUT_MS = 2000
_OLDEST = 1
"""The oldest schema version that can be brought up to date."""
_PATIENT_KEY = "patient_key"
_READING = "j3399_reading"


class Ledger:
    """An open ledger. `epoch` is the run's number; 0 where no run was begun (reading only)."""

    def __init__(self, engine: Engine, steps: DurableSteps) -> None:
        self._engine = engine
        self._steps = steps
        self.epoch = 0

    @classmethod
    def open(cls, path: Path, steps: DurableSteps) -> Ledger:
        """The ledger at a path, made where there is none, brought up to date where it is older.

        An older one is copied first. StorageError where it cannot be used.
        """
        if is_network_folder(path.parent):
            raise StorageError(f"{path} is on a network folder", "Keep the ledger on a local disk")
        if not path.exists():
            steps.write_file(path, b"")
        path.chmod(FILE_MODE)
        ledger = cls(_engine(path), steps)
        with _storage_errors(path):
            ledger._prepare(path)
        return ledger

    @classmethod
    def open_read_only(cls, path: Path, steps: DurableSteps) -> Ledger:
        """A ledger that is there, to be looked at: no lock is taken, nothing is made or changed.

        StorageError where there is none, or none that this program can read.
        """
        ledger = cls(_engine(path, read_only=True), steps)
        with ledger.reading() as connection:
            version = _version(connection)
        if version != schema.VERSION:
            raise _other_version(version)
        return ledger

    def _prepare(self, path: Path) -> None:
        with self.reading() as connection:
            version = _version(connection)
        if version is None:
            self._make()
        elif _OLDEST <= version < schema.VERSION:
            self._migrate(path, version)
        elif version != schema.VERSION:
            raise _other_version(version)

    def _make(self) -> None:
        """The tables of a new ledger; nothing to do where another run has made them meanwhile."""
        with self._begin("prepare") as connection:
            if _version(connection) is None:
                schema.metadata.create_all(connection)
                values = [("version", str(schema.VERSION)), (_PATIENT_KEY, secrets.token_hex(32))]
                rows = [{"name": name, "value": value} for name, value in values]
                connection.execute(insert(schema.settings), rows)

    def _migrate(self, path: Path, version: int) -> None:
        from pipeline.ledger.migrations.upgrade import back_up, upgrade

        back_up(path, version, self._steps)
        changing = Ledger(_engine(path, watched=False), self._steps)
        try:
            with changing._begin("migrate") as connection:
                if _version(connection) == version:
                    upgrade(connection, version, schema.VERSION)
        finally:
            changing.close()

    @contextmanager
    def _begin(self, name: str) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            self._steps.commit(name, transaction.commit)

    def begin_run(self, started: str) -> int:
        """Begin a run: it gets the next epoch, and every run before it can write no more."""
        with _storage_errors(self._engine.url.database), self._begin("begin run") as connection:
            latest = connection.execute(select(func.max(schema.runs.c.epoch))).scalar() or 0
            connection.execute(insert(schema.runs).values(epoch=latest + 1, started=started))
        self.epoch = latest + 1
        return self.epoch

    def end_run(self, ended: str, exit_code: int) -> None:
        with self.transaction("end run") as connection:
            connection.execute(
                schema.runs.update()
                .where(schema.runs.c.epoch == self.epoch)
                .values(ended=ended, exit_code=exit_code)
            )

    @contextmanager
    def transaction(self, name: str) -> Iterator[Connection]:
        """A transaction that commits as a durable step, or not at all.

        RunTakenOver where a newer run has begun; LedgerBusy where another program holds
        the write lock.
        """
        with _storage_errors(self._engine.url.database), self._begin(name) as connection:
            self._check_epoch(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that waits for no writer; nothing is written."""
        with _storage_errors(self._engine.url.database), self._engine.connect() as plain:
            connection = plain.execution_options(**{_READING: True})
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    def patient_key(self) -> bytes:
        """The key of patient digests; it never leaves the ledger."""
        with self.reading() as connection:
            return patient_key(connection)

    def close(self) -> None:
        self._engine.dispose()

    def _check_epoch(self, connection: Connection) -> None:
        latest = connection.execute(select(func.max(schema.runs.c.epoch))).scalar() or 0
        if self.epoch and latest != self.epoch:
            raise RunTakenOver(
                f"run {latest} began after run {self.epoch}", "Nothing to do: the newer run goes on"
            )


def patient_key(connection: Connection) -> bytes:
    """The key of patient digests, of a ledger that is open for reading."""
    statement = select(schema.settings.c.value).where(schema.settings.c.name == _PATIENT_KEY)
    return bytes.fromhex(connection.execute(statement).scalar_one())


def _version(connection: Connection) -> int | None:
    """The schema version of a ledger; None of a file without tables."""
    if not inspect(connection).has_table(schema.settings.name):
        return None
    statement = select(schema.settings.c.value).where(schema.settings.c.name == "version")
    found = connection.execute(statement).scalar()
    return int(found) if found is not None and found.isdigit() else 0


def _other_version(version: int | None) -> StorageError:
    """Why a ledger of this version cannot be used, and what to do."""
    words = f"the ledger has schema {version or 'none'}, this program {schema.VERSION}"
    if version is not None and version > schema.VERSION:
        return StorageError(f"{words}: a newer program has changed it", "Use that program, or a newer one")
    if version is not None and version >= _OLDEST:
        return StorageError(words, "Run `j3399 nightly` once: it brings the ledger up to date")
    return StorageError(words, "Restore it from its backup, then run again")


@contextmanager
def _storage_errors(path: Any) -> Iterator[None]:
    """Trouble of the database as operation errors, in words."""
    try:
        yield
    except OperationalError as error:
        words = str(error.orig)
        if "locked" in words or "busy" in words:
            raise LedgerBusy(str(path), "Close the program that has it open, then run again") from None
        raise StorageError(
            f"ledger {path}: {words}", "Mend the disk or the permission, then run again"
        ) from None
    except DatabaseError as error:
        if type(error) is not DatabaseError:
            raise
        raise StorageError(
            f"ledger {path}: {error.orig}", "Restore it from its backup, then run again"
        ) from None


def _engine(path: Path, read_only: bool = False, watched: bool = True) -> Engine:
    """An engine on the file; `watched` is whether SQLite holds foreign keys while it writes."""
    target = f"file:{quote(str(path))}?mode=ro&uri=true" if read_only else path
    engine = create_engine(
        f"sqlite:///{target}", connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000}, hide_parameters=True
    )
    pragmas = (
        ("query_only=ON",)
        if read_only
        else ("journal_mode=WAL", "synchronous=FULL", f"foreign_keys={'ON' if watched else 'OFF'}")
    )

    # sqlite3 would begin a transaction only before the first write; take that over, so
    # that BEGIN IMMEDIATE below is the one that counts (SQLAlchemy, pysqlite dialect).
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
