"""Ink found on a picture → placed and sized as MNIST's digits are, its lines made as thick."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from app.handwriting.ink import CENTRE, LONGER_SIDE, SIDE, Image, centre_of_mass, thickness
from app.handwriting.paper import slide

Floats = NDArray[np.float32]

_FINE = 4
"""Pixels on the sheet worked on for each of the result's."""
_MARGIN = 24 * _FINE
"""Around the digit on that sheet: wherever its centre of mass lies, the result's frame stays on the sheet."""
THINNEST, THICKEST = 2.0, 3.4
"""Pixels, as :func:`app.handwriting.ink.thickness` measures it: thinner lines are thickened to it, thicker
ones thinned. MNIST's 3s and 7s: mean 2.4, standard deviation 0.55."""


def place(ink: Floats) -> Image:
    """``[h, w]`` of 0-1 with some ink on it → ``[28, 28]``: longer side 20 pixels, centre of mass at index 14.0."""
    strong = ink >= min(0.5, float(ink.max()))
    (top, bottom), (left, right) = (np.flatnonzero(strong.any(axis=axis))[[0, -1]] for axis in (1, 0))
    border = 1 + max(bottom - top, right - left) // 8
    piece = np.pad(ink, border)[top : bottom + 2 * border + 1, left : right + 2 * border + 1]
    scale = LONGER_SIDE * _FINE / (max(bottom - top, right - left) + 1)
    size = (max(round(piece.shape[1] * scale), 1), max(round(piece.shape[0] * scale), 1))
    sheet = np.asarray(Pillow.fromarray(piece).resize(size, Pillow.Resampling.BILINEAR), np.float32)
    sheet = np.pad(_as_thick(sheet), _MARGIN)
    x, y = centre_of_mass(sheet) + 0.5
    reach = (CENTRE + 0.5) * _FINE
    box = (x - reach, y - reach, x - reach + SIDE * _FINE, y - reach + SIDE * _FINE)
    image = Pillow.fromarray(sheet).resize((SIDE, SIDE), Pillow.Resampling.HAMMING, box=box)
    values: Floats = np.asarray(image, np.float32)
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def as_it_is(grey: Floats) -> Image | None:
    """The image that a picture of 28 × 28 pixels, ``grey`` 0-1, already is, on black or white; None if it is not placed
    as MNIST places its digits."""
    if grey.shape != (SIDE, SIDE):
        return None
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    empty = float(np.median(border))
    ink = 1 - grey if empty > 0.5 else grey
    lit = ink > 0.1
    if not lit.any() or min(empty, 1 - empty) > 0.02 or (np.abs(border - empty) > 0.1).mean() > 0.25:
        return None
    longer = max(np.flatnonzero(lit.any(axis=axis))[-1] - np.flatnonzero(lit.any(axis=axis))[0] + 1 for axis in (0, 1))
    placed = 18 <= longer <= 21 and np.abs(centre_of_mass(ink) - CENTRE).max() < 1
    return np.rint(ink * 255).astype(np.uint8) if placed else None


def _as_thick(sheet: Floats) -> Floats:
    """With lines between ``THINNEST`` and ``THICKEST``, which grow and shrink by the radius of a disc."""
    now = thickness(sheet) / _FINE
    wanted = min(max(now, THINNEST), THICKEST)
    radius = round(abs(wanted - now) / 2 * _FINE)
    if radius == 0:
        return sheet
    sheet = np.pad(sheet, radius)
    grow = wanted > now
    result = sheet
    for down in range(-radius, radius + 1):  # a disc is a stack of rows, each of its own half width
        across = slide(sheet, round((radius**2 - down**2) ** 0.5), 1, np.maximum if grow else np.minimum)
        row = np.roll(across, down, axis=0)
        result = np.maximum(result, row) if grow else np.minimum(result, row)
    return result if result.any() else sheet
