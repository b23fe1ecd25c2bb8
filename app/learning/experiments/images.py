"""The images that an experiment computes on."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from app.learning import augment, order
from app.learning.dataset import Digits
from app.recipe import Recipe

PIECE = 512
"""Images at a time: some 20 ms of a core with 256 units, or when they are augmented."""


@dataclass(frozen=True)
class Images:
    """``indices`` [n] into the training images, their ``rows`` [n, 784] (uint8) and ``targets`` [n, 1] (1 for a 3);
    ``maps`` [n, 2, 3], where ``augment`` moves them."""

    indices: Tensor
    rows: Tensor
    targets: Tensor
    maps: Tensor | None = None

    def __len__(self) -> int:
        return len(self.indices)

    def pieces(self) -> Iterator[tuple[Tensor, Tensor]]:
        """At most ``PIECE`` images at a time, float32 from 0 to 1 as the model sees them, and their targets."""
        for start in range(0, len(self), PIECE):
            here = slice(start, start + PIECE)
            yield self._pixels(here), self.targets[here]

    def first(self, count: int) -> Tensor:
        """So many of the images, as the model sees them."""
        return self._pixels(slice(count))

    def _pixels(self, here: slice) -> Tensor:
        pixels = self.rows[here].float().mul_(1 / 255)
        return pixels if self.maps is None else augment.warp(pixels, self.maps[here])


def steps_per_epoch(recipe: Recipe, digits: Digits) -> int:
    return recipe.batches(len(digits.train_images))


def of_step(recipe: Recipe, digits: Digits, step: int) -> Images:
    """Return the images that a step, from 1, of the recipe learns from, among ``digits`` as it has ``seen`` them."""
    count = len(digits.train_images)
    epoch, batch = divmod(step - 1, steps_per_epoch(recipe, digits))
    generator = order.generator(recipe.seed, epoch + 1)
    here = slice(batch * recipe.batch_size, (batch + 1) * recipe.batch_size)
    indices = order.order(count, generator)[here]
    return chosen(indices, digits, augment.transforms(count, generator)[here] if recipe.augment else None)


def chosen(indices: Tensor, digits: Digits, maps: Tensor | None = None) -> Images:
    """Return the training images of these indices. Raises IndexError."""
    return Images(indices, digits.train_images[indices], digits.train_targets[indices].unsqueeze(1), maps)


def all_of(digits: Digits) -> Images:
    """Every training image, as it is."""
    return Images(torch.arange(len(digits.train_images)), digits.train_images, digits.train_targets.unsqueeze(1))
