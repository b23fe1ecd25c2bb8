"""Paper squared so densely, or in such a direction, that its lines cannot be followed one by one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.handwriting.components import label
from app.handwriting.paper import close, grown, otsu

Mask = NDArray[np.bool_]
Floats = NDArray[np.float32]

MESHES = 12
"""Pieces of paper that ink closes in: with more it is squared paper, whichever way its lines go. An 8 closes in two."""
SMALLEST_MESH = 4
"""Pixels: a smaller piece of paper is a speck in a stroke, as a picture in black and white has many."""
LEAST_ENCLOSED = 0.2
"""Of the ink: how much paper it closes in, at least, on squared paper. Holes in a stroke of chalk have 0.08 of it,
squares whose lines are as wide as what is between them 0.33."""
WIDEST = 0.05
"""Of the picture's longer side: the widest line of squared paper that is looked for."""
SPLIT = 0.72
"""Of the variance of what is darker than its surroundings: the share that lies between ink and paper, at least, on
squared paper. Of noise it is 0.64."""
TWO_INKS = 0.8
"""The same share of what is darker than the paper, between lines and a stroke of darker ink."""


def meshed(mask: Mask) -> bool:
    """Whether the ink of ``mask`` ``[h, w]`` closes in as much paper as only squares do."""
    pieces, _ = label(~mask)
    sizes = np.bincount(pieces[pieces > 0])
    meshes = np.sort(sizes[sizes >= SMALLEST_MESH])
    return len(meshes) > MESHES and bool(meshes[:-1].sum() >= LEAST_ENCLOSED * mask.sum())  # the largest is around it


def without_mesh(mask: Mask) -> Mask:
    """Of ``mask`` ``[h, w]``, strokes that are thicker than the lines of the squared paper they are written on; nothing
    where there are none."""
    for wide in range(2, round(2 * WIDEST * max(mask.shape)) + 1):
        kept = _opened(mask, wide)
        if not meshed(kept):
            surely = _opened(mask, wide + 1)  # where the lines one way are a little thicker than the other way
            return surely if surely.any() else kept
    return np.zeros_like(mask)


def without_squares(pixels: Floats) -> Floats | None:
    """Of ``pixels`` ``[h, w, channels]`` of paper squared so densely that no light can be told from its lines, what is
    thicker than these; None where it is no such paper."""
    radius = round(WIDEST * max(pixels.shape) / 2)
    for values in (pixels, -pixels):
        darker = _darker(values, radius)
        strongest = max(float(darker.max()), 1e-9)
        threshold, split = otsu(darker / strongest)
        threshold *= strongest
        if split < SPLIT or not meshed(darker >= threshold):
            continue
        stronger = _stronger(values, radius, threshold)
        if stronger is not None:
            return stronger if values is pixels else -stronger
        closed = values
        for wide in range(1, radius + 1):
            closed = close(values, wide)
            if not meshed(_darker(closed, radius) >= threshold):
                wider = close(values, wide + 1)  # lines that are a little fainter here and there go too
                closed = wider if (_darker(wider, radius) >= threshold).any() else closed
                break
        return closed if values is pixels else -closed
    return None


def _stronger(values: Floats, radius: int, threshold: float) -> Floats | None:
    """Of ``values``, of which what is darker by the ``threshold`` is squared: without what of that is clearly lighter
    than the rest, if the rest is not squared; else None."""
    darker = _darker(values, radius)
    narrow = darker[darker >= threshold]
    level, split = otsu(narrow / narrow.max())
    strong = darker >= level * narrow.max()
    if split < TWO_INKS or meshed(strong) or not strong.any():
        return None
    near = grown(grown(strong, 0), 1)
    rest: Floats = np.where(near[..., None], values, close(values, radius))
    return rest


def _darker(values: Floats, radius: int) -> Floats:
    """By how much, where it is narrow."""
    grey: Floats = values.mean(axis=2)
    return close(grey, radius) - grey


def _opened(mask: Mask, wide: int) -> Mask:
    """Where a square of so many pixels fits into the ink, all of that square."""
    fits = _over(_over(mask.astype(np.float32), wide, 0, np.minimum), wide, 1, np.minimum)
    kept: Mask = _over(_over(np.pad(fits, wide - 1), wide, 0, np.maximum), wide, 1, np.maximum) > 0
    return kept


def _over(values: Floats, wide: int, axis: int, operation: Any) -> Floats:
    """``np.minimum`` or ``np.maximum`` over as many neighbours along an axis, which gets shorter by ``wide - 1``."""
    values = np.moveaxis(values, axis, 0)
    length = len(values) - wide + 1
    reached = values[:length]
    for at in range(1, wide):
        reached = operation(reached, values[at : at + length])
    return np.moveaxis(reached, 0, axis)
