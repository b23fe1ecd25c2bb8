"""Strokes of a pen → the 28 × 28 image that MNIST would have made of them.

The strokes are drawn anew at the size of MNIST's digits; a finished picture is never shrunk, so the pen is as thick as
MNIST's whatever the size of the canvas was. Where things go was measured on MNIST's training 3s and 7s: the longer
side of what is lit is 20 pixels in 99.9 % of them, and their centre of mass is at index 14.0 (x and y).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SIDE = 28
CENTRE = 14.0
"""Where the centre of mass goes: an index, so the middle of the fifteenth pixel."""
LONGER_SIDE = 19.0
"""Pixels between the edges of the ink where it has half its strength; with its soft edge 20 pixels are lit."""
THICKNESS = 2.6
"""Pixels between the two edges of a line. Chosen with ``EDGE`` so that drawn 3s and 7s have MNIST's own mean thickness
and its share of full, soft and faint pixels."""
EDGE = 1.2
"""Pixels over which the ink fades out."""

_PIECE = 1.0
"""Longest straight piece drawn at once, pixels."""
_MOST_PIECES = 2000
"""A digit has some 50. A scribble so dense that this is too few is a solid blot however it is drawn."""
_REACH = 3
"""No pixel this far from a piece's middle is lit: ``(_PIECE + THICKNESS + EDGE) / 2`` is 2.4."""
_SHEET = 64
"""Side of the sheet drawn on: wherever the centre of mass lies, no ink falls off."""

Image = NDArray[np.uint8]


def draw(strokes: Sequence[NDArray[np.float64]]) -> Image:
    """Each stroke is ``[n, 2]`` or wider, x then y pointing down, any units; straight lines join its points.

    Returns ``[28, 28]``, ink bright on 0; all zero where there is no point at all. A dot, and strokes that never leave
    one point, become one dot in the middle. A shape so lopsided that it does not fit around its centre of mass is cut
    off at the border. Raises ValueError for a coordinate that is not a finite number.
    """
    strokes = [np.asarray(stroke, np.float64)[:, :2] for stroke in strokes if len(stroke)]
    if not strokes:
        return np.zeros((SIDE, SIDE), np.uint8)
    start, end = _pieces(_scaled(strokes))
    # The lines' own centre of mass is near the ink's. Each drawing shows how far off it is. The last correction is
    # halved: the ink of a dot depends on where in a pixel it lies, and between few dots whole ones would swing.
    weight = np.hypot(*(end - start).T) + 1e-3
    centre = ((start + end) * weight[:, None]).sum(axis=0) / (2 * weight.sum())
    for share in (1, 1, 0.5):
        centre += share * (centre_of_mass(_render(start - centre, end - centre)) - _SHEET // 2)
    corner = _SHEET // 2 - int(CENTRE)
    ink = _render(start - centre, end - centre)[corner : corner + SIDE, corner : corner + SIDE]
    return np.rint(ink * 255).astype(np.uint8)


def centre_of_mass(image: NDArray[np.generic]) -> NDArray[np.float64]:
    """``[x, y]`` as indices. The image must have some ink."""
    x, y = image.sum(axis=0, dtype=np.float64), image.sum(axis=1, dtype=np.float64)
    moments = np.array([x @ np.arange(len(x)), y @ np.arange(len(y))], np.float64)
    centre: NDArray[np.float64] = moments / x.sum()
    return centre


def thickness(image: NDArray[np.generic]) -> float:
    """Mean thickness of the lines in pixels: twice the ink's area over the length of its edge. 0.0 without ink.

    The edge's length is the image's total variation; a line of area ``length × thickness`` has an edge of
    ``2 × length``. MNIST's 3s and 7s: mean 2.4, standard deviation 0.55.
    """
    ink = np.pad(image.astype(np.float64) / max(float(image.max()), 1e-9), 1)
    edge = np.hypot(np.diff(ink, axis=1)[:-1], np.diff(ink, axis=0)[:, :-1]).sum()
    return float(2 * ink.sum() / edge) if edge > 0 else 0.0


def _scaled(strokes: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """In pixels, the longer side of the lines such that with their thickness it is ``LONGER_SIDE``."""
    points = np.concatenate(strokes)
    if not np.isfinite(points).all():
        raise ValueError("a stroke has a coordinate that is not a finite number")
    # Into -1…1 first: the difference of two of the largest floats overflows, the square of one of the smallest is 0.
    points = points / (np.abs(points).max() or 1.0)
    points -= points.min(axis=0)
    points /= points.max() or 1.0  # by itself: of a length near the smallest float the factor would overflow
    points *= LONGER_SIDE - THICKNESS
    return np.split(points, np.cumsum([len(stroke) for stroke in strokes])[:-1])


def _pieces(strokes: list[NDArray[np.float64]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Starts and ends, each ``[m, 2]``, of pieces mostly no longer than ``_PIECE``, at least one a stroke."""
    along = [np.concatenate([[0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()]) for stroke in strokes]
    longest = max(_PIECE, sum(length[-1] for length in along) / _MOST_PIECES)
    starts, ends = [], []
    for stroke, length in zip(strokes, along, strict=True):
        at = np.linspace(0.0, length[-1], 2 + int(length[-1] / longest))
        points = np.stack([np.interp(at, length, stroke[:, 0]), np.interp(at, length, stroke[:, 1])], axis=1)
        starts.append(points[:-1])
        ends.append(points[1:])
    return np.concatenate(starts), np.concatenate(ends)


def _render(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float32]:
    """Ink from 0 to 1, ``[_SHEET, _SHEET]``, of pieces given relative to the sheet's middle: full within half the
    thickness of the nearest piece, fading over ``EDGE``."""
    start, end = start + _SHEET // 2, end + _SHEET // 2
    first = np.floor((start + end) / 2).astype(np.intp) - (_REACH - 1)
    window = np.arange(2 * _REACH)
    x, y = (first[:, axis, None] + window for axis in (0, 1))
    square = _squared_distance(x - start[:, :1], y - start[:, 1:], end - start)
    nearest = np.full(_SHEET * _SHEET, np.inf)
    np.minimum.at(nearest, (y[:, :, None] * _SHEET + x[:, None, :]).ravel(), square.ravel())
    ink: NDArray[np.float32] = np.clip((THICKNESS / 2 - np.sqrt(nearest)) / EDGE + 0.5, 0, 1, dtype=np.float32)
    return ink.reshape(_SHEET, _SHEET)


def _squared_distance(
    x: NDArray[np.float64], y: NDArray[np.float64], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    """``[m, rows, columns]`` from pixels at ``x`` ``[m, columns]`` and ``y`` ``[m, rows]``, both relative to a piece's
    start, to the piece, which is the vector ``along`` ``[m, 2]``.

    For a pixel p, a piece d and t the projection u = p·d / |d|² limited to 0…1, it is |p|² - t (2u - t) |d|².
    """
    square = np.maximum((along * along).sum(axis=1), 1e-12)
    unit = along / square[:, None]
    u = (y * unit[:, 1:])[:, :, None] + (x * unit[:, :1])[:, None, :]
    t = np.clip(u, 0, 1)
    distance: NDArray[np.float64] = (y * y)[:, :, None] + (x * x)[:, None, :]
    distance -= t * (2 * u - t) * square[:, None, None]
    return np.maximum(distance, 0, out=distance)
