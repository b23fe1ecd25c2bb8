"""What pixels and units add to a network's logit."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Layer = tuple[NDArray[Any], NDArray[Any]]
"""Weights ``[units, inputs]`` and biases ``[units]``."""


class Shares(NamedTuple):
    """Two sums that both make the logit, in float64: of ``pixels`` ``[784]`` with ``pixels_bias``, and of the first
    layer's ``units`` with ``units_bias``.

    ``pixels`` is None where no pixel has a share of its own (tanh, sigmoid), ``units`` and ``weights`` where there is
    no hidden layer. ``weights`` ``[units, 784]``: what one more of each pixel's value adds to the logit through each
    unit while it is switched on; with tanh and sigmoid as if the unit passed its whole sum on.
    """

    pixels: Floats | None
    pixels_bias: float
    units: Floats | None
    units_bias: float
    weights: Floats | None


def shares(hidden: Sequence[Layer], last: tuple[NDArray[Any], float], bend: str, pixels: Floats) -> Shares:
    """Of the logit of ``pixels`` ``[784]``, in whatever unit the first weights expect. ``bend``, which stands after
    each hidden layer, is relu, none, tanh or sigmoid.

    For the units A that an image x switches on, logit = Σₚ xₚ Σ_{u∈A} gᵤ Wᵤₚ + Σ_{u∈A} gᵤ bᵤ + b, where g is what one
    more of a unit's output adds to the logit. tanh and sigmoid: networks of one hidden layer only.
    """
    outputs, on = pixels, []
    bent = bend in ("tanh", "sigmoid")
    first = pixels
    for at, (weight, bias) in enumerate(hidden):
        sums = weight.astype(np.float64) @ outputs + bias
        on.append(sums > 0 if bend == "relu" else np.ones(len(sums), bool))
        outputs = _BENDS[bend](sums)
        if at == 0:
            first = outputs
    slope, rest = last[0].astype(np.float64), float(last[1])
    if not hidden:
        return Shares(pixels * slope, rest, None, rest, None)
    for (weight, bias), passes in zip(hidden[:0:-1], on[:0:-1], strict=True):
        slope = slope * passes
        rest += float(slope @ bias)
        slope = slope @ weight.astype(np.float64)
    units, units_bias = first * slope, rest
    weight, bias = hidden[0]
    through = weight.astype(np.float64) * slope[:, None]
    if bent:
        return Shares(None, rest, units, units_bias, through)
    slope = slope * on[0]
    of_pixels = pixels * (slope @ weight.astype(np.float64))
    return Shares(of_pixels, rest + float(slope @ bias), units, units_bias, through)


_BENDS: dict[str, Callable[[Floats], Floats]] = {
    "relu": lambda sums: np.maximum(sums, 0),
    "none": lambda sums: sums,
    "tanh": np.tanh,
    "sigmoid": lambda sums: (1 + np.tanh(sums / 2)) / 2,
}
