"""How well 3s are told from 7s and both from everything else: rows of a table, one for each set of images."""

from collections.abc import Callable, Mapping
from math import pi, tan

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from app.handwriting import figures, placing
from app.handwriting.figures import Flags, Floats, Read

Row = tuple[str, ...]

HEAD = ("images", "3s and 7s", "told apart", "kept", "and right", "others", "refused", "AUROC", "calibration error")
BINS = 15
"""Of the confidence, for the calibration error."""


def _slant(degrees: float) -> Floats:
    return np.array([[1, -tan(degrees * pi / 180)], [0, 1]])


def _turn(degrees: float) -> Floats:
    cos, sin = np.cos(degrees * pi / 180), np.sin(degrees * pi / 180)
    return np.array([[cos, -sin], [sin, cos]])


MAPS: Mapping[str, Floats] = {
    "3s and 7s upright": np.eye(2),
    "slanted by 30° to the right": _slant(30),
    "slanted by 30° to the left": _slant(-30),
    "turned by 20° clockwise": _turn(20),
    "turned by 20° anticlockwise": _turn(-20),
}
"""Applied to strokes, y pointing down."""


def row(name: str, read: Read, threshold: float) -> Row:
    """A row of ``HEAD``; a figure that the set cannot give is left empty."""
    ours, count = read.ours, int(read.ours.sum())
    kept, refused = read.scores[ours] >= threshold, read.scores[~ours] < threshold
    both = 0 < count < len(ours)
    return (
        name,
        f"{count:,}" if count else "",
        share(read.right) if count else "",
        share(kept) if count else "",
        share(kept & read.right) if count else "",
        f"{len(ours) - count:,}" if count < len(ours) else "",
        share(refused) if count < len(ours) else "",
        resampled(read, figures.auroc, "{:.4f}") if both else "",
        resampled(read[ours], calibration_error, "{:.2%}") if len(set(read.digits[ours])) > 1 else "",
    )


def share(hits: Flags) -> str:
    """With Wilson's interval."""
    low, high = figures.wilson(int(hits.sum()), len(hits))
    return f"{hits.mean():.2%} ({100 * low:.2f}–{100 * high:.2f})"


def resampled(read: Read, figure: Callable[[Read], float], form: str) -> str:
    """With the bootstrap's interval."""
    low, high = figures.bootstrap(read, figure)
    return f"{form.format(figure(read))} ({form.format(low)}–{form.format(high)})"


def calibration_error(read: Read) -> float:
    return figures.calibration_error(read, BINS)


def printed_signs() -> NDArray[np.uint8]:
    """``[n, 784]``: letters and signs of Pillow's own typeface, which nothing has learned from, at three slants; not
    those that are digits to the eye."""
    made = []
    for sign in "ACDEFGHJKLMNPQRTUVWXYacdefhijkmnprtuvwxy?!+=*#%&@$<>{[]()/\\^~":
        for degrees in (-10, 0, 10):
            sheet = Pillow.new("L", (200, 200))
            ImageDraw.Draw(sheet).text((70, 40), sign, fill=255, font=ImageFont.load_default(90))
            a = tan(degrees * pi / 180)
            slanted = sheet.transform((200, 200), Pillow.Transform.AFFINE, (1, a, -100 * a, 0, 1, 0))
            made.append(placing.place(np.asarray(slanted, np.float32) / np.float32(255)).ravel())
    return np.stack(made)
