"""Is this a digit of ours at all? Asked of the image itself, so that it serves every run's model alike."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.handwriting.predictor import Pixels, Predictor

Array = NDArray[np.float32]


class Gate:
    """A network of the shape of ``simple_net`` with 128 hidden units, trained to tell MNIST's 3s and 7s from its other
    digits, noise and scribbles. Its threshold, part of its last bias, lets 99.5 % of the validation 3s and 7s pass.

    On images it was not trained on, it rejects 97.5 % of MNIST's other digits, 99.9 % of noise images and 91 % of
    random scribbles; of pen strokes by other writers it keeps 98.5 % of the 3s and 7s and rejects 91 % of the other
    digits. Its size was chosen by looking at such figures, and its threshold set on the validation images, so they
    flatter it. One other digit in eleven, drawn with a pen, is still called a 3 or a 7, and so may be letters and other
    signs that look like one: it has seen none.
    """

    def __init__(self, parameters: Mapping[str, Array]) -> None:
        self._network = Predictor(parameters, "simple_net")

    def score(self, image: Pixels) -> float:
        """Of ``image`` ``[784]``, 0-255, ink bright on 0: 0 or more is a 3 or a 7."""
        return self._network.logit(image)

    def passes(self, image: Pixels) -> bool:
        return self.score(image) >= 0
