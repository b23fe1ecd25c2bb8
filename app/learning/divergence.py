"""Recipes that lead away from every minimum, until their numbers are too large to be numbers."""

from itertools import chain
from math import isfinite

import numpy as np

from app.events import Steps
from app.learning.metrics_buffer import Fetched


class Diverged(Exception):
    """At ``step`` a loss, a gradient or a weight stopped being a number. ``str()`` is a plain sentence."""

    def __init__(self, step: int, learning_rate: float) -> None:
        super().__init__(
            f"The numbers grew without bound and at step {step:,} were none any more: at a learning rate of "
            f"{learning_rate:g} each update overshot further than the one before. "
            f"Start again with a smaller one, such as {learning_rate / 10:g}."
        )
        self.step = step


def first_bad_step(fetched: Fetched) -> int | None:
    """The first step with a loss or gradient, or a snapshot, that holds a NaN or an infinity."""
    steps = fetched.steps
    numbers = zip(steps.step, steps.loss, steps.gradient_norm, strict=True) if steps else ()
    bad = (step for step, *values in numbers if not all(value is not None and isfinite(value) for value in values))
    broken = (snapshot.step for snapshot in fetched.snapshots if not np.isfinite(snapshot.values.numpy()).all())
    return min(chain(bad, broken), default=None)


def until(steps: Steps, last: int) -> Steps:
    """The same columns, up to and including one step."""
    count = sum(step <= last for step in steps.step)
    return Steps(**{name: column[:count] for name, column in steps})
