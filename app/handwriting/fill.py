"""Is there more ink than a 3 or a 7 has? A zigzag that fills the canvas blots in 28 × 28 pixels, and the gate, which
has seen few blots, may take it for a digit."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_INK = 240.0
"""Pixels' worth of full ink. MNIST's 14,434 3s and 7s, thick pens among them, have at most 236."""
MOST_DRAWN = 150.0
"""The same for strokes, which are all drawn with one pen: 1,497 3s and 7s by other writers have at most 135, a zigzag
of five lines from edge to edge has 160 to 190."""

REASON = "more ink than a 3 or a 7 has"


_ONES = np.ones(784, np.float32)


def too_full(image: NDArray[Any], most: float = MOST_INK) -> bool:
    """``image`` is 784 whole pixels in any shape, 0-255, ink bright on 0."""
    return float(image.reshape(-1).dot(_ONES)) > 255 * most  # exact: float32 has all whole numbers up to 2²⁴
