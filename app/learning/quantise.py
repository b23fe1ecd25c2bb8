"""First-layer weights as viewers get them: int8 and one scale."""

import numpy as np
from torch import Tensor

from app.events import Weights

LARGEST = 127
"""-128 is left out, so that the range is symmetric."""


def quantise(weights: Tensor, step: int) -> Weights:
    """Weights [units, 784], finite float32 on the CPU, each to the nearest of 255 evenly spaced values around zero: off
    by at most half of ``scale``, which is the largest weight over 127."""
    values = weights.numpy()
    # The scale in the frame is float32, and the values must be divided by the very number they are multiplied by.
    scale = np.float32(np.abs(values).max() / np.float32(LARGEST)) or np.float32(1)
    whole = np.rint(values / scale).clip(-LARGEST, LARGEST).astype(np.int8)
    return Weights(step=step, scale=float(scale), units=len(whole), height=28, width=28, values=whole.tobytes())
