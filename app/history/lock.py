"""Being the only process that keeps its runs in a database."""

import sqlite3
from typing import Protocol

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

PATIENCE = 5
"""Seconds to wait for another server to go: one that was told to stop takes at most four."""

_ADVISORY_KEY = 0x37
"""PostgreSQL's name for the lock."""


class DatabaseInUse(Exception):
    """Another server keeps its runs in this database. The message says what to do."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(
            f"another server keeps its runs in {engine.url.render_as_string()}: "
            "stop that one, or give this one its own --data-dir or --database-url"
        )


class Lock(Protocol):
    """Held until closed; the system frees it when the process ends, however it ends."""

    def close(self) -> None: ...


def lock(engine: Engine, patience: float = PATIENCE) -> Lock:
    """Blocks up to ``patience`` seconds, then raises DatabaseInUse."""
    return _lock_file(engine, patience) if engine.dialect.name == "sqlite" else _advisory_lock(engine, patience)


def _lock_file(engine: Engine, patience: float) -> Lock:
    # SQLite's own lock, on an empty database beside the real one: the standard library has no other lock between
    # processes that works on every system.
    connection = sqlite3.connect(
        f"{engine.url.database}.lock", timeout=patience, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise DatabaseInUse(engine) from error
        raise
    return connection


def _advisory_lock(engine: Engine, patience: float) -> Lock:
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()  # closing it must end the session, which holds the lock, and not return it to the pool
    try:
        connection.execute(text(f"SET lock_timeout = {int(patience * 1000)}"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
    except OperationalError as error:
        connection.close()
        raise DatabaseInUse(engine) from error
    return connection
