"""First-layer weights as viewers get them: int8 and one scale."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from app.events import Weights
from app.learning import models

LARGEST = 127
"""-128 is left out, so that the range is symmetric."""


def quantise(named: Mapping[str, Tensor], step: int, run: str = "") -> Weights:
    """First-layer weights [units, 784] among a model's parameters (finite float32 on the CPU, under PyTorch's names),
    each to the nearest of 255 evenly spaced values around zero: off by at most half of ``scale``, which is the largest
    weight over 127. Biases and output weights stay float32."""
    values = named["0.weight"].numpy()
    # The scale in the frame is float32, and the values must be divided by the very number they are multiplied by.
    scale = np.float32(np.abs(values).max() / np.float32(LARGEST)) or np.float32(1)
    whole = np.rint(values / scale).clip(-LARGEST, LARGEST).astype(np.int8)
    units = models.units(named)
    return Weights(
        run=run,
        step=step,
        scale=float(scale),
        units=len(whole),
        height=28,
        width=28,
        output_bias=models.output_bias(named),
        bias=tuple(units.bias),
        output_weight=tuple(units.output_weight),
        values=whole.tobytes(),
    )
