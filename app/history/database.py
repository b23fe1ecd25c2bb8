"""The database, the threads in which it is used, and what keeps it from being used."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.history import leaders
from app.history.ballast import Ballast
from app.history.damage import corrupt
from app.history.engine import engine_of, sqlite_engine
from app.history.identity import OVERWRITTEN, Identity
from app.history.lock import PATIENCE, DatabaseInUse
from app.history.migrate import NewerVersion, migrate, revision
from app.history.schema import REVISION
from app.history.space import Space
from app.history.unavailable import (
    FULL,
    LACKING,
    DamagedFile,
    DiskFull,
    HistoryUnavailable,
    WriteRefused,
    first_line,
    lacking,
    refused,
)
from app.history.writer import RETRY_SECONDS, FileWriter, SessionWriter, Writer

T = TypeVar("T")

logger = logging.getLogger(__name__)


READERS = 4
"""Threads that read. A page of the log takes about a millisecond; more threads would only share the same cores."""


MADE_SECONDS = 0.1
"""Between two looks whether another process has made the tables."""


class Database:
    """Give :meth:`read` and :meth:`write` a function of a connection; each call is one transaction in a thread.

    Writes run one at a time, in the order they were asked for. Reads raise HistoryUnavailable where the database has
    gone; writes WriteRefused where it has, or the disk or another program does not let them at present, with nothing
    written, DamagedFile where they meet damage, and DatabaseInUse where another process has taken the database since.
    Close it with :meth:`close`.
    """

    def __init__(self, url: str, ballast: int = 0, *, shared: bool = False) -> None:
        """Takes the database for this process alone, and migrates it; blocks. ``ballast``: bytes beside an SQLite file
        that are kept for deletions on a disk that is full otherwise. ``shared``, for a PostgreSQL database: other
        processes may have it, and before :meth:`take` nothing can be written here.

        Raises HistoryUnavailable where it cannot be used, DatabaseInUse where another process has it.
        """
        self._ballast: Ballast | None = None
        self.trouble: str | None = None
        """Why nothing can be written; None where the last write could be made."""
        self.number = 0
        """How many servers have written it, this one included; 0 where it has not."""
        self._overwritten = False
        self._damaged = False
        self._unread = self._given_up = False
        try:
            self._engine = engine_of(url)
            self._writer: Writer | None = None
            if not shared:
                self._writer = SessionWriter(self._engine) if self.remote else FileWriter(self._engine)
        except (SQLAlchemyError, sqlite3.Error, ImportError, OSError, ValueError) as error:
            raise HistoryUnavailable(url, "cannot be used", first_line(error)) from error
        self._url = url
        self._identity: Identity | None = None
        self._lost: str | None = None
        if isinstance(self._writer, FileWriter):
            file = Path(self._engine.url.database or "")
            self._ballast = Ballast(Path(f"{file}.ballast"), ballast)
            self._identity = Identity(file, self._writer.lock)
            event.listen(self._engine, "do_connect", partial(self._only_the_same, self._identity))
        try:
            if self._writer:
                self._first_write(self._writer, migrate, needless=_is_newest)
                self.number = self._count_server(self._writer)
        except (SQLAlchemyError, NewerVersion) as error:
            self._release()
            raise HistoryUnavailable(url, "cannot be used", first_line(error)) from error
        self._space = None if self.remote else Space(self._engine, self._is_lost)
        if self._ballast and self._space:
            self._ballast.restore(self._space.disk)
        self._write_thread = ThreadPoolExecutor(1, "history-write")
        self._read_threads = ThreadPoolExecutor(READERS, "history-read")

    @property
    def lost(self) -> HistoryUnavailable | None:
        """Why nothing can be read or written: the file is no longer the one that was opened. A new error each time: one
        that is raised again and again would gather the traceback, and with it what is in the frames, of each."""
        return HistoryUnavailable(self._url, self._lost) if self._lost else None

    @property
    def remote(self) -> bool:
        """The connection to it can be lost."""
        return self._engine.name != "sqlite"

    async def take(self, address: str) -> bool:
        """From now on it is this process alone that writes a shared database, and others reach it at ``address``. False
        where another process does. Raises HistoryUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._take, address)

    async def is_held(self) -> bool:
        """Whether some process writes a shared database. Raises HistoryUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._ask, SessionWriter.is_held)

    async def end_silent(self) -> bool:
        """Let a shared database be taken whose process hangs. Returns whether there was such a one. Raises
        HistoryUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._ask, SessionWriter.end_silent)

    async def wait_made(self) -> None:
        """Return once a shared database has its tables. Raises HistoryUnavailable where that takes long, or another
        version has made them."""
        for _ in range(round(PATIENCE / MADE_SECONDS)):
            if await self.read(_is_newest):
                return
            await asyncio.sleep(MADE_SECONDS)
        raise HistoryUnavailable(self._url, "was made by another version of Threeseven: use that one")

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._read_threads, self._read, work)

    async def read_written(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`read`, of what has just been written, which memory has to know: a server that is gone is waited
        for."""
        try:
            while True:
                try:
                    return await self.read(work)
                except HistoryUnavailable:
                    if not self.remote or self._given_up:
                        raise
                self._unread = True
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._unread = False

    async def read_common(self, work: Callable[[Connection], T]) -> T:
        """As :meth:`read`, of what belongs to no run: damage there raises DamagedFile."""
        try:
            return await self.read(work)
        except DBAPIError as error:
            if not corrupt(error):
                raise
            raise DamagedFile(self._url, "read") from error

    async def write(self, work: Callable[[Connection], T], *, frees: bool = False) -> T:
        """``frees``: it gives room back, so where the disk is full it may use what is kept for that."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._write, work, frees)

    @property
    def undecided(self) -> WriteRefused | None:
        """Why nothing else can be written: the database is gone, and what it has of what was written last is to be
        known first."""
        if self._unread or (isinstance(self._writer, SessionWriter) and self._writer.undecided):
            return WriteRefused(self._url, "cannot be used")
        return None

    def give_up(self) -> None:
        """Wait for a database that is gone no more."""
        self._given_up = True
        if isinstance(self._writer, SessionWriter):
            self._writer.give_up()

    async def verify(self) -> None:
        """Notice that the file is no longer the one that was opened, or is that again."""
        await asyncio.get_running_loop().run_in_executor(self._write_thread, self._verify)

    async def check(self) -> None:
        """Notice a lost connection, and make another; or that a file can be written again."""
        await self.write(
            lambda connection: connection.execute(select(1)) if self.remote else leaders.rewrite(connection)
        )

    async def free_bytes(self) -> int | None:
        """What the disk has left for it, pages that deleted rows have freed included; None where it is on a server."""
        return None if self._space is None else await self.read(self._space.free)

    async def shrink(self) -> bool:
        """Give pages that deleted rows have freed back to the disk: some of them, in a few milliseconds. False where
        there are none left, or the file is one of before, which cannot before :meth:`rebuild`."""
        return await asyncio.get_running_loop().run_in_executor(self._write_thread, self._shrink)

    async def rebuild(self, reserve: int) -> None:
        """Write a file of before anew, where it has much to give back and there is room for that, ``reserve`` bytes
        left: from then on :meth:`shrink` can. Writes wait meanwhile, some seconds for each GB that is in use."""
        if self._space and not self._space.rebuilt:
            await asyncio.get_running_loop().run_in_executor(self._write_thread, self._rebuild, reserve)

    def close(self) -> None:
        """Blocks until what is being read and written is done; a file that is being written anew stays as it was."""
        if self._space:
            self._space.close()
        self._write_thread.shutdown()
        self._read_threads.shutdown()
        self._release()

    def _take(self, address: str) -> bool:
        try:
            writer = SessionWriter(self._engine, patience=0)
        except DatabaseInUse:
            return False
        except SQLAlchemyError as error:
            raise HistoryUnavailable(self._url, "cannot be used", first_line(error)) from error
        try:
            self._first_write(writer, migrate, needless=_is_newest)
            writer.transact(leaders.make_secret)
            self.number = self._count_server(writer, address)
        except (SQLAlchemyError, NewerVersion) as error:
            writer.close()
            raise HistoryUnavailable(self._url, "cannot be used", first_line(error)) from error
        self._writer = writer
        return True

    def _ask(self, question: Callable[[Engine], bool]) -> bool:
        try:
            return question(self._engine)
        except SQLAlchemyError as error:
            raise HistoryUnavailable(self._url, "cannot be used", first_line(error)) from error

    def _first_write(
        self, writer: Writer, work: Callable[[Connection], T], needless: Callable[[Connection], bool]
    ) -> T | None:
        """As :meth:`_write`, on a disk that may be full already. ``needless`` tells by reading, which needs less."""
        try:
            return self._unless(writer, needless, work)
        except DBAPIError as error:
            if not (_without_room(error) and isinstance(writer, FileWriter)):
                raise
        if self._ballast and self._ballast.release():
            with suppress(DBAPIError):
                return self._unless(writer, needless, work)
        # Not even room for what SQLite's processes share: without others, what is there can be read all the same.
        self._engine.dispose()
        self._engine = writer.engine = sqlite_engine(self._engine.url, alone=True)
        return self._unless(writer, needless, work)

    def _unless(
        self, writer: Writer, needless: Callable[[Connection], bool], work: Callable[[Connection], T]
    ) -> T | None:
        with self._engine.connect() as connection, connection.begin():
            if needless(connection):
                return None
        return writer.transact(work)

    def _count_server(self, writer: Writer, address: str | None = None) -> int:
        """This one's number. Where a file cannot be written now, the server starts all the same."""
        number = 0
        try:
            number = writer.transact(lambda connection: leaders.next_number(connection, address))
            if self._identity:
                self._raw(self._identity.mark)
        except DBAPIError as error:
            if not (unwritten := refused(self._url, error)):
                raise
            self._note(unwritten, unwritten.reason)
        except sqlite3.OperationalError as error:
            logger.warning("Whether the database is overwritten is not watched: %s.", error)
        if isinstance(writer, SessionWriter):
            writer.unchanged = lambda connection: leaders.last_number(connection) == number
            writer.late = self._note_gone
        return number

    def _write(self, work: Callable[[Connection], T], frees: bool) -> T:
        if self._identity and (self._lost or not self._identity.in_place or self._identity.overwritten):
            self._verify()
            if lost := self.lost:
                raise lost
        if self._writer is None:
            raise HistoryUnavailable(self._url, "is written by another server")
        try:
            if self._ballast and self._ballast.missing and not frees:
                self._restore_ballast()
            try:
                done = self._writer.transact(work)
            except DBAPIError as error:
                if not (frees and _without_room(error) and self._ballast and self._ballast.release()):
                    raise
                self._checkpoint()
                done = self._writer.transact(work)
        except DiskFull as full:
            self._note(full, full.reason)
            raise
        except DatabaseInUse as error:
            self._note(error, error.reason)
            raise
        except DBAPIError as error:
            unavailable: HistoryUnavailable | None = refused(self._url, error)
            if self._gone(error):
                unavailable = WriteRefused(self._url, "cannot be used", first_line(error))
            if lacking(error):
                self._verify()
                unavailable = self.lost or HistoryUnavailable(self._url, LACKING, first_line(error))
            if unavailable is None:
                if not corrupt(error):
                    raise
                raise self._damage() from error
            self._note(unavailable, unavailable.reason)
            raise unavailable from error
        if self.trouble is not None:
            self.trouble = None
            logger.warning("The database can be written again.")
        return done

    def _note_gone(self, error: SQLAlchemyError) -> None:
        gone = WriteRefused(self._url, "cannot be used", first_line(error))
        self._note(gone, gone.reason)

    def _damage(self) -> HistoryUnavailable:
        """Why SQLite cannot read what it is to change."""
        self._verify()
        if lost := self.lost:
            return lost
        damaged = DamagedFile(self._url)
        if not self._damaged:
            self._damaged = True
            logger.error("A change could not be made: %s.", damaged)
        return damaged

    def _verify(self) -> None:
        if self._identity is None or self._overwritten:
            return
        try:  # where it is missing, also since a moment, no connection can be made to look into it
            problem = self._identity.missing or self._raw(self._identity.problem)
        except HistoryUnavailable:
            problem = self._identity.missing
        if problem is None and self._lost:
            self._lost = self.trouble = None
            logger.warning("The database is back in its place.")
        elif problem and not self._lost:
            self._overwritten = problem == OVERWRITTEN
            self._lost = problem
            lost = HistoryUnavailable(self._url, problem)
            self._note(lost, lost.reason)

    def _is_lost(self) -> bool:
        self._verify()
        return self._lost is not None

    def _only_the_same(self, identity: Identity, *_: Any) -> None:
        """No new connection is made to another file: it would be written into, be it an empty one, and what is read
        there later be taken for ours."""
        if missing := identity.missing:
            raise HistoryUnavailable(self._url, missing)

    def _raw(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work on the driver's own connection, outside of any transaction."""
        with self._engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            return work(raw)

    def _restore_ballast(self) -> None:
        """Raises DiskFull where there is no room for it: what else is written would take what deletions need."""
        assert self._ballast is not None
        assert self._space is not None
        with self._engine.connect() as connection:
            free = self._space.free(connection)
        if not self._ballast.restore(self._space.disk) and free < 2 * self._ballast.size:
            raise DiskFull(self._url, FULL)

    def _checkpoint(self) -> None:
        """Make the write-ahead log's room usable again, as far as nobody is reading there."""
        with suppress(sqlite3.OperationalError):  # no room for that either
            self._raw(lambda raw: raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall())

    def _shrink(self) -> bool:
        return self._space is not None and not self._lost and self._space.shrink()

    def _rebuild(self, reserve: int) -> None:
        if self._space and not (self._lost or self.trouble):
            self._space.rebuild(reserve)

    def _note(self, error: Exception, trouble: str) -> None:
        """``error`` is for the server's output, once; ``trouble`` for visitors, who do not see where it is."""
        if trouble != self.trouble:
            self.trouble = trouble
            logger.error("Nothing can be written: %s.", error)

    def _read(self, work: Callable[[Connection], T]) -> T:
        if lost := self.lost:
            raise lost
        try:
            return self._read_once(work)
        except DBAPIError as error:
            if lacking(error):
                raise HistoryUnavailable(self._url, LACKING, first_line(error)) from error
            if not self._gone(error):
                raise
        try:  # in another connection: all of the pool's are thrown away when one is found to be lost
            return self._read_once(work)
        except DBAPIError as error:
            if not self._gone(error):
                raise
            raise HistoryUnavailable(self._url, "cannot be used", first_line(error)) from error

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection, connection.begin() as transaction:
            found = work(connection)
            transaction.rollback()  # SQLite refuses to commit what has read a damaged page
            return found

    def _gone(self, error: DBAPIError) -> bool:
        """The connection was lost, or could not be made."""
        return self.remote and (error.connection_invalidated or error.statement is None)

    def _release(self) -> None:
        if self._identity and self._identity.in_place and self._identity.overwritten:
            self._identity.give_up_log()
        self._engine.dispose()
        if self._writer:
            self._writer.close()


def _is_newest(connection: Connection) -> bool:
    return revision(connection) == REVISION


def _without_room(error: DBAPIError) -> bool:
    """Whether more room may help. A quota is an input/output error to SQLite."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
