"""One step's first-layer weights as JSON, npy or PNG."""

import io
import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.events import Weights

POSITIVE, NEGATIVE = (11, 98, 168), (176, 74, 0)
"""The page's blue, towards a 3, and its orange, towards a 7."""


def as_floats(weights: Weights) -> NDArray[np.float32]:
    """``[units, height, width]``: the kept int8 times their scale."""
    values = np.frombuffer(weights.values, np.int8).reshape(weights.units, weights.height, weights.width)
    return values * np.float32(weights.scale)


def json_pieces(weights: Weights) -> Iterator[bytes]:
    """``{"step": n, "weights": units × height × width numbers}``, a unit at a time: about a millisecond's work each."""
    before = f'{{"step":{weights.step},"weights":['
    for unit in as_floats(weights):
        # Nine digits are what a float32 needs.
        rows = [[float(f"{value:.9g}") for value in row] for row in unit]
        yield (before + json.dumps(rows, separators=(",", ":"))).encode()
        before = ","
    yield b"]}"


def as_npy(weights: Weights) -> bytes:
    """A file for ``numpy.load``: float32 ``[units, height, width]``."""
    file = io.BytesIO()
    np.save(file, as_floats(weights))
    return file.getvalue()


def as_png(weights: Weights) -> bytes:
    """All units in a grid, one pixel a weight, one pixel between: white 0, blue positive, orange negative."""
    across = int(np.ceil(np.sqrt(weights.units)))
    down = -(-weights.units // across)
    height, width = weights.height + 1, weights.width + 1
    sheet = np.full((down * height - 1, across * width - 1, 3), 255, np.uint8)
    strength = np.frombuffer(weights.values, np.int8).astype(np.float32) / 127
    hue = np.where(strength[:, None] > 0, np.array(POSITIVE, np.float32), np.array(NEGATIVE, np.float32))
    colours = (255 + np.abs(strength)[:, None] * (hue - 255)).astype(np.uint8)
    for unit, pixels in enumerate(colours.reshape(weights.units, weights.height, weights.width, 3)):
        top, left = unit // across * height, unit % across * width
        sheet[top : top + weights.height, left : left + weights.width] = pixels
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return file.getvalue()
