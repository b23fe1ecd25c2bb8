"""Three runs that differ in the order in which they meet the images."""

from collections.abc import Generator
from dataclasses import replace

import torch
from torch import Tensor

from app.experiments import Curve, ImageOrders, ImageOrdersAnswer
from app.learning.dataset import Digits
from app.learning.learner import METRICS, Learner
from app.recipe import Recipe

CPU = torch.device("cpu")


class Unshuffled(Learner):
    """Meets the images as they lie in their file, in each epoch the same. Not covered: ``augment``."""

    def _order(self, epoch: int) -> tuple[Tensor, Tensor | None]:
        return torch.arange(len(self.images.train)), None


def image_orders(asked: ImageOrders, digits: Digits) -> Generator[None, None, ImageOrdersAnswer]:
    """All begin with the same weights."""
    recipe = Recipe(epochs=asked.epochs, seed=asked.seed, device="cpu")
    shuffled = yield from _curve(Learner.alone(recipe, digits, CPU))
    unshuffled = yield from _curve(Unshuffled.alone(recipe, digits, CPU))
    ordered = yield from _curve(Unshuffled.alone(recipe, sevens_first(digits), CPU))
    return ImageOrdersAnswer(recipe=recipe, shuffled=shuffled, unshuffled=unshuffled, sorted=ordered)


def sevens_first(digits: Digits) -> Digits:
    """All training images of a 7 before all of a 3, otherwise in their order."""
    order = digits.train_targets.argsort(stable=True)
    return replace(digits, train_images=digits.train_images[order], train_targets=digits.train_targets[order])


def _curve(learner: Learner) -> Generator[None, None, Curve]:
    curve = Curve(train_loss=[], valid_loss=[], valid_accuracy=[])
    images, threes = len(learner.images.valid), learner.images.threes
    metrics = torch.empty(len(learner.batch_sizes), METRICS, 1)
    for epoch in range(1, learner.recipe.epochs + 1):
        learner.shuffle(epoch)
        for batch in range(len(learner.batch_sizes)):
            learner.step(batch, metrics[batch].unbind())
            yield
        loss, as_three, wrongly = learner.validate()[:, 0].tolist()
        curve.train_loss.append(metrics[:, 0].sum().item() / sum(learner.batch_sizes))
        curve.valid_loss.append(loss)
        curve.valid_accuracy.append((as_three + images - threes - wrongly) / images)
        yield
    return curve
