"""A database that another process may hold: what is in it can be read, and nothing of it is changed or locked."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from app.history.engine import BUSY_SECONDS, engine_of, parse
from app.history.migrate import revision
from app.history.schema import REVISION
from app.history.unavailable import HistoryUnavailable, first_line


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection for the functions of :mod:`app.history.store` that read. What a server has not written yet, it does
    not see. Raises HistoryUnavailable where there is no database, or it cannot be read, also while it is."""
    try:
        engine = _engine(url)
    except FileNotFoundError:
        raise HistoryUnavailable(url, "is not there: no server has kept a run in it yet") from None
    except (SQLAlchemyError, ImportError, OSError, ValueError) as error:
        raise HistoryUnavailable(url, "cannot be read", first_line(error)) from error
    try:
        with engine.connect() as connection:
            if (found := revision(connection)) != REVISION:
                older = found is not None and found < REVISION
                maker = "an older version of Threeseven: threeseven serve brings it up to date"
                raise HistoryUnavailable(url, f"was made by {maker if older else 'another program or version'}")
            yield connection
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise HistoryUnavailable(url, "cannot be read", first_line(error)) from error
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    parsed = parse(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        return engine_of(url)
    if not Path(parsed.database).is_file():
        raise FileNotFoundError(parsed.database)
    return create_engine(parsed, creator=lambda: _connect(parsed))


def _connect(url: URL) -> sqlite3.Connection:
    file = os.path.abspath(url.database or "")
    # While anybody has it open there is a write-ahead log. Without one SQLite would make it, and leave it there.
    mode = "mode=ro" if os.path.exists(f"{file}-wal") else "immutable=1"
    return sqlite3.connect(f"file:{quote(file)}?{mode}", uri=True, timeout=BUSY_SECONDS)
