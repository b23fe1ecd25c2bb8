"""What people add to their digits and MNIST's Americans seldom did, drawn into MNIST's images: bars and serifs on 7s,
flags and feet on 1s, hooks on 9s, slashes through 0s; and 6s turned by 180°, which are hooked 9s."""

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from app.handwriting.ink import EDGE, SIDE

Images = NDArray[np.uint8]
Floats = NDArray[np.float64]

_ROWS, _COLUMNS = (axis.astype(np.float64) for axis in np.mgrid[:SIDE, :SIDE])
_INK = 100
"""A pixel at least this bright belongs to a line."""

BARS, SERIFS, FLAGS, FEET, HOOKS, SLASHES, TURNS = 0.5, 0.3, 0.35, 0.2, 0.35, 0.2, 0.2
"""The share of 7s, 7s, 1s, 1s, 9s, 0s and 6s that get one."""

BAR, LOW_BAR = (0.35, 0.8), (0.6, 0.88)
"""How far down a 7 its bar is, at least and at most."""
MORE_BARS, LOW_BARS = 0.6, 0.3
"""The share of 7s that get a bar, and a low one, where ``low`` ones are asked for: they are misread the most."""


def line(image: Floats, start: Floats, end: Floats, thickness: float) -> Floats:
    """``image`` ``[28, 28]`` with a straight line from ``start`` to ``end`` ``[x, y]``, in pixels."""
    along = end - start
    x, y = _COLUMNS - start[0], _ROWS - start[1]
    t = np.clip((x * along[0] + y * along[1]) / max(float(along @ along), 1e-9), 0, 1)
    distance = np.hypot(x - t * along[0], y - t * along[1])
    drawn: Floats = np.maximum(image, 255 * np.clip((thickness / 2 - distance) / EDGE + 0.5, 0, 1))
    return drawn


def add(
    random: RandomState, images: Images, labels: NDArray[np.int64], low: bool = False
) -> tuple[Images, NDArray[np.int64]]:
    """Of images ``[n, 784]`` and their digits ``[n]``: some with bits added, some 6s turned into 9s. ``low``: with more
    bars, half of them low."""
    bars, low_bars = (MORE_BARS, LOW_BARS) if low else (BARS, 0.0)
    images, labels = images.reshape(-1, SIDE, SIDE).copy(), labels.copy()
    chance = random.uniform(size=(len(images), 2))
    for at in np.flatnonzero(np.isin(labels, (0, 1, 6, 7, 9))):
        image, (one, other) = images[at].astype(np.float64), chance[at]
        if not (image > _INK).any():
            continue
        match labels[at]:
            case 7:
                image = _bar(random, image, *(LOW_BAR if one < low_bars else BAR)) if one < bars else image
                image = _serif(random, image) if other < SERIFS else image
            case 1:
                image = _flag(random, image) if one < FLAGS else image
                image = _foot(random, image) if other < FEET else image
            case 9 if one < HOOKS:
                image = _hook(random, image)
            case 0 if one < SLASHES:
                middle, half = np.array([14.0, 14.0]), np.array([random.uniform(3, 9), -random.uniform(5, 11)])
                image = line(image, middle - half, middle + half, _pen(random))
            case 6 if one < TURNS:
                image, labels[at] = image[::-1, ::-1], 9
        images[at] = image
    return images.reshape(len(images), -1), labels


def seven(random: RandomState, image: NDArray[np.uint8], *, bar: bool, serif: bool) -> NDArray[np.uint8]:
    """A 7 ``[784]`` with these bits."""
    drawn = image.reshape(SIDE, SIDE).astype(np.float64)
    drawn = _bar(random, drawn, *BAR) if bar else drawn
    drawn = _serif(random, drawn) if serif else drawn
    return drawn.astype(np.uint8).ravel()


def _by(x: float, y: float) -> Floats:
    return np.array([x, y])


def _pen(random: RandomState) -> float:
    return float(random.uniform(1.6, 3.0))


def _rows(image: Floats) -> tuple[int, int]:
    lit = np.flatnonzero((image > _INK).any(axis=1))
    return int(lit[0]), int(lit[-1])


def _middle(image: Floats, row: int) -> Floats:
    """``[x, y]`` of the middle of the ink in a row."""
    weights = np.where(image[row] > _INK, image[row], 0)
    x = (weights * np.arange(SIDE)).sum() / weights.sum() if weights.any() else 14.0
    return np.array([x, float(row)])


def _bar(random: RandomState, image: Floats, least: float, most: float) -> Floats:
    top, bottom = _rows(image)
    middle = _middle(image, round(top + random.uniform(least, most) * (bottom - top)))
    half = np.array([random.uniform(2.5, 6.5), random.uniform(-2.0, 1.2)])
    off = np.array([random.uniform(-1.5, 1.5), 0])
    return line(image, middle - half + off, middle + half + off, _pen(random))


def _serif(random: RandomState, image: Floats) -> Floats:
    top, bottom = _rows(image)
    upper = image[: top + max((bottom - top) * 2 // 5, 1)] > _INK
    x = int(np.flatnonzero(upper.any(axis=0))[0])
    y = int(np.flatnonzero(upper[:, x])[0])
    start = np.array([x + 0.5, y + 0.5])
    return line(image, start, start + _by(random.uniform(-1.5, 1.0), random.uniform(2.0, 6.5)), _pen(random))


def _flag(random: RandomState, image: Floats) -> Floats:
    start = _middle(image, _rows(image)[0])
    return line(image, start, start + _by(-random.uniform(2, 7), random.uniform(0.5, 6)), _pen(random))


def _foot(random: RandomState, image: Floats) -> Floats:
    middle = _middle(image, _rows(image)[1])
    half = np.array([random.uniform(2.5, 7), random.uniform(-0.8, 0.8)])
    return line(image, middle - half, middle + half, _pen(random))


def _hook(random: RandomState, image: Floats) -> Floats:
    start = _middle(image, _rows(image)[1])
    pen = _pen(random)
    turn = start + _by(-random.uniform(1.5, 5), random.uniform(-0.5, 2.5))
    end = turn + _by(-random.uniform(1, 5), -random.uniform(-0.5, 4))
    return line(line(image, start, turn, pen), turn, end, pen)
