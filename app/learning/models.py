"""The three models that a recipe can name. Each takes images [n, 784] and gives logits [n, 1]."""

from collections.abc import Callable, Mapping
from math import sqrt

import torch
from torch import Tensor, nn

from app import recipe
from app.events import Units
from app.recipe import Recipe

PIXELS = 28 * 28

ACTIVATIONS: Mapping[recipe.Activation, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "none": nn.Identity,
}


def build(of: Recipe) -> nn.Sequential:
    """The recipe's layers without values (on the ``meta`` device), as the book writes them. Training computes the same
    for many models at once (``network.py``)."""
    with torch.device("meta"):
        match of.model:
            case "simple_net":
                activation = ACTIVATIONS[of.activation]()
                return nn.Sequential(nn.Linear(PIXELS, of.hidden), activation, nn.Linear(of.hidden, 1))
            case "two_linear":
                return nn.Sequential(nn.Linear(PIXELS, of.hidden), nn.Linear(of.hidden, 1))
            case "linear":
                return nn.Sequential(nn.Linear(PIXELS, 1))


def first_values(of: Recipe, seed: int) -> dict[str, Tensor]:
    """Under PyTorch's names, on the CPU, the same for every device: uniform within ±1/√inputs, the very numbers that
    ``torch.manual_seed(seed)`` and ``nn.Linear`` give (PyTorch's ``Linear.reset_parameters``)."""
    generator = torch.Generator().manual_seed(seed)
    named = {}
    bound = 0.0
    for name, parameter in build(of).named_parameters():
        value = torch.empty(parameter.shape)
        if value.ndim == 2:  # a layer's weights come before its biases, which share their bound
            bound = 1 / sqrt(value.shape[1])
        named[name] = value.uniform_(-bound, bound, generator=generator)
    return named


def units(named: Mapping[str, Tensor]) -> Units:
    """Bias and output weight of each unit of the first layer, from parameters on the CPU under PyTorch's names."""
    bias: list[float] = named["0.bias"].tolist()
    *_, output = (value for name, value in named.items() if name.endswith("weight"))
    output_weight: list[float] = [1.0] if output is named["0.weight"] else output[0].tolist()
    return Units(bias=bias, output_weight=output_weight)


def output_bias(named: Mapping[str, Tensor]) -> float:
    """The logit's own bias; 0 where the first layer is the output, whose bias is its unit's."""
    *_, last = (name for name in named if name.endswith("bias"))
    if last == "0.bias":
        return 0.0
    (bias,) = named[last].tolist()
    return float(bias)
