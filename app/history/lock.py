"""Being the only process that keeps its runs in a database."""

import sqlite3

from sqlalchemy import URL

PATIENCE = 5
"""Seconds to wait for another server to go: one that was told to stop takes at most four."""


class DatabaseInUse(Exception):
    """Another server keeps its runs in this database. The message says what to do."""

    def __init__(self, url: URL) -> None:
        super().__init__(
            f"another server keeps its runs in {url.render_as_string()}: "
            "stop that one, or give this one its own --data-dir or --database-url"
        )


class FileLock:
    """Held until closed; the system frees it when the process ends, however it ends.

    Blocks up to ``patience`` seconds, then raises DatabaseInUse.
    """

    def __init__(self, url: URL, patience: float = PATIENCE) -> None:
        # SQLite's own lock, on an empty database beside the real one: the standard library has no other lock between
        # processes that works on every system.
        self._connection = sqlite3.connect(
            f"{url.database}.lock", timeout=patience, isolation_level=None, check_same_thread=False
        )
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._connection.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise DatabaseInUse(url) from error
            raise

    def close(self) -> None:
        self._connection.close()
