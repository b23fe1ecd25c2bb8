"""The database: its engine, its settings, and the threads in which it is used."""

import asyncio
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.history import store
from app.history.lock import DatabaseInUse
from app.history.migrate import NewerVersion, migrate
from app.history.unavailable import HistoryUnavailable, first_line, refused
from app.history.writer import FileWriter, SessionWriter, Writer

T = TypeVar("T")

logger = logging.getLogger(__name__)


READERS = 4
"""Threads that read. A page of the log takes about a millisecond; more threads would only share the same cores."""

BUSY_SECONDS = 5
"""How long a statement waits for a lock on the file, such as a backup's, before it fails."""


_FREE = "freelist_count", "page_size"

CONNECT_SECONDS = 5
"""How long an attempt to reach a PostgreSQL server may take."""

_KEEPALIVE: dict[str, int] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""So that a server that answers no more is noticed within some 10 s, not in a quarter of an hour."""


class Database:
    """Give :meth:`read` and :meth:`write` a function of a connection; each call is one transaction in a thread.

    Writes run one at a time, in the order they were asked for. Both raise HistoryUnavailable where the database has
    gone; writes WriteRefused where the disk or another program does not let them at present, with nothing written, and
    DatabaseInUse where another process has taken the database since. Close it with :meth:`close`.
    """

    def __init__(self, url: str) -> None:
        """Takes the database for this process alone, and migrates it; blocks.

        Raises HistoryUnavailable where it cannot be used, DatabaseInUse where another process has it.
        """
        try:
            self._engine, self._writer = _take(url)
        except (SQLAlchemyError, sqlite3.Error, ImportError, OSError, ValueError) as error:
            raise HistoryUnavailable(url, f"cannot be used: {first_line(error)}") from error
        self._url = url
        try:
            self._writer.transact(migrate)
            number = self._writer.transact(store.next_writer)
        except (SQLAlchemyError, NewerVersion) as error:
            self._release()
            raise HistoryUnavailable(url, f"cannot be used: {first_line(error)}") from error
        if isinstance(self._writer, SessionWriter):
            self._writer.unchanged = lambda connection: store.last_writer(connection) == number
        self._write_thread = ThreadPoolExecutor(1, "history-write")
        self._read_threads = ThreadPoolExecutor(READERS, "history-read")
        self.trouble: str | None = None
        """Why the last write could not be made; None where it could."""

    @property
    def remote(self) -> bool:
        """The connection to it can be lost."""
        return isinstance(self._writer, SessionWriter)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self._read, work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._write, work)

    async def check(self) -> None:
        """Notice a lost connection, and make another; or that a file can be written again."""
        await self.write(lambda connection: connection.execute(select(1)) if self.remote else store.rewrite(connection))

    async def free_bytes(self) -> int | None:
        """What the disk has left for it, pages that deleted rows have freed included; None where it is on a server."""
        file = self._engine.url.database
        if self.remote or file is None:
            return None

        def ask(connection: Connection) -> int:
            pages, size = (connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in _FREE)
            return shutil.disk_usage(Path(file).parent).free + int(pages) * int(size)

        return await self.read(ask)

    def close(self) -> None:
        """Blocks until what is being read and written is done."""
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._release()

    def _write(self, work: Callable[[Connection], T]) -> T:
        try:
            done = self._writer.transact(work)
        except DatabaseInUse as error:
            self._note(error, "Another server keeps its runs in the database.")
            raise
        except DBAPIError as error:
            unavailable: HistoryUnavailable | None = refused(self._url, error)
            if self._gone(error):
                unavailable = HistoryUnavailable(self._url, f"cannot be used: {first_line(error)}")
            if unavailable is None:
                raise
            self._note(unavailable, unavailable.reason)
            raise unavailable from error
        if self.trouble is not None:
            self.trouble = None
            logger.warning("The database can be written again.")
        return done

    def _note(self, error: Exception, trouble: str) -> None:
        """``error`` is for the server's output, once; ``trouble`` for visitors, who do not see where it is."""
        if trouble != self.trouble:
            self.trouble = trouble
            logger.error("Nothing can be written: %s.", error)

    def _read(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._read_once(work)
        except DBAPIError as error:
            if not self._gone(error):
                raise
        try:  # in another connection: all of the pool's are thrown away when one is found to be lost
            return self._read_once(work)
        except DBAPIError as error:
            if not self._gone(error):
                raise
            raise HistoryUnavailable(self._url, f"cannot be used: {first_line(error)}") from error

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection, connection.begin():
            return work(connection)

    def _gone(self, error: DBAPIError) -> bool:
        """The connection was lost, or could not be made."""
        return self.remote and (error.connection_invalidated or error.statement is None)

    def _release(self) -> None:
        self._writer.close()
        self._engine.dispose()


def _take(url: str) -> tuple[Engine, Writer]:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(parsed)
        return engine, FileWriter(engine)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "postgresql":
        raise ValueError("it must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    options = {name: value for name, value in _KEEPALIVE.items() if name not in parsed.query}
    engine = create_engine(parsed, connect_args=options)
    return engine, SessionWriter(engine)


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError(f"{url} is not a file: a history needs one, such as sqlite:///threeseven.db")
    # For its owner alone: what people name their runs is theirs. SQLite gives its further files the same mode.
    Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(url.database, os.O_RDWR | os.O_CREAT, 0o600))
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
