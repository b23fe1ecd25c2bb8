"""Images of no digit: scribbles, noise, lines, dots, and digits mirrored, turned, paired, framed, ruled or inverted."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.polynomial import Polynomial
from numpy.random import RandomState
from numpy.typing import ArrayLike, NDArray
from PIL import Image as Pillow

from app.handwriting import ink
from app.handwriting.ink import SIDE
from scripts.builtin_model.bits import line

Images = NDArray[np.uint8]
"""``[n, 784]``, ink bright on 0."""
Image = NDArray[np.uint8]


def scribbles(random: RandomState, count: int) -> Images:
    """One to three random walks of 2-8 points, some smoothed."""
    return np.stack([ink.draw([_walk(random) for _ in range(random.randint(1, 4))]).ravel() for _ in range(count)])


def noise(random: RandomState, count: int) -> Images:
    """Random pixels in turn even, black and white, in blocks of 4 × 4, and bell-shaped."""
    kinds = (
        lambda: random.uniform(0, 255, 784),
        lambda: (random.uniform(size=784) < random.uniform(0.02, 0.6)) * 255.0,
        lambda: np.kron(random.uniform(0, 255, (7, 7)), np.ones((4, 4))).ravel(),
        lambda: random.normal(128, 60, 784),
    )
    return np.stack([kinds[index % 4]().clip(0, 255).astype(np.uint8) for index in range(count)])


def lines_and_dots(random: RandomState, count: int) -> Images:
    """Two to six straight lines or dots anywhere."""

    def stroke() -> NDArray[np.float64]:
        start = random.uniform(0, 1, (1, 2))
        return np.concatenate([start, start if random.uniform() < 0.3 else random.uniform(0, 1, (1, 2))])

    return np.stack([ink.draw([stroke() for _ in range(random.randint(2, 7))]).ravel() for _ in range(count)])


def turned(random: RandomState, ours: Images, count: int) -> Images:
    """3s and 7s mirrored, turned by 90° either way or by 180°: none of them is a digit."""
    ways: tuple[Callable[[Image], Image], ...] = (
        lambda image: image[:, ::-1],
        lambda image: np.rot90(image, 2),
        np.rot90,
        lambda image: np.rot90(image, 3),
    )
    some = ours[random.randint(len(ours), size=count)].reshape(-1, SIDE, SIDE)
    return np.stack([ways[random.randint(len(ways))](image).ravel() for image in some])


def paired(random: RandomState, digits: Images, count: int) -> Images:
    """Two digits side by side, one above the other, or across each other."""
    made = []
    for _ in range(count):
        one, other = digits[random.randint(len(digits), size=2)].reshape(2, SIDE, SIDE)
        way = random.randint(3)
        shape = ((SIDE, SIDE // 2), (SIDE // 2, SIDE), (SIDE, SIDE))[way]
        parts = [_resized(image, *shape) for image in (one, other)]
        joined = np.maximum(*parts) if way == 2 else np.concatenate(parts, axis=1 - way)
        made.append(joined.ravel())
    return np.stack(made)


def framed(random: RandomState, digits: Images, count: int) -> Images:
    """A digit with other ink: in a frame or a circle, on lines or squares, crossed out or underlined twice."""
    made = []
    for image in digits[random.randint(len(digits), size=count)].reshape(-1, SIDE, SIDE):
        size = random.randint(13, 21)
        down, across = random.randint(1, SIDE - size, size=2)
        sheet = np.zeros((SIDE, SIDE), np.uint8)
        sheet[down : down + size, across : across + size] = _resized(image[3:25, 3:25], size, size)
        made.append(_ruled(random, sheet.astype(np.float64)).astype(np.uint8).ravel())
    return np.stack(made)


def inverted(random: RandomState, digits: Images, count: int) -> Images:
    """Dark ink on bright ground, which no reader should be shown as it is."""
    some = digits[random.randint(len(digits), size=count)].astype(np.float64)
    return (random.uniform(0.4, 1, (count, 1)) * (255 - some)).astype(np.uint8)


def _ruled(random: RandomState, sheet: NDArray[np.float64]) -> NDArray[np.float64]:
    pen = random.uniform(0.6, 2.2)
    low, high = random.uniform(0.5, 3, size=2), 27 - random.uniform(0.5, 3, size=2)
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    period = random.uniform(4, 9)
    at = np.arange(random.uniform(0, period), SIDE, period)
    rows = [((0.0, y), (27.0, y)) for y in at]
    columns = [((x, 0.0), (x, 27.0)) for x in at]
    circle = [14 + 12.5 * np.array([np.cos(a), np.sin(a)]) for a in np.linspace(0, 2 * np.pi, 17)]
    frame = list(zip(corners, np.roll(corners, -1, axis=0), strict=True))
    ways: tuple[Sequence[tuple[ArrayLike, ArrayLike]], ...] = (
        frame,
        list(pairwise(circle)),
        rows,
        [*rows, *columns],
        frame[: random.randint(2, 4)],
        [((0.0, random.uniform(8, 20)), (27.0, random.uniform(8, 20)))],
    )
    for start, end in ways[random.randint(len(ways))]:
        sheet = line(sheet, np.asarray(start, np.float64), np.asarray(end, np.float64), pen)
    return sheet


def _resized(image: Image, height: int, width: int) -> Image:
    return np.asarray(Pillow.fromarray(np.ascontiguousarray(image)).resize((width, height), Pillow.Resampling.BOX))


def _walk(random: RandomState) -> NDArray[np.float64]:
    points = random.normal(size=(random.randint(2, 9), 2)).cumsum(axis=0) * random.uniform(0.3, 1)
    points += random.normal(size=2)
    if len(points) > 3 and random.uniform() < 0.6:
        at = np.linspace(-1, 1, len(points))
        degree = min(len(points) - 1, 5)
        points = np.stack(
            [Polynomial.fit(at, points[:, axis], degree)(np.linspace(-1, 1, 30)) for axis in (0, 1)], axis=1
        )
    return points
