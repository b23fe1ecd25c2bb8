"""What is around a digit and is not the digit: ruled and squared paper, underlines, frames, circles, a plot's axes."""

import numpy as np
from numpy.typing import NDArray

from app.handwriting.components import label
from app.handwriting.ink import thickness
from app.handwriting.paper import grown

Mask = NDArray[np.bool_]
Whole = NDArray[np.intp]
Floats = NDArray[np.float32]

TILTS = np.tan(np.radians(np.arange(-9, 10)))
"""By which lines may lean from the picture's rows or columns."""
SPANNED = 0.8
"""Of the mask's width: where a line has ink, at least."""
OVERHANG = 0.07
"""Of the mask's width: how far a single line, at least, goes on beyond all other ink, to either side."""
THICKEST = 0.1
"""Of the mask's longer side. What is thicker is a stroke, or the table's edge."""
ABOVE = 0.3
"""Of all other ink: how much a single line must have above it. The bar of a 7 has none."""

BETWEEN = 0.85
"""Of all other ink: how much two lines as thick as it have between them, at least. A 7 has its stem below its bars."""
FINER, SLIGHT = 0.75, 0.015
"""Of the thickness of all other ink: that of a single line, at most, that was drawn with another pen; of the mask's
width: how far it goes on beyond the other ink, at least."""

THINNER = 1.6
"""Of a line's usual thickness: ink that is thicker there belongs to a stroke that crosses the line, or touches it."""

RAYS, STEPS = 240, 96
"""Around a frame's middle, and on each from there to the frame."""
STRAY = 0.2
"""Of a frame's half width: how far it may stray from a rectangle or an ellipse."""
ON_FRAME = 0.95
"""Of the rays: on how many, at least, it does not stray further."""
WIDEST = 0.22
"""Of a frame's half width: its own line's thickness, at most."""
THICKER = 1.3
"""Of a frame's usual thickness: where ink is thicker, a stroke crosses the frame or runs along it, as the foot of a
3 does, and stays whole."""
LEAST = 0.08
"""Of the ink, without which too little is left for a digit in a frame, or beside lines."""
NEARLY, DEEP, LEAST_DEEP = 0.8, 0.55, 0.1
"""Of the rays: on how many, at least, ink lies where a frame with gaps has it; of a frame's half width: how far from
its middle is well within; of the ink: how much of it is there, at least."""
BOLD = 0.25
"""Of a mask's half width: ink as thick is a bold digit's own. In a frame it is half as thick, even by a broad pen."""
MOST_RIM = 0.3
"""Of what is left: how much of it may lie at what was taken away. A frame's own rest does, a digit touches."""

STRAIGHT, SIDES = 0.95, 0.7
"""Of an image's ink from side to side: how much of it lines cover, at least, that are across all of it; and the other
sides of a frame beyond which the digit goes."""
INK = 100
"""Brightness from which a pixel of an image counts as ink there."""

COARSE = 64
"""Pixels of the longer side on which panels are looked for."""
SMALLEST_PANEL, FILLED = 0.25, 0.97
"""Of the picture's sides, how long a panel's are at least; of its area, how much is unlike the ground around it."""
OTHER = 0.1
"""Difference in brightness by which a panel's ground is another than what is around it."""
MOST_CROSSING = 0.5
"""Of a panel's side: how much of it strokes cross, at most; what is darker on more of it is a frame or a shadow."""
SUDDEN = 0.8
"""Of the difference between a bar beside a picture and the picture: how much of it lies between two rows."""


def without_lines(mask: Mask) -> Mask:
    """Of ``mask`` ``[h, w]``, the ink that does not belong to straight lines across it: parallel ones, a single one
    from left to right that has ink above, or one that is finer than all other ink. Strokes that cross a line stay
    whole."""
    kept = _without_rows(mask, underline=True)
    upright = _without_rows(kept.T, underline=False).T
    return upright if upright is kept or np.array_equal(upright, kept) else _without_rows(upright, underline=True)


