"""A reader of frame packs, written from docs/protocol.md alone."""

import struct
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Frame(NamedTuple):
    seq: int
    step: int
    scale: float
    output_bias: float
    bias: tuple[float, ...]
    output_weight: tuple[float, ...]
    values: NDArray[np.int8]


def split(pack: bytes) -> tuple[bytes, str]:
    """The pack without what it says at its end of the run's log, and that."""
    units, height, width = struct.unpack_from("<3H", pack, 20)
    size = 16 + 8 * units + units * height * width
    at = 28
    while pack[at : at + 4] not in (b"", b"W37D"):
        at += size
    if at == len(pack):
        return pack, ""
    (length,) = struct.unpack_from("<H", pack, at + 4)
    assert at + 6 + length == len(pack)
    return pack[:at], pack[at + 6 :].decode()


def unpack(pack: bytes) -> tuple[str, list[Frame]]:
    """The run's id and its frames."""
    magic, run, units, height, width, _ = struct.unpack_from("<4s16s4H", pack)
    assert magic == b"W37F"
    pixels = units * height * width
    size = 16 + 8 * units + pixels
    assert (len(pack) - 28) % size == 0
    frames: list[Frame] = []
    for at in range(28, len(pack), size):
        seq, step, scale, output_bias = struct.unpack_from("<IIff", pack, at)
        floats = struct.unpack_from(f"<{2 * units}f", pack, at + 16)
        differences = np.frombuffer(pack, np.uint8, pixels, at + size - pixels)
        expected = np.zeros(pixels)
        if frames:
            before = frames[-1].values.reshape(-1).astype(np.float64)
            expected = np.clip(np.floor(before * (frames[-1].scale / scale) + 0.5), -127, 127)
        values = ((differences + expected) % 256).astype(np.uint8).view(np.int8).reshape(units, height, width)
        frames.append(Frame(seq, step, scale, output_bias, floats[:units], floats[units:], values))
    return run.rstrip(b"\0").decode(), frames
