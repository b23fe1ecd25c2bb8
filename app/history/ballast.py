"""Room on a disk that nothing but deletions, and what has to come before one, may use."""

import os
from contextlib import suppress
from pathlib import Path

BALLAST_BYTES = 8 << 20
"""SQLite writes what a deletion changes into its write-ahead log, of 4 MB at most, before any of the file's room is
free: twice that, since a checkpoint of what is already there may have to come first."""


class Ballast:
    """A file that takes room, removed when that is needed. Where the file system gives it none unwritten, it is of
    random bytes: a disk that compresses would give zeros none either."""

    def __init__(self, file: Path, size: int) -> None:
        """``size``: bytes to keep; with 0 none are."""
        self._file, self.size = file, size

    @property
    def missing(self) -> bool:
        return self.size > 0 and not self._file.exists()

    def release(self) -> bool:
        """Give its room to others. False where there is none."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True

    def restore(self, free: int) -> bool:
        """Make it anew where that leaves at least as much again of the ``free`` bytes of the disk; whether it is there
        then."""
        if not self.missing:
            return True
        if free < 2 * self.size:
            return False
        try:
            with open(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                if not _allocate(file.fileno(), self.size):
                    file.write(os.urandom(self.size))
        except OSError:
            self.release()  # half of one would pass for a whole one
        return not self.missing


def _allocate(file: int, size: int) -> bool:
    """Give an empty file so many bytes without writing them; whether its file system did. macOS and Windows have no
    such call, and on ZFS the file stays empty. A volume that is promised more than there is may lack them all the same.
    """
    if not hasattr(os, "posix_fallocate"):
        return False
    with suppress(OSError):
        os.posix_fallocate(file, 0, size)
    return os.fstat(file).st_blocks * 512 >= size
