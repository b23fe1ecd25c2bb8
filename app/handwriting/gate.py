"""Is this a digit of ours at all? Asked of the built-in network, whichever network then tells a 3 from a 7."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

OURS = (3, 7)
NO_DIGIT = "no digit"
LOOKS_LIKE = "looks like "
LEAST_KEPT = 0.5
"""No curve begins lower."""

Floats = NDArray[np.floating]


class Curve(NamedTuple):
    """What thresholds do to MNIST's validation digits: ``let_through[i]`` is the share of the other digits that pass
    where ``kept[i]`` of the 3s and 7s do. ``usual`` is the share kept where none is asked for."""

    kept: list[float]
    let_through: list[float]
    usual: float


def log_odds(outputs: Sequence[float]) -> float:
    """Of a 3 or a 7 against everything else, by the eleven outputs of the built-in network:
    logsumexp(z₃, z₇) - logsumexp(the rest)."""
    zero, one, two, three, four, five, six, seven, *others = outputs
    more, less = (three, seven) if three > seven else (seven, three)
    return more + math.log1p(math.exp(less - more)) - _logsumexp([zero, one, two, four, five, six, *others])


def why_not(outputs: Sequence[float]) -> str:
    """What makes it neither: "looks like a 9", "no digit", or, of what is more likely a 3 or a 7 than all else and
    still below a threshold, "not surely a 7"."""
    if log_odds(outputs) >= 0:
        return f"not surely a {3 if outputs[3] > outputs[7] else 7}"
    answer = max((answer for answer in range(len(outputs)) if answer not in OURS), key=outputs.__getitem__)
    return NO_DIGIT if answer > 9 else f"{LOOKS_LIKE}{'an' if answer == 8 else 'a'} {answer}"


class Gate:
    """Lets pass what has log-odds of at least a threshold.

    ``kept``, rising from ``LEAST_KEPT`` to 1, and ``thresholds``, as many, say which threshold lets which share of
    the validation digits (MNIST's test 3s and 7s) pass; ``keep`` is the share where none is asked for.

    Not covered: ink that is not the digit's, such as a frame or a line under it, makes a digit something else. From
    pictures it is taken away before (:mod:`app.handwriting.surroundings`), from strokes and pixels it is not.
    """

    def __init__(self, kept: Floats, thresholds: Floats, keep: float) -> None:
        if kept.ndim != 1 or kept.shape != thresholds.shape:
            raise ValueError(f"shares kept are {kept.shape}, thresholds {thresholds.shape}")
        self._kept, self._thresholds = kept, thresholds
        self._usual = self._at(keep)

    def threshold(self, keep: float | None = None) -> float:
        """The least log-odds that pass."""
        return self._usual if keep is None else self._at(keep)

    def score(self, outputs: Sequence[float], keep: float | None = None) -> float:
        """0 or more is a 3 or a 7."""
        return log_odds(outputs) - self.threshold(keep)

    def _at(self, keep: float) -> float:
        return float(np.interp(keep, self._kept, self._thresholds))


def _logsumexp(values: Sequence[float]) -> float:
    most = max(values)
    return most + math.log(sum([math.exp(value - most) for value in values]))  # a list, which is quicker
