"""Experiments, asked as a worker asks them: by JSON."""

import base64
import json
from collections.abc import Callable, Generator, Mapping
from itertools import count
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.learning.dataset import Digits
from app.learning.experiments import compute

T = TypeVar("T")


def ask(name: str, digits: Digits, **parameters: object) -> dict[str, Any]:
    """The answer, after at least one yield."""
    answer, steps = run(compute(name, json.dumps(parameters), digits))
    assert steps > 0
    read: dict[str, Any] = json.loads(answer)
    return read


def run(computing: Generator[None, None, T], between: Callable[[], object] = lambda: None) -> tuple[T, int]:
    """What a generator returns, and how often it yielded; ``between`` is called each time."""
    for steps in count():
        try:
            next(computing)
        except StopIteration as stopped:
            return stopped.value, steps
        between()
    raise AssertionError


def vector(text: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), "<f4")


def text(values: NDArray[Any]) -> str:
    return base64.b64encode(values.astype("<f4").tobytes()).decode()


def named(values: NDArray[Any], shapes: Mapping[str, list[int]]) -> dict[str, NDArray[Any]]:
    """A vector's parts, as docs/protocol.md lays them out."""
    parts, begin = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        parts[name] = values[begin : begin + size].reshape(shape)
        begin += size
    assert begin == len(values)
    return parts
