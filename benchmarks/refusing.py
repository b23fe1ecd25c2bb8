"""How well 3s are told from 7s and both from everything else: figures of one set of images, with 95 % intervals."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import pi, sqrt, tan

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from app.handwriting import placing

Floats = NDArray[np.float64]
Row = tuple[str, ...]

HEAD = ("images", "3s and 7s", "told apart", "kept", "and right", "others", "refused", "AUROC", "calibration error")
BINS = 15
RESAMPLES = 300
"""Of the bootstrap, for figures that are no shares."""


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


@dataclass(frozen=True)
class Read:
    """What the network said of n images: their digits (-1: none), logits z₃ - z₇ and the gate's log-odds."""

    digits: NDArray[np.intp]
    logits: Floats
    scores: Floats

    def __getitem__(self, chosen: slice | NDArray[np.generic]) -> "Read":
        return Read(self.digits[chosen], self.logits[chosen], self.scores[chosen])

    @property
    def ours(self) -> NDArray[np.bool_]:
        return np.isin(self.digits, (3, 7))

    @property
    def right(self) -> NDArray[np.bool_]:
        """Of the 3s and 7s: which are told apart rightly."""
        right: NDArray[np.bool_] = (self.logits[self.ours] > 0) == (self.digits[self.ours] == 3)
        return right

    def keeping(self, share: float) -> float:
        """The threshold that keeps this share of the 3s and 7s."""
        return float(np.quantile(self.scores[self.ours], 1 - share))


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
        bootstrap(read, auroc, "{:.4f}") if both else "",
        bootstrap(read[ours], calibration_error, "{:.2%}") if len(set(read.digits[ours])) > 1 else "",
    )


def share(hits: NDArray[np.bool_]) -> str:
    """With Wilson's interval."""
    n, p, z = len(hits), float(hits.mean()), 1.96
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = ((middle + side * half) / (1 + z * z / n) for side in (-1, 1))
    return f"{p:.2%} ({100 * low:.2f}–{100 * high:.2f})"


def bootstrap(read: Read, figure: Callable[[Read], float], form: str) -> str:
    random, n = RandomState(0), len(read.digits)
    drawn = [figure(read[random.randint(n, size=n)]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return f"{form.format(figure(read))} ({form.format(low)}–{form.format(high)})"


def auroc(read: Read) -> float:
    """How often a 3 or a 7 scores higher than another image: by ranks, ties by half."""
    values, where, counts = np.unique(read.scores, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[where]
    ours, others = int(read.ours.sum()), int((~read.ours).sum())
    return float((ranks[read.ours].sum() - ours * (ours + 1) / 2) / (ours * others)) if len(values) else 0.0


def calibration_error(read: Read) -> float:
    """Expected calibration error of P(3) against P(7), in even bins of the confidence."""
    chance = 1 / (1 + np.exp(-np.abs(read.logits)))
    place = np.minimum(((chance - 0.5) * 2 * BINS).astype(np.intp), BINS - 1)
    right = (read.logits > 0) == (read.digits == 3)
    gaps = [abs(float((chance - right)[place == at].sum())) for at in range(BINS)]
    return sum(gaps) / len(right)


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
