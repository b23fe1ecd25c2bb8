import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.learning import idx
from app.learning.idx import DatasetError


def idx_bytes(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


SMALL = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)


@pytest.mark.parametrize("name", ["small", "small.gz"])
def test_reads_what_was_written(tmp_path: Path, name: str) -> None:
    data = idx_bytes(SMALL)
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    np.testing.assert_array_equal(idx.read(tmp_path / name, (2, 3, 4)), SMALL)


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("f", b"", "is not an IDX file of bytes"),
        ("f", b"hello, world", "is not an IDX file of bytes"),
        ("f", b"\0\0\x0d\1\0\0\0\1\0\0\0\0", "is not an IDX file of bytes"),  # holds floats
        ("f", b"\0\0\x08\3\0\0", "holds no values, not 2 × 3 × 4"),
        ("f", idx_bytes(SMALL[:1]), "holds 1 × 3 × 4 values, not 2 × 3 × 4"),
        ("f", idx_bytes(SMALL.reshape(6, 4)), "holds 6 × 4 values, not 2 × 3 × 4"),
        ("f", idx_bytes(SMALL)[:-1], "is too short"),
        ("f", idx_bytes(SMALL) + b"\0", "is too long"),
        ("f.gz", idx_bytes(SMALL), "is damaged"),
        ("f.gz", gzip.compress(idx_bytes(SMALL), mtime=0)[:-12], "is damaged"),
        ("f.gz", gzip.compress(idx_bytes(SMALL), mtime=0)[:-6] + b"\0" * 6, "is damaged"),
    ],
)
def test_says_what_is_wrong_with_a_file_in_one_line(tmp_path: Path, name: str, data: bytes, complaint: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(DatasetError) as error:
        idx.read(path, (2, 3, 4))
    assert str(error.value).startswith(f"{path} {complaint}")
    assert "\n" not in str(error.value)


def test_says_that_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="cannot be read"):
        idx.read(tmp_path, (2, 3, 4))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=40), st.booleans())
def test_no_bytes_raise_anything_else(tmp_path: Path, data: bytes, zipped: bool) -> None:
    path = tmp_path / ("f.gz" if zipped else "f")
    path.write_bytes(b"\0\0\x08" + data)
    with pytest.raises(DatasetError):
        idx.read(path, (2, 3, 4))
