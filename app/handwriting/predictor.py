"""A trained network's forward pass in numpy, so that the server needs no torch to predict."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load

from app.handwriting.shares import Shares, shares

PIXELS = 784

_LAYERS = {"linear": ("0",), "two_linear": ("0", "1"), "simple_net": ("0", "2")}
"""What ``torch.nn.Sequential`` calls each model's linear layers; 1 is ``simple_net``'s activation."""

Array = NDArray[Any]
Activation = Callable[[Array], Array]
"""Of a layer's sums, which it may overwrite."""


def _sigmoid(x: Array) -> Array:
    """``1 / (1 + exp(-x))`` without overflow: sigmoid(x) = (1 + tanh(x / 2)) / 2."""
    x *= 0.5
    return np.add(_tanh(x), 1, out=x) * 0.5


def _tanh(x: Array) -> Array:
    return np.tanh(x, out=x)


def _relu(width: int, kind: type[np.floating]) -> Activation:
    # With zeros to compare with: numpy takes twice as long to compare with a Python number.
    zeros: Array = np.zeros(width, kind)
    return lambda x: np.maximum(x, zeros, out=x)


def _activation(name: str, width: int, kind: type[np.floating]) -> Activation | None:
    match name:
        case "relu":
            return _relu(width, kind)
        case "tanh":
            return _tanh
        case "sigmoid":
            return _sigmoid
        case "none":
            return None
    raise ValueError(f"activation is {name!r}, not one of relu, tanh, sigmoid, none")


class Diverged(ValueError):
    """Of a network whose numbers are not all finite."""


Pixels = NDArray[np.uint8] | NDArray[np.float32]


class Predictor:
    """One of the project's models. Raises ValueError for another model, or for parameters that are missing or do not
    fit each other, and Diverged where they are not all finite."""

    def __init__(self, parameters: Mapping[str, Array], model: str, activation: str = "relu") -> None:
        if model not in _LAYERS:
            raise ValueError(f"model is {model!r}, not one of {', '.join(_LAYERS)}")
        layers = []
        inputs = PIXELS
        for name in _LAYERS[model]:
            weight, bias = (parameter(parameters, f"{name}.{kind}") for kind in ("weight", "bias"))
            if weight.ndim != 2 or weight.shape[1] != inputs or bias.shape != weight.shape[:1]:
                raise ValueError(f"{name}.weight is {weight.shape}, {name}.bias {bias.shape}: {inputs} inputs expected")
            layers.append((weight, bias))
            inputs = len(bias)
        if inputs != 1:
            raise ValueError(f"the model has {inputs} outputs, not one")
        self.model, self.units = model, len(layers[0][1])
        # Pixels come as 0-255 and the network learned from 0-1: its first weights take the division over.
        layers[0] = (layers[0][0] / 255, layers[0][1])
        kind = np.float32 if _bound(layers) < 1e37 else np.float64
        self._hidden = [(weight.astype(kind), bias.astype(kind)) for weight, bias in layers[:-1]]
        self._weight, self._bias = layers[-1][0][0].astype(kind), float(layers[-1][1][0])
        self._bend = activation if model == "simple_net" else "none"
        self._activation = _activation(self._bend, len(self._weight), kind)

    @property
    def layers(self) -> list[tuple[Array, Array]]:
        """Each one's weights ``[outputs, inputs]`` and biases, the first one's for pixels of 0-255."""
        return [*self._hidden, (self._weight[np.newaxis], np.array([self._bias]))]

    @property
    def activation(self) -> Activation | None:
        """Between two layers; None where they follow each other as they are."""
        return self._activation

    @property
    def kind(self) -> type[np.floating]:
        """In which it computes: float32, or float64 where that would overflow."""
        kind: type[np.floating] = self._weight.dtype.type
        return kind

    def logit(self, image: Pixels) -> float:
        """Of ``image`` ``[784]``, 0-255, ink bright on 0: above 0 it is read as a 3. Always finite."""
        x = image.astype(self._weight.dtype, copy=False)
        for weight, bias in self._hidden:  # `dot`, because `@` takes half a microsecond longer each time
            x = weight.dot(x) + bias
            if self._activation is not None:
                x = self._activation(x)
        return float(self._weight.dot(x)) + self._bias

    def logits(self, images: Pixels) -> NDArray[np.float64]:
        """Of ``images`` ``[n, 784]``: as ``logit`` of each, but for rounding."""
        x = images.astype(self._weight.dtype, copy=False)
        for weight, bias in self._hidden:
            x = x.dot(weight.T) + bias
            if self._activation is not None:
                x = self._activation(x)
        found: NDArray[np.float64] = x.dot(self._weight).astype(np.float64) + self._bias
        return found

    def shares(self, image: Pixels) -> Shares:
        """Return what pixels and units of ``image`` add to its logit."""
        return shares(self._hidden, (self._weight, self._bias), self._bend, image.astype(np.float64))


def probability(logit: float) -> float:
    """The logistic function, without overflow."""
    if logit < 0:
        odds = math.exp(logit)  # 0.0 below -745
        return odds / (1 + odds)
    return 1 / (1 + math.exp(-logit))


def from_safetensors(data: bytes) -> Predictor:
    """The model in a safetensors file whose metadata names it as ``model`` and, where that is not
    ReLU, its ``activation``. Raises ValueError for any other bytes."""
    tensors, metadata = read_safetensors(data)
    return Predictor(tensors, metadata.get("model", ""), metadata.get("activation", "relu"))


def read_safetensors(data: bytes) -> tuple[dict[str, Array], dict[str, str]]:
    """Tensors and metadata of a safetensors file. Raises ValueError if it is none, or holds what numpy cannot."""
    try:
        tensors = load(data)
    except (SafetensorError, KeyError) as error:
        raise ValueError(f"not a safetensors file of plain numbers: {error}") from error
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return tensors, header.get("__metadata__", {})


def parameter(parameters: Mapping[str, Array], name: str) -> Array:
    """One of ``parameters``, float64. Raises ValueError where it is missing, Diverged where not all are finite."""
    if name not in parameters:
        raise ValueError(f"the parameter {name} is missing")
    value = np.asarray(parameters[name])
    if value.dtype.kind != "f":
        raise ValueError(f"{name} holds {value.dtype}, not floating-point numbers")
    if not np.isfinite(value).all():
        raise Diverged(f"{name} has values that are not finite: this network diverged")
    return value.astype(np.float64)


def _bound(layers: list[tuple[Array, Array]]) -> float:
    """No value on the way to the logit is larger, for pixels of 0-255."""
    bound = 255.0
    for weight, bias in layers:
        bound = max(1.0, bound)  # a sigmoid of 0 is larger than 0
        bound = float((np.abs(weight).sum(axis=1) * bound + np.abs(bias)).max())
    return bound
