"""The simplest classifier that could work: which of the two mean images is an image nearer to?"""

import torch
from torch import Tensor

from app.events import Baseline
from app.learning.dataset import Digits

PIECE = 512
"""Images at a time."""


def means(digits: Digits) -> tuple[Tensor, Tensor]:
    """The mean 3 and the mean 7 of the training images: two float32 [784], 0 to 1."""
    belongs = torch.stack([digits.train_targets, 1 - digits.train_targets])  # [2, n], a row of ones and zeros for each
    sums = torch.zeros(2, digits.train_images.shape[1])
    # Sums of whole numbers below 2**24 are exact in float32, in whatever order; pieces that fit the cache are faster.
    pieces = torch.split(digits.train_images, PIECE), torch.split(belongs, PIECE, dim=1)
    for images, whose in zip(*pieces, strict=True):
        sums += whose @ images.float()
    mean_three, mean_seven = sums / (255 * belongs.sum(1, keepdim=True))
    return mean_three, mean_seven


def l1(images: Tensor, ideal: Tensor) -> Tensor:
    """Mean absolute difference of each image [n, 784] to one ideal image [784], by broadcasting: [n]."""
    return (images - ideal).abs().mean(-1)


def l2(images: Tensor, ideal: Tensor) -> Tensor:
    """Root of the mean squared difference of each image [n, 784] to one ideal image [784], by broadcasting: [n]."""
    return (images - ideal).square().mean(-1).sqrt()


def baseline(digits: Digits) -> Baseline:
    """The share of all validation images that are nearer to the mean image of their own digit."""
    mean_three, mean_seven = means(digits)
    images, threes = digits.valid_images / 255, digits.valid_targets == 1
    shares = {
        distance.__name__: (distance(images, mean_three) < distance(images, mean_seven)) == threes
        for distance in (l1, l2)
    }
    return Baseline(**{name: right.float().mean().item() for name, right in shares.items()})
