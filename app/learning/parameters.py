"""All parameters of a module as one vector."""

from math import prod

import torch
from torch import Tensor, nn


class Parameters:
    """Takes over a module's parameters: ``values`` holds them all, ``gradient`` all their gradients (float32 [n]).

    The module's own parameters become views of the one and their ``.grad`` views of the other. So an update is
    literally ``values -= learning_rate * gradient``, the norm of the gradient is one operation and a snapshot one copy.
    The values are uninitialised at first.

    What is not covered: a module that shares a parameter between two layers, or ``zero_grad(set_to_none=True)``, which
    would cut the views off; call ``gradient.zero_()``.
    """

    def __init__(self, module: nn.Module, device: torch.device) -> None:
        self.shapes = {name: tuple(parameter.shape) for name, parameter in module.named_parameters()}
        count = sum(map(prod, self.shapes.values()))
        self.values = torch.empty(count, device=device)
        self.gradient = torch.zeros(count, device=device)
        gradients = self.named(self.gradient)
        for name, value in self.named(self.values).items():
            parameter = nn.Parameter(value)
            parameter.grad = gradients[name]
            owner, _, attribute = name.rpartition(".")
            setattr(module.get_submodule(owner), attribute, parameter)

    def __len__(self) -> int:
        return self.values.numel()

    def named(self, vector: Tensor) -> dict[str, Tensor]:
        """Views of a vector [n] laid out like ``values``, under PyTorch's names."""
        parts = torch.split(vector, [prod(shape) for shape in self.shapes.values()])
        return {name: part.view(shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}