def without_frame(mask: Mask) -> Mask:
    """Of ``mask`` ``[h, w]``, what is inside where the outermost ink is a rectangle or an ellipse drawn around the
    rest, which may touch it; ``mask`` itself where it is not."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) == 0 or min(np.ptp(rows), np.ptp(columns)) < 8:
        return mask
    middle = np.array([[rows[0] + rows[-1]], [columns[0] + columns[-1]]]) / 2
    half = np.array([[np.ptp(rows)], [np.ptp(columns)]]) / 2
    y, x = (np.stack(np.nonzero(mask)) - middle) / half
    ray = np.rint(np.arctan2(y, x) / (2 * np.pi) * RAYS).astype(int) % RAYS
    angle = np.arange(RAYS) / RAYS * 2 * np.pi
    directions = np.stack([np.sin(angle), np.cos(angle)])
    for norm in (np.inf, 2):
        at = directions / np.linalg.norm(directions, norm, axis=0) * half  # [2, RAYS]: where the frame should be
        steps = np.linspace(0, 1.02, STEPS)[:, None, None]
        seen = np.rint(middle + steps * at).astype(int).clip(0, np.array(mask.shape)[:, None] - 1)
        inked = mask[seen[:, 0], seen[:, 1]]  # [STEPS, RAYS]
        outer = STEPS - 1 - inked[::-1].argmax(axis=0)
        if (inked.any(axis=0) & (outer > (1 - STRAY) * STEPS)).mean() < ON_FRAME:
            continue
        # From the outside inwards, where the ink of each ray's outermost piece ends.
        ended = ~inked & (np.arange(STEPS)[:, None] < outer)
        inner = STEPS - 1 - ended[::-1].argmax(axis=0)
        sides = np.where(abs(directions[0]) >= abs(directions[1]), *half)
        width = (outer - inner) / STEPS * 1.02 * (sides if norm == np.inf else np.hypot(*at))  # in pixels
        thick = np.median(width)
        inner = np.where(width <= THICKER * thick + 1, inner, STEPS) / STEPS * 1.02
        inside = np.linalg.norm(np.stack([y, x]), norm, axis=0) < inner[ray]
        kept, gone = np.zeros_like(mask), np.zeros_like(mask)
        kept[mask], gone[mask] = inside, ~inside
        rim = kept & grown(grown(gone, 0), 1)
        if thick < WIDEST * half.mean() and inside.sum() >= LEAST * mask.sum() and rim.sum() <= MOST_RIM * inside.sum():
            return kept
    return mask


def nearly_framed(mask: Mask) -> bool:
    """Whether most of the outermost ink of ``mask`` ``[h, w]`` lies on a rectangle or an ellipse around other ink: a
    frame that could not be taken away, or, of one in three hundred 3s and 7s, the digit itself."""
    y, x = np.nonzero(mask)
    if len(y) == 0 or min(np.ptp(y), np.ptp(x)) < 8 or thickness(mask) >= BOLD * (np.ptp(y) + np.ptp(x)) / 4:
        return False
    place = np.stack([2 * (y - y.min()) / np.ptp(y) - 1, 2 * (x - x.min()) / np.ptp(x) - 1])
    ray = np.rint(np.arctan2(place[0], place[1]) / (2 * np.pi) * RAYS).astype(int) % RAYS
    for norm in (np.inf, 2):
        away = np.linalg.norm(place, norm, axis=0)
        on_frame = len(np.unique(ray[away > 1 - STRAY])) / RAYS
        if on_frame >= NEARLY and (away < DEEP).mean() >= LEAST_DEEP:
            return True
    return False


def lined(image: NDArray[np.uint8]) -> bool:
    """Whether ``image`` ``[28, 28]``, ink bright on 0, has straight lines all across or all down its ink, as no digit
    has: a frame's two and two, or a ruling's three or more. Not covered: circles, single lines, and what leans by more
    than a pixel."""
    ink = image > INK
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if len(rows) == 0:
        return False
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    across, down = _lines_in(ink, STRAIGHT), _lines_in(ink.T, STRAIGHT)
    framed = (across == 2 and _lines_in(ink.T, SIDES) == 2) or (down == 2 and _lines_in(ink, SIDES) == 2)
    return framed or max(across, down) > 2


def _lines_in(ink: Mask, share: float) -> int:
    """Lines that cover such a share of rows of ``ink``; one may lie in two rows."""
    covered = np.zeros(len(ink) + 1, np.intp)
    covered[1:] = (ink | np.concatenate([ink[1:], ink[-1:]])).mean(axis=1) >= share
    return int((np.diff(covered) == 1).sum())


def panel(grey: Floats) -> tuple[slice, slice] | None:
    """Rows and columns of the rectangle in ``grey`` ``[h, w]`` that has another ground than the picture around it, as a
    plot's or a note's; None where there is none, or where ink goes beyond it, as beyond a highlighter's mark."""
    step = -(-max(grey.shape) // COARSE)
    small = grey[::step, ::step]
    border = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    around = np.median(border)
    if (np.abs(border - around) > OTHER).mean() > 0.1 or min(small.shape) < COARSE / 4:
        return None
    outside, _ = label(np.abs(small - around) <= OTHER)
    at_border = np.concatenate([outside[0], outside[-1], outside[:, 0], outside[:, -1]])
    pieces, count = label(~np.isin(outside, at_border[at_border > 0]))
    if count == 0:
        return None
    piece = pieces == 1 + np.bincount(pieces[pieces > 0] - 1).argmax()
    down, across = piece.sum(axis=1), piece.sum(axis=0)
    rows, columns = np.flatnonzero(down > 0.8 * down.max()), np.flatnonzero(across > 0.8 * across.max())
    area = piece[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if min(len(rows) / small.shape[0], len(columns) / small.shape[1]) < SMALLEST_PANEL or area.mean() < FILLED:
        return None
    ground = np.median(small[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    if abs(ground - around) <= OTHER:  # a frame on the same paper
        return None
    within = slice((rows[0] + 1) * step, rows[-1] * step), slice((columns[0] + 1) * step, columns[-1] * step)
    return None if _goes_beyond(grey, within, float(ground), float(around), step) else within


def _goes_beyond(grey: Floats, within: tuple[slice, slice], ground: float, around: float, step: int) -> bool:
    """Whether a stroke on the ``ground`` of the panel ``within`` ``grey`` goes on upon the ground ``around`` it: where
    both are darker, or both lighter, at one of the panel's sides and three steps outside."""
    far, height, width = 3 * step, *grey.shape
    rows, columns = within
    for inner, outer in (
        (grey[rows.start, columns], grey[max(rows.start - far, 0), columns]),
        (grey[rows.stop - 1, columns], grey[min(rows.stop + far, height - 1), columns]),
        (grey[rows, columns.start], grey[rows, max(columns.start - far, 0)]),
        (grey[rows, columns.stop - 1], grey[rows, min(columns.stop + far, width - 1)]),
    ):
        for sign in (-1, 1):
            inside, outside = sign * (inner - ground) > OTHER, sign * (outer - around) > OTHER
            near = grown(inside, 0, far)
            if inside.mean() <= MOST_CROSSING and bool((near & outside).any()):
                return True
    return False


def without_bars(grey: Floats) -> tuple[slice, slice] | None:
    """Rows and columns of ``grey`` ``[h, w]`` without bars along its sides, each of one brightness, which is another
    than that of what is between them; None where there are none, or little is between them."""
    within = _unbarred(grey), _unbarred(grey.T)
    shares = [(part.stop - part.start) / size for part, size in zip(within, grey.shape, strict=True)]
    return within if min(shares) >= SMALLEST_PANEL and min(shares) < 1 else None


def _unbarred(grey: Floats) -> slice:
    """The rows of ``grey`` between bars above and below; a bar's soft edge belongs to it."""
    height = len(grey)
    above, below = (_bar(rows) for rows in (grey, grey[::-1]))
    return slice(above, height - below) if above + below < height else slice(0, height)


def _bar(grey: Floats) -> int:
    """The rows of the bar with which ``grey`` begins. Where brightness changes little by little there is a shadow."""
    level = np.median(grey, axis=1)
    end = int((np.abs(grey - level[0]) <= OTHER).all(axis=1).argmin())
    if end == 0 or end + 1 >= len(grey):
        return 0
    beside = level[end : end + (len(grey) - end) // 4 + 1]  # there may be a bar at the other end too
    step, whole = abs(level[end + 1] - level[end - 1]), abs(np.median(beside) - level[0])
    return end + 1 if whole > OTHER and step >= SUDDEN * whole else 0


def _without_rows(mask: Mask, underline: bool) -> Mask:
    """Without lines from left to right, all of one tilt; ``underline``: also without a single one that is as thick as
    what is above it."""
    height, width = mask.shape
    if min(height, width) < 16:
        return mask
    lines, tilt = _lines(mask)
    if len(lines) == 0:
        return mask
    columns = np.arange(width)
    end_above, end_below = _runs(mask)
    at = np.rint(lines[:, None] + tilt * columns).astype(int)  # [lines, w]
    crossed = np.zeros(at.shape, bool)
    for away in (0, 1, -1, 2, -2):  # the tilt is known to half a degree
        near = (at + away).clip(0, height - 1)
        moves = ~crossed & mask[near, columns]
        at, crossed = np.where(moves, near, at), crossed | moves
    at = at.clip(0, height - 1)
    begin, end = end_above[at, columns], end_below[at, columns]
    thick = end - begin
    usual = np.array([np.median(one[there]) if there.any() else 0 for one, there in zip(thick, crossed, strict=True)])
    usual = np.minimum(usual, THINNER * np.median(usual) + 1)  # where a stroke lies on one of many lines
    thin = usual <= max(THICKEST * max(mask.shape), 2)
    gone = crossed & thin[:, None] & (thick <= THINNER * usual[:, None] + 1)
    marks = np.zeros((height + 1, width), int)
    column = np.broadcast_to(columns, at.shape)
    np.add.at(marks, (begin[gone], column[gone]), 1)
    np.add.at(marks, (end[gone], column[gone]), -1)
    kept: Mask = mask & (marks.cumsum(axis=0)[:-1] == 0)
    if not kept.any() or not thin.any():
        return mask
    y, x = np.nonzero(kept)
    off = y - (lines[thin][:, None] + tilt * x)  # [lines, n]
    apart = (np.abs(off) > usual[thin][:, None]).all(axis=0)  # not what is left of a line's ends
    if not apart.any():
        return mask
    fine = bool(usual[thin].max() <= FINER * thickness(kept))
    reach = min(x[apart].min(), width - 1 - x[apart].max()) / width
    beyond = reach >= (SLIGHT if fine else OVERHANG)
    above = underline and (off[0, apart] < 0).mean() >= ABOVE
    two = thin.sum() == 2 and (off[0, apart] * off[1, apart] < 0).mean() >= BETWEEN
    return kept if thin.sum() > 2 or (beyond and (two or fine or above)) else mask


def _lines(mask: Mask) -> tuple[NDArray[np.float64], float]:
    """The rows at which straight lines across ``mask`` begin at its left, and by how much they rise in each column."""
    height, width = mask.shape
    y, x = np.nonzero(grown(mask, 0))  # a column counts for a line that passes within a pixel
    best: tuple[float, NDArray[np.float64], float] = (0.0, np.zeros(0), 0.0)
    margin = int(np.ceil(abs(TILTS).max() * width)) + 1
    for tilt in TILTS:
        rows = np.rint(y - tilt * x).astype(int) + margin
        spanned = np.bincount(rows, minlength=height + 2 * margin) / width
        peak = spanned >= SPANNED
        strength = float((spanned[peak] ** 2).sum())
        if strength > best[0]:
            begins = np.flatnonzero(peak & ~np.roll(peak, 1))
            ends = np.flatnonzero(peak & ~np.roll(peak, -1))
            best = strength, (begins + ends) / 2 - margin, float(tilt)
    return best[1], best[2]


def _runs(mask: Mask) -> tuple[Whole, Whole]:
    """For each pixel of ink where the run of ink in its column begins, and the row after its end."""
    height = mask.shape[0]
    rows = np.arange(height)[:, None]
    begin = np.maximum.accumulate(np.where(mask, -1, rows), axis=0) + 1
    end = np.minimum.accumulate(np.where(mask, height, rows)[::-1], axis=0)[::-1]
    return begin, end
