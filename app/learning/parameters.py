"""The parameters of M models that train together."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.events import Units
from app.learning import models
from app.recipe import Recipe


class Parameters:
    """Parameters of ``count`` models with the same first values, laid out for one product over all of them.

    ``first`` [count * units, pixels + 1]: the first layer of every model below the other's; a row is a unit's weights
    of the ``pixels`` (their indices into 784), and last its bias. ``second`` [count, units + 1]: the weights with which
    units enter the logit, and last its bias; no columns where the first layer is the output.
    The weights of all other pixels keep their first values; ``named`` knows them.
    """

    def __init__(self, recipe: Recipe, seed: int, count: int, pixels: Tensor, device: torch.device) -> None:
        self.begin = models.first_values(recipe, seed)
        self.count, self.pixels, self.device = count, pixels, device
        self.units = len(self.begin["0.bias"])
        self.names = tuple(self.begin)
        self.shapes = [(count * self.units, len(pixels) + 1), (count, self.units + 1 if len(self.names) > 2 else 0)]
        self.first, self.second = (value.repeat(count, 1).to(device) for value in self.packed(self.begin))

    @property
    def values(self) -> list[Tensor]:
        return [self.first, self.second]

    def __len__(self) -> int:
        """Parameters of one model."""
        return sum(value.numel() for value in self.begin.values())

    @property
    def size(self) -> int:
        """Numbers in ``values``."""
        return sum(map(prod, self.shapes))

    def zeros(self) -> list[Tensor]:
        """Laid out like ``values``."""
        return [torch.zeros(shape, device=self.device) for shape in self.shapes]

    def zero_(self) -> None:
        """Let every parameter begin as 0."""
        for value in (*self.values, *self.begin.values()):
            value.zero_()

    def packed(self, named: Mapping[str, Tensor]) -> list[Tensor]:
        """One model's parameters, under PyTorch's names, laid out like its rows of ``values``."""
        weight, bias, *second = named.values()
        first = torch.cat([weight[:, self.pixels], bias.unsqueeze(1)], 1)
        return [first, torch.cat([value.view(1, -1) for value in second], 1) if second else torch.zeros(1, 0)]

    def named(self, flat: Tensor, member: int, *, fill: bool = True) -> dict[str, Tensor]:
        """One model's parameters under PyTorch's names, from ``flat(values)`` on the CPU. All other pixels have the
        weights they began with or, without ``fill``, 0."""
        first, second = self._split(flat)
        rows = first[member]
        weight = self.begin["0.weight"].clone() if fill else torch.zeros_like(self.begin["0.weight"])
        weight[:, self.pixels] = rows[:, :-1]
        tensors = [weight, rows[:, -1].contiguous()]
        if len(self.names) > 2:
            row = second[member]
            tensors += [row[:-1].unsqueeze(0).clone(), row[-1:].clone()]
        return dict(zip(self.names, tensors, strict=True))

    def units_of(self, flat: Tensor, member: int) -> Units:
        """Bias and output weight of each unit of one model, as ``models.units`` gives them, from ``flat(values)``."""
        first, second = self._split(flat)
        output_weight: list[float] = second[member, :-1].tolist() if second.shape[1] else [1.0]
        return Units(bias=first[member, :, -1].tolist(), output_weight=output_weight)

    def broken(self, flat: Tensor) -> NDArray[np.bool_]:
        """Which models [count] have a parameter that is a NaN or an infinity, from ``flat(values)`` on the CPU."""
        finite = np.ones(self.count, bool)
        for part in self._split(flat):
            finite &= np.isfinite(part.flatten(1).numpy()).all(1)
        return ~finite

    def _split(self, flat: Tensor) -> tuple[Tensor, Tensor]:
        """[count, units, pixels + 1] and [count, units + 1]."""
        first, second = torch.split(flat[: self.size], [prod(shape) for shape in self.shapes])
        return first.view(self.count, self.units, -1), second.view(self.shapes[1])


def flat(tensors: Sequence[Tensor]) -> Tensor:
    """Copy tensors into one vector, on their device."""
    return torch.cat([tensor.flatten() for tensor in tensors])


def state_name(kind: str, parameter: str) -> str:
    """What an optimizer's state of a parameter is called in a checkpoint."""
    return f"optimizer.{kind}.{parameter}"


def named_state(parameters: Parameters, flat: Tensor, member: int, names: Sequence[str]) -> dict[str, Tensor]:
    """One model's share of what an optimizer remembers, as ``optimizer.velocity.0.weight``, from what follows the
    parameters in ``Learner.snapshot``."""
    size = parameters.size
    return {
        state_name(name, parameter): value
        for at, name in enumerate(names, 1)
        for parameter, value in parameters.named(flat[at * size : (at + 1) * size], member, fill=False).items()
    }
