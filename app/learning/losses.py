"""What is made small, and what people look at instead. Target 1 means a 3, target 0 a 7; a prediction is a logit,
positive for a 3. All take predictions and targets of one shape, float32, and give one scalar."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from app import recipe

LossFunction = Callable[[Tensor, Tensor], Tensor]


def mnist_loss(predictions: Tensor, targets: Tensor) -> Tensor:
    """How far the probability of a 3 is from the truth, on average (fastai's book, chapter 4).

    The book writes ``where(targets == 1, 1 - sigmoid(predictions), sigmoid(predictions)).mean()``. As
    ``1 - sigmoid(z) == sigmoid(-z)``, turning the sign of a 3's prediction first comes to the same: half the work, and
    nothing is lost to rounding where the sigmoid is nearly 1.
    """
    sign = torch.sub(1, targets, alpha=2)  # -1 for a 3, 1 for a 7
    return (predictions * sign).sigmoid().mean()


def bce(predictions: Tensor, targets: Tensor) -> Tensor:
    """Binary cross-entropy: unlike ``mnist_loss``, the surer a wrong prediction the harder it pulls."""
    return binary_cross_entropy_with_logits(predictions, targets)


def accuracy(predictions: Tensor, targets: Tensor) -> Tensor:
    """The share of wrong predictions, as a loss: a stair, whose gradient is zero everywhere, so nothing is learned."""
    return (predictions.sign().clamp(min=0) - targets).abs().mean()


def batch_accuracy(predictions: Tensor, targets: Tensor) -> Tensor:
    """The share of right predictions. A logit of 0, which is undecided, counts as a 7."""
    return ((predictions > 0) == (targets == 1)).float().mean()


LOSSES: Mapping[recipe.Loss, LossFunction] = {"mnist_loss": mnist_loss, "bce": bce, "accuracy": accuracy}
