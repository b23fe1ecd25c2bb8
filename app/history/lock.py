"""Being the only process that keeps its runs in a database."""

import errno
import fcntl
import os
import struct
import time
from pathlib import Path

from sqlalchemy import URL

from app.history.unavailable import shown

PATIENCE = 5
"""Seconds to wait for another server to go: one that was told to stop takes at most four."""

RETRY_SECONDS = 0.05

_BYTE = 0x7000_0000_0000_0037
"""Of the database file, far beyond its end. SQLite's own locks are from byte 2³⁰ on."""


class DatabaseInUse(Exception):
    """Another server keeps its runs in this database. The message says what to do; ``reason`` is a sentence for
    visitors, who do not see where the database is."""

    reason = "Another server keeps its runs in the database."

    def __init__(self, url: URL) -> None:
        super().__init__(
            f"another server keeps its runs in {shown(url)}: "
            "stop that one, or give this one its own --data-dir or --database-url"
        )


class FileLock:
    """Held until closed; the system frees it when the process ends, however it ends.

    It is a lock of one byte of the database file itself, so that no file that somebody may delete decides it; one that
    belongs to this very descriptor (Linux's open file description lock), so that SQLite's opening and closing of the
    same file does not end it, and its readers are not shut out. Where the system has no such lock it is ``flock`` on
    the file's folder, in which there can be one server then.

    Close it after SQLite's connections: closing any descriptor of a file gives up the process's other locks on it.
    """

    def __init__(self, url: URL, patience: float = PATIENCE) -> None:
        """Makes the file where there is none. Blocks up to ``patience`` seconds, then raises DatabaseInUse."""
        self._file = Path(url.database or "")
        until = time.monotonic() + patience
        while True:
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
            self._locked = self._descriptor
            if not hasattr(fcntl, "F_OFD_SETLK"):
                self._locked = os.open(self._file.parent, os.O_RDONLY)
            try:
                _lock(self._locked)
                if self.in_place:
                    return
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    self.close()
                    raise
                if time.monotonic() > until:
                    self.close()
                    raise DatabaseInUse(url) from error
            self.close()
            time.sleep(RETRY_SECONDS)

    @property
    def in_place(self) -> bool:
        """Whether the file that is locked is the one that is found under its name. One that cannot be looked at, since
        its folder is closed or its disk has left, is not found."""
        try:
            return os.path.samestat(os.stat(self._file), os.fstat(self._descriptor))
        except OSError:
            return False

    def head(self, length: int) -> bytes:
        """The file's first bytes. To open and close it for that would end SQLite's locks."""
        return os.pread(self._descriptor, length, 0)

    def close(self) -> None:
        for descriptor in {self._locked, self._descriptor}:
            os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Raises OSError with EAGAIN or EACCES where another process has it."""
    if hasattr(fcntl, "F_OFD_SETLK"):
        whole = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, _BYTE, 1, 0)
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, whole)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
