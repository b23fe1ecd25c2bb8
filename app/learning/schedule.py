"""What is recorded: at which steps the weights are shown, and at which epochs' ends the whole model is kept."""

from dataclasses import dataclass
from math import prod
from typing import Self

from app.experiments import shapes
from app.recipe import Recipe

SHOWN = 120
"""Weight images of 30 units are 24 kB: 120 of them are a replay of 3 MB."""
SHOWN_UNSCHEDULED = 120
"""Weight images that a run may show besides, because somebody paused it or had it take a single step."""
SHOWN_EPOCHS = 80
"""The rest is for the beginning, where most happens."""
KEPT = 200
"""Checkpoints of 30 units are 94 kB."""
RUN_BYTES = 160_000_000
"""Of a run's checkpoints together, as many as ``KEPT`` of 256 units."""
SWEEP_BYTES = 40_000_000
"""Of pictures and checkpoints of all runs that train together."""
STATES = {"sgd": 0, "momentum": 1, "adam": 2}
"""What an optimizer remembers, in copies of all parameters."""


@dataclass(frozen=True)
class Recording:
    """``shown``: steps whose weight images viewers get. ``kept``: epochs at whose ends the model is kept; the first and
    that of a stopped run are kept besides. ``unscheduled``: images that may be shown besides, on demand."""

    shown: frozenset[int]
    kept: frozenset[int]
    unscheduled: int = SHOWN_UNSCHEDULED

    @classmethod
    def of(cls, recipe: Recipe, steps_per_epoch: int, members: int = 1) -> Self:
        """One run has as many as fit a page and a disk. Of several only the first and the last model are kept, and
        pictures of as many steps as fit ``SWEEP_BYTES``, half of them unscheduled: at least the first and the last."""
        epochs, kept = recipe.epochs, kept_bytes(recipe)
        if members == 1:
            return cls(shown_steps(epochs, steps_per_epoch), kept_epochs(epochs, min(KEPT, RUN_BYTES // kept)))
        room = (SWEEP_BYTES // members - 2 * kept) // (2 * shown_bytes(recipe))
        shown = shown_steps(epochs, steps_per_epoch, max(2, min(SHOWN, room)))
        return cls(shown, frozenset({epochs}), max(0, min(SHOWN_UNSCHEDULED, room)))


def shown_bytes(recipe: Recipe) -> int:
    """Of one weights frame."""
    units, pixels = shapes(recipe)["0.weight"]
    return 44 + units * (8 + pixels)


def kept_bytes(recipe: Recipe) -> int:
    """Of one checkpoint, about: its header is 1 kB."""
    return 4 * (1 + STATES[recipe.optimizer]) * sum(map(prod, shapes(recipe).values())) + 1000


def shown_steps(epochs: int, steps_per_epoch: int, most: int = SHOWN) -> frozenset[int]:
    """At most so many steps (2 or more): 0, the last, every epoch's end (every k-th beyond two thirds as many epochs),
    and the rest ever wider apart, so that the beginning is dense. The same for the same recipe on every machine."""
    steps = epochs * steps_per_epoch
    stride = -(-epochs // max(1, most * SHOWN_EPOCHS // SHOWN)) * steps_per_epoch
    fixed = {0, steps} | (set(range(stride, steps + 1, stride)) if most > 2 else set())
    shown = fixed
    for count in range(most, 0, -1):
        shown = fixed | {round(steps ** (i / count)) for i in range(count)}
        if len(shown) <= most:
            return frozenset(shown)
    return frozenset(fixed)


def kept_epochs(epochs: int, most: int = KEPT) -> frozenset[int]:
    """At most so many epochs, evenly spread, the last among them. The model as it began is kept beside them."""
    stride = -(-epochs // most)
    return frozenset(range(epochs, 0, -stride))
