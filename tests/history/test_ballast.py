"""Room that is kept on a disk."""

import errno
import os
from pathlib import Path

import pytest

from app.history.ballast import Ballast

SIZE = 1 << 20


def taken(file: Path) -> int:
    """Bytes of the disk."""
    return file.stat().st_blocks * 512


def test_it_takes_its_room_until_that_is_needed(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", SIZE)
    assert ballast.missing
    assert not ballast.release()
    assert ballast.restore(2 * SIZE)
    assert not ballast.missing
    assert taken(tmp_path / "ballast") >= SIZE
    assert (tmp_path / "ballast").stat().st_mode & 0o777 == 0o600
    assert ballast.release()
    assert ballast.missing


def test_it_is_not_made_where_it_would_take_most_of_what_is_left(tmp_path: Path) -> None:
    ballast = Ballast(tmp_path / "ballast", SIZE)
    assert not ballast.restore(2 * SIZE - 1)
    assert ballast.missing


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="this system gives a file no room unwritten")
def test_room_that_is_given_unwritten_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def given(file: int, offset: int, length: int) -> None:
        os.write(file, b"\1" * length)  # as if the file system had it so

    monkeypatch.setattr(os, "posix_fallocate", given)
    assert Ballast(tmp_path / "ballast", SIZE).restore(2 * SIZE)
    assert set((tmp_path / "ballast").read_bytes()) == {1}


def sparse(file: int, offset: int, length: int) -> None:
    """As where zeros take no room."""
    os.ftruncate(file, offset + length)


def impossible(file: int, offset: int, length: int) -> None:
    raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


@pytest.mark.parametrize("allocate", [sparse, impossible, None])
def test_where_no_room_is_given_unwritten_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allocate: object
) -> None:
    if allocate is None:
        monkeypatch.delattr(os, "posix_fallocate", raising=False)
    else:
        monkeypatch.setattr(os, "posix_fallocate", allocate, raising=False)
    assert Ballast(tmp_path / "ballast", SIZE).restore(2 * SIZE)
    written = (tmp_path / "ballast").read_bytes()
    assert len(written) == SIZE
    assert len(set(written)) == 256  # of which nothing can be left out


def test_half_of_one_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full before it is whole."""
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    monkeypatch.setattr("app.history.ballast.os.urandom", lambda size: full(tmp_path / "ballast"))
    ballast = Ballast(tmp_path / "ballast", SIZE)
    assert not ballast.restore(2 * SIZE)
    assert not (tmp_path / "ballast").exists()


def full(file: Path) -> bytes:
    assert file.exists()
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
