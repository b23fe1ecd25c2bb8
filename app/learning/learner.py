"""M models that learn from the same batches on one device, and one step of all.

Nothing here waits for the device: results stay on it, for the metrics buffer to fetch many at a time.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import torch
from torch import Tensor

from app.learning import augment, order
from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.network import WHITE, Network
from app.learning.optimizers import OPTIMIZERS
from app.learning.parameters import Parameters, flat, state_name
from app.learning.seen import seen
from app.learning.slopes import SLOPES
from app.learning.transfer import to_device
from app.recipe import Recipe

WIDEST = 2_000_000
"""Numbers that lie between two layers: 8 MB. More models than that at once do not fit a processor's cache: 64 of 256
units take 73 ms a step as one and 56 ms as two halves (one thread), 39 and 29 ms (two)."""

PIECE = 512
"""Validation images at a time: what comes between two layers then stays in a processor's cache."""

METRICS = 4
"""Of each step and model: the sum of the losses over the batch, how many images were read right, and the norms of the
gradient's two layers."""


def widths(recipe: Recipe, models: int) -> list[int]:
    """How many of the models each learner takes, as evenly as can be, for none to be wider than ``WIDEST``."""
    units = recipe.hidden if recipe.model != "linear" else 1
    most = max(1, WIDEST // (units * max(recipe.batch_size, PIECE // 2)))
    learners = -(-models // most)
    return [models // learners + (at < models % learners) for at in range(learners)]


class Batch(NamedTuple):
    """Which images, their signs (-1 for a 3), which are 3s, and signs over the batch's size and ``WHITE``: [n] each.
    ``maps`` [n, 2, 3]: how ``augment`` sees them. Also a whole epoch, whose shares are those of its batches."""

    indices: Tensor
    signs: Tensor
    threes: Tensor
    shares: Tensor
    maps: Tensor | None = None

    def split(self, size: int) -> list["Batch"]:
        parts = [torch.split(each, size) for each in self if each is not None]
        return [Batch(*each) for each in zip(*parts, strict=True)]


class Learner:
    """Models that differ in their learning rates only: ``rates`` has one for each."""

    def __init__(self, recipe: Recipe, images: Images, device: torch.device, rates: Sequence[float]) -> None:
        self.recipe, self.images, self.device = recipe, images, device
        self.count = len(rates)
        self.parameters = Parameters(recipe, recipe.seed, self.count, images.pixels, device)
        self.network = Network(recipe, self.parameters)
        self.optimizer = OPTIMIZERS[recipe.optimizer](self.parameters.values)
        self.losses = SLOPES[recipe.loss]
        count = len(images.train)
        sizes = [min(recipe.batch_size, count - start) for start in range(0, count, recipe.batch_size)]
        self.batch_sizes = sizes
        """Images in each step of an epoch; the last may have fewer."""
        self.taken = 0
        """Steps."""
        self.gradients = self.parameters.zeros()
        """The last step's, laid out like ``Parameters.values``."""
        self._sizes = torch.tensor(sizes).repeat_interleave(torch.tensor(sizes)).to(device)
        self._rows: dict[int, tuple[Tensor, Tensor]] = {}
        self._beyond = self._add_beyond()
        self._next = (1, self._order(1))
        shapes = [(self.count * self.parameters.units, 1), (self.count, 1)]
        self._rates = [torch.empty(shape, device=device) for shape in shapes]
        self.set_rates(rates)

    @classmethod
    def alone(cls, recipe: Recipe, digits: Digits, device: torch.device) -> Self:
        """One model, with images of its own."""
        return cls(recipe, Images(recipe, seen(digits, recipe), device), device, [recipe.learning_rate])

    def set_rates(self, rates: Sequence[float]) -> None:
        """The learning rates of the steps to come."""
        self.rates = list(rates)
        column = torch.tensor(rates, dtype=torch.float32).unsqueeze(1)
        # In place, where a captured step finds them.
        self._rates[0].copy_(column.repeat_interleave(self.parameters.units, 0))
        self._rates[1].copy_(column)

    def shuffle(self, epoch: int) -> None:
        """Lay out an epoch, from 1, in its order. Asks for the next one's too, which has an epoch's time to come."""
        prepared, what = self._next
        indices, maps = what if prepared == epoch else self._order(epoch)
        self._next = (epoch + 1, self._order(epoch + 1))
        signs = self.images.train_signs[indices]
        self.epoch = Batch(indices, signs, signs < 0, signs / (self._sizes * WHITE), maps)
        self.batches = self.epoch.split(self.recipe.batch_size)

    def step(self, batch: int, metrics: Sequence[Tensor] | None = None) -> None:
        """Learn from one batch of the epoch, from 0. Write ``METRICS`` of before the update, each [M]."""
        self.taken += 1
        self.learn(self.batches[batch], metrics, self.optimizer.scales(self.taken))

    def learn(self, batch: Batch, metrics: Sequence[Tensor] | None, scales: Sequence[float] | Sequence[Tensor]) -> None:
        """A step without its number: always the same operations on tensors alone."""
        images = self._images(batch)
        logits, hidden = self.network.logits(images)
        losses, slopes = self.losses(logits, batch.signs, batch.shares)
        self.gradients = gradients = self.network.gradients(images, hidden, slopes)
        if metrics is not None:
            loss, right, first, second = metrics
            torch.sum(losses, 1, out=loss)
            torch.sum((logits > 0) == batch.threes, 1, dtype=torch.float32, out=right)
            torch.linalg.vector_norm(gradients[0].view(self.count, -1), dim=1, out=first)
            torch.linalg.vector_norm(gradients[1], dim=1, out=second)
        self.optimizer.update(gradients, self._rates, scales)

    def validate(self) -> Tensor:
        """Over the whole validation set, on the device: the mean loss, how many 3s and how many 7s are read as 3.
        Float32 [3, M]."""
        count = len(self.images.valid)
        plain = count - self._beyond.shape[1]
        pieces = [
            self.network.logits(self._floats(self.images.valid[start : min(start + PIECE, plain)]))[0]
            for start in range(0, plain, PIECE)
        ]
        if plain < count:
            pieces.append(self.network.logits(self._floats(self.images.valid[plain:]), self._beyond)[0])
        logits, signs = torch.cat(pieces, 1), self.images.valid_signs
        threes, read = signs < 0, logits > 0
        losses, _ = self.losses(logits, signs, signs)
        return torch.stack([losses.mean(1), (read & threes).sum(1), (read & ~threes).sum(1)])

    def snapshot(self, *, state: bool = False) -> Tensor:
        """All parameters as they are now and, if asked for, the optimizer's state: one vector on the device."""
        kept = self.optimizer.state.values() if state else ()
        return flat([*self.parameters.values, *(tensor for tensors in kept for tensor in tensors)])

    def restore(self, step: int, models: Mapping[int, Mapping[str, Tensor]]) -> None:
        """Let some models, by their rows, be as they were after ``step``: of each its parameters and what its optimizer
        remembered, as its checkpoint names them. Raises KeyError where one is missing."""
        names = self.parameters.names
        for row, tensors in models.items():
            laid_out = [(self.parameters.values, [tensors[name] for name in names])]
            for kind, state in self.optimizer.state.items():
                laid_out.append((state, [tensors[state_name(kind, name)] for name in names]))
            for values, kept in laid_out:
                for value, own in zip(values, self.parameters.packed(dict(zip(names, kept, strict=True))), strict=True):
                    # in place, where the network, and a captured step, find them
                    value[row * len(own) : (row + 1) * len(own)].copy_(own)
        self.taken = step

    def _order(self, epoch: int) -> tuple[Tensor, Tensor | None]:
        """Indices of an epoch's images and, with ``augment``, their maps, on their way to the device."""
        generator = order.generator(self.recipe.seed, epoch)
        count = len(self.images.train)
        indices = to_device(order.order(count, generator), self.device)
        if not self.recipe.augment:
            return indices, None
        return indices, to_device(augment.transforms(count, generator), self.device)

    def _images(self, batch: Batch) -> Tensor:
        rows, floats = self._memory(len(batch.indices))
        torch.index_select(self.images.train, 0, batch.indices, out=rows)
        floats.copy_(rows)
        if batch.maps is not None:
            floats[:, :-1] = augment.warp(floats[:, :-1].contiguous(), batch.maps)
        return floats

    def _floats(self, rows: Tensor) -> Tensor:
        return self._memory(len(rows))[1].copy_(rows)

    def _memory(self, count: int) -> tuple[Tensor, Tensor]:
        """For so many images; taken once, as fresh pages each time would cost more than copying into them."""
        if count not in self._rows:
            shape = count, len(self.images.pixels) + 1
            self._rows[count] = (
                torch.empty(shape, dtype=torch.uint8, device=self.device),
                torch.empty(shape, device=self.device),
            )
        return self._rows[count]

    def _add_beyond(self) -> Tensor:
        """Return what pixels that no training image lights add to the first layer's sums of the last validation images:
        [M * units, n], always the same."""
        weights = self.parameters.begin["0.weight"][:, self.images.others].to(self.device)
        return (weights @ self.images.beyond).repeat(self.count, 1)
