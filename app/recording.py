"""What is recorded: at which steps the weights are shown, and at which epochs' ends the whole model is kept."""

from dataclasses import dataclass
from typing import NamedTuple, Self

from app.experiments import parameters, shapes
from app.recipe import Recipe
from app.sweep import SWEEP_BYTES

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
BETWEEN = 8
"""Models of a sweep's member that are kept between the first and the last, where that takes a quarter of the room for
pictures at most: so much less is to be computed again where its worker is lost."""
STATES = {"sgd": 0, "momentum": 1, "adam": 2}
"""What an optimizer remembers, in copies of all parameters."""


@dataclass(frozen=True)
class Recording:
    """``shown``: steps whose weight images viewers get. ``kept``: epochs at whose ends the model is kept; 0 is before
    the first step, and a stopped run's last is kept besides. ``unscheduled``: images that may be shown besides, on
    demand. ``state``: kept models hold what their optimizer remembers. ``half``: they are rounded to float16."""

    shown: frozenset[int]
    kept: frozenset[int]
    unscheduled: int = SHOWN_UNSCHEDULED
    state: bool = True
    half: bool = False

    @classmethod
    def of(cls, recipe: Recipe, steps_per_epoch: int, members: int | None = None) -> Self:
        """A run of its own has as many as fit a page and a disk.

        Of a sweep of so many ``members``, be it one, ``SWEEP_BYTES`` are for all together. The first and the last model
        are kept, ``BETWEEN`` or fewer between them, from which they can go on, and pictures of as many steps as fit
        beside them, half of them unscheduled: at least the first and the last. Where that is too much (64 members of
        256 units), what can be missed most easily is left out, until it fits: what the optimizer remembers; the first
        model, which the seed tells; and of the last model half the digits of its numbers, and all pictures but the
        last.
        """
        epochs = recipe.epochs
        if members is None:
            return cls(shown_steps(epochs, steps_per_epoch), kept_of_run(recipe, steps_per_epoch))
        room, picture = SWEEP_BYTES // members, shown_bytes(recipe)
        model, rest = kept_bytes(recipe, steps_per_epoch), room - 2 * kept_bytes(recipe, steps_per_epoch)
        between = max(0, min(BETWEEN, rest // 4 // model))
        many = {0} | kept_epochs(epochs, 1 + between)
        for kept, state in ((many, True), ({0, epochs}, False), ({epochs}, False)):
            pictures = (room - len(kept) * kept_bytes(recipe, steps_per_epoch, state=state)) // picture
            if pictures >= 2:
                shown = max(2, min(SHOWN, pictures // 2))
                more = min(SHOWN_UNSCHEDULED, pictures - shown)
                return cls(shown_steps(epochs, steps_per_epoch, shown), frozenset(kept), more, state=state)
        return cls(frozenset({epochs * steps_per_epoch}), frozenset({epochs}), 0, state=False, half=True)


class Most(NamedTuple):
    """What there is at most of a run of its own; ``bytes``: of its weight images and kept models together."""

    images: int
    models: int
    bytes: int

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """As its :class:`Recording` allows. Each step is shown once, and no kept model but the last of a stopped run is
        of the middle of an epoch."""
        images = min(recipe.steps + 1, SHOWN + SHOWN_UNSCHEDULED)
        models = len(kept_of_run(recipe, recipe.steps_per_epoch))
        last = kept_bytes(recipe, recipe.steps_per_epoch)
        return cls(images, models, images * shown_bytes(recipe) + (models - 1) * kept_bytes(recipe, 0) + last)


def shown_bytes(recipe: Recipe) -> int:
    """Of one weights frame."""
    units, pixels = shapes(recipe)["0.weight"]
    return 44 + units * (8 + pixels)


def kept_bytes(recipe: Recipe, steps_per_epoch: int, *, state: bool = True, half: bool = False) -> int:
    """Of one checkpoint at most: its numbers, and a header with names, recipe, summary and, in the middle of an epoch,
    the losses since its beginning."""
    copies = 1 + STATES[recipe.optimizer] * state
    return (2 if half else 4) * copies * parameters(recipe) + 2500 + 24 * steps_per_epoch


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


def kept_of_run(recipe: Recipe, steps_per_epoch: int) -> frozenset[int]:
    """The epochs at whose ends the model of a run of its own is kept; 0 is before the first step."""
    most = min(KEPT, RUN_BYTES // kept_bytes(recipe, steps_per_epoch))
    return kept_epochs(recipe.epochs, most) | {0}


def kept_epochs(epochs: int, most: int = KEPT) -> frozenset[int]:
    """At most so many epochs from 1 on, evenly spread, the last among them."""
    stride = -(-epochs // most)
    return frozenset(range(epochs, 0, -stride))
