"""Why was it read so? What pixels and units add, what the baseline goes by, and the nearest training digits."""

from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import UNSET, Meta, UnsetType
from numpy.typing import NDArray

from app.handwriting.baseline import Baseline, Distance
from app.handwriting.shares import Shares

PICTURED = 8
"""Units whose weights come along: the loudest. 256 of them would be a megabyte."""
NEAREST = 5
LEVELS = 127
_AT_ONCE = 512
"""Training digits compared at a time: 0.4 MB, which stays in a processor's cache."""

Bytes = NDArray[np.uint8]

_Numbers = Annotated[list[float], Meta(min_length=784, max_length=784)]


class Unit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the first layer's units that speaks."""

    unit: Annotated[int, Meta(ge=0)]
    adds: Annotated[float, Meta(description="To the logit: above 0 for a 3, below for a 7.")]
    weights: (
        Annotated[
            list[Annotated[int, Meta(ge=-LEVELS, le=LEVELS)]],
            Meta(
                description=f"What ink on each of the 784 pixels adds through this unit, ±{LEVELS} for the most that "
                f"any of them adds; with tanh and sigmoid, as if it passed its whole sum on. "
                f"Of the {PICTURED} loudest units.",
                min_length=784,
                max_length=784,
            ),
        ]
        | UnsetType
    ) = UNSET


class Neighbour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A training digit."""

    index: Annotated[int, Meta(ge=0, description="Among the 12,396 training 3s and 7s, in MNIST's order.")]
    digit: Literal[3, 7]
    distance: Distance
    image: Annotated[list[Annotated[int, Meta(ge=0, le=255)]], Meta(min_length=784, max_length=784)]


class Explanation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pixels`` with ``pixels_bias`` add up to the logit, and so do ``units`` with ``units_bias``, but for float32's
    rounding. ``units`` are those that add anything, the loudest first."""

    pixels: Annotated[_Numbers | None, Meta(description="null where no pixel has a share of its own: tanh, sigmoid.")]
    pixels_bias: float
    units: Annotated[list[Unit] | None, Meta(description="null where the network has no hidden layer.")]
    units_bias: float
    baseline: Annotated[
        _Numbers,
        Meta(description="What each pixel adds to distance_7 - distance_3: above 0 it is nearer to the mean 3."),
    ]
    nearest: Annotated[
        list[Neighbour], Meta(description="The nearest training digits, by mean absolute difference of pixels.")
    ]


class Explainer:
    """``images`` ``[n, 784]``, 0-255, and ``digits`` ``[n]``, 3 or 7: those among which neighbours are looked for."""

    def __init__(self, baseline: Baseline, images: Bytes, digits: Bytes) -> None:
        self._baseline, self._images, self._digits = baseline, images.reshape(len(images), -1), digits

    def explain(self, image: Bytes, of: Shares) -> Explanation:
        """Of ``image``, 784 pixels in any shape, whose logit has the shares ``of``. Some 20 ms."""
        flat = image.reshape(-1)
        three, seven = (
            np.abs(mean.reshape(-1) - flat / 255) for mean in (self._baseline.mean_3, self._baseline.mean_7)
        )
        return Explanation(
            pixels=None if of.pixels is None else of.pixels.tolist(),
            pixels_bias=of.pixels_bias,
            units=_speaking(of),
            units_bias=of.units_bias,
            baseline=((seven - three) / flat.size).tolist(),
            nearest=self._nearest(flat),
        )

    def _nearest(self, image: Bytes) -> list[Neighbour]:
        sums = np.concatenate(
            [
                (np.maximum(some, image) - np.minimum(some, image)).sum(axis=1, dtype=np.uint32)
                for some in (self._images[at : at + _AT_ONCE] for at in range(0, len(self._images), _AT_ONCE))
            ]
        )
        return [
            Neighbour(
                index=index,
                digit=3 if self._digits[index] == 3 else 7,
                distance=float(sums[index]) / (255 * image.size),
                image=self._images[index].tolist(),
            )
            for index in np.argsort(sums, kind="stable")[:NEAREST].tolist()
        ]


def _speaking(of: Shares) -> list[Unit] | None:
    if of.units is None or of.weights is None:
        return None
    loudest = [unit for unit in np.argsort(-np.abs(of.units), kind="stable").tolist() if of.units[unit] != 0]
    most = max((float(np.abs(of.weights[unit]).max()) for unit in loudest[:PICTURED]), default=0.0) or 1.0
    return [
        Unit(
            unit=unit,
            adds=float(of.units[unit]),
            weights=np.rint(of.weights[unit] * (LEVELS / most)).astype(int).tolist() if at < PICTURED else UNSET,
        )
        for at, unit in enumerate(loudest)
    ]
