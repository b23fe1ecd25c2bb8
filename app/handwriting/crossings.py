"""Straight lines from border to border of a picture, in any direction, across the digit or beside it."""

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.handwriting.components import label
from app.handwriting.paper import grown
from app.handwriting.surroundings import LEAST, OVERHANG, THICKEST, THINNER

Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
Place = NDArray[np.float64]
"""``[2]``, y and x."""

ENDS, MOST_LINES = 8, 12
"""Places at the border where ink leaves the picture, and lines between them: with more, they are no lines that cross
it, but a pattern, or a blot."""
FINE_LINE = 0.06
"""Of the mask's longer side: how thick a line from border to border is, at most."""
UNBROKEN = 0.97
"""Of a line from border to border: how much of it has ink, at least."""
SPACING, PLACES, SAMPLES = 4, 32, 64
"""Pixels between places along a run of ink at the border, from where lines are looked for; and how many there are at
most. On how many pixels of a line it is first looked whether they are ink."""
ASIDE = 1.5
"""Pixels to either side of a line that are its soft edge."""
AT_END, BESIDE = 0.03, 0.1
"""Of the ink beside a line: how much of it may go as far as the line or further, at each end; how much of it there is
on either side, at least."""


def without_crossings(mask: Mask) -> Mask:
    """Of ``mask`` ``[h, w]``, the ink that does not belong to thin straight lines from border to border, in any
    direction; ``mask`` itself where that which is left, or nothing, touches the border: then it may be a digit's own
    stroke. Strokes that cross a line stay whole, but for what runs along it."""
    kept = mask.copy()
    for chord in _chords(mask):
        kept &= ~_on(mask, chord)[0]
    if np.array_equal(kept, mask) or kept.sum() < LEAST * mask.sum():
        return mask
    pieces, _ = label(kept)
    largest = 1 + np.bincount(pieces[pieces > 0] - 1).argmax()
    border = _around(mask.shape)
    return mask if (pieces[border[:, 0], border[:, 1]] == largest).any() else kept


def crossed(mask: Mask) -> bool:
    """Whether a thin straight line from border to border of ``mask`` ``[h, w]`` has other ink on both sides and goes on
    beyond it at both ends, as no stroke of a digit does."""
    found = [(*chord, _on(mask, chord)[1]) for chord in _chords(mask)]
    if not found:
        return False
    y, x = np.nonzero(mask & ~np.any([near for *_, near in found], axis=0))
    for first, second, _ in found if len(y) else ():
        along = second - first
        place = ((y - first[0]) * along[0] + (x - first[1]) * along[1]) / (along @ along)  # 0-1 from end to end
        left = float(((x - first[1]) * along[0] > (y - first[0]) * along[1]).mean())
        low, high = np.quantile(place, (AT_END, 1 - AT_END))
        if low > OVERHANG and high < 1 - OVERHANG and BESIDE <= left <= 1 - BESIDE:
            return True
    return False


def _chords(mask: Mask) -> list[tuple[Place, Place]]:
    """The ends of straight lines of ink from border to border of ``mask``, half as long as its shorter side or longer;
    of lines that leave it at the same places, one for all."""
    runs = _border_runs(mask)
    if not 2 <= len(runs) <= ENDS or min(mask.shape) < 16:
        return []
    near = grown(grown(mask, 0), 1)
    chords = []
    for first, second in [*combinations(runs, 2), *((run[:1], run[-1:]) for run in runs)]:
        pairs = np.stack([np.repeat(first, len(second), axis=0), np.tile(second, (len(first), 1))])
        pairs = pairs[:, np.hypot(*(pairs[1] - pairs[0]).T) >= min(mask.shape) / 2]
        likely = pairs[:, _inked(near, pairs, SAMPLES) >= UNBROKEN]
        if likely.size:
            chord = likely.mean(axis=1)
            if _inked(near, chord[:, None], max(mask.shape))[0] >= UNBROKEN:
                chords.append((chord[0], chord[1]))
    return chords if len(chords) <= MOST_LINES else []


