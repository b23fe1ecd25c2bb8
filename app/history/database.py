"""The database: its engine, its settings, and the threads in which it is used."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from app.history.lock import Lock, lock
from app.history.migrate import NewerVersion, migrate

T = TypeVar("T")


class HistoryUnavailable(Exception):
    """The database cannot be used. The message says which, and why."""

    def __init__(self, url: str, error: Exception) -> None:
        try:
            shown = make_url(url).render_as_string()  # without its password
        except SQLAlchemyError:
            shown = url
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        super().__init__(f"the database {shown} cannot be used: {reason}")


READERS = 4
"""Threads that read. A page of the log takes about a millisecond; more threads would only share the same cores."""

BUSY_SECONDS = 5
"""How long a statement waits for a lock on the file, such as a backup's, before it fails."""


class Database:
    """Give :meth:`read` and :meth:`write` a function of a connection; each call is one transaction in a thread.

    Writes run one at a time, in the order they were asked for. Close it with :meth:`close`.
    """

    def __init__(self, url: str) -> None:
        """Takes the database for this process alone, and migrates it; blocks.

        Raises HistoryUnavailable where it cannot be used, DatabaseInUse where another process has it.
        """
        try:
            self._engine, self._lock = _take(url)
        except (SQLAlchemyError, sqlite3.Error, ImportError, OSError, ValueError) as error:
            raise HistoryUnavailable(url, error) from error
        try:
            self._transact(migrate, writes=True)
        except (SQLAlchemyError, NewerVersion) as error:
            self._release()
            raise HistoryUnavailable(url, error) from error
        self._writer = ThreadPoolExecutor(1, "history-write")
        self._readers = ThreadPoolExecutor(READERS, "history-read")

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._transact, work, False)

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._transact, work, True)

    def close(self) -> None:
        """Blocks until what is being read and written is done."""
        self._writer.shutdown()
        self._readers.shutdown()
        self._release()

    def _transact(self, work: Callable[[Connection], T], writes: bool) -> T:
        with self._engine.connect() as connection:
            connection.execution_options(writes=writes)
            with connection.begin():
                return work(connection)

    def _release(self) -> None:
        self._engine.dispose()
        self._lock.close()


def _take(url: str) -> tuple[Engine, Lock]:
    parsed = make_url(url)
    engine = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else create_engine(parsed)
    return engine, lock(engine)


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError(f"{url} is not a file: a history needs one, such as sqlite:///threeseven.db")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: Any) -> None:
        # The driver would begin transactions by itself, too late and without DDL; `begin` below does it instead.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode=WAL")
        # With WAL, a loss of power may cost the last transactions but never the file's consistency, and a killed
        # process costs nothing. In exchange no commit waits for the disk.
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader could fail half-way with "database is locked", which no waiting would mend.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
