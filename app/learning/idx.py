"""MNIST's own file format, IDX, as its four files are published: bare or gzipped."""

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_UINT8 = 0x08
_HEADER = 4


class DatasetError(Exception):
    """One line that names the file and says what to do."""


def read(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """The array in an IDX file of unsigned bytes, which must have this shape.

    Raises DatasetError where the file cannot be read, is cut short, too long, or holds something else.
    """
    data = _bytes(path)
    if len(data) < _HEADER or data[:3] != bytes([0, 0, _UINT8]):
        raise DatasetError(f"{path} is not an IDX file of bytes: put MNIST's own file in its place")
    dimensions = np.frombuffer(data, ">u4", count=min(data[3], (len(data) - _HEADER) // 4), offset=_HEADER)
    found = tuple(int(n) for n in dimensions)
    if found != shape:
        raise DatasetError(
            f"{path} holds {_times(found)} values, not {_times(shape)}: put MNIST's own file in its place"
        )
    values = np.frombuffer(data, np.uint8, offset=_HEADER + 4 * len(shape))
    if len(values) != prod(shape):
        wrong = "short" if len(values) < prod(shape) else "long"
        raise DatasetError(f"{path} is too {wrong} for the {_times(shape)} values it promises: download it again")
    return values.reshape(shape)


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix == ".gz" else data
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path} is damaged ({error}): download it again") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(f"{n:,}" for n in shape) or "no"
