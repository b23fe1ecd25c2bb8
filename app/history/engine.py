"""How an engine connects to a database, and what each connection is set to."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError

from app.history.unavailable import ambiguous

BUSY_SECONDS = 5
"""How long a statement waits for a lock on the file, such as a backup's, before it fails."""

CONNECT_SECONDS = 5
"""How long an attempt to reach a PostgreSQL server may take."""

ADDRESSES = "it must be sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"

CACHE_KB = 256
"""Of the file's pages, kept by each connection. SQLite's 2 MB, times the threads that read, fill over some hundred
runs, and were no faster: the system keeps the pages too."""

_KEEPALIVE: dict[str, int] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""So that a server that answers no more is noticed within some 10 s, not in a quarter of an hour."""


def parse(url: str) -> URL:
    """Raises ValueError for what is no address."""
    try:
        return make_url(url)
    except ArgumentError:
        raise ValueError(ADDRESSES) from None
    except ValueError:
        raise ValueError("its port is no number") from None


def engine_of(url: str) -> Engine:
    """Raises ValueError for an address of neither SQLite nor PostgreSQL, and what a file or driver raises."""
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite_engine(parsed)
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "postgresql+psycopg":
        raise ValueError(ADDRESSES)
    if ambiguous(url):
        raise ValueError("an @ in a user's name or a password is written %40")
    options = {name: value for name, value in _KEEPALIVE.items() if name not in parsed.query}
    return create_engine(parsed, connect_args=options)


def sqlite_engine(url: URL, *, alone: bool = False) -> Engine:
    """``alone``: no other program can use the file meanwhile, and SQLite needs no file for what it would share. The
    file is made here if there is none, and by no connection later: where it is gone by then, that is an error."""
    if not url.database or url.database == ":memory:":
        raise ValueError(f"{url} is not a file: a history needs one, such as sqlite:///threeseven.db")
    # For its owner alone: what people name their runs is theirs. SQLite gives its further files the same mode.
    Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(url.database, os.O_RDWR | os.O_CREAT, 0o600))
    options = "vfs=unix-excl" if alone else "mode=rw"
    engine = create_engine(url)

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]) -> None:
        if not named.get("uri"):
            arguments[0], named["uri"] = f"file:{quote(os.path.abspath(arguments[0]))}?{options}", True

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: Any) -> None:
        # Of rows of which one has text with a flipped bit the driver would give none, and say nothing of which it is.
        connection.text_factory = lambda data: data.decode(errors="replace")
        # The driver would begin transactions by itself, too late and without DDL; `begin` below does it instead.
        connection.isolation_level = None
        cursor: Any = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        if cursor.execute("PRAGMA page_count").fetchone() == (0,):  # of others it would write to the file, each time
            cursor.execute("PRAGMA auto_vacuum=INCREMENTAL")
        cursor.execute("PRAGMA journal_mode=WAL")
        # With WAL, a loss of power may cost the last transactions but never the file's consistency, and a killed
        # process costs nothing. In exchange no commit waits for the disk.
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute(f"PRAGMA cache_size={-CACHE_KB}")  # below 0: in kB, not in pages
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader could fail half-way with "database is locked", which no waiting would mend.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
