"""M networks computed as one: logits of the same images, and the gradients of all by the chain rule.

For each model: a = W₁ x + b₁, h = f(a), z = w₂ · h + b₂. Given dL/dz, dL/dw₂ = Σ h dL/dz and dL/db₂ = Σ dL/dz over the
batch; dL/da = w₂ dL/dz f'(a), and dL/dW₁ = Σ dL/da xᵀ. As x ends in a 1, b₁ is W₁'s last column. The first layers of
all models lie below each other, so that W₁ x is one matrix product, and so is dL/dW₁.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from app import recipe
from app.learning.parameters import Parameters
from app.learning.products import fastest
from app.recipe import Recipe

WHITE = 255
"""Images come as 0 to 255, as floats. What follows a product is divided by it as late, and as small, as can be."""


class Activation(NamedTuple):
    """``apply`` may overwrite the sums it gets. ``backward`` takes slopes by what came out, which it may overwrite, and
    what came out, and gives those by the sums. ``straight``: sums c times as large, c > 0, come out c times as large
    and have the same slopes."""

    apply: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor], Tensor]
    straight: bool = False


ACTIVATIONS: Mapping[recipe.Activation, Activation] = {
    "relu": Activation(torch.relu_, lambda slopes, out: torch.ops.aten.threshold_backward(slopes, out, 0), True),
    "tanh": Activation(torch.tanh_, torch.ops.aten.tanh_backward),
    "sigmoid": Activation(torch.sigmoid_, torch.ops.aten.sigmoid_backward),
    "none": Activation(lambda sums: sums, lambda slopes, out: slopes, True),
}


class Network:
    """``images`` [n, pixels + 1], float32: each row the pixels that the parameters know, 0 to 255, and a last 255."""

    def __init__(self, recipe: Recipe, parameters: Parameters) -> None:
        self._count, self._units = parameters.count, parameters.units
        self._first, second = parameters.values
        self._deep = recipe.model != "linear"
        self._frozen = recipe.freeze and self._deep
        self._activation = ACTIVATIONS[recipe.activation if recipe.model == "simple_net" else "none"]
        self._product = fastest(parameters.device)
        if self._deep:
            self._weights, self._biases = second[:, None, :-1], second[:, -1:, None]
            self._columns = second[:, :-1, None]
        self._gradients = parameters.zeros()
        self._weights_gradient = self._gradients[1][:, :-1, None]
        self._biases_gradient = self._gradients[1][:, -1:]

    def logits(self, images: Tensor, beyond: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Of images, [M, n], and what ``gradients`` needs besides. ``beyond`` [M * units, n]: what other pixels add to
        the first layer's sums."""
        sums = self._product(self._first, images)
        if beyond is not None:
            sums.add_(beyond, alpha=WHITE)
        if not (self._deep and self._activation.straight):
            sums.mul_(1 / WHITE)
        if not self._deep:
            return sums, sums
        hidden = self._activation.apply(sums.view(self._count, self._units, -1))
        alpha = 1 / WHITE if self._activation.straight else 1
        return torch.baddbmm(self._biases, self._weights, hidden, alpha=alpha).squeeze(1), hidden

    def gradients(self, images: Tensor, hidden: Tensor, slopes: Tensor) -> list[Tensor]:
        """Laid out like ``Parameters.values``, from the slopes [M, n] of the losses by the logits of ``images``,
        divided by ``WHITE``. Those of the second layer lie in memory that the next call overwrites. A first layer that
        is frozen has none: 0, which no optimizer makes a move of."""
        if self._deep:
            unscaled = slopes if self._activation.straight else slopes * WHITE
            torch.bmm(hidden, unscaled.unsqueeze(2), out=self._weights_gradient)
            torch.mm(slopes, images[:, -1:], out=self._biases_gradient)  # the 255s that stand for the biases' 1
            if self._frozen:
                return self._gradients
            slopes = self._activation.backward(self._columns * slopes.unsqueeze(1), hidden)
        first = self._product(slopes.reshape(len(self._first), -1), images.t())
        return [first, self._gradients[1]]
