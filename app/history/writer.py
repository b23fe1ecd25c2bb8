"""The writer of a database: one connection at a time, the only one that may change it."""

import logging
import time
from collections.abc import Callable
from threading import Event
from typing import Protocol, TypeVar

from sqlalchemy import URL, Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.history.lock import PATIENCE, DatabaseInUse, FileLock
from app.history.unavailable import first_line, shown

T = TypeVar("T")

RECONNECT_SECONDS = 10.0
"""How long one write waits for a database that is gone to come back: a PostgreSQL server restarts in that time. Then
the write fails; the next one tries again."""

RETRY_SECONDS = 0.2
"""Between two attempts to connect again."""

SILENT_SECONDS = 10.0
"""For which who writes may ask nothing of the database before another process takes its place. It looks after its
connection every two."""

_ADVISORY_KEY = 0x37
"""PostgreSQL's name for the lock."""

_HOLDERS = """
    FROM pg_locks JOIN pg_stat_activity AS session USING (pid)
    WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = :key AND session.datname = current_database()
"""
_IS_HELD = f"SELECT EXISTS (SELECT {_HOLDERS})"
_END_SILENT = f"""
    SELECT pg_terminate_backend(session.pid) {_HOLDERS}
    AND session.state <> 'active' AND session.state_change < clock_timestamp() - make_interval(secs => :seconds)
"""

# A server that was killed may not know the number at all, and may have yet to give it to another transaction.
_STATUS = """
    SELECT CASE
        WHEN CAST(:id AS xid8) < pg_snapshot_xmax(pg_current_snapshot()) THEN pg_xact_status(CAST(:id AS xid8))
    END
"""

# A network that swallows packets is noticed within some 10 s by the server's side too: until then it would keep the
# lock for a session that is gone. Where the connection is a Unix socket these do nothing.
_KEEPALIVE = (
    "SET tcp_keepalives_idle = 5",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = 10000",
)

logger = logging.getLogger(__name__)


class DatabaseTaken(DatabaseInUse):
    """Another server has had the database while this one was not connected: what this one knows is out of date."""

    def __init__(self, url: URL) -> None:
        Exception.__init__(
            self,
            f"another server has kept its runs in {shown(url)} while this one had lost its connection: "
            "this one writes no more; stop one of them and start this one again",
        )


class Writer(Protocol):
    """Used in one thread, but for ``close``, which may be called in another."""

    def transact(self, work: Callable[[Connection], T]) -> T:
        """The result of ``work``, whose changes are made in one transaction, all or none."""

    def close(self) -> None: ...


class FileWriter:
    """SQLite. Raises DatabaseInUse where another process has the file."""

    def __init__(self, engine: Engine, patience: float = PATIENCE) -> None:
        self.engine = engine
        self.lock = FileLock(engine.url, patience)

    def transact(self, work: Callable[[Connection], T]) -> T:
        with self.engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                return work(connection)

    def close(self) -> None:
        self.lock.close()


class SessionWriter:
    """PostgreSQL. Everything is written through the very session that holds the lock, so that nothing can be written
    without holding it. Where the session is lost, the next one takes the lock again before it writes; a transaction
    that was cut off is made again unless it had been committed. Where it may have been, that is waited for as long as
    the database is gone: whoever wrote it must not be told that it has failed. ``undecided`` is true meanwhile, and
    ``late`` is told of it, by what the driver said.

    Raises DatabaseInUse where another process has the database, also later, when the session is lost and another
    process takes it; and DatabaseTaken where another one has come and gone in between, from then on for ever.
    ``unchanged`` is asked that in each new session.
    """

    def __init__(self, engine: Engine, patience: float = PATIENCE) -> None:
        self._engine = engine
        self._connection: Connection | None = self._connect(patience)
        self._closing = Event()
        self._taken = False
        self.unchanged: Callable[[Connection], bool] = lambda _: True
        self.undecided = False
        self.late: Callable[[OperationalError], object] = lambda _: None

    def transact(self, work: Callable[[Connection], T]) -> T:
        tried = False
        while True:
            connection = self._connection or self._reconnect()
            transaction, results = None, []
            try:
                with connection.begin():
                    transaction = connection.scalar(text("SELECT pg_current_xact_id()::text"))
                    results.append(work(connection))
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                logger.warning("The connection to the database was lost: %s", first_line(error))
                self._drop()
                if not (results and self._was_committed(transaction)):
                    if tried:
                        raise
                    tried = True
                    continue
            return results[0]

    def close(self) -> None:
        self.give_up()
        if self._connection is not None:
            self._connection.close()

    def give_up(self) -> None:
        """Wait for a database that is gone no more; also called in another thread."""
        self._closing.set()

    def _was_committed(self, transaction: str | None) -> bool:
        """Whether this transaction was, whose end has not been told; once the database can be asked."""
        while True:
            try:
                return self._committed(self._connection or self._reconnect(undecided=True), transaction)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                self._drop()

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _reconnect(self, *, undecided: bool = False) -> Connection:
        """``undecided``: nobody knows whether what was written last is there, so that nothing else can be done."""
        if self._taken:
            raise DatabaseTaken(self._engine.url)
        until = time.monotonic() + RECONNECT_SECONDS
        try:
            while True:
                try:
                    connection = self._connect(max(RETRY_SECONDS, until - time.monotonic()))
                    break
                except OperationalError as error:
                    late = time.monotonic() > until
                    if (late and not undecided) or self._closing.wait(RETRY_SECONDS):
                        raise
                    if late and not self.undecided:
                        self.undecided = True
                        self.late(error)
                    logger.debug("Not connected again yet: %s", error.orig)
        finally:
            self.undecided = False
        try:
            with connection.begin():
                unchanged = self.unchanged(connection)
        except BaseException:
            connection.close()
            raise
        if not unchanged:
            connection.close()
            self._taken = True
            taken = DatabaseTaken(self._engine.url)
            logger.error("%s", taken)
            raise taken
        logger.warning("Connected to the database again.")
        self._connection = connection
        return connection

    def _connect(self, patience: float) -> Connection:
        """A session that holds the lock, which ends with it."""
        connection = self._engine.connect()
        connection.detach()  # closing it must end the session, not return it to the pool
        try:
            with connection.begin():
                for setting in _KEEPALIVE:
                    connection.execute(text(setting))
                connection.execute(text(f"SET LOCAL lock_timeout = {max(1, int(patience * 1000))}"))
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
        except BaseException as error:
            connection.close()
            if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) == "55P03":
                raise DatabaseInUse(self._engine.url) from error
            raise
        return connection

    @staticmethod
    def is_held(engine: Engine) -> bool:
        """Whether some session holds the lock."""
        with engine.connect() as connection, connection.begin():
            return bool(connection.scalar(text(_IS_HELD), {"key": _ADVISORY_KEY}))

    @staticmethod
    def end_silent(engine: Engine) -> bool:
        """End the session that holds the lock where it has asked nothing of the database for ``SILENT_SECONDS``: a
        process that hangs, or is stopped, keeps its connection. Returns whether there was such a one."""
        with engine.connect() as connection, connection.begin():
            ended = connection.execute(text(_END_SILENT), {"key": _ADVISORY_KEY, "seconds": SILENT_SECONDS}).scalars()
            return any(ended.all())

    @staticmethod
    def _committed(connection: Connection, transaction: str | None) -> bool:
        with connection.begin():
            status = connection.scalar(text(_STATUS), {"id": transaction})
        return bool(status == "committed")
