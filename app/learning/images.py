"""The images of a data set as training computes with them."""

import numpy as np
import torch
from torch import Tensor

from app.learning.dataset import Digits
from app.learning.network import WHITE
from app.recipe import Recipe


class Images:
    """On the device, shared by all models that learn from the same images: rows of ``pixels`` and a last 255, which
    stands for the biases' 1, uint8. A quarter of the bytes of floats, which a batch becomes when its turn comes.

    ``pixels`` are those that any training image lights: 640 of MNIST's 784. The weights of the others never move, as
    their gradients are exactly 0. With ``augment`` any pixel may be lit. Validation images that light others come
    last: ``beyond`` holds those pixels of them [784 - pixels, n], from 0 to 1.
    """

    def __init__(self, recipe: Recipe, digits: Digits, device: torch.device) -> None:
        lit = torch.ones(784, dtype=torch.bool) if recipe.augment else digits.train_images.amax(0) > 0
        self.pixels, self.others = lit.nonzero().squeeze(1), (~lit).nonzero().squeeze(1)
        self.train = self._rows(digits.train_images).to(device)
        self.train_signs = signs(digits.train_targets).to(device)
        odd = (_columns(digits.valid_images, self.others) > 0).any(1)
        order = odd.to(torch.int8).argsort(stable=True)
        images, targets = digits.valid_images[order], digits.valid_targets[order]
        self.valid = self._rows(images).to(device)
        self.valid_signs = signs(targets).to(device)
        self.threes = int(targets.sum())
        self.beyond = (_columns(images[len(odd) - int(odd.sum()) :], self.others).t() / WHITE).to(device)

    def _rows(self, images: Tensor) -> Tensor:
        return torch.cat([_columns(images, self.pixels), torch.full((len(images), 1), WHITE, dtype=torch.uint8)], 1)


def _columns(images: Tensor, which: Tensor) -> Tensor:
    """Return ``images[:, which]``, both on the CPU, in a quarter of the time that PyTorch takes for it."""
    return torch.from_numpy(np.take(images.numpy(), which.numpy(), axis=1))


def signs(targets: Tensor) -> Tensor:
    """-1 for a 3, 1 for a 7, from targets 1 and 0."""
    return 1 - 2 * targets
