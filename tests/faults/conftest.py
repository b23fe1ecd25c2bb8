"""A disk that is really full."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

PIECE = 1 << 16


class SmallDisk:
    """A file system of its own. It has room for ``size`` bytes until something fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    @property
    def url(self) -> str:
        """Of a database on it."""
        return f"sqlite:///{self.folder}/threeseven.db"

    @property
    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leave: int = 0) -> None:
        """Leave about so many bytes free."""
        with self._filler.open("ab", buffering=0) as filler:
            for piece in (PIECE, 4096, 1):
                while self.free >= leave + piece:
                    try:
                        filler.write(bytes(min(piece, self.free - leave)))
                    except OSError:
                        break

    def empty(self) -> None:
        """Take what has filled it away."""
        self._filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """64 MB in memory. Where nothing can be mounted (only root may, and not in every container), its tests are skipped;
    test_file_limit.py needs none."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "none", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
