"""The network that comes with the package: 784 pixels → ten digits and "no digit", in numpy."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.handwriting.predictor import PIXELS, Pixels, parameter
from app.handwriting.shares import Shares, shares

ANSWERS = 11
"""The digits 0-9, then "no digit"."""

_LAYERS = ("0", "2", "4")
"""What ``torch.nn.Sequential`` calls the linear layers; a ReLU stands between each two."""

Array = NDArray[np.float32]


class DigitNetwork:
    """Raises ValueError for parameters that are missing, do not fit each other or are not all finite."""

    def __init__(self, parameters: Mapping[str, NDArray[Any]]) -> None:
        self._layers: list[tuple[Array, Array, Array]] = []
        inputs = PIXELS
        for name in _LAYERS:
            weight, bias = (parameter(parameters, f"{name}.{kind}") for kind in ("weight", "bias"))
            if weight.ndim != 2 or weight.shape[1] != inputs or bias.shape != weight.shape[:1]:
                raise ValueError(f"{name}.weight is {weight.shape}, {name}.bias {bias.shape}: {inputs} inputs expected")
            # Pixels come as 0-255 and the network learned from 0-1.
            scale = 255 if inputs == PIXELS and not self._layers else 1
            zeros = np.zeros(len(bias), np.float32)  # numpy takes twice as long to compare with a Python number
            self._layers.append(((weight / scale).astype(np.float32), bias.astype(np.float32), zeros))
            inputs = len(bias)
        if inputs != ANSWERS:
            raise ValueError(f"the network has {inputs} outputs, not {ANSWERS}")
        self._by_pixel = np.ascontiguousarray(self._layers[0][0].T)
        """The first layer's weights ``[784, units]``: a pixel's lie in one piece."""

    def outputs(self, image: Pixels) -> list[float]:
        """z of each answer, for ``image`` ``[784]``, 0-255, ink bright on 0: softmax(z) are the probabilities, and
        P(3), if it is a 3 or a 7, is the sigmoid of z₃ - z₇."""
        (_, bias, zeros), *hidden, (last, last_bias, _) = self._layers
        # The first layer's product is most of the work, and of 784 pixels some 140 are not 0.
        lit = image.nonzero()[0]
        x: Array = image[lit].astype(np.float32, copy=False).dot(self._by_pixel.take(lit, axis=0))
        x += bias
        np.maximum(x, zeros, out=x)
        for weight, bias, zeros in hidden:
            x = weight.dot(x)
            x += bias
            np.maximum(x, zeros, out=x)
        z: list[float] = (last.dot(x) + last_bias).tolist()
        return z

    def shares(self, image: Pixels) -> Shares:
        """Return what pixels and units of ``image`` add to z₃ - z₇."""
        *hidden, (last, bias, _) = self._layers
        difference = last[3] - last[7], float(bias[3]) - float(bias[7])
        return shares([(weight, b) for weight, b, _ in hidden], difference, "relu", image.astype(np.float64))