def _inked(mask: Mask, pairs: NDArray[Any], samples: int) -> NDArray[np.float64]:
    """Of each line between ``pairs`` ``[2, n, 2]`` of places: how much of it lies on ``mask``."""
    along = np.linspace(0, 1, samples)[:, None, None]
    at = np.rint(pairs[0] + along * (pairs[1] - pairs[0])).astype(int)
    share: NDArray[np.float64] = mask[at[..., 0], at[..., 1]].mean(axis=0)
    return share


def _on(mask: Mask, chord: tuple[Place, Place]) -> tuple[Mask, Mask]:
    """The ink of ``mask`` that belongs to a line alone, none where the line is as thick as a stroke; and all ink as
    close to it."""
    first, along = chord[0], chord[1] - chord[0]
    length = float(np.hypot(*along))
    (down, across), steps = along / length, round(length)
    reach = round(THICKEST * max(mask.shape) / 2) + 2
    sides, places = np.arange(1, reach + 1), np.arange(steps + 1)
    runs = []
    for towards in (sides, -sides):  # where ink ends on either side of each place of the line
        rows, columns = (
            np.rint(start + step * places[:, None] + turn * towards).astype(int)
            for start, step, turn in ((first[0], down, -across), (first[1], across, down))
        )
        outside = (rows < 0) | (rows >= mask.shape[0]) | (columns < 0) | (columns >= mask.shape[1])
        inked = mask[rows.clip(0, mask.shape[0] - 1), columns.clip(0, mask.shape[1] - 1)] & ~outside
        runs.append(np.logical_and.accumulate(inked, axis=1).sum(axis=1))
    one, other = runs
    thick = one + other + 1
    usual = float(np.median(thick))
    y, x = np.nonzero(mask)
    place = np.rint((y - first[0]) * down + (x - first[1]) * across).astype(int).clip(0, steps)
    off = (x - first[1]) * down - (y - first[0]) * across
    thin = thick <= THINNER * usual + 1
    ink, near = np.zeros_like(mask), np.zeros_like(mask)
    if usual <= max(FINE_LINE * max(mask.shape), 1):
        tilt, middle = np.polyfit(places[thin], (one - other)[thin] / 2, 1)  # the chord is not quite the line's middle
        close = np.abs(off - middle - tilt * place) <= usual / 2 + ASIDE
        ink[y, x], near[y, x] = close & thin[place], close
    return ink, near


def _border_runs(mask: Mask) -> list[Whole]:
    """Places ``[n, 2]``, y and x, along each run of ink along the border of ``mask``."""
    border = _around(mask.shape)
    inked = mask[border[:, 0], border[:, 1]]
    if inked.all() or not inked.any():
        return []
    first = int(np.flatnonzero(~inked)[0])  # so that no run goes across the beginning
    border, inked = np.roll(border, -first, axis=0), np.roll(inked, -first)
    change = np.diff(np.concatenate([[0], inked.astype(np.intp), [0]]))
    runs = zip(np.flatnonzero(change == 1).tolist(), np.flatnonzero(change == -1).tolist(), strict=True)
    counts = ((begin, end, min(2 + (end - begin) // SPACING, PLACES)) for begin, end in runs)
    return [border[np.linspace(begin, end - 1, count).astype(int)] for begin, end, count in counts]


def _around(shape: tuple[int, ...]) -> Whole:
    """The places ``[y, x]`` along the border, clockwise."""
    height, width = shape
    down, across = np.arange(height), np.arange(width)
    sides = (
        (np.zeros_like(across), across), (down[1:], np.full_like(down[1:], width - 1)),
        (np.full_like(across[1:], height - 1), across[-2::-1]), (down[-2:0:-1], np.zeros_like(down[1:-1])),
    )  # fmt: skip
    return np.concatenate([np.stack(side, axis=1) for side in sides])
