"""What reads a digit with no learning at all: which of the two mean images is nearer?"""

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from app.handwriting.predictor import Pixels

Distance = Annotated[float, Meta(ge=0, le=1, description="Mean absolute difference of pixels as fractions.")]


class Nearness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which mean image is nearer? By mean absolute pixel difference (L1)."""

    verdict: Literal["3", "7"]
    distance_3: Distance
    distance_7: Distance


class Baseline:
    """``mean_3`` and ``mean_7`` are the means of the training images, ``[784]`` fractions 0-1."""

    def __init__(self, mean_3: NDArray[np.float32], mean_7: NDArray[np.float32]) -> None:
        self.mean_3, self.mean_7 = mean_3, mean_7
        self._means = np.stack([mean_3, mean_7]).reshape(2, -1).astype(np.float32) * np.float32(255)
        self._share = np.full(self._means.shape[1], 1 / (255 * self._means.shape[1]), np.float32)

    def read(self, image: Pixels) -> Nearness:
        """Of ``image`` ``[784]``, 0-255. In the case of a tie, a 7: only a strictly smaller distance makes a 3."""
        difference = self._means - image
        three, seven = np.abs(difference, out=difference).dot(self._share).tolist()
        return Nearness("3" if three < seven else "7", three, seven)
