"""Recipes that lead away from every minimum, until their numbers are too large to be numbers."""

from collections.abc import Iterable

import numpy as np

from app.events import Steps


class Diverged(Exception):
    """At ``step`` a loss, a gradient or a weight stopped being a number. ``str()`` is a plain sentence."""

    def __init__(self, step: int, learning_rate: float) -> None:
        super().__init__(
            f"The numbers grew without bound and at step {step:,} were none any more: at a learning rate of "
            f"{learning_rate:g} each update overshot further than the one before. "
            f"Start again with a smaller one, such as {learning_rate / 10:g}."
        )
        self.step = step


def first_bad_step(steps: Steps | None, broken: Iterable[int]) -> int | None:
    """The first step with a loss or gradient that is a NaN or an infinity, or the first of those whose weights are."""
    bad = list(broken)
    if steps:
        numbers = np.array([steps.loss, steps.gradient_norm])
        bad += [steps.step[at] for at in np.flatnonzero(~np.isfinite(numbers).all(0))[:1]]
    return min(bad, default=None)


def until(steps: Steps, last: int) -> Steps:
    """The same columns, up to and including one step."""
    count = sum(step <= last for step in steps.step)
    return Steps(**{name: column[:count] for name, column in steps})
