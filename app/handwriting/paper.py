"""A picture → how much ink is where: light, shadows and paper are taken away."""

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Values = TypeVar("Values", bound=np.generic)

_GRID = 40
"""Rows and columns to which a picture is thinned out to fit the light that falls on it."""
_OPPOSED = 0.25
"""Of the colours' difference, of length 1: by how much, at least, two channels go opposite ways in ink that is told
from its paper by colour alone."""
_LINE = 0.12
"""Of the picture's longer side: the widest stroke that is looked for to tell dark ink from light."""
_WINDOW, _NARROW_WINDOW = 0.25, 0.16
"""Of the picture's longer side: a darker place wider than that is a shadow, a narrower one is ink. The second tells
ink from the corners of a shadow at the picture's border, where no stroke is wider."""
_NO_WIDER = 0.5
"""Of what the wide window takes for ink, squared: how much the narrow one finds, at least, where no stroke is wider."""


def contrast(pixels: Floats) -> tuple[Floats, float]:
    """Of ``pixels`` ``[h, w, channels]``, 0-1: ``[h, w]``, about 0 on paper and about 1 on the strongest ink, and that
    ink's own contrast as a fraction of the paper's brightness (0-1; near 0 there is only noise).

    Ink may be darker or lighter than its paper, and of any colour; light may fall off, and shadows lie across.
    """
    light = _lights(pixels)
    off = pixels - light
    by_colour = _by_colour(off)
    if by_colour is not None:
        pixels, light = by_colour, _lights(by_colour)
    elif _lighter(pixels.mean(axis=2), off.mean(axis=2)):
        pixels, light = np.float32(1) - pixels, np.float32(1) - light
    lit = (pixels / np.maximum(light, 0.1)).astype(np.float32)
    wide, narrow = (close(lit, round(window * max(lit.shape) / 2)) - lit for window in (_WINDOW, _NARROW_WINDOW))
    missing = narrow if (narrow**2).sum() >= _NO_WIDER * (wide**2).sum() else wide
    # The ink's colour is the mean of what is missing, weighed so that only where much is missing counts.
    weight = (missing.mean(axis=2, keepdims=True) ** 2) ** 2
    colour = (missing * weight).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-12)
    power = float(colour @ colour)
    return missing @ (colour / max(power, 1e-12)).astype(np.float32), float(np.sqrt(power / len(colour)))


def _lighter(grey: Floats, off: Floats) -> bool:
    """Whether the ink is lighter than its paper, as chalk is and MNIST's digits are: of ``grey`` ``[h, w]``, and of how
    far it is ``off`` the light. What stands out most says so, unless it is a lit place: then lines are dark."""
    if _cube(off).sum() <= 0:
        return False
    radius = round(_LINE * max(grey.shape) / 2)
    dark, light = close(grey, radius) - grey, close(-grey, radius) + grey
    return bool(_cube(dark).sum() <= 2 * _cube(light).sum())


def _cube(values: Floats) -> Floats:
    return values * values * values  # numpy's third power takes twenty times as long


def _by_colour(off: Floats) -> Floats | None:
    """Of ``off`` ``[h, w, channels]``, the colours less their paper's: where the ink is darker than its paper in one
    channel and lighter in another, as red on green is, ``[h, w, 1]`` of dark ink on light paper; else None."""
    if off.shape[2] == 1:
        return None
    colours = off.reshape(-1, off.shape[2])
    distances = (colours**2).sum(axis=1)
    strongest = colours[distances >= np.quantile(distances, 0.98)]
    towards: Floats = np.linalg.eigh(strongest.T @ strongest)[1][:, -1].astype(np.float32)
    if min(abs(towards.min()), abs(towards.max())) < _OPPOSED or towards.min() * towards.max() > 0:
        return None
    along = off @ towards
    dark = along * -np.sign(_cube(along).sum())
    picture: Floats = np.clip(0.75 + 0.5 * dark, 0, 1).astype(np.float32)[..., None]
    return picture


