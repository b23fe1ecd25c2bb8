"""Recipes that lead away from every minimum, until their numbers are too large to be numbers."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from app import recipe
from app.events import Steps

LEARNS: Mapping[recipe.Optimizer, float] = {"sgd": 0.1, "momentum": 0.01, "adam": 0.001}
"""Learning rates at which the networks that can diverge learn. Only those without a bend and with cross-entropy do: a
bounded loss runs out of slope instead, and so does a ReLU. With SGD they overflow at 10 and, with batches of one image,
at 0.3; with momentum at 1, and at 0.03; at these rates they read 96 % and more after two epochs, with batches of 1 to
256 images, 1 to 256 units and three seeds each."""


class Diverged(Exception):
    """At ``step`` a loss, a gradient or a weight stopped being a number. ``str()`` is a plain sentence."""

    def __init__(self, step: int, learning_rate: float, optimizer: recipe.Optimizer) -> None:
        learns = LEARNS[optimizer]
        if learns >= learning_rate:
            advice = f"Start again with a smaller one, such as {learning_rate / 10:g}."
        else:
            advice = f"Start again with {learns:g}, at which networks like this one learn."
        super().__init__(
            f"The numbers overflowed at step {step:,}: at a learning rate of {learning_rate:g} each update overshoots "
            f"further than the last. {advice}"
        )
        self.step = step


def first_bad_steps(steps: Sequence[int], *numbers: NDArray[np.float64]) -> list[int | None]:
    """For each model the first of the steps at which one of its numbers, [models, steps] each, is a NaN or an
    infinity."""
    bad = ~np.logical_and.reduce([np.isfinite(each) for each in numbers])
    return [steps[row.argmax()] if row.any() else None for row in bad]


def until(steps: Steps, last: int) -> Steps:
    """The same columns, up to and including one step."""
    count = sum(step <= last for step in steps.step)
    return Steps(**{name: column[:count] for name, column in steps})
