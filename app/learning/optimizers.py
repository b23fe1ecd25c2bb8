"""How a gradient becomes an update. Each agrees with ``torch.optim``'s and waits for no device."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import torch
from torch import Tensor

from app import recipe

Tensors = list[Tensor]


class Optimizer(ABC):
    """Changes ``values`` in place. ``state``: what it remembers from step to step, each laid out like ``values``."""

    STATE: tuple[str, ...] = ()

    def __init__(self, values: Tensors) -> None:
        self.values = values
        self.state = {name: [torch.zeros_like(value) for value in values] for name in self.STATE}

    def scales(self, step: int) -> tuple[float, ...]:
        """Return what ``update`` needs to know of a step, counted from 1."""
        return ()

    @abstractmethod
    def update(self, gradients: Tensors, rates: Tensors, scales: Sequence[float] | Sequence[Tensor] = ()) -> None:
        """``rates``: the learning rate of each value, or what broadcasts to that. ``scales``: of this step, as numbers
        or, where a step's program is fixed and its number is not, as scalars on the device."""


class SGD(Optimizer):
    """Stochastic gradient descent: a step straight down the slope."""

    def update(self, gradients: Tensors, rates: Tensors, scales: Sequence[float] | Sequence[Tensor] = ()) -> None:
        torch._foreach_addcmul_(self.values, gradients, rates, value=-1)  # w -= learning_rate * gradient


class Momentum(Optimizer):
    """SGD that rolls on: each step goes along a running sum of gradients, of which a step keeps nine tenths."""

    KEPT = 0.9
    STATE = ("velocity",)

    def update(self, gradients: Tensors, rates: Tensors, scales: Sequence[float] | Sequence[Tensor] = ()) -> None:
        velocity = self.state["velocity"]
        torch._foreach_mul_(velocity, self.KEPT)
        torch._foreach_add_(velocity, gradients)
        torch._foreach_addcmul_(self.values, velocity, rates, value=-1)


class Adam(Optimizer):
    """Each parameter at its own pace: running mean of its gradient over the root of that of its square.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1 as section 2 ends, with
    the paper's constants.
    """

    BETA1 = 0.9
    BETA2 = 0.999
    EPSILON = 1e-8
    STATE = ("mean", "square")

    def scales(self, step: int) -> tuple[float, ...]:
        """By what the learning rate is multiplied, since mean and square start at zero and are too small at first, and
        the epsilon that goes with it."""
        square = sqrt(1 - self.BETA2**step)
        return square / (1 - self.BETA1**step), self.EPSILON * square

    def update(self, gradients: Tensors, rates: Tensors, scales: Sequence[float] | Sequence[Tensor] = ()) -> None:
        mean, square = self.state["mean"], self.state["square"]
        torch._foreach_lerp_(mean, gradients, 1 - self.BETA1)
        torch._foreach_mul_(square, self.BETA2)
        torch._foreach_addcmul_(square, gradients, gradients, value=1 - self.BETA2)
        # Lists, since PyTorch would ask a single scalar on the device for its value.
        lists: list[list[Any]] = [[scale] * len(self.values) for scale in scales]
        rate, epsilon = lists
        moves = torch._foreach_sqrt(square)
        torch._foreach_add_(moves, epsilon)
        moves = torch._foreach_div(mean, moves)
        torch._foreach_addcmul_(self.values, moves, torch._foreach_mul(rates, rate), value=-1)


OPTIMIZERS: Mapping[recipe.Optimizer, type[Optimizer]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