def close(values: Floats, radius: int) -> Floats:
    """Closing with a square of ``2 * radius + 1``: dark places narrower than it vanish, all else stays."""
    for operation, axis in ((np.maximum, 0), (np.maximum, 1), (np.minimum, 0), (np.minimum, 1)):
        values = slide(values, radius, axis, operation)
    return values


def otsu(values: Floats) -> tuple[float, float]:
    """The threshold that leaves the two sides of ``values``, of 0 to 1.2, most alike within themselves (Otsu 1979), and
    the share of the variance that lies between them."""
    counts, edges = np.histogram(values, bins=128, range=(0, 1.2))
    middle = (edges[:-1] + edges[1:]) / 2
    below = counts.cumsum()
    above = below[-1] - below
    sums = (counts * middle).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.nan_to_num(below * above * (sums / below - (sums[-1] - sums) / above) ** 2)
    total = max(float(below[-1]), 1.0)
    variance = float((counts * middle**2).sum() / total - (sums[-1] / total) ** 2)
    return float(edges[1:][between.argmax()]), float(between.max() / total**2 / max(variance, 1e-12))


def blur(pixels: Floats, radius: int) -> Floats:
    """The mean over ``2 * radius + 1`` neighbours each way of ``pixels`` ``[h, w, channels]``."""
    wide = 2 * radius + 1
    for axis in (0, 1):
        values = np.moveaxis(pixels, axis, 0)
        first, last = np.repeat(values[:1], radius + 1, axis=0), np.repeat(values[-1:], radius, axis=0)
        sums = np.concatenate([first, values, last]).cumsum(axis=0, dtype=np.float64)
        pixels = np.moveaxis((sums[wide:] - sums[:-wide]) / wide, 0, axis).astype(np.float32)
    return pixels


def slide(values: NDArray[Values], radius: int, axis: int, operation: Any) -> NDArray[Values]:
    """``np.maximum``, ``np.minimum`` or ``np.logical_or`` over ``2 * radius + 1`` neighbours along an axis,
    in log2 of that many steps."""
    values = np.moveaxis(values, axis, 0)
    values = np.concatenate([values[:1]] * radius + [values] + [values[-1:]] * radius)
    wide = 1
    while wide <= 2 * radius:
        step = min(wide, 2 * radius + 1 - wide)
        values = operation(values[:-step], values[step:])
        wide += step
    return np.moveaxis(values, 0, axis)


def grown(mask: NDArray[np.bool_], axis: int, radius: int = 1) -> NDArray[np.bool_]:
    """By so many pixels along an axis, to both sides."""
    return slide(mask, radius, axis, np.logical_or)


def _lights(pixels: Floats) -> Floats:
    return np.stack([_light(pixels[..., channel]) for channel in range(pixels.shape[2])], axis=2)


def _light(channel: Floats) -> Floats:
    """The paper's brightness as a second-order surface ``[h, w]``, fitted again and again to the three quarters of the
    pixels that fit best, so that ink does not count."""
    height, width = channel.shape
    rows, columns = (np.linspace(0, size - 1, min(size, _GRID)).astype(int) for size in channel.shape)
    y, x = np.meshgrid(rows / height - 0.5, columns / width - 0.5, indexing="ij")
    terms, values = _terms(y.ravel(), x.ravel()), channel[np.ix_(rows, columns)].ravel()
    kept = np.ones(len(values), bool)
    surface = np.zeros(6)
    for _ in range(6):
        surface = np.linalg.lstsq(terms[kept], values[kept], rcond=None)[0]
        off = np.abs(values - terms @ surface)
        kept = off <= np.quantile(off, 0.75)
    y, x = (np.arange(size) / size - 0.5 for size in channel.shape)
    a, by, bx, byy, bxx, bxy = surface
    down, across = a + by * y + byy * y * y, bx * x + bxx * x * x
    everywhere: NDArray[np.float64] = down[:, None] + across + bxy * np.multiply.outer(y, x)
    return everywhere.astype(np.float32)


def _terms(y: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([np.ones_like(y), y, x, y * y, x * x, x * y], axis=1)
