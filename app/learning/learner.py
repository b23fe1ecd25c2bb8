"""A run's data and model on the device, and one step of learning.

Nothing here waits for the device: results stay on it as scalars, for the buffer to fetch many at a time.
"""

import torch
from torch import Tensor

from app.learning import augment, models, order
from app.learning.dataset import Digits
from app.learning.losses import LOSSES, batch_accuracy
from app.learning.optimizers import OPTIMIZERS
from app.learning.parameters import Parameters
from app.recipe import Recipe


class Learner:
    """The training images stay uint8, a quarter of the bytes to shuffle; each batch becomes float32 0 to 1 by itself.

    All memory is taken here, once: for arrays of megabytes, asking the system for fresh pages each epoch would cost
    more than the arithmetic.
    """

    def __init__(self, recipe: Recipe, digits: Digits, device: torch.device) -> None:
        self.recipe = recipe
        self.module = models.build(recipe)
        self.parameters = Parameters(self.module, device)
        models.initialise(self.parameters, recipe.seed)
        self.loss = LOSSES[recipe.loss]
        self.optimizer = OPTIMIZERS[recipe.optimizer](self.parameters)
        self.images = digits.train_images.to(device)
        self.targets = digits.train_targets.to(device).unsqueeze(1)  # [n, 1], as the model's logits are
        self.valid_images = digits.valid_images.to(device).float().mul_(1 / 255)
        self.valid_targets = digits.valid_targets.to(device).unsqueeze(1)
        self._shuffled_images = torch.empty_like(self.images)
        self._shuffled_targets = torch.empty_like(self.targets)
        self._images = torch.split(self._shuffled_images, recipe.batch_size)
        self._targets = torch.split(self._shuffled_targets, recipe.batch_size)
        self._maps: tuple[Tensor, ...] = ()
        self._pixels = torch.empty(self._images[0].shape, device=device)

    @property
    def batch_sizes(self) -> list[int]:
        """Images in each step of an epoch; the last may have fewer."""
        return [len(batch) for batch in self._targets]

    def shuffle(self, epoch: int) -> None:
        """Lay out an epoch, from 1, in its order."""
        generator = order.generator(self.recipe.seed, epoch)
        indices = order.order(len(self.images), generator).to(self.images.device)
        torch.index_select(self.images, 0, indices, out=self._shuffled_images)
        torch.index_select(self.targets, 0, indices, out=self._shuffled_targets)
        if self.recipe.augment:
            maps = augment.transforms(len(self.images), generator).to(self.images.device)
            self._maps = torch.split(maps, self.recipe.batch_size)

    def step(self, batch: int, learning_rate: float) -> tuple[Tensor, Tensor, Tensor]:
        """Learn from one batch of the epoch, from 0. Its loss and accuracy before the update, and the norm of the
        gradient, as scalars on the device."""
        targets = self._targets[batch]
        images = self._pixels[: len(targets)].copy_(self._images[batch]).mul_(1 / 255)
        if self.recipe.augment:
            images = augment.warp(images, self._maps[batch])
        predictions = self.module(images)
        loss = self.loss(predictions, targets)
        self.parameters.gradient.zero_()
        loss.backward()  # type: ignore[no-untyped-call]
        with torch.no_grad():
            norm = torch.linalg.vector_norm(self.parameters.gradient)
            self.optimizer.update(learning_rate)
            return loss.detach(), batch_accuracy(predictions, targets), norm

    def validate(self) -> Tensor:
        """Over the whole validation set, on the device: the loss, then how many 3s are read as 3 and as 7, and how many
        7s as 3 and as 7. Float32 [5]."""
        with torch.no_grad():
            predictions = self.module(self.valid_images)
            threes, read_as_three = self.valid_targets == 1, predictions > 0
            counts = [
                (truth & verdict).sum() for truth in (threes, ~threes) for verdict in (read_as_three, ~read_as_three)
            ]
            return torch.stack([self.loss(predictions, self.valid_targets), *counts])

    def snapshot(self) -> Tensor:
        """All parameters as they are now, on the device."""
        return self.parameters.values.clone()
