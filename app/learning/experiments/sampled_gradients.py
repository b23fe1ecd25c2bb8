"""How well a batch knows where downhill is."""

from collections.abc import Generator
from math import acos, degrees

import torch
from torch import Tensor

from app.experiments import Refused, Sample, SampledGradients, SampledGradientsAnswer
from app.learning.dataset import Digits
from app.learning.experiments.images import all_of, chosen
from app.learning.experiments.slopes import slope
from app.learning.experiments.weights import place
from app.learning.seen import seen


def sampled_gradients(
    asked: SampledGradients, digits: Digits
) -> Generator[None, None, SampledGradientsAnswer | Refused]:
    placed = yield from place(asked.weights, digits)
    if isinstance(placed, Refused):
        return placed
    digits = seen(digits, placed.recipe)
    everything = all_of(digits)
    if (largest := max(asked.batch_sizes)) > len(everything):
        return Refused(refused=f"A batch of {largest:,}: this recipe learns from {len(everything):,} images.")
    full = yield from slope(placed, everything)
    generator = torch.Generator().manual_seed(asked.seed)
    sizes = []
    for size in asked.batch_sizes:
        angles, norms = [], []
        for _ in range(asked.samples):
            batch = torch.randperm(len(everything), generator=generator)[:size]
            one = yield from slope(placed, chosen(batch, digits))
            angles.append(angle(one.gradient, full.gradient))
            norms.append(one.gradient.norm().item())
        known = [each for each in angles if each is not None]
        mean = sum(known) / len(known) if known else None
        sizes.append(Sample(batch_size=size, angles=angles, mean_angle=mean, norms=norms))
    return SampledGradientsAnswer(
        model=placed.recipe.model,
        step=placed.step,
        images=len(everything),
        norm=full.gradient.norm().item(),
        loss=full.loss,
        sizes=sizes,
    )


def angle(one: Tensor, other: Tensor) -> float | None:
    """Between two vectors, in degrees; None where one of them is zero."""
    one, other = one.double(), other.double()
    lengths = (one.norm() * other.norm()).item()
    if lengths == 0:
        return None
    return degrees(acos(max(-1.0, min(1.0, one.dot(other).item() / lengths))))
