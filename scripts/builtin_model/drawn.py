"""Outlines → images, as a hand would draw them: never twice alike, with the pen that the product draws with."""

from collections.abc import Sequence

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from app.handwriting import ink

Images = NDArray[np.uint8]
Stroke = NDArray[np.float64]

_SUBDIVISIONS = 8
"""Points on a curve for each that it goes through."""


def strokes_of(outline: str) -> list[tuple[Stroke, bool]]:
    """Points ``[n, 2]`` of each stroke of an outline of ``outlines``, and whether it is a curve."""
    strokes = []
    for written in outline.split("/"):
        text = written.strip()
        points = np.array([[int(at[0]), int(at[1])] for at in text.removeprefix("~").split()], np.float64)
        strokes.append((points, text.startswith("~")))
    return strokes


def curve(points: Stroke) -> Stroke:
    """A Catmull-Rom spline through ``points``, with a corner where one stands twice in a row."""
    corners = [i for i in range(1, len(points)) if np.array_equal(points[i], points[i - 1])]
    parts = [part for part in np.split(points, corners) if len(part) > 1]
    return np.concatenate([_smooth(part) for part in parts]) if parts else points


def by_hand(random: RandomState, outline: str) -> list[Stroke]:
    """The outline's strokes with each point moved a little, the whole stretched, slanted and turned, and now and then
    drawn the other way about or cut a little short."""
    drawn = []
    wide, high = np.exp(random.normal(scale=0.18, size=2))
    turn, slant = random.normal(scale=0.1), random.normal(scale=0.12)
    cos, sin = np.cos(turn), np.sin(turn)
    map_ = np.array([[cos, -sin], [sin, cos]]) @ np.array([[wide, -slant * high], [0, high]])
    shake = random.uniform(0.15, 0.6)
    for points, bent in strokes_of(outline):
        moves = random.normal(scale=shake, size=points.shape)
        for i in range(1, len(points)):  # a corner stays one
            if np.array_equal(points[i], points[i - 1]):
                moves[i] = moves[i - 1]
        moved = points + moves + random.normal(scale=shake / 2, size=2)
        line = curve(moved) if bent and len(moved) > 2 else moved
        drawn.append(line @ map_.T)
    return drawn


def images(random: RandomState, outlines: Sequence[str], count: int) -> tuple[Images, NDArray[np.intp]]:
    """``count`` drawings ``[count, 784]`` of outlines chosen evenly, and which ``[count]``."""
    which = random.permutation(np.arange(count) % len(outlines))
    drawn = [ink.draw(by_hand(random, outlines[index])).ravel() for index in which]
    return np.stack(drawn), which


def _smooth(points: Stroke) -> Stroke:
    """A uniform Catmull-Rom spline; its ends go on straight."""
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    p = np.concatenate([[before], points, [after]])
    t = np.linspace(0, 1, _SUBDIVISIONS, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, points[-1:]])
