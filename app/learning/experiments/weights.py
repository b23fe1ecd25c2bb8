"""The weights that an experiment looks at."""

from collections.abc import Generator
from typing import NamedTuple

import torch
from torch import Tensor

from app.experiments import OfRecipe, OfRun, OfValues, Refused, Weights, shapes
from app.learning.dataset import Digits
from app.learning.experiments import vector
from app.learning.learner import Learner
from app.learning.parameters import flat
from app.recipe import Recipe

CPU = torch.device("cpu")


class Placed(NamedTuple):
    """A recipe's model after a step: all its parameters as one vector, float32 [n] on the CPU, all of them finite."""

    recipe: Recipe
    step: int
    values: Tensor

    def named(self, vector: Tensor) -> dict[str, Tensor]:
        """Views of a vector laid out like ``values``, under PyTorch's names."""
        named = {}
        for name, shape in shapes(self.recipe).items():
            size = torch.Size(shape).numel()
            named[name], vector = vector[:size].view(shape), vector[size:]
        return named


def place(weights: Weights, digits: Digits) -> Generator[None, None, Placed | Refused]:
    """Compute or decode them. OfRun is not for the learner, which knows no runs: a ValueError."""
    match weights:
        case OfRun():
            raise ValueError(f"run {weights.run!r} comes as OfValues")
        case OfValues():
            values = vector.decode(weights.data)
        case OfRecipe():
            values = yield from _trained(weights, digits)
    if not values.isfinite().all():
        return Refused(refused=f"The weights after step {weights.step} are not all finite: this network diverged.")
    return Placed(weights.recipe, weights.step, values)


def _trained(weights: OfRecipe, digits: Digits) -> Generator[None, None, Tensor]:
    recipe = weights.recipe
    learner = Learner.alone(recipe, digits, CPU)
    if weights.start == "zero":
        learner.parameters.zero_()
    past = [torch.zeros_like(each) for each in learner.parameters.values]
    """Gradients of the steps before, where nobody has set them to zero."""
    for step in range(weights.step):
        epoch, batch = divmod(step, len(learner.batch_sizes))
        if batch == 0:
            learner.shuffle(epoch + 1)
        learner.step(batch)
        if not weights.zero_grad:
            for value, before, gradient in zip(learner.parameters.values, past, learner.gradients, strict=True):
                value.sub_(before, alpha=recipe.learning_rate)
                before.add_(gradient)
        yield
    return flat(list(learner.parameters.named(learner.snapshot(), 0).values()))
