"""Many models of one run that read the same image: the first layers of all lie below each other, so that they are one
matrix product, as in :mod:`app.learning.network`."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.handwriting.ink import Image
from app.handwriting.predictor import PIXELS, Predictor


class Stack:
    """``predictors`` all have layers of the same shapes, or are None: a model that diverged, whose logit is NaN. Raises
    ValueError where their shapes differ."""

    def __init__(self, predictors: Sequence[Predictor | None]) -> None:
        found = {at: each for at, each in enumerate(predictors) if each is not None}
        # With weights so large that float32 would overflow a model reads by itself.
        self._alone = {at: each for at, each in found.items() if each.kind is not np.float32}
        stacked = {at: each for at, each in found.items() if each.kind is np.float32}
        self._count, self._places = len(predictors), list(stacked)
        if len({(each.model, each.units) for each in stacked.values()}) > 1:
            raise ValueError("its models do not have the same layers")
        one = next(iter(stacked.values()), None)
        units = one.units if one else 0
        self._activation = one.activation if one else None
        self._first = np.empty((len(stacked), units, PIXELS), np.float32)
        self._biases = np.empty((len(stacked), units), np.float32)
        self._output = np.ones((len(stacked), units), np.float32)
        self._output_biases = np.zeros(len(stacked))
        for i, each in enumerate(stacked.values()):
            (self._first[i], self._biases[i]), *last = each.layers
            for weight, bias in last:  # the linear model has none: it is one unit, passed on as it is
                self._output[i], self._output_biases[i] = weight[0], bias[0]

    def __len__(self) -> int:
        return self._count

    @property
    def bytes(self) -> int:
        """What it takes in memory, about."""
        return (
            self._first.nbytes + self._output.nbytes + sum(2 * PIXELS * 4 * each.units for each in self._alone.values())
        )

    def logits(self, image: Image) -> NDArray[np.float64]:
        """Of an image of 784 pixels in any shape, ink bright on 0: one for each model, in their order."""
        pixels = image.reshape(-1).astype(np.float32)
        found = np.full(self._count, np.nan)
        units = self._first.reshape(-1, PIXELS).dot(pixels).reshape(self._biases.shape) + self._biases
        if self._activation is not None:
            units = self._activation(units)
        found[self._places] = (units * self._output).sum(axis=1, dtype=np.float64) + self._output_biases
        for at, each in self._alone.items():
            found[at] = each.logit(pixels)
        return found
