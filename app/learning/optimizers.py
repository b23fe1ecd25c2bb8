"""How a gradient becomes an update, on the one vector of all parameters. Each agrees with ``torch.optim``'s."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import sqrt

import torch

from app import recipe
from app.learning.parameters import Parameters


class Optimizer(ABC):
    """Changes ``parameters.values`` in place; none waits for the device."""

    def __init__(self, parameters: Parameters) -> None:
        self.values = parameters.values
        self.gradient = parameters.gradient

    @abstractmethod
    def update(self, learning_rate: float) -> None: ...


class SGD(Optimizer):
    """Stochastic gradient descent: a step straight down the slope."""

    def update(self, learning_rate: float) -> None:
        self.values.sub_(self.gradient, alpha=learning_rate)  # w -= learning_rate * gradient


class Momentum(Optimizer):
    """SGD that rolls on: each step goes along a running sum of gradients, of which a step keeps nine tenths."""

    KEPT = 0.9

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.velocity = torch.zeros_like(parameters.values)

    def update(self, learning_rate: float) -> None:
        self.velocity.mul_(self.KEPT).add_(self.gradient)
        self.values.sub_(self.velocity, alpha=learning_rate)


class Adam(Optimizer):
    """Each parameter at its own pace: running mean of its gradient over the root of that of its square.

    Kingma and Ba, "Adam: A Method for Stochastic Optimization" (2015), algorithm 1 with the paper's constants.
    """

    BETA1 = 0.9
    BETA2 = 0.999
    EPSILON = 1e-8

    def __init__(self, parameters: Parameters) -> None:
        super().__init__(parameters)
        self.mean = torch.zeros_like(parameters.values)
        self.square = torch.zeros_like(parameters.values)
        self.steps = 0

    def update(self, learning_rate: float) -> None:
        self.steps += 1
        self.mean.lerp_(self.gradient, 1 - self.BETA1)
        self.square.mul_(self.BETA2).addcmul_(self.gradient, self.gradient, value=1 - self.BETA2)
        # Both start at zero and are too small at first by these factors.
        mean_share = 1 - self.BETA1**self.steps
        square_share = 1 - self.BETA2**self.steps
        root = self.square.sqrt().div_(sqrt(square_share)).add_(self.EPSILON)
        self.values.addcdiv_(self.mean, root, value=-learning_rate / mean_share)


OPTIMIZERS: Mapping[recipe.Optimizer, type[Optimizer]] = {"sgd": SGD, "momentum": Momentum, "adam": Adam}
