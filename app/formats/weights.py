"""One step's first-layer weights as JSON, npy or PNG."""

import io
import json
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.events import Weights

TOWARDS_3, TOWARDS_7 = (11, 98, 168), (176, 74, 0)
"""The page's blue and orange."""

FULL_COLOUR_SHARE = 0.998
"""Of all weights show as they are; the few beyond take the scale's end. As on the page."""


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
    """All units in a grid, one pixel a weight, one pixel between. Each weight counts times its unit's output weight:
    blue says that ink on that pixel moves the verdict towards a 3 while the unit is awake, orange towards a 7, white
    neither. Without output weights, in logs from before they were kept, it says whether the weight is positive."""
    across = int(np.ceil(np.sqrt(weights.units)))
    down = -(-weights.units // across)
    height, width = weights.height + 1, weights.width + 1
    sheet = np.full((down * height - 1, across * width - 1, 3), 255, np.uint8)
    strength = np.frombuffer(weights.values, np.int8).astype(np.float32).reshape(weights.units, -1)
    if weights.output_weight is not None:
        strength *= np.array(weights.output_weight, np.float32)[:, None]
    full = np.quantile(np.abs(strength), FULL_COLOUR_SHARE) or 1
    shares = np.clip(strength / full, -1, 1).reshape(-1, 1)
    hue = np.where(shares > 0, np.array(TOWARDS_3, np.float32), np.array(TOWARDS_7, np.float32))
    colours = (255 + np.abs(shares) * (hue - 255)).astype(np.uint8)
    for unit, pixels in enumerate(colours.reshape(weights.units, weights.height, weights.width, 3)):
        top, left = unit // across * height, unit % across * width
        sheet[top : top + weights.height, left : left + weights.width] = pixels
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return file.getvalue()
