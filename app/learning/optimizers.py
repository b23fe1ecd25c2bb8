"""How a gradient becomes an update. Each agrees with ``torch.optim``'s and waits for no device."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import sqrt

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

    @abstractmethod
    def update(self, gradients: Tensors, rates: Tensors, step: int) -> None:
        """``rates``: the learning rate of each value, or what broadcasts to that. ``step`` counts from 1."""


class SGD(Optimizer):
    """Stochastic gradient descent: a step straight down the slope."""

    def update(self, gradients: Tensors, rates: Tensors, step: int) -> None:
        torch._foreach_addcmul_(self.values, gradients, rates, value=-1)  # w -= learning_rate * gradient


class Momentum(Optimizer):
    """SGD that rolls on: each step goes along a running sum of gradients, of which a step keeps nine tenths."""

    KEPT = 0.9
    STATE = ("velocity",)

    def update(self, gradients: Tensors, rates: Tensors, step: int) -> None:
        velocity = self.state["velocity"]
        torch._foreach_mul_(velocity, self.KEPT)
        torch._foreach_add_(velocity, gradients)
        torch._foreach_addcmul_(self.values, velocity, rates, value=-1)


class Adam(Optimizer):
    """Each parameter at its own pace: running mean of its gradient over the root of that of its square.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1 with the paper's constants.
    """

    BETA1 = 0.9
    BETA2 = 0.999
    EPSILON = 1e-8
    STATE = ("mean", "square")

    def update(self, gradients: Tensors, rates: Tensors, step: int) -> None:
        mean, square = self.state["mean"], self.state["square"]
        torch._foreach_lerp_(mean, gradients, 1 - self.BETA1)
        torch._foreach_mul_(square, self.BETA2)
        torch._foreach_addcmul_(square, gradients, gradients, value=1 - self.BETA2)
        # Both start at zero and are too small at first by these factors.
        mean_share = 1 - self.BETA1**step
        square_share = 1 - self.BETA2**step
        moves = torch._foreach_sqrt(square)
        torch._foreach_div_(moves, sqrt(square_share))
        torch._foreach_add_(moves, self.EPSILON)
        moves = torch._foreach_div(mean, moves)
        torch._foreach_div_(moves, mean_share)
        torch._foreach_addcmul_(self.values, moves, rates, value=-1)


OPTIMIZERS: Mapping[recipe.Optimizer, type[Optimizer]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
