"""Images with their labels as one file, which a page reads with a DataView.

Little-endian: bytes 0-3 ``"D37\\x01"``, uint32 ``count``, uint16 ``height``, uint16 ``width``, uint32 0; then ``count``
labels (uint8, 3 or 7), then ``count·height·width`` pixels (uint8, row by row, ink bright on 0). Nothing is padded.
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAGIC = b"D37\x01"

_HEADER = struct.Struct("<4sIHHI")


def pack(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """Of ``images`` [n, height, width] and ``labels`` [n], in their order. Raises ValueError where these do not fit."""
    count, height, width = images.shape
    if labels.shape != (count,):
        raise ValueError(f"{count} images have labels of shape {labels.shape}")
    return _HEADER.pack(MAGIC, count, height, width, 0) + _bytes(labels) + _bytes(images)


def unpack(data: bytes) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images and labels. Raises ValueError for anything but a whole pack."""
    if len(data) < _HEADER.size:
        raise ValueError(f"{len(data)} bytes are no pack of digits")
    magic, count, height, width, _ = _HEADER.unpack_from(data)
    if magic != MAGIC or len(data) != _HEADER.size + count * (1 + height * width):
        raise ValueError(f"{len(data)} bytes beginning with {magic!r} are no pack of digits")
    values = np.frombuffer(data, np.uint8, offset=_HEADER.size)
    return values[count:].reshape(count, height, width), values[:count]


def _bytes(values: NDArray[Any]) -> bytes:
    if values.dtype != np.uint8:
        raise ValueError(f"{values.dtype} is not uint8")
    return values.tobytes()
