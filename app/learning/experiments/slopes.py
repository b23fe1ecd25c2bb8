"""Losses and their gradients at given weights: autograd's, one piece of the images after the other."""

from collections.abc import Generator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.func import functional_call

from app.learning import models
from app.learning.experiments.images import Images
from app.learning.experiments.weights import Placed
from app.learning.losses import LOSSES, batch_accuracy


class Slope(NamedTuple):
    """Means over the images. ``gradient`` is laid out like the weights' ``values``."""

    loss: float
    accuracy: float
    gradient: Tensor


def slope(placed: Placed, images: Images) -> Generator[None, None, Slope]:
    """The loss of the images (at least one) and its gradient by every parameter."""
    loss = accuracy = 0.0
    gradient = torch.zeros_like(placed.values)
    values = placed.values.clone().requires_grad_()
    for pixels, targets in images.pieces():
        share = len(pixels) / len(images)
        piece, piece_accuracy = losses(placed, values, pixels, targets)
        loss, accuracy = loss + share * piece.item(), accuracy + share * piece_accuracy.item()
        gradient += share * torch.autograd.grad(piece, values)[0]
        yield
    return Slope(loss, accuracy, gradient)


def losses(placed: Placed, values: Tensor, pixels: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Loss and accuracy of the model with these ``values``: scalars."""
    predictions = functional_call(models.build(placed.recipe), placed.named(values), (pixels,))
    return LOSSES[placed.recipe.loss](predictions, targets), batch_accuracy(predictions, targets)
