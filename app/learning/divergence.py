"""Recipes that lead away from every minimum, until their numbers are too large to be numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.events import Steps


class Diverged(Exception):
    """At ``step`` a loss, a gradient or a weight stopped being a number. ``str()`` is a plain sentence."""

    def __init__(self, step: int, learning_rate: float) -> None:
        super().__init__(
            f"The numbers grew without bound and at step {step:,} were no numbers any more: at a learning rate of "
            f"{learning_rate:g} each update overshot further than the one before. "
            f"Start again with a smaller one, such as {learning_rate / 10:g}."
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
