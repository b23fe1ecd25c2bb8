"""Losses with their slopes, by hand, for M models at once. ``losses.py`` has the losses as the book writes them.

Each takes logits [M, n], ``signs`` [n] (-1 for a 3, 1 for a 7) and ``shares`` [n] (``signs / n``), and gives each
image's loss and the slope by its logit of their mean: [M, n] both. With t = sign * z, by which a wrong prediction is
positive, mnist_loss is σ(t) and bce ln(1 + exp t): so dL/dz = sign / n * σ(t) (1 - σ(t)), and sign / n * σ(t).
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import softplus

from app import recipe

LossAndSlope = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


def mnist_loss(logits: Tensor, signs: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    losses = (logits * signs).sigmoid_()
    return losses, torch.ops.aten.sigmoid_backward(shares.expand_as(losses), losses)


def bce(logits: Tensor, signs: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    wrong = logits * signs
    return softplus(wrong), wrong.sigmoid_().mul_(shares)


def accuracy(logits: Tensor, signs: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    return ((logits > 0) != (signs < 0)).to(logits.dtype), torch.zeros_like(logits)


SLOPES: Mapping[recipe.Loss, LossAndSlope] = {"mnist_loss": mnist_loss, "bce": bce, "accuracy": accuracy}
