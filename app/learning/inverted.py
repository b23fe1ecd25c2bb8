"""Some images with black and white exchanged."""

from dataclasses import replace

import torch
from torch import Tensor

from app.learning.dataset import Digits
from app.recipe import Recipe


def inverted(digits: Digits, recipe: Recipe) -> Digits:
    """The digits with the recipe's share ``invert`` of the training and of the validation images inverted: a pixel x of
    0 to 255 becomes 255 - x. The seed decides which; those of a smaller share are among those of a larger one."""
    if recipe.invert == 0:
        return digits
    # Epochs, whose generators are seeded alike, count from 1.
    generator = torch.Generator().manual_seed(recipe.seed * 1009 % 2**32)

    def some(images: Tensor) -> Tensor:
        chosen = torch.randperm(len(images), generator=generator)[: round(recipe.invert * len(images))]
        return images.index_copy(0, chosen, 255 - images[chosen])

    return replace(digits, train_images=some(digits.train_images), valid_images=some(digits.valid_images))
