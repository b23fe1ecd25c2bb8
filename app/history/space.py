"""What an SQLite file takes of its disk, and gives back to it."""

import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from app.history import sizes
from app.history.damage import corrupt
from app.history.unavailable import HistoryUnavailable, first_line

SHRINK_PAGES = 256
"""Pages given back to the disk at once, 1 MB: a few milliseconds for which a training's write may have to wait."""

INCREMENTAL = 2
"""What ``PRAGMA auto_vacuum`` says of a file that can give single pages back."""

REBUILD_SHARE = 4
"""A file of before is written anew once a quarter of it is free: less is not worth keeping writes waiting."""

FAILURES = (sqlite3.DatabaseError, DBAPIError, HistoryUnavailable)
"""How a use of the file fails: by its own connection, by SQLAlchemy, or since no connection to it is made any more."""

logger = logging.getLogger(__name__)


class Space:
    """All of it blocks, and is for the thread that writes; :meth:`close` is for any."""

    def __init__(self, engine: Engine, is_lost: Callable[[], bool]) -> None:
        """``is_lost`` says, with a look at it, whether the file is no longer the one that was opened: what is met in
        another is not damage."""
        self._engine = engine
        self._is_lost = is_lost
        self._folder = Path(engine.url.database or "").parent
        self._closing = False
        self._rebuilding: sqlite3.Connection | None = None
        self.rebuilt = False
        """Or cannot be, or needs it not."""
        self._damaged = False
        """The list of free pages cannot be read: none can be given back."""

    @property
    def disk(self) -> int:
        """Bytes that the disk has left."""
        return shutil.disk_usage(self._folder).free

    def free(self, connection: Connection) -> int:
        """Bytes that the disk has left for the file, pages that deleted rows have freed included."""
        pages, size = _numbers(connection, "freelist_count", "page_size")
        return self.disk + pages * size

    def shrink(self) -> bool:
        """Give some free pages back to the disk. False where there are none left, or single ones cannot be."""
        if self._damaged:
            return False
        try:
            return self._give_back()
        except FAILURES as error:
            if self._is_lost():
                pass
            elif corrupt(error):
                self._damaged = True
                logger.error("The file does not get smaller any more, since its list of free pages is damaged.")
            else:
                logger.info("Free pages are not given back to the disk now: %s.", first_line(error))
            return False

    def _give_back(self) -> bool:
        with self._engine.connect() as connection:
            pages, kind = _numbers(connection, "freelist_count", "auto_vacuum")
            connection.rollback()
            if not pages or kind != INCREMENTAL:
                return False
            raw = connection.connection.driver_connection
            assert raw is not None
            # A script, since `execute` would take only the first of the statement's steps, each of which is a page.
            raw.executescript(f"PRAGMA incremental_vacuum({SHRINK_PAGES})")
            if pages <= SHRINK_PAGES:
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()  # only now the file itself gets shorter
        return pages > SHRINK_PAGES

    def rebuild(self, reserve: int) -> None:
        """Write a file of before anew, where it has much to give back and there is room for that, ``reserve`` bytes
        left."""
        if self._closing:
            return
        try:
            self._rebuild(reserve)
        except FAILURES as error:
            if not (self._closing or self._is_lost()):
                self.rebuilt = True  # what is wrong would be so again
                logger.warning("The database could not be written anew, to give room back: %s.", first_line(error))

    def _rebuild(self, reserve: int) -> None:
        with self._engine.connect() as connection:
            free, pages, size, kind = _numbers(connection, "freelist_count", "page_count", "page_size", "auto_vacuum")
            connection.rollback()
            self.rebuilt = kind == INCREMENTAL
            if self.rebuilt or free < max(SHRINK_PAGES, pages // REBUILD_SHARE):
                return
            # What is in use is written to a temporary file first and to the write-ahead log then.
            used = (pages - free) * size
            if min(self.disk - reserve, shutil.disk_usage(tempfile.gettempdir()).free) < 2 * used:
                return
            raw: Any = connection.connection.driver_connection
            self._rebuilding = raw
            try:
                raw.execute("PRAGMA auto_vacuum=INCREMENTAL")
                raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self._rebuilding = None
        self.rebuilt = True
        logger.warning(
            "Wrote the database anew, since one of before cannot give deleted runs' room back to the disk: "
            "it took %s, and takes %s now.",
            sizes.readable(pages * size), sizes.readable(used),
        )  # fmt: skip

    def close(self) -> None:
        """A file that is being written anew stays as it was."""
        self._closing = True
        if (rebuilding := self._rebuilding) is not None:
            rebuilding.interrupt()


def _numbers(connection: Connection, *names: str) -> list[int]:
    return [int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in names]
