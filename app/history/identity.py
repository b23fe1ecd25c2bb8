"""Whether a database file still is the one that was opened."""

import os
import secrets
import sqlite3
from contextlib import suppress
from pathlib import Path

from app.history.lock import FileLock

GONE = (
    "has been deleted or replaced while the server ran, so nothing is kept any more: "
    "stop the server, put the file back, and start it again"
)
LOG_GONE = (
    "has lost its write-ahead log (the file beside it that ends in -wal) while the server ran, so nothing is kept any "
    "more: stop the server, which then saves what it still holds of it, and start it again"
)
OVERWRITTEN = (
    "has been overwritten while the server ran, so nothing is kept any more: "
    "stop the server, restore the file, and start it again"
)

_MAGIC = b"SQLite format 3\0"


class Identity:
    """Of one server's use of the file: a number in its header (``PRAGMA user_version``), which copies of before and
    other databases do not have."""

    def __init__(self, file: Path, lock: FileLock) -> None:
        self._file, self._lock = file, lock
        self._number: int | None = None
        self._log: os.stat_result | None = None

    def mark(self, connection: sqlite3.Connection) -> None:
        """Raises sqlite3.OperationalError where the file cannot be written now: then its content is not checked."""
        number = 1 + secrets.randbelow(2**31 - 1)
        connection.execute(f"PRAGMA user_version={number}")
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            self._number = number

    @property
    def in_place(self) -> bool:
        """Whether the file and its write-ahead log are still found under their names."""
        return self.missing is None

    @property
    def missing(self) -> str | None:
        """What is not found there any more, or is another's."""
        if not self._lock.in_place:
            return GONE
        return None if self._log_in_place else LOG_GONE

    @property
    def _log_in_place(self) -> bool:
        """True until the log is first seen."""
        try:
            log = os.stat(f"{self._file}-wal")
        except FileNotFoundError:
            return self._log is None
        except OSError:
            return False
        if self._log is None:
            self._log = log
        return os.path.samestat(log, self._log)

    @property
    def overwritten(self) -> bool:
        """Whether the file on the disk, whatever SQLite has of it in memory or in its log, is another's. False where it
        cannot be read now, which SQLite meets as well."""
        if self._number is None:
            return False
        try:
            head = self._lock.head(64)
        except OSError:
            return False
        return head[:16] != _MAGIC or int.from_bytes(head[60:64], "big") != self._number

    def give_up_log(self) -> None:
        """Empty the write-ahead log: SQLite would write it into the file when it closes it, or when the next program
        opens it. What it fails to read it leaves alone."""
        log = Path(f"{self._file}-wal")
        with suppress(OSError):
            if self._log is not None and os.path.samestat(log.stat(), self._log):
                os.truncate(log, 0)

    def problem(self, connection: sqlite3.Connection) -> str | None:
        """What has happened to the content of a file that is not ``missing``. ``connection`` is to it."""
        if self._number is None:
            return None
        if self.overwritten:
            return OVERWRITTEN
        try:
            (number,) = connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.DatabaseError:
            return OVERWRITTEN
        return None if number == self._number else OVERWRITTEN
