"""Opening the ledger, and its transactions. What differs between databases is in `databases`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from pipeline.durable import DurableSteps
from pipeline.errors import RunTakenOver, StorageError
from pipeline.ledger import schema
from pipeline.ledger.databases import Database, database_at
from pipeline.ledger.place import Place

_PATIENT_KEY = "patient_key"


class Ledger:
    """An open ledger. `epoch` is the run's number; 0 where no run was begun (reading only)."""

    def __init__(self, database: Database, steps: DurableSteps) -> None:
        self._database = database
        self._steps = steps
        self._patient_key: bytes | None = None
        self.epoch = 0

    @classmethod
    def open(cls, place: Place, steps: DurableSteps) -> Ledger:
        """The ledger at a place, made where there is none, brought up to date where it is older.

        An older file is copied first. StorageError where it cannot be used; LockHeld where it is a
        database that another machine writes to.
        """
        ledger = cls(database_at(place), steps)
        try:
            ledger._prepare()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def open_read_only(cls, place: Place, steps: DurableSteps) -> Ledger:
        """A ledger that is there, to be looked at: no lock is taken, nothing is made or changed.

        StorageError where there is none, or none that this program can read.
        """
        ledger = cls(database_at(place, read_only=True), steps)
        try:
            version = ledger.version()
            if version is None:
                raise StorageError(f"there is no ledger at {place}", "Run `j3399 nightly` first")
            if version != schema.VERSION:
                raise ledger._other_version(version)
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def versions_at(cls, place: Place) -> tuple[str, int | None]:
        """The versions of the database's server and of the ledger's tables; None where it has none.

        StorageError where it cannot be asked.
        """
        ledger = cls(database_at(place, read_only=True), DurableSteps())
        try:
            with ledger.reading() as connection:
                server = ".".join(map(str, connection.dialect.server_version_info or ()))
                return server, _version(connection)
        finally:
            ledger.close()

    def version(self) -> int | None:
        """The version of its tables; None where it has none, 0 where it does not say."""
        with self.reading() as connection:
            return _version(connection)

    def _prepare(self) -> None:
        self._database.prepare(self._steps)
        with self._errors(), self._database.writer.connect():
            version = self.version()
        if version is None:
            self._make()
        elif self._database.oldest <= version < schema.VERSION:
            self._migrate(version)
        elif version != schema.VERSION:
            raise self._other_version(version)

    def _make(self) -> None:
        """The tables of a new ledger; nothing to do where another run has made them meanwhile."""
        with self._begin("prepare") as connection:
            if _version(connection) is None:
                schema.create_tables(connection)
                values = [("version", str(schema.VERSION)), (_PATIENT_KEY, secrets.token_hex(32))]
                rows = [{"name": name, "value": value} for name, value in values]
                connection.execute(insert(schema.settings), rows)

    def _migrate(self, version: int) -> None:
        from pipeline.ledger.migrations.upgrade import upgrade

        with self._errors():
            self._database.back_up(version, self._steps)
        engine = self._database.migrating()
        try:
            with self._begin("migrate", engine) as connection:
                if _version(connection) == version:
                    upgrade(connection, version, schema.VERSION)
        finally:
            if engine is not self._database.writer:
                engine.dispose()

    @contextmanager
    def _begin(self, name: str, engine: Engine | None = None) -> Iterator[Connection]:
        with self._errors(), (engine or self._database.writer).connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            except BaseException:
                transaction.rollback()
                raise
            self._steps.commit(name, transaction.commit)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Trouble of the database as operation errors, in words."""
        try:
            yield
        except DBAPIError as error:
            trouble = self._database.trouble(error)
            raise (trouble or self._database.without_values(error)) from None

    def begin_run(self, started: str) -> int:
        """Begin a run: it gets the next epoch, and every run before it can write no more."""
        with self._begin("begin run") as connection:
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
        with self._begin(name) as connection:
            self._check_epoch(connection)
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that waits for no writer; nothing is written."""
        with self._errors(), self._database.reader.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    def patient_key(self) -> bytes:
        """The key of patient digests; it never leaves the ledger, and never changes."""
        if self._patient_key is None:
            with self.reading() as connection:
                self._patient_key = patient_key(connection)
        return self._patient_key

    def fenced(self, steps: DurableSteps) -> DurableSteps:
        """Steps on files that stop where another machine may have taken this run over."""
        return self._database.fenced(steps)

    def close(self) -> None:
        self._database.close()

    def _check_epoch(self, connection: Connection) -> None:
        latest = connection.execute(select(func.max(schema.runs.c.epoch))).scalar() or 0
        if self.epoch and latest != self.epoch:
            raise RunTakenOver(
                f"run {latest} began after run {self.epoch}", "Nothing to do: the newer run goes on"
            )

    def _other_version(self, version: int) -> StorageError:
        """Why a ledger of this version cannot be used, and what to do."""
        words = f"the ledger has schema {version or 'none'}, this program {schema.VERSION}"
        if version > schema.VERSION:
            return StorageError(
                f"{words}: a newer program has changed it", "Use that program, or a newer one"
            )
        if version >= self._database.oldest:
            return StorageError(words, "Run `j3399 nightly` once: it brings the ledger up to date")
        return StorageError(words, "Restore it from its backup, then run again")


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
