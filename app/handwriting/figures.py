"""How well 3s are told from 7s and both from everything else: figures of one set of images, with 95 % intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from app.handwriting.gate import OURS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RESAMPLES = 300
"""Of the bootstrap, for figures that are no shares."""
NORMAL_95 = 1.96
"""Standard errors to each side that hold 95 % of a normal distribution."""


class Interval(NamedTuple):
    low: float
    high: float


@dataclass(frozen=True)
class Read:
    """What the network said of n images: their digits (-1: none), logits z₃ - z₇ and the gate's log-odds."""

    digits: NDArray[np.intp]
    logits: Floats
    scores: Floats

    def __getitem__(self, chosen: slice | NDArray[np.generic]) -> "Read":
        return Read(self.digits[chosen], self.logits[chosen], self.scores[chosen])

    @property
    def ours(self) -> Flags:
        return np.isin(self.digits, OURS)

    @property
    def right(self) -> Flags:
        """Of the 3s and 7s: which are told apart rightly."""
        right: Flags = (self.logits[self.ours] > 0) == (self.digits[self.ours] == 3)
        return right

    @property
    def confidence(self) -> Floats:
        """The probability of the likelier one of 3 and 7, 0.5-1."""
        sure: Floats = 1 / (1 + np.exp(-np.abs(self.logits)))
        return sure

    def keeping(self, share: float) -> float:
        """The threshold that keeps this share of the 3s and 7s."""
        return float(np.quantile(self.scores[self.ours], 1 - share))


@dataclass(frozen=True)
class Bin:
    """The images that a network was so sure of: how many, how sure in the mean, how many of them rightly."""

    low: float
    high: float
    count: int
    confidence: float
    right: int


def wilson(hits: int, of: int) -> Interval:
    """Of the share ``hits / of``: Wilson's score interval."""
    p, z = hits / of, NORMAL_95
    middle, half = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    low, high = ((middle + side * half) / (1 + z * z / of) for side in (-1, 1))
    return Interval(max(0.0, low), min(1.0, high))


def bootstrap(read: Read, figure: Callable[[Read], float]) -> Interval:
    """Between the 2.5th and the 97.5th hundredth of what ``figure`` is of the images drawn again, with a fixed seed."""
    random, n = RandomState(0), len(read.digits)
    drawn = [figure(read[random.randint(n, size=n)]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Interval(float(low), float(high))


def auroc(read: Read) -> float:
    """How often a 3 or a 7 scores higher than another image: by ranks, ties by half."""
    values, where, counts = np.unique(read.scores, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[where]
    ours, others = int(read.ours.sum()), int((~read.ours).sum())
    return float((ranks[read.ours].sum() - ours * (ours + 1) / 2) / (ours * others)) if len(values) else 0.0


def reliability(read: Read, bins: int) -> list[Bin]:
    """Of 3s and 7s alone: how often the network is right where it is so sure, in even bins of the confidence."""
    place, sure, right = _placed(read, bins)
    counts, sums, hits = (
        np.bincount(place, weights=weights, minlength=bins).tolist() for weights in (None, sure, right)
    )
    return [
        Bin(
            0.5 + at / bins / 2,
            0.5 + (at + 1) / bins / 2,
            int(counts[at]),
            sums[at] / max(1, counts[at]),
            int(hits[at]),
        )
        for at in range(bins)
    ]


def calibration_error(read: Read, bins: int) -> float:
    """Expected calibration error of P(3) against P(7): the mean gap between how sure the network is and how often it is
    right, in even bins of the confidence, each weighed by its images (Naeini, Cooper and Hauskrecht, 2015)."""
    place, sure, right = _placed(read, bins)
    return float(np.abs(np.bincount(place, weights=sure - right)).sum()) / len(right)


def _placed(read: Read, bins: int) -> tuple[NDArray[np.intp], Floats, Flags]:
    """Of each 3 and 7: its bin, how sure the network is, whether rightly."""
    sure = read.confidence
    right = (read.logits > 0) == (read.digits == 3)
    return np.minimum(((sure - 0.5) * 2 * bins).astype(np.intp), bins - 1), sure, right
