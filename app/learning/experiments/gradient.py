"""The gradient of one batch, and what a nudge of a weight does to the loss."""

from collections.abc import Generator

import numpy as np
import torch

from app.experiments import Gradient, GradientAnswer, Nudge, Nudged, Refused, shapes
from app.learning.dataset import Digits
from app.learning.experiments import images, vector
from app.learning.experiments.images import Images
from app.learning.experiments.slopes import Slope, losses, slope
from app.learning.experiments.weights import Placed, place
from app.learning.seen import seen


def gradient(asked: Gradient, digits: Digits) -> Generator[None, None, GradientAnswer | Refused]:
    placed = yield from place(asked.weights, digits)
    if isinstance(placed, Refused):
        return placed
    digits = seen(digits, placed.recipe)
    if isinstance(asked.images, list) and (largest := max(asked.images)) >= len(digits.train_images):
        return Refused(
            refused=f"Image {largest:,}: this recipe learns from the first {len(digits.train_images):,} only."
        )
    chosen = _images(asked, placed, digits)
    found = yield from slope(placed, chosen)
    nudged = None
    if asked.nudge is not None:
        nudged = yield from _nudge(asked.nudge, placed, chosen, found)
    return GradientAnswer(
        model=placed.recipe.model,
        step=placed.step,
        shapes={name: list(shape) for name, shape in shapes(placed.recipe).items()},
        values=vector.encode(placed.values),
        gradient=vector.encode(found.gradient),
        norm=found.gradient.norm().item(),
        loss=found.loss,
        accuracy=found.accuracy,
        images=len(chosen),
        nudge=nudged,
    )


def _images(asked: Gradient, placed: Placed, digits: Digits) -> Images:
    match asked.images:
        case "next":
            return images.of_step(placed.recipe, digits, placed.step + 1)
        case "all":
            return images.all_of(digits)
        case indices:
            return images.chosen(torch.tensor(indices), digits)


def _nudge(nudge: Nudge, placed: Placed, chosen: Images, found: Slope) -> Generator[None, None, Nudged]:
    """In float64: in float32 a small rise is lost to rounding."""
    place = tuple(nudge.index)
    value = placed.named(placed.values)[nudge.parameter][place].item()
    changed = placed.values.double()
    weight = placed.named(changed)[nudge.parameter]
    loss, accuracy = [], []
    for by in (0.0, *nudge.by):
        weight[place] = value + by
        means = np.zeros(2)
        for pixels, targets in chosen.pieces():
            both = losses(placed, changed, pixels.double(), targets.double())
            means += np.array([mean.item() for mean in both]) * len(pixels) / len(chosen)
            yield
        loss.append(float(means[0]))
        accuracy.append(float(means[1]))
    here, *there = loss
    return Nudged(
        value=value,
        derivative=placed.named(found.gradient)[nudge.parameter][place].item(),
        by=nudge.by,
        loss=there,
        accuracy=accuracy[1:],
        rise_over_run=[
            (risen - here) / run if (run := (value + by) - value) else None
            for risen, by in zip(there, nudge.by, strict=True)
        ],
    )
